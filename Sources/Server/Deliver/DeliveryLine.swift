internal import KinesisCore
internal import Units

/// A delivery stream's machine, the records that it counts, and what it reads. A change of configuration begins another one; the
/// earlier one delivers what it holds and goes.
struct DeliveryLine: Sendable {
  /// The delivery stream's id, and which of its lines this is.
  let post: Int, number: Int
  let plan: DeliveryPlan
  private(set) var machine: DeliveryStream
  private var cargo = Cargo()
  /// Shards of its source in the order in which the machine was told of them, and those that were read to their end.
  private(set) var origins: [ShardID] = []
  private(set) var ended: Set<ShardID> = []
  /// When its source is read next; `.never` without one, and when another line reads it.
  var pollAt = Instant.never
  /// How many records it took.
  private var taken: Int64 = 0
  /// What came to an end since it was last asked.
  private var receipts: [DeliveryReceipt] = []

  init(_ post: Int, _ number: Int, _ plan: DeliveryPlan, limits: LimitsProfile, at now: Instant) throws(ServiceError) {
    (self.post, self.number, self.plan) = (post, number, plan)
    do throws(DeliveryFlaws) {
      machine = try DeliveryStream(plan.running, limits: limits, at: now)
    } catch {
      throw .invalidArgument(error.flaws.first?.reason ?? "")
    }
  }

  /// When something is due by itself.
  var due: Instant { min(machine.deadline ?? .never, pollAt) }

  /// Whether everything it took has come to an end.
  var isDrained: Bool { machine.ledger.records.held == 0 && machine.ledger.copies.held == 0 }

  /// What is under way, as it was given out.
  var underWay: [Shipment] { cargo.underWay }

  /// What came to an end since it was last asked.
  mutating func takeReceipts() -> [DeliveryReceipt] {
    defer { receipts = [] }
    return receipts
  }

  // MARK: Records

  /// PutRecord, PutRecordBatch: the numbers of the records taken, nil for those refused; and what is to be shipped.
  mutating func put(
    _ batch: PutBatch, at now: Instant
  ) throws(DeliveryRefusal) -> (numbers: [Int64?], shipments: [Shipment]) {
    var (accepted, effects): ([Int32], [DeliveryEffect]) = ([], [])
    let sizes = batch.entries.map { DeliveryRecord(size: Int32(clamping: $0.dataLength)) }
    try machine.putRecordBatch(sizes, at: now, accepted: &accepted, into: &effects)
    let block = PayloadStore.Block(batch.bytes), origin = Int32(machine.latestChannel)
    let numbers = zip(batch.entries, accepted).map { entry, accepted -> Int64? in
      guard accepted > 0 else { return nil }
      let record = PayloadStore.Record(entry, of: block, isEncrypted: false)
      cargo.add(Cargo.Item(record: record, arrival: now), origin: origin, isCopied: isCopied)
      defer { taken += 1 }
      return taken
    }
    return (numbers, note(effects, at: now))
  }

  private var isCopied: Bool { plan.running.backup == .all }

  /// A shard is to be read from a position on.
  mutating func open(_ shard: ShardID, from position: Int64, at now: Instant) {
    guard !origins.contains(shard) else { return }
    origins.append(shard)
    _ = step(.openShard(shard, from: position), at: now)
  }

  /// GetRecords answered: its runs, each of one record.
  mutating func read(_ read: DeliveryRead, _ items: [Cargo.Item], at now: Instant) -> [Shipment] {
    let origin = Int32(origins.firstIndex(of: read.shard) ?? 0)
    for item in items { cargo.add(item, origin: origin, isCopied: isCopied) }
    return step(.read(read), at: now)
  }

  /// A closed shard was read to its end.
  mutating func end(_ shard: ShardID, at now: Instant) {
    ended.insert(shard)
    _ = step(.endShard(shard), at: now)
  }

  /// The shards that are read now.
  var reading: [ShardID] { origins.filter { !ended.contains($0) } }

  // MARK: Deliveries

