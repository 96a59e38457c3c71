internal import Experiment
internal import KinesisCore
internal import Limits
internal import Pricing
internal import Simulation
internal import Units

/// The functions of the account that run, and the sub-shards that wait for one of them to end.
struct FunctionConcurrency: Sendable {
  let limit: Int64
  private var running: Int64 = 0
  /// Each at most once.
  private var waiting: [Int] = []

  init(limit: Int64) { self.limit = limit }

  /// Whether a function of a sub-shard can begin; if not, the sub-shard waits.
  mutating func begin(_ subShard: Int) -> Bool {
    guard running < limit else {
      waiting.append(subShard)
      return false
    }
    running += 1
    return true
  }

  mutating func end() { running -= 1 }

  /// The sub-shard that waits longest, while there is room.
  mutating func next() -> Int? { waiting.isEmpty || running >= limit ? nil : waiting.removeFirst() }
}

/// A Lambda event source mapping: records gather, batches are formed, functions run, fail and are tried again (facts §9.5).
struct Mapping: Sendable {
  /// Sub-shards a reader can have: the index of an event is reader · 16 + sub-shard.
  static let subShardBits = 4

  /// One reader's part of it.
  struct Lane: Sendable {
    var subShards: [SubShard]
    /// The position of the record that no invocation survives.
    var poison: Int64?
    /// The position of the first record not handed over.
    var handed: Int64
    var service: RandomStream
    /// Records it got, and the sub-shards that had one.
    var gathered: Int64 = 0, used: UInt16 = 0

    var held: Int64 { subShards.reduce(0) { $0 + $1.count } }
  }

  private let consumer: Int, name: String
  private let function: FunctionSpec, limits: LimitsProfile
  private let perBatch: Sampler, perRecord: Sampler
  private let poisonFrom: Instant?
  private(set) var lanes: [Lane] = []
  private var running = 0
  private var hasPoison = false
  private var counts: FunctionResult

  init(_ function: FunctionSpec, of spec: ConsumerSpec, _ consumer: Int, limits: LimitsProfile, start: Instant) {
    (self.consumer, name, self.function, self.limits) = (consumer, spec.name, function, limits)
    (perBatch, perRecord) = (Sampler(spec.perBatch), Sampler(spec.perRecord))
    poisonFrom = function.failures.poisonAt.map { start + $0 }
    counts = FunctionResult(memory: function.memory)
  }

  /// What it came to.
  var result: FunctionResult {
    var result = counts
    result.batchesAtOnce = function.factor
    // A shard that had fewer records than it may have batches says nothing of their keys.
    let lanes = lanes.filter { $0.gathered >= Self.recordsToTell * Int64(function.factor) }
    if function.factor > 1, !lanes.isEmpty {
      let used = lanes.reduce(0) { $0 + $1.used.nonzeroBitCount }
      result.busyBatches = Double(used) / Double(lanes.count)
    }
    return result
  }

  /// Records a sub-shard after which one without any is taken to have no key: with many keys, one in a million is wrong.
  private static let recordsToTell: Int64 = 14

  func handed(by reader: Int) -> Int64 { lanes[reader].handed }

  /// Records it holds of a reader's, gathering and in work.
  func held(of reader: Int) -> Int64 { lanes[reader].held }

  /// How late what it holds of a reader's is.
  func addHeld(by reader: Int, to late: inout Lateness) {
    for part in lanes[reader].subShards { part.addHeld(to: &late) }
  }

  /// A mapping reads ahead of its function up to so many records a sub-shard.
  func hasRoom(_ reader: Int, travelling: Int64) -> Bool {
    travelling + lanes[reader].held < limits[.lambda.heldRecords] * Int64(lanes[reader].subShards.count)
  }

  /// The next reader begins at a position.
  mutating func add(from position: Int64, service: RandomStream) {
    let subShards = Array(repeating: SubShard(), count: function.factor)
    lanes.append(Lane(subShards: subShards, handed: position, service: service))
  }

  // MARK: Gathering

  /// Lays records that have arrived into their sub-shards.
  mutating func gather(_ batch: Batch, at reader: Int, of place: Place, _ endpoint: borrowing Endpoint, at now: Instant)
  {
    if let poisonFrom, !hasPoison {
      notePoison(in: batch, of: reader, endpoint[place.stream].position(arrivedFrom: poisonFrom, in: place.shard))
    }
    let factor = function.factor
    lanes[reader].gathered += batch.count
    for run in endpoint.runs(from: batch.first, to: batch.end, in: place.shard, of: place.stream) {
      var piece = Piece(first: run.first, count: run.count, bytes: run.bytes, arrival: run.middle, received: now)
      guard factor > 1 else {
        lanes[reader].subShards[0].append(piece)
        continue
      }
      (piece.count, piece.bytes) = (1, run.bytes / run.count)
      for position in run.first..<run.end {
        piece.first = position
        let part = endpoint.contents.subShard(of: position, in: place.shard, of: place.stream, factor: factor)
        lanes[reader].used |= 1 << UInt16(part)
        lanes[reader].subShards[part].append(piece)
      }
    }
  }

