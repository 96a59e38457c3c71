internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// The door to the service: whatever a client asks of Kinesis goes through here, and in one manner.
///
/// Whether a fault hits the call, how long it takes, what the core decides, what the meters count, what CloudWatch notes, what is
/// used of everything that has a price. Nobody else touches the account.
struct Endpoint: ~Copyable {
  private var account: Account
  private var faults: [StreamFaults]
  private let putTime: Sampler, readTime: Sampler, fanOutTime: Sampler
  private var meters: [StreamMeter]
  private var histories: [ReshardHistory]
  private var book: MetricBook
  /// What the records hold that shards have stored, as far as the core does not know.
  private(set) var contents: ShardContents
  /// The event scheduled last for what streams do by themselves; an on-demand stream always has one to come.
  private var changeAt = Instant.never
  /// The shards that took records since somebody last looked.
  private(set) var reached = ShardSet()
  /// How many consumers there are, for tariffs.
  private let consumers: Int

  /// `replication` 0 keeps what reports show of shards' minutes and seconds.
  init(_ experiment: Experiment, replication: Int) {
    let start = experiment.horizon.start, streams = experiment.streams.indices
    let beginning = streams.map { Stream(beginning: $0, of: experiment, at: start) }
    account = Account(region: experiment.region, limits: experiment.limits, streams: beginning, at: start)
    faults = streams.map { _ in StreamFaults() }
    histories = streams.map { _ in ReshardHistory() }
    meters = beginning.map { StreamMeter($0, at: start) }
    book = MetricBook(streams: experiment.streams, consumers: experiment.consumers, firehoses: experiment.firehoses)
    (putTime, readTime) = (Sampler(experiment.serviceTimes.put), Sampler(experiment.serviceTimes.getRecords))
    fanOutTime = Sampler(experiment.serviceTimes.fanOut)
    contents = ShardContents(experiment)
    consumers = experiment.consumers.count
    for stream in streams { followTariff(of: stream, at: start) }
    if replication == 0 { for stream in streams { meters[stream].keepDetails() } }
  }

  // MARK: Puts

  /// How long the service takes for a put call, in nanoseconds; a delivery stream, which is no stream, has no faults.
  func putTime(of stream: Int?, drawing times: inout RandomStream) -> Int64 {
    let time = putTime.draw(from: &times)
    return stream.map { faults[$0].stretched(time) } ?? time
  }

  /// Whether a put call that is there now fails whole; it is noted as failed then. Draws only while a fault is on.
  mutating func isFailing(_ call: PutCall, drawing failures: inout RandomStream) -> Bool {
    guard faults[call.stream].isFailing(drawing: &failures) else { return false }
    book.noteFailed(call)
    return true
  }

  /// One record of a put call. `isFirst` says whether it is asked for for the first time.
  mutating func put(
    _ header: RecordHeader, isFirst: Bool, into stream: Int, _ calendar: inout Calendar
  ) -> PutOutcome {
    let outcome = account.put(header, into: stream, at: calendar.now)
    meters[stream].note(outcome, of: header, isFirst: isFirst)
    contents.note(outcome, of: header.hashKey, in: stream)
    if outcome.accepted > 0 { reached.note(outcome.shard.index) }
    calendar.fold(UInt64(UInt32(outcome.shard.number)) << 1 | (outcome.accepted > 0 ? 1 : 0))
    return outcome
  }

  /// The records of a put call, in order. Returns how many were stored, and their bytes.
  mutating func put(
    _ entries: inout [PutEntry], into stream: Int, _ calendar: inout Calendar,
    hashKey: (PutEntry, HashKeyRange?) -> HashKey
  ) -> (count: Int32, bytes: Int64) {
    account.put(&entries, into: stream, at: calendar.now, hashKey: hashKey)
    let keepsKeys = contents.keepsKeys(of: stream)
    for entry in entries {
      calendar.fold(UInt64(UInt32(bitPattern: entry.shard)) << 1 | (entry.limit == nil ? 1 : 0))
      guard entry.limit == nil else { continue }
      reached.note(Int(entry.shard))
      guard keepsKeys else { continue }
      let range = account[stream].shards[Int(entry.shard)].range
      contents.note(hashKey(entry, range), in: Int(entry.shard), of: stream)
    }
    return meters[stream].note(entries)
  }