  mutating func wake(at now: Instant) -> [Shipment] {
    var effects: [DeliveryEffect] = []
    machine.wake(at: now, into: &effects)
    return note(effects, at: now)
  }

  /// What became of an attempt. One that is not under way, of other records than were told, changes nothing.
  mutating func end(_ id: Shipment.ID, _ outcome: Shipment.Outcome, at now: Instant) -> [Shipment] {
    guard cargo.end(id, failure(outcome, at: now)) else { return [] }
    switch outcome {
    case .delivered: return step(.delivered(id.delivery), at: now)
    case .failed(_, let jitter): return step(.deliveryFailed(id.delivery, jitter: jitter), at: now)
    case .rejected:
      // Of an HTTP endpoint a rejection is its 413, by which records are lost: what weir does not do is none.
      guard plan.obstacle == nil || plan.endpoint == nil else {
        return step(.deliveryFailed(id.delivery, jitter: 1_000), at: now)
      }
      return step(.deliveryRejected(id.delivery), at: now)
    }
  }

  private func failure(_ outcome: Shipment.Outcome, at now: Instant) -> Shipment.Content.Failure? {
    let code = plan.endpoint == nil ? "Weir.DestinationNotSupported" : "HttpEndpoint.DestinationException"
    switch outcome {
    case .delivered: return nil
    case .failed(let reason, _), .rejected(let reason): return .init(code: code, message: reason, attempts: 1, at: now)
    }
  }

  private mutating func step(_ input: DeliveryInput, at now: Instant) -> [Shipment] {
    var effects: [DeliveryEffect] = []
    machine.step(input, at: now, into: &effects)
    return note(effects, at: now)
  }

  private mutating func note(_ effects: [DeliveryEffect], at now: Instant) -> [Shipment] {
    var shipments: [Shipment] = []
    for effect in effects {
      switch effect {
      case .deliver(let delivery): shipments.append(ship(delivery))
      case .settled(let receipt):
        cargo.settle(receipt)
        receipts.append(receipt)
      // Without a transform there is no invocation, and a source that does not fail over is not read again.
      case .put, .refused, .checkpoint, .limitRaised, .invoke, .reread: break
      }
    }
    return shipments
  }

  private mutating func ship(_ delivery: Delivery) -> Shipment {
    let load = cargo.load(delivery)
    let id = Shipment.ID(
      stream: post, line: number, delivery: delivery.id, first: load.first, count: Int64(load.items.count))
    let isMain = delivery.target == .destination
    let store = isMain ? plan.main : delivery.target == .backup ? plan.backup : plan.errors
    var failure: Shipment.Content.Failure?
    if case .errorOutput = delivery.target { failure = load.failure }
    let content = Shipment.Content(
      records: load.items.map(\.record), arrivals: load.items.map(\.arrival), delimiter: plan.delimiter,
      failure: failure)
    let shipment = Shipment(
      id: id, target: target(of: delivery, first: load.first), content: content,
      compression: store?.compression ?? plan.contentEncoding)
    cargo.ship(shipment)
    return shipment
  }

  private func target(of delivery: Delivery, first: Int64) -> Shipment.Target {
    let seed = "\(plan.configuration.name)/\(post)/\(number)/\(delivery.origin ?? 0)/\(first)/\(delivery.target)"
    switch delivery.target {
    case .destination:
      if let obstacle = plan.obstacle { return .nowhere(obstacle) }
      if var endpoint = plan.endpoint {
        endpoint.requestID = GeneratedID.uuid(seed)
        return .request(endpoint)
      }
      guard let main = plan.main else { return .nowhere("weir serve does not know this destination") }
      return .object(bucket: main.bucket, key: main.key(of: delivery, seed: seed))
    case .backup:
      // The backup's objects are called as those of a destination in S3 of its own.
      var copy = delivery
      copy.target = .destination
      return .object(bucket: plan.backup.bucket, key: plan.backup.key(of: copy, seed: seed))
    case .errorOutput: return .object(bucket: plan.errors.bucket, key: plan.errors.key(of: delivery, seed: seed))
    }
  }
}