  /// The first record read that arrived from the scenario's instant on is poison.
  private mutating func notePoison(in batch: Batch, of reader: Int, _ first: Int64) {
    guard max(batch.first, first) < batch.end else { return }
    hasPoison = true
    lanes[reader].poison = max(batch.first, first)
  }

  // MARK: Invoking

  /// Whether a window or a wait is over now, and this is the instant it was last scheduled for.
  mutating func isDue(_ reader: Int, _ part: Int, at now: Instant) -> Bool {
    guard lanes[reader].subShards[part].dueAt == now else { return false }
    lanes[reader].subShards[part].dueAt = nil
    return true
  }

  private mutating func look(
    at reader: Int, _ part: Int, of place: Place, from instant: Instant, _ calendar: inout Calendar
  ) {
    guard lanes[reader].subShards[part].dueAt != instant else { return }
    lanes[reader].subShards[part].dueAt = instant
    calendar.schedule(RunEvent(.invoke, Self.index(place, part)), at: instant)
  }

  private static func index(_ place: Place, _ part: Int) -> Int { place.slot << subShardBits | part }

  /// Invokes the function for every sub-shard of a reader that is ready.
  mutating func invokeAll(
    of reader: Int, _ source: inout ShardReader, _ functions: inout FunctionConcurrency,
    _ endpoint: borrowing Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    for part in lanes[reader].subShards.indices {
      invoke(reader, part, &source, &functions, endpoint, &calendar, &observers)
    }
  }

  /// Invokes it for one sub-shard, if that is ready.
  mutating func invoke(
    _ reader: Int, _ part: Int, _ source: inout ShardReader, _ functions: inout FunctionConcurrency,
    _ endpoint: borrowing Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    guard !lanes[reader].subShards[part].isRunning, !lanes[reader].subShards[part].isThrottled else { return }
    while prepare(reader, part, of: source.place, &calendar) {
      dropAged(reader, part, retention: endpoint[source.place.stream].retention, at: calendar.now, &observers)
      guard lanes[reader].subShards[part].work.last?.pieces.isEmpty ?? true else {
        return run(reader, part, &source, &functions, &calendar, &observers)
      }
      lanes[reader].subShards[part].work.removeLast()
    }
  }

  /// Whether a batch is there whose time has come; forms one when none is in work.
  private mutating func prepare(_ reader: Int, _ part: Int, of place: Place, _ calendar: inout Calendar) -> Bool {
    let notBefore = lanes[reader].subShards[part].notBefore
    guard notBefore <= calendar.now else {
      look(at: reader, part, of: place, from: notBefore, &calendar)
      return false
    }
    guard lanes[reader].subShards[part].work.isEmpty else { return true }
    let size = Int64(function.batchSize), payload = limits[.lambda.payload]
    switch lanes[reader].subShards[part]
      .readiness(size: size, payload: payload, window: function.window, at: calendar.now)
    {
    case .nothing: return false
    case .later(let instant):
      look(at: reader, part, of: place, from: instant, &calendar)
      return false
    case .now:
      lanes[reader].subShards[part].formBatch(size: size, payload: payload)
      return true
    }
  }

  /// Records too old for the mapping, or for the stream, are given up before an invocation.
  private mutating func dropAged(
    _ reader: Int, _ part: Int, retention: Interval, at now: Instant, _ observers: inout Observers
  ) {
    let oldest = now - min(function.failures.maxRecordAge ?? retention, retention)
    let last = lanes[reader].subShards[part].work.count - 1
    let gone = lanes[reader].subShards[part].work[last].dropAged(before: oldest)
    if gone > 0 { giveUp(gone, because: "too old", at: now, &observers) }
  }

  private mutating func run(
    _ reader: Int, _ part: Int, _ source: inout ShardReader, _ functions: inout FunctionConcurrency,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let index = Self.index(source.place, part)
    guard functions.begin(index) else { return throttle(reader, part, functions.limit, at: calendar.now, &observers) }
    running += 1
    counts.invocations += 1
    counts.concurrencyPeak = max(counts.concurrencyPeak, running)
    guard let batch = lanes[reader].subShards[part].work.last else { return }
    let time = time(for: batch.count, of: reader), failures = function.failures
    let isUnlucky = failures.errorRate > 0 && source.draws.failures.chance(failures.errorRate)
    let isPoisoned = lanes[reader].poison.map(batch.holds) ?? false
    let limit = Interval.seconds(limits[.lambda.timeout])
    lanes[reader].subShards[part].isRunning = true
    lanes[reader].subShards[part].startedAt = calendar.now
    lanes[reader].subShards[part].willFail = isUnlucky || isPoisoned || time > limit
    calendar.fold(UInt64(time.nanoseconds))
    calendar.schedule(RunEvent(.invoked, index), at: calendar.now + min(time, limit), .release)
  }

