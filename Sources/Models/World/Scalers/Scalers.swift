internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// Customers' autoscalers: fed with minutes, they call UpdateShardCount; the stream's own rules decide.
struct Scalers: ~Copyable {
  private var all: [Running] = []

  /// An autoscaler at work: its state, the minutes it cannot read yet, and what is kept of it.
  private struct Running {
    let stream: Int
    var scaler: Autoscaler
    /// Minutes that are over but younger than the metric delay, oldest first: what was written, what GetRecords gave.
    var unread: [(written: MinuteLoad, read: MinuteLoad)] = []
    /// What it does shard by shard, while it does.
    var way: Way?
    /// First attempts since the start, when the last minute was gathered.
    var demanded = MinuteLoad()
    var result: AutoscalerResult
  }

  /// The way to a count by splits and merges, one by one.
  private struct Way {
    let target: Int, from: Int
    var steps: ArraySlice<ReshardStep>
  }

  /// How the scaling utility waits for ACTIVE after a split or a merge: 20 s, and then a second each time
  /// (StreamScalingUtils.waitForStreamStatus).
  private static let firstWait = Interval.seconds(20), wait = Interval.seconds(1)

  init(_ experiment: Experiment) {
    let shard = MinuteLoad.capacity(experiment.limits)
    for (stream, spec) in experiment.streams.enumerated() {
      guard let scaler = spec.autoscaler else { continue }
      all.append(
        Running(
          stream: stream, scaler: Autoscaler(scaler, shard: shard, start: experiment.horizon.start),
          result: AutoscalerResult(policy: scaler.policy.name)))
    }
  }

  /// Each looks for the first time when it can read the first minute.
  func begin(_ calendar: inout Calendar) {
    for index in all.indices {
      let first = calendar.start + .minutes(1) + all[index].scaler.spec.metricDelay
      calendar.schedule(RunEvent(.scale, index), at: first, .control)
    }
  }

  /// A whole minute is over: its sums wait until they can be read.
  mutating func closeMinute(_ endpoint: borrowing Endpoint) {
    for index in all.indices {
      let meter = endpoint.meter(of: all[index].stream), shards = meter.shards
      let read = MinuteLoad(records: meter.polledMinute.records, bytes: meter.polledMinute.bytes)
      all[index].unread.append((shards.reduce(into: MinuteLoad()) { $0.add($1.minute) }, read))
      noteNeed(of: index, shards.reduce(into: MinuteLoad()) { $0.add($1.demanded) }, endpoint)
    }
  }

  /// What the minute's first attempts would have needed, beside what is open.
  private mutating func noteNeed(of index: Int, _ demanded: MinuteLoad, _ endpoint: borrowing Endpoint) {
    let before = all[index].demanded
    let tried = MinuteLoad(records: demanded.records - before.records, bytes: demanded.bytes - before.bytes)
    all[index].demanded = demanded
    let need = tried.shards(at: 1_000, each: all[index].scaler.shard)
    let open = endpoint.stream(all[index].stream).openShardCount
    all[index].result.minutes.append(.init(shards: Int32(clamping: open), need: Int32(clamping: need)))
  }

  /// A scaler reads the newest minute it can, and acts on it. When a stream changes at the same instant, the scaler comes
  /// behind the change (`generation` 1), so that it sees what a caller would.
  mutating func take(
    _ event: RunEvent, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let now = calendar.now, index = event.index
    if event.generation == 0, endpoint.isChanging(at: now) {
      return calendar.schedule(RunEvent(.scale, index, generation: 1), at: now, .control)
    }
    calendar.schedule(RunEvent(.scale, index), at: now + .minutes(1), .control)
    guard !all[index].unread.isEmpty else { return }
    let newest = all[index].unread.removeFirst()
    all[index].scaler.see(newest.written, read: newest.read)
    guard all[index].way == nil else { return }
    let stream = endpoint.stream(all[index].stream)
    let view = Autoscaler.View(openShards: stream.openShardCount, isActive: stream.status == .active)
    guard let target = all[index].scaler.decide(view, at: now) else { return }
    ask(index, for: target, from: view.openShards, &endpoint, &calendar, &observers)
  }

  private mutating func ask(
    _ index: Int, for target: Int, from open: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    let asker = StreamChange.Asker.scaler(all[index].result.policy, target: target), now = calendar.now
    var call = AutoscalerResult.Call(at: now, open: open, target: target)
    call.refusal = endpoint.change(all[index].stream, .shardCount(target), by: asker, &calendar, &observers)
    all[index].scaler.answered(target: target, from: open, isAccepted: call.refusal == nil, at: now)
    all[index].result.note(call)
    guard all[index].scaler.goesShardByShard, let refusal = call.refusal, Self.isFollowedByHand(refusal) else { return }
    let stream = endpoint.stream(all[index].stream)
    let ranges = stream.openShards.map { (id: $0, range: stream.shards[$0.index].range) }
    let steps = ReshardPlan.uniform(from: ranges, to: target, firstNew: stream.shards.count)
    all[index].way = Way(target: target, from: open, steps: steps[...])
    all[index].result.goByHand(call)
    calendar.schedule(RunEvent(.scaleStep, index), at: now, .control)
  }

  /// Whether the utility scales by hand after such a refusal (StreamScaler.updateShardCount); any other ends its attempt.
  private static func isFollowedByHand(_ code: String) -> Bool {
    [Refusal.limitExceeded("").code, Refusal.invalidArgument("").code].contains(code)
  }

  /// The next split or merge of a way by hand, once the stream is ACTIVE; when one is refused, the rest is given up.
  mutating func goOn(
    _ event: RunEvent, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let now = calendar.now, index = event.index
    guard var way = all[index].way else { return }
    if event.generation == 0, endpoint.isChanging(at: now) {
      return calendar.schedule(RunEvent(.scaleStep, index, generation: 1), at: now, .control)
    }
    guard endpoint.stream(all[index].stream).status == .active else {
      return calendar.schedule(RunEvent(.scaleStep, index), at: now + Self.wait, .control)
    }
    guard let step = way.steps.popFirst() else {
      all[index].way = nil
      return all[index].scaler.answered(target: way.target, from: way.from, isAccepted: true, at: now)
    }
    all[index].way = way
    let asker = StreamChange.Asker.scaler(all[index].result.policy, target: way.target)
    guard endpoint.change(all[index].stream, StreamChange(step), by: asker, &calendar, &observers) == nil else {
      all[index].way = nil
      return
    }
    all[index].result.singleSteps += 1
    calendar.schedule(RunEvent(.scaleStep, index), at: now + Self.firstWait, .control)
  }

  /// What the autoscaler of a stream came to; nil for a stream without one.
  func result(of stream: Int) -> AutoscalerResult? { all.first { $0.stream == stream }?.result }
}