  /// A record just put was an aggregate of user records, `untried` of them asked for for the first time beyond the one
  /// that counts as the Kinesis record.
  mutating func notePacked(_ outcome: PutOutcome, users: Int32, untried: Int64, into stream: Int) {
    meters[stream].notePacked(untried, in: outcome.shard)
    if outcome.accepted > 0 { contents.note(users: users, at: outcome.first, in: outcome.shard, of: stream) }
  }

  /// Whoever waits for records has been told. A put call is over: what CloudWatch sees of it.
  mutating func forgetReached() { reached.clear() }
  mutating func note(_ calls: PutCalls) { book.note(calls) }
  mutating func note(_ call: PutCall, accepted: (count: Int32, bytes: Int64), took: Interval) {
    book.note(call, accepted: accepted, took: took)
  }

  /// Puts a span's records, if none of them can be refused; `intake` is what they come to. False, with nothing done, if one can.
  mutating func settle(
    _ span: RecordSpan, _ runs: [ArrivalRun], _ intake: Tariff.Intake, in shard: ShardID, of stream: Int,
    _ calendar: inout Calendar
  ) -> Bool {
    guard account[stream].settle(span, runs, in: shard) else { return false }
    meters[stream].note(span.count, intake)
    calendar.fold(UInt64(span.bytes) << 20 ^ UInt64(span.count))
    return true
  }

  /// Puts equal records that reach a shard at an instant.
  mutating func put(
    _ arrival: RecordArrival, isFirst: Bool, in shard: ShardID, of stream: Int, _ calendar: inout Calendar
  ) -> PutOutcome {
    let outcome = account[stream].put(arrival, in: shard)
    meters[stream].note(outcome, of: RecordHeader(arrival), isFirst: isFirst)
    calendar.fold(UInt64(arrival.count) << 32 ^ UInt64(outcome.accepted))
    return outcome
  }

  /// What a shard's write limits stand at, or have at least; found out: at `gate` before records that were settled.
  func gate(of shard: ShardID, in stream: Int) -> GateReading { account.gate(of: shard, in: stream) }
  mutating func replay(_ arrivals: [RecordArrival], from gate: GateReading, in shard: ShardID, of stream: Int) {
    account[stream].replay(arrivals, from: gate, in: shard)
  }

  // MARK: GetRecords

  /// GetRecords, for whoever reads.
  mutating func getRecords(
    _ iterator: ShardIterator, limit: Int, of stream: Int, drawing draws: inout CallDraws, at now: Instant
  ) -> ReadCall {
    let took = Interval(nanoseconds: faults[stream].stretched(readTime.draw(from: &draws.times)))
    guard !faults[stream].isFailing(drawing: &draws.failures) else {
      book.note(.getSuccess, 0, stream: stream)
      return .failed
    }
    do throws(Refusal) {
      let answer = try account.getRecords(iterator, limit: limit, of: stream, at: now)
      let old = account[stream].longTermBytes(of: answer, at: now)
      meters[stream].notePolled(answer.count, bytes: answer.bytes, longTerm: old)
      book.note(answer, took: took, stream: stream)
      return .answered(answer, took: took)
    } catch {
      book.note(.getSuccess, 0, stream: stream)
      book.note(.readExceeded, 1, stream: stream)
      return .throttled
    }
  }

  /// GetRecords at an instant that may lie back, where writers are settled. Nil, with nothing done, where it could be refused.
  mutating func settledRead(
    from next: Int64, limit: Int, in place: Place, drawing draws: inout CallDraws, at instant: Instant
  ) -> (answer: ReadAnswer, took: Interval)? {
    guard let answer = account[place.stream].settledRead(from: next, limit: Int64(limit), in: place.shard, at: instant)
    else { return nil }
    let took = Interval(nanoseconds: readTime.draw(from: &draws.times))
    meters[place.stream].notePolled(answer.count, bytes: answer.bytes, longTerm: 0)
    book.note(answer, took: took, stream: place.stream)
    return (answer, took)
  }