  private mutating func time(for records: Int64, of reader: Int) -> Interval {
    let each = perRecord.draw(from: &lanes[reader].service)
    let time = perBatch.draw(from: &lanes[reader].service)
    return Interval(nanoseconds: time) + Interval(nanoseconds: each) * records
  }

  /// The account has no room: the batch waits for its turn, and no retry is spent. Lambda tries again and again instead;
  /// who waits longest is assumed to be first, so a throttle counts once however long it lasts.
  private mutating func throttle(
    _ reader: Int, _ part: Int, _ limit: Int64, at now: Instant, _ observers: inout Observers
  ) {
    if counts.throttles == 0 {
      observers.note(.functionThrottled, name, "the account's concurrency of \(limit) is used up", at: now)
    }
    counts.throttles += 1
    lanes[reader].subShards[part].isThrottled = true
  }

  /// The account has room again for a sub-shard that waited.
  mutating func admit(_ reader: Int, _ part: Int) { lanes[reader].subShards[part].isThrottled = false }

  // MARK: Returning

  /// A function has returned, or failed.
  mutating func end(
    _ reader: Int, _ part: Int, of place: Place, _ tally: inout Tally, _ endpoint: borrowing Endpoint, at now: Instant,
    _ observers: inout Observers
  ) {
    running -= 1
    let startedAt = lanes[reader].subShards[part].startedAt
    counts.duration = counts.duration + Rounding.milliseconds(now - startedAt)
    lanes[reader].subShards[part].isRunning = false
    lanes[reader].subShards[part].endedAt = now
    guard let batch = lanes[reader].subShards[part].work.popLast() else { return }
    guard lanes[reader].subShards[part].willFail else {
      return succeed(batch, startedAt: startedAt, &tally, &observers)
    }
    if counts.errors == 0 {
      let shard = "\(endpoint[place.stream].name)/\(place.shard)"
      observers.note(.functionFailed, name, "an invocation fails, on \(shard)", at: now)
    }
    counts.errors += 1
    fail(batch, reader, part, at: now, &observers)
  }

  /// Records count as handed over when the invocation that succeeded began.
  private func succeed(
    _ batch: FunctionInvocation, startedAt: Instant, _ tally: inout Tally, _ observers: inout Observers
  ) {
    tally.records += batch.count
    for piece in batch.pieces { tally.note(startedAt - piece.arrival, piece.count, by: consumer, &observers) }
  }

  /// A failed batch is split, tried again, or given up.
  private mutating func fail(
    _ batch: FunctionInvocation, _ reader: Int, _ part: Int, at now: Instant, _ observers: inout Observers
  ) {
    lanes[reader].subShards[part].notBefore = now + pause(after: batch.retries)
    if function.failures.batch == .bisected, batch.count > 1 {
      let (lower, upper) = batch.halves()
      lanes[reader].subShards[part].work += [upper, lower]
      counts.bisects += 1
    } else if let most = function.failures.maxRetries, batch.retries >= most {
      giveUp(batch.count, because: "out of retries", at: now, &observers)
      lanes[reader].subShards[part].notBefore = now
    } else {
      var again = batch
      again.retries += 1
      lanes[reader].subShards[part].work.append(again)
    }
  }

  /// How long the next try waits: doubled with every try of the same batch before.
  private func pause(after tries: Int) -> Interval {
    .seconds(min(limits[.lambda.retryFirst] << Int64(min(tries, 20)), limits[.lambda.retryMost]))
  }

  private mutating func giveUp(_ count: Int64, because reason: String, at now: Instant, _ observers: inout Observers) {
    if counts.givenUp == 0 { observers.note(.recordsGivenUp, name, "the first \(count), \(reason)", at: now) }
    counts.givenUp += count
  }

  /// What it used that has a price.
  var use: FunctionUse {
    FunctionUse(
      invocations: Int128(counts.invocations), memory: counts.memory, time: Int128(counts.duration.nanoseconds))
  }

  /// Everything before the first record that is not done counts as handed over.
  mutating func advance(_ reader: Int, unread: Int64) {
    lanes[reader].handed = lanes[reader].subShards.reduce(unread) { min($0, $1.firstOpen ?? unread) }
  }
}
