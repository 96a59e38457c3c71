internal import Experiment
internal import KinesisCore
internal import Models
internal import Pricing
internal import Simulation
internal import Units

/// What a delivery stream uses, in closed form: bytes taken in and delivered, objects, requests, invocations, storage.
///
/// A buffer is handed on when it is full or old enough, and begins again with the next record: `period = min(interval + wait,
/// size / rate)` for each shard, channel or partition (F§3.2). Records are taken to come to all of them alike, partitions by
/// their own law; deliveries never fail.
struct DeliveryForm {
  let spec: FirehoseSpec
  let flow: Flow
  /// Shards of the source; nil for Direct PUT.
  let shards: Int?

  private let machine: DeliveryStream
  /// The dynamic partitions, and the share of each one's records that finds it active; empty without.
  private var partitions: [(block: RankBlock, kept: Double)] = []

  init(_ spec: FirehoseSpec, _ flow: Flow, shards: Int?, limits: LimitsProfile) {
    (self.spec, self.flow, self.shards) = (spec, flow, shards)
    do throws(DeliveryFlaws) {
      machine = try DeliveryStream(spec.configuration, limits: limits, at: .epoch)
    } catch {
      preconditionFailure("the scenario was checked: \(error.flaws.map(\.reason))")
    }
    guard spec.configuration.partitioning != nil, flow.users > 0 else { return }
    let blocks = RankBlock.blocks(of: spec.partitionKeys, skew: spec.partitionSkew)
    partitions = Self.kept(
      blocks, records: flow.users, life: machine.rhythm.main.interval.inSeconds, most: Double(machine.partitionLimit))
  }

  /// Where more partitions would be active than may be, one that is idle finds a place by chance, again with each record: the
  /// chance is that at which as many are active as may be.
  private static func kept(
    _ blocks: [RankBlock], records: Double, life: Double, most: Double
  ) -> [(block: RankBlock, kept: Double)] {
    func active(_ block: RankBlock, _ chance: Double) -> Double { life / (life + 1 / (records * block.share * chance)) }
    func all(_ chance: Double) -> Double { blocks.reduce(0) { $0 + $1.count * active($1, chance) } }
    guard all(1) > most else { return blocks.map { ($0, 1) } }
    var (low, high) = (0.0, 1.0)
    for _ in 0..<50 {
      let middle = (low + high) / 2
      if all(middle) > most { high = middle } else { low = middle }
    }
    return blocks.map { ($0, active($0, high)) }
  }

  /// The share of the data that finds its partition active.
  private var placed: Double {
    partitions.isEmpty ? 1 : partitions.reduce(0) { $0 + $1.block.count * $1.block.share * $1.kept }
  }

  /// How often a second its shards are polled.
  var pollsPerSecond: Int { shards == nil ? 0 : Int(machine.pollsPerSecond) }

  /// What the limit of active partitions costs, in a sentence; nil where all have room.
  var warning: String? {
    let lost = 1 - placed
    guard lost > 0.001 else { return nil }
    let percent = Int(clamping: (lost * 100).rounded(.up))
    return
      "\(spec.name): more dynamic partitions would be active than the \(machine.partitionLimit) that may be: about "
      + "\(percent) % of its data finds no place and goes to the error output"
  }

  /// The use of it in a span of time.
  func use(over span: Interval) -> DeliveryUse {
    func amount(_ perSecond: Double) -> Int128 { Amount.steady(perSecond: perSecond, over: span).whole }
    let objects = objects, extra = [failures, overflow, copies], calls = invocations
    var use = spec.use(over: span)
    let isRounded = spec.configuration.destination.isBilledByRecord
    use.billedBytes = amount(isRounded ? flow.deliveryBytes : flow.dataBytes)
    use.deliveredBytes = amount(delivered * placed)
    use.objects = amount(objects.count)
    use.putRequests = amount(extra.reduce(objects.requests) { $0 + $1.requests })
    use.storedBytes = amount(extra.reduce(objects.stored) { $0 + $1.stored })
    use.transform = FunctionUse(
      invocations: amount(calls), memory: FirehoseSpec.transformMemory, time: amount(calls * billedTime))
    return use
  }

  // MARK: The way in

  private var origins: Double { Double(shards ?? max(1, machine.originCount)) }
  private var recordSize: Double { flow.users > 0 ? flow.dataBytes / flow.users : 1 }

  /// From a buffer's end to its next record, in seconds, of one shard or channel.
  private var wait: Double {
    guard shards != nil else { return origins / max(1e-9, flow.calls) }
    // A poll a second, and more where a poll may bring nothing. Intervals are whole seconds.
    return 1 / (1 - DeterministicMath.exp(-flow.records / origins)) - 1 + ApplicationForm.evenWait
  }