  // MARK: Enhanced fan-out

  /// RegisterStreamConsumer, long before the run began. Returns its position. Traps when AWS would refuse it: the
  /// scenario was checked.
  mutating func register(_ name: String, with stream: Int, at now: Instant) -> Int {
    do throws(Refusal) {
      return try account[stream].registerActiveConsumer(name, at: now)
    } catch {
      preconditionFailure("the scenario was checked against the consumer limit: \(error.message)")
    }
  }

  /// SubscribeToShard from a position of the shard on. Returns the subscription; nil when the service fails.
  mutating func subscribe(
    _ fanOut: Int, to shard: ShardID, of stream: Int, from next: Int64, drawing failures: inout RandomStream,
    at now: Instant
  ) throws(Refusal) -> Int? {
    guard !faults[stream].isFailing(drawing: &failures) else { return nil }
    let before = next > 0 ? account[stream].shards[shard.index].sequenceNumber(at: next - 1, arrived: now) : nil
    return try account[stream].subscribe(
      fanOut, to: shard, from: before.map { .afterSequenceNumber($0) } ?? .trimHorizon, at: now)
  }

  /// The connection is closed.
  mutating func unsubscribe(_ fanOut: Int, _ subscription: Int, of stream: Int) {
    account[stream].unsubscribe(fanOut, subscription)
  }

  /// What the service pushes now, if it can push anything; `consumer` is the position in the run.
  mutating func push(
    to fanOut: Int, _ subscription: Int, of stream: Int, consumer: Int, drawing times: inout RandomStream,
    at now: Instant, isSettled: Bool = false
  ) -> PushCall? {
    guard let event = account.push(fanOut, subscription, of: stream, at: now, isSettled: isSettled) else { return nil }
    let took = Interval(nanoseconds: faults[stream].stretched(fanOutTime.draw(from: &times)))
    meters[stream].notePushed(event.bytes, to: consumer)
    book.note(event, consumer: consumer)
    let isRead = event.first + event.count >= account.tip(of: event.shard, in: stream)
    let endsShard = event.isLast && isRead && !account.isOpen(event.shard, of: stream)
    return PushCall(event: event, took: took, endsShard: endsShard)
  }

  /// When the service can push next; `.never` when nothing is there.
  func end(of it: Int, of fanOut: Int, in stream: Int) -> Instant { account.end(of: it, of: fanOut, in: stream) }
  func nextPush(to fanOut: Int, _ subscription: Int, of stream: Int, after now: Instant) -> Instant {
    account.nextPush(fanOut, subscription, of: stream, after: now)
  }

  // MARK: Queues

  /// What a client asks of a stream's queues: `call` gets the stream, what is wrong with it, CloudWatch's book. When one answers.
  mutating func queues<Answer>(
    of stream: Int, _ call: (inout Stream, inout StreamFaults, inout MetricBook) -> Answer
  ) -> Answer { account.withStream(stream) { call(&$0, &faults[stream], &book) } }
  func nextAnswer(of queue: Int, in stream: Int) -> Instant { account.nextAnswer(of: queue, in: stream) }

  // MARK: Changes

  /// Asks for a change of a stream. Returns AWS's error when it is refused.
  @discardableResult
  mutating func change(
    _ stream: Int, _ change: StreamChange, by asker: StreamChange.Asker, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) -> String? {
    let now = calendar.now, kind = change.kind, before = account[stream].openShardCount, name = account[stream].name
    var entry = Reshard(requestedAt: now, kind: kind, shardsBefore: before, shardsAfter: before)
    do throws(Refusal) {
      try account.ask(
        change.request(of: account[stream], busiest: meters[stream].busiest(of: account[stream])), of: stream, at: now)
      observers.note(.reshardRequested, name, asker.asked(kind, at: before), at: now)
    } catch {
      entry.refusal = error.code
      observers.note(.reshardRefused, name, asker.refused(kind, at: before, error), at: now)
    }
    if case .scaler = asker, let refusal = entry.refusal { return refusal }
    histories[stream].note(entry)
    followTariff(of: stream, at: now)
    if entry.refusal == nil, account[stream].status == .active { finishChange(of: stream, at: now, &observers) }
    scheduleChange(&calendar)
    return entry.refusal
  }

