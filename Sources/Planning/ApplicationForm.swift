internal import Experiment
internal import KinesisCore
internal import Models
internal import Pricing
internal import Simulation
internal import Units

/// What a consumer uses beside the stream it reads, in closed form: its function's invocations, its lease table, its KPUs.
///
/// Records are taken to come to every shard alike and by chance (Poisson); invocations never fail.
struct ApplicationForm {
  let spec: ConsumerSpec
  let flow: Flow
  let shards: Int
  let limits: LimitsProfile

  /// How long the service gathers records into one fan-out event, in seconds.
  private static let gathering = ServiceTimes.gathering.inSeconds

  /// Of a second, from the end of whole seconds since an answer to the answer behind it: each takes a time by chance, and the
  /// one that began is longer than most. Between a half and one; as runs show.
  static let evenWait = 0.6

  /// The use of it in a span of time.
  func use(over span: Interval) -> ApplicationUse {
    var use = ApplicationUse(spec.name)
    use.leases = spec.hasLeases ? leases(over: span) : nil
    use.function = spec.function.flatMap { self.use($0, over: span) }
    use.flink = spec.flink.map { self.use($0, over: span) }
    if let queue = spec.queue {
      let most = Int(clamping: 86_400 / max(1, queue.visibility.inSeconds))
      use.queueBytes = Amount.steady(perSecond: flow.bytes * queue.attempts(most: most), over: span).whole
    }
    return use
  }

  private var perShard: Double { flow.records / Double(max(1, shards)) }

  /// From one poll to the next, in seconds: a poll is late by half of the most, on average (`PollPace`).
  private var poll: Double {
    spec.pollInterval.inSeconds * (1 + Double(limits[.reader.latePermille]) / 2_000)
  }

  private func use(_ flink: FlinkSpec, over span: Interval) -> FlinkUse {
    let time = Int128(span.nanoseconds)
    return FlinkUse(
      working: Int128(flink.kpus(of: flink.parallelism)) * time,
      orchestration: Int128(limits[.flink.orchestrationKPUs]) * time)
  }

  // MARK: Leases

  private func leases(over span: Interval) -> LeaseUse {
    let batches = Amount.steady(perSecond: batchesPerShard * Double(shards), over: span).whole
    return spec.leases(held: Int128(shards) * Int128(span.nanoseconds), over: span, batches: batches, limits)
  }

  /// Batches a second and shard.
  private var batchesPerShard: Double {
    guard perShard > 0 else { return 0 }
    let time = milliseconds(for: 1) / 1_000
    if spec.isFanOut { return 1 / max(Self.gathering + 1 / perShard, time) }
    let interval = max(poll, time)
    return (1 - DeterministicMath.exp(-perShard * interval)) / interval
  }

  // MARK: A function

  private func use(_ function: FunctionSpec, over span: Interval) -> FunctionUse? {
    let parts = shards * function.factor, rate = flow.records / Double(max(1, parts))
    guard rate > 0 else { return nil }
    let calls = invocations(function, at: rate)
    let each = billedMilliseconds(for: rate / calls)
    let all = calls * Double(parts) * span.inSeconds
    return FunctionUse(
      invocations: Int128(clamping: all.rounded()), memory: function.memory,
      time: Int128(clamping: (all * each * 1e6).rounded()))
  }

  /// Invocations a second of one part of a shard.
  private func invocations(_ function: FunctionSpec, at rate: Double) -> Double {
    let fitting = Double(limits[.lambda.payload]) / (flow.bytes / flow.records)
    let most = max(1, min(Double(function.batchSize), fitting.rounded(.down)))
    return function.window == .zero ? unhurried(rate, most) : windowed(function, rate, most)
  }

  /// Without a window, what a poll or a push brings is invoked at once, or when the function is free again.
  private func unhurried(_ rate: Double, _ most: Double) -> Double {
    let isPushed = spec.isFanOut
    let least = isPushed ? Self.gathering + 1 / rate : poll
    var cycle = least, calls = 1.0
    for _ in 0..<30 {
      calls = isPushed ? max(1, rate * cycle / most) : Self.batches(rate * cycle, most)
      let time = calls * milliseconds(for: rate * cycle / max(calls, 1e-9)) / 1_000
      // A push that comes while the function runs is next at once; else the next one is waited for.
      cycle = isPushed ? time + DeterministicMath.exp(-rate * time) * least : max(least, time)
    }
    return calls / cycle
  }

  /// The window begins with the first record, or when the invocation before has ended.
  private func windowed(_ function: FunctionSpec, _ rate: Double, _ most: Double) -> Double {
    let poll = poll
    let some = 1 - DeterministicMath.exp(-rate * poll), over = function.window.inSeconds.remainder(dividingBy: poll)
    // Polls are a second apart. Where the window is whole seconds, the answer at its end comes before it or after it.
    let next = over == 0 ? Self.evenWait * poll : (over > 0 ? poll - over : -over)
    let wait = spec.isFanOut ? Self.gathering + 1 / rate : next + poll * (1 / some - 1)
    let first = max(wait, milliseconds(for: min(most, rate * function.window.inSeconds)) / 1_000)
    return max(1 / (function.window.inSeconds + first), rate / most)
  }

  /// The mean of ⌈k / most⌉ for a Poisson k.
  private static func batches(_ mean: Double, _ most: Double) -> Double {
    guard mean < 2_000 else { return mean / most + 0.5 }
    let last = Int(clamping: mean + 12 * mean.squareRoot() + 20)
    return (1...last).reduce(0) { $0 + Statistics.poissonShare(at: $1, mean: mean) * (Double($1) / most).rounded(.up) }
  }

  /// How long a batch takes, on average.
  private func milliseconds(for records: Double) -> Double {
    (spec.perBatch.mean + spec.perRecord.mean * records) / 1e6
  }

  /// Each invocation is billed by whole milliseconds: half of one more, unless it always takes whole ones.
  private func billedMilliseconds(for records: Double) -> Double {
    let time = milliseconds(for: records)
    guard case .constant(let batch) = spec.perBatch, case .constant(let record) = spec.perRecord,
      record.truncatingRemainder(dividingBy: 1e6) == 0
    else { return time + 0.5 }
    return time + ((batch / 1e6).rounded(.up) - batch / 1e6)
  }
}