  private func period(_ buffer: DeliveryRhythm.Buffer, bytes: Double, wait: Double) -> Double {
    guard bytes > 0 else { return .infinity }
    let full = (Double(buffer.size.count) / recordSize).rounded(.up) * recordSize / bytes
    return min(buffer.interval.inSeconds + wait, full)
  }

  // MARK: The transform

  private var transformPeriod: Double {
    period(machine.rhythm.transform, bytes: flow.dataBytes / origins, wait: wait)
  }

  private var invocations: Double { spec.configuration.transform == nil ? 0 : origins / transformPeriod }

  /// Nanoseconds billed of an invocation: whole milliseconds; of a law without steps, half of one more.
  private var billedTime: Double {
    guard case .constant(let time) = spec.transformTime else { return spec.transformTime.mean + 5e5 }
    return (time / 1e6).rounded(.up) * 1e6
  }

  /// Bytes a second at the destination, before compression.
  private var delivered: Double {
    guard let transform = spec.configuration.transform else { return flow.dataBytes }
    let kept = 1 - spec.droppedShare - spec.failedShare
    return flow.dataBytes * kept * Double(transform.outputPermille) / 1_000
  }

  // MARK: Objects

  /// Objects a second, their S3 requests, and the bytes they leave in S3.
  private struct Objects {
    var count = 0.0, requests = 0.0, stored = 0.0
  }

  private var objects: Objects {
    guard delivered > 0 else { return Objects() }
    guard spec.configuration.partitioning != nil else {
      return written(origins / mainPeriod, of: delivered / origins * mainPeriod)
    }
    return partitions.reduce(into: Objects()) { sum, partition in
      let (block, kept) = partition, period = partitionPeriod(share: block.share)
      let part = written(block.count * kept / period, of: delivered * block.share * period)
      sum.count += part.count
      sum.requests += part.requests
      sum.stored += part.stored
    }
  }

  private func written(_ count: Double, of bytes: Double) -> Objects {
    let out = bytes * 1_000 / Double(spec.configuration.compressionPermille)
    let requests = Double(machine.putRequests(forObjectOf: Int64(clamping: out.rounded(.up))))
    return Objects(count: count, requests: count * requests, stored: requests > 0 ? count * out : 0)
  }

  /// Behind a transform, records come batch by batch.
  private var mainPeriod: Double {
    let bytes = delivered / origins, buffer = machine.rhythm.main
    let most = Double(machine.rhythm.mostRecords) / (flow.users / origins)
    guard spec.configuration.transform != nil else {
      return min(most, period(buffer, bytes: bytes, wait: wait))
    }
    let step = transformPeriod, rounds = (buffer.interval.inSeconds / step).rounded(.down) + 1
    return min(most, min(rounds * step, Double(buffer.size.count) / bytes))
  }

  /// A partition's buffer begins again when a staging buffer that holds one of its records is laid out.
  private func partitionPeriod(share: Double) -> Double {
    let buffer = machine.rhythm.main, staging = machine.rhythm.staging.inSeconds
    let full = Double(buffer.size.count) / (delivered * share)
    guard staging > 0 else { return min(full, buffer.interval.inSeconds + 1 / (flow.users * share)) }
    let some = 1 - DeterministicMath.exp(-flow.users * share / origins * staging)
    return min(full, buffer.interval.inSeconds + 2 * min(wait, 1) + (1 / some - 1) * staging / origins)
  }

  /// What the transform could not process, as it came.
  private var failures: Objects {
    let share = spec.configuration.transform == nil ? 0 : spec.failedShare
    return errors(of: flow.dataBytes * share, wait: 1 / max(1e-9, min(flow.users * share, invocations)))
  }

  /// What found no place among the active partitions.
  private var overflow: Objects { errors(of: delivered * (1 - placed), wait: wait / origins) }

  private func errors(of bytes: Double, wait: Double) -> Objects {
    guard bytes > 1e-9 * max(1, flow.dataBytes) else { return Objects() }
    let period = period(machine.rhythm.backup, bytes: bytes, wait: wait)
    return Objects(count: 1 / period, requests: 1 / period, stored: bytes)
  }

  /// The backup of all source records.
  private var copies: Objects {
    guard spec.configuration.backup == .all, flow.dataBytes > 0 else { return Objects() }
    let period = period(machine.rhythm.backup, bytes: flow.dataBytes / origins, wait: wait)
    return Objects(count: origins / period, requests: origins / period, stored: flow.dataBytes)
  }
}