  /// Sees to it that there is an event for the next change that a stream makes by itself.
  mutating func scheduleChange(_ calendar: inout Calendar) {
    guard let next = account.nextChange.map({ max(calendar.now, $0) }), next != changeAt else { return }
    changeAt = next
    calendar.schedule(RunEvent(.streamChange), at: next, .control)
  }

  /// Whether a stream changes at this instant, and nobody has followed it yet: a put may have let it change already.
  func isChanging(at now: Instant) -> Bool { changeAt == now || account.nextChange.map { $0 <= now } ?? false }

  /// Lets time pass: streams change by themselves.
  mutating func wake(at now: Instant) {
    if changeAt == now { changeAt = .never }
    account.wake(at: now)
  }

  /// What is written down of a stream that has changed by itself.
  mutating func follow(_ stream: Int, at now: Instant, _ observers: inout Observers) {
    meters[stream].follow(account[stream], at: now, began: observers.secondBegan, &observers)
    finishChange(of: stream, at: now, &observers)
    if let step = histories[stream].beginScaling(account[stream], at: now) {
      observers.note(.reshardRequested, account[stream].name, step, at: now)
    }
    if let entry = histories[stream].finishScaling(account[stream], at: now) {
      observers.note(.reshardFinished, account[stream].name, entry.ending(at: now), at: now)
    }
    followTariff(of: stream, at: now)
  }

  private mutating func finishChange(of stream: Int, at now: Instant, _ observers: inout Observers) {
    guard let entry = histories[stream].follow(account[stream], at: now) else { return }
    observers.note(.reshardFinished, account[stream].name, entry.ending(at: now), at: now)
  }

  /// Begins another tariff when a stream's mode or terms have changed.
  private mutating func followTariff(of stream: Int, at now: Instant) {
    let mode = CapacityMode(account[stream].mode, account[stream].terms)
    guard mode != meters[stream].tariffs.last?.mode else { return }
    meters[stream].begin(Tariff(mode, since: now, consumers: consumers))
  }

  // MARK: Faults

  /// A fault begins, on one stream or on all; it ends.
  mutating func begin(
    _ fault: ServiceFault, event: Int, on stream: Int?, at now: Instant, _ observers: inout Observers
  ) {
    for index in stream.map({ $0..<$0 + 1 }) ?? streams { faults[index].begin(fault, event: event) }
    observers.note(.faultBegan, stream.map { account[$0].name } ?? "all streams", fault.beginning, at: now)
  }
  mutating func end(_ fault: ServiceFault, event: Int, on stream: Int?, at now: Instant, _ observers: inout Observers) {
    for index in stream.map({ $0..<$0 + 1 }) ?? streams { faults[index].end(event: event) }
    observers.note(.faultEnded, stream.map { account[$0].name } ?? "all streams", fault.ending, at: now)
  }

  // MARK: Seconds, minutes, bins

  /// A key of a shard is perhaps the one asked for most.
  mutating func weigh(_ tally: KeyTally, of population: KeyPopulation, in stream: Int, at now: Instant) {
    meters[stream].weigh(tally, of: population, in: account[stream].shards[tally.shard], at: now)
  }

  /// A second ends, or what there is of it.
  mutating func closeSecond(until instant: Instant, _ observers: inout Observers) {
    for stream in streams {
      let (shares, idle) = meters[stream].closeSecond(
        account[stream], from: observers.secondBegan, to: instant, &observers,
        stored: { ShardMeter.Load(account.stored(in: ShardID($0), of: stream)) })
      observers.observe(shares, idle: idle, openShards: account[stream].openShardCount, of: stream)
    }
  }

  /// A minute of the run ends, or the run does within it.
  mutating func closeMinute(_ minute: Int, from begin: Instant, to instant: Instant) {
    for stream in streams { meters[stream].closeMinute(minute, from: begin, to: instant) }
  }
  mutating func cutMinute(_ minute: Int) { for stream in streams { meters[stream].endWithin(minute) } }

  /// A report bin ends; statistics begin anew.
  mutating func closeBin(_ bin: Int, from begin: Instant) {
    for stream in streams { meters[stream].closeBin(from: begin) }
    book.closeBin(bin)
  }
  mutating func endWarmup(at now: Instant) { for stream in streams { meters[stream].endWarmup(at: now) } }

  /// Adds a value of one operation of a delivery stream.
  mutating func note(_ metric: FirehoseMetric, _ value: Double, firehose: Int) {
    book.note(metric, value, firehose: firehose)
  }

  // MARK: Questions

  /// The series that have any sample. All streams; one as it stands now, and what was measured of it.
  var series: [MetricSeries] { book.results }
  var streams: Range<Int> { meters.indices }
  func stream(_ stream: Int) -> Stream { account[stream] }
  func meter(of stream: Int) -> StreamMeter { meters[stream] }

  /// What it came to in a run from `start` to `end`, in so many minutes.
  func result(
    of stream: Int, _ spec: StreamSpec, minutes: Int, from start: Instant, until end: Instant
  ) -> StreamResult {
    let entries = histories[stream].entries
    return StreamResult(account[stream], meters[stream], entries, spec, minutes: minutes, from: start, until: end)
  }

  /// Records refused, and asked for, since the warm-up: of one stream or of all, by what is to be counted.
  func throttled(
    of stream: Int?, _ which: KeyPath<StreamMeter, (part: Int64, whole: Int64)>
  ) -> (part: Int64, whole: Int64) {
    let chosen = (stream.map { $0..<$0 + 1 } ?? streams).map { meters[$0][keyPath: which] }
    return chosen.reduce((0, 0)) { ($0.part + $1.part, $0.whole + $1.whole) }
  }

  /// Records refused in the whole run, every attempt counted; streams as they stand; each shard's second about to be closed.
  var allThrottledAttempts: Int64 { meters.reduce(0) { $0 + $1.allThrottledAttempts } }
  var snapshot: [Stream] { streams.map { account[$0] } }
  var recordedShards: [[Recording.Second]] {
    streams.map { zip(meters[$0].shards, account[$0].shards).map { $0.recorded($1.stored) } }
  }

  /// One of them as it stands now, looked at in place.
  subscript(stream: Int) -> Stream { _read { yield account[stream] } }

  /// Whether a shard takes records; the position of the oldest record kept, and the one behind its newest.
  func isOpen(_ shard: ShardID, of stream: Int) -> Bool { account.isOpen(shard, of: stream) }
  func horizon(of shard: ShardID, in stream: Int) -> Int64 { account.horizon(of: shard, in: stream) }
  func tip(of shard: ShardID, in stream: Int) -> Int64 { account.tip(of: shard, in: stream) }

  /// When the first record kept at or behind a position arrived; nil when there is none. The first position that arrived so late.
  func arrival(atOrBehind position: Int64, in shard: ShardID, of stream: Int) -> Instant? {
    account.arrival(atOrBehind: position, in: shard, of: stream)
  }

  /// The records kept in a range of a shard's positions, by arrival and as runs.
  func forEachArrival(
    from first: Int64, to end: Int64, in place: Place,
    _ take: (_ arrival: Instant, _ last: Instant, _ first: Int64, _ end: Int64) -> Void
  ) {
    account.forEachArrival(from: first, to: end, in: place.shard, of: place.stream, take)
  }
  func runs(from first: Int64, to end: Int64, in shard: ShardID, of stream: Int) -> ShardLog.Runs {
    account.runs(from: first, to: end, in: shard, of: stream)
  }

  /// Every reader has passed what lies before a position: it settles into blocks of a second, and what it stands for goes. Nobody
  /// will ask for the keys before another one, if they are kept. Records past their retention go.
  mutating func settle(_ shard: ShardID, of stream: Int, before position: Int64, keys: Int64?) {
    account[stream].settle(shard, before: position, width: .seconds(1))
    contents.forgetUsers(before: position, in: shard, of: stream)
    if let keys { contents.forgetKeys(before: keys, in: shard, of: stream) }
  }
  mutating func trim(_ stream: Int, at now: Instant) { account[stream].trim(at: now) }
}
