internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// What a stream was asked for and took, second by second: the truth, and what minute metrics make of it.
struct StreamMeter: Sendable {
  let name: String
  let rates: ShardRates
  var shards: [ShardMeter]
  /// After the warm-up.
  var attempts: Int64 = 0, throttledAttempts: Int64 = 0, firstAttempts: Int64 = 0, throttledFirstAttempts: Int64 = 0
  var utilization = UtilizationHistogram()
  var minuteView: MinuteView
  var secondView: SecondView
  /// What is billed, a tariff for each mode the stream was in; the last one holds.
  private(set) var tariffs: [Tariff] = []
  /// What GetRecords gave in this minute, all readers together.
  private(set) var polledMinute = ShardMeter.Load()
  /// Over the whole run.
  var allThrottledAttempts: Int64 = 0
  var shardsPeak: Int
  var bins: [StreamBin] = []
  /// Throttled records by minute and shard, where there were any.
  private(set) var heat: [(minute: Int, shard: Int, records: Int64)] = []

  /// Each shard's minutes, and its seconds around the worst one; nil in replications but the first, whose figures reports show.
  var minutes: ShardMinuteBook?
  private var closeUps: CloseUpBook?

  private var bin = Bin()
  private var openThisSecond: [Int] = []
  /// Whether shards opened or closed since the last second ended.
  private var hasChanged = false

  private struct Bin: Sendable {
    var records: Int64 = 0, bytes: Int64 = 0, throttled: Int64 = 0, shardSeconds = 0, throttledSeconds = 0
    var peak = 0.0, worstDemand = 0.0
  }

  /// Seconds without a refusal after which a throttle episode is over.
  static let episodeGap = Interval.seconds(10)
  /// The most cells of `heat`.
  static let heatCells = 1_000_000

  init(_ stream: Stream, at start: Instant) {
    (name, rates, shardsPeak) = (stream.name, ShardRates(stream.limits), stream.openShardCount)
    shards = stream.shards.map { ShardMeter(stored: $0.stored) }
    (minuteView, secondView) = (MinuteView(at: start), SecondView(at: start))
    openThisSecond = stream.openShards.map(\.index)
  }

  /// Keeps what reports show of single minutes and seconds.
  mutating func keepDetails() { (minutes, closeUps) = (ShardMinuteBook(), CloseUpBook()) }

  /// The shard that was asked for most in a second, around that second; nil when nothing was kept.
  func closeUp(from start: Instant) -> CloseUp? { closeUps?.closeUp(from: start) }

  /// Forgets what SLO statistics leave out.
  mutating func endWarmup(at now: Instant) {
    closeUps?.endWarmup()
    (attempts, throttledAttempts, firstAttempts, throttledFirstAttempts) = (0, 0, 0, 0)
    utilization = UtilizationHistogram()
    (minuteView, secondView) = (MinuteView(at: now), SecondView(at: now))
    for index in shards.indices { shards[index].endWarmup() }
  }

  /// Counts what became of a put of a run of equal records.
  mutating func note(_ outcome: PutOutcome, of header: RecordHeader, isFirst: Bool) {
    let count = Int64(header.count), taken = Int64(outcome.accepted), size = Int64(header.size)
    var sums = PutSums()
    sums.add(count, taken: taken, of: size, isFirst: isFirst)
    note(sums)
    noteOdd(nil, taken, size, isFirst: isFirst, in: outcome.shard.index)
    if let limit = outcome.limit { noteOdd(limit, count - taken, size, isFirst: isFirst, in: outcome.shard.index) }
  }

  /// Counts what became of the records of a call. Returns how many were stored, and their bytes.
  mutating func note(_ entries: [PutEntry]) -> (count: Int32, bytes: Int64) {
    var sums = PutSums(), stored: (count: Int32, bytes: Int64) = (0, 0)
    for entry in entries {
      let isStored = entry.limit == nil, size = Int64(entry.size)
      sums.add(1, taken: isStored ? 1 : 0, of: size, isFirst: entry.isFirst)
      if isStored { stored = (stored.count + 1, stored.bytes + size) }
      if !isStored || !entry.isFirst {
        noteOdd(entry.limit, 1, size, isFirst: entry.isFirst, in: Int(entry.shard))
      }
    }
    note(sums)
    return stored
  }

  /// Counts what became of a call.
  private mutating func note(_ sums: PutSums) {
    attempts += sums.attempts
    throttledAttempts += sums.refused
    allThrottledAttempts += sums.refused
    firstAttempts += sums.first
    throttledFirstAttempts += sums.refusedFirst
    tariffs[tariffs.count - 1].add(sums.intake)
  }

  /// Counts records that were refused by a limit, or stored though they had been asked for before.
  private mutating func noteOdd(_ limit: WriteLimit?, _ count: Int64, _ size: Int64, isFirst: Bool, in shard: Int) {
    shards[shard].note(limit, count, size, isFirst: isFirst)
  }

  /// Counts records that were all stored at the first attempt.
  mutating func note(_ count: Int64, _ intake: Tariff.Intake) {
    (attempts, firstAttempts) = (attempts + count, firstAttempts + count)
    tariffs[tariffs.count - 1].add(intake)
  }

  /// Begins another tariff.
  mutating func begin(_ tariff: Tariff) {
    if !tariffs.isEmpty { tariffs[tariffs.count - 1].until = tariff.since }
    tariffs.append(tariff)
  }

  /// Counts what polling took out, and of those the bytes of records older than a week.
  mutating func notePolled(_ count: Int64, bytes: Int64, longTerm: Int64) {
    polledMinute.records += count
    polledMinute.bytes += bytes
    tariffs[tariffs.count - 1].polledBytes += bytes
    tariffs[tariffs.count - 1].retrievedBytes += longTerm
  }

  /// Counts bytes pushed to a consumer, by its position in the run.
  mutating func notePushed(_ bytes: Int64, to consumer: Int) {
    tariffs[tariffs.count - 1].pushedBytes[consumer] += bytes
  }

  /// That many user records were first asked for beyond the Kinesis record that is counted, if it is, as first asked for.
  mutating func notePacked(_ users: Int64, in shard: ShardID) { shards[shard.index].packedDemand += users }

  /// What was tried of a shard since the last whole minute began, over its limit. One that another event of this instant has
  /// brought about has no meter yet, and no load.
  func recentLoad(of shard: ShardID, in stream: Stream) -> Double {
    guard shards.indices.contains(shard.index) else { return 0 }
    return shards[shard.index].recent(stream.shards[shard.index].stored).share(of: rates, seconds: 60)
  }

  /// The open shard of which most was asked lately; of equals the first.
  func busiest(of stream: Stream) -> ShardID {
    stream.openShards.max { (recentLoad(of: $0, in: stream), $1) < (recentLoad(of: $1, in: stream), $0) } ?? ShardID(0)
  }

  /// A key of a shard is perhaps the one asked for most.
  mutating func weigh(_ tally: KeyTally, of population: KeyPopulation, in shard: Shard, at now: Instant) {
    let seconds = ((shard.closedAt ?? now) - shard.openedAt).inSeconds
    shards[tally.shard].weigh(tally, of: population, over: seconds, stored: shard.stored)
  }

  /// Records refused and asked for since the warm-up: over all attempts, and over those that ask for the first time.
  var all: (part: Int64, whole: Int64) { (throttledAttempts, attempts) }
  var first: (part: Int64, whole: Int64) { (throttledFirstAttempts, firstAttempts) }

  /// Follows a change of the shard map at `now`, in the second that began at `began`.
  mutating func follow(_ stream: Stream, at now: Instant, began: Instant, _ observers: inout Observers) {
    while shards.count < stream.shards.count { shards.append(ShardMeter(stored: .init())) }
    shardsPeak = max(shardsPeak, stream.openShardCount)
    hasChanged = true
    if now == began {
      endEpisodes(ofClosed: stream, &observers)
      openThisSecond = stream.openShards.map(\.index)
    } else {
      openThisSecond += stream.openShards.map(\.index).filter { !openThisSecond.contains($0) }
    }
  }

  /// A closed shard refuses nothing any more.
  private mutating func endEpisodes(ofClosed stream: Stream, _ observers: inout Observers) {
    for index in openThisSecond where !stream.shards[index].isOpen { endEpisode(of: index, &observers) }
  }

  /// Ends the second (or the rest of one) before `now`, `stored` being what a shard has stored in all. Returns the utilisation
  /// of each shard of which anything was asked in it, and how many were idle.
  mutating func closeSecond(
    _ stream: Stream, from begin: Instant, to now: Instant, _ observers: inout Observers,
    stored: (Int) -> ShardMeter.Load
  ) -> (shares: [Double], idle: Int64) {
    // A second cut short by the run's end is held against a whole one's limit: its beginning may take a burst.
    let seconds = max(1, (now - begin).inSeconds)
    var anyThrottled = false, shares: [Double] = [], idle: Int64 = 0
    for index in openThisSecond {
      let all = stored(index)
      guard !shards[index].isIdle(all) else {
        shards[index].closeIdleSecond()
        idle += 1
        continue
      }
      let closed = shards[index].closeSecond(all, rates, seconds: seconds)
      shares.append(closed.share)
      utilization.record(Ratio(closed.share), times: 1)
      if closed.throttled > 0 { anyThrottled = true }
      note(closed, of: index, from: begin)
      followEpisode(index, refused: closed.throttled, from: begin, &observers)
    }
    if idle > 0 { utilization.record(Ratio(0), times: idle) }
    closeUps?.endSecond()
    bin.shardSeconds += openThisSecond.count
    secondView.shardSeconds += openThisSecond.count
    if anyThrottled {
      secondView.secondsWithThrottles += 1
      bin.throttledSeconds += 1
    }
    if hasChanged {
      endEpisodes(ofClosed: stream, &observers)
      openThisSecond = stream.openShards.map(\.index)
      hasChanged = false
    }
    return (shares, idle)
  }

  private mutating func note(_ closed: ShardMeter.Closed, of index: Int, from begin: Instant) {
    bin.peak = max(bin.peak, closed.share)
    bin.records += closed.load.records
    bin.bytes += closed.load.bytes
    bin.throttled += closed.throttled
    if closed.throttled > 0 {
      secondView.shardSecondsWithThrottles += 1
      shards[index].secondsThrottled += 1
      if shards[index].firstThrottledAt == nil { shards[index].firstThrottledAt = begin }
    }
    bin.worstDemand = max(bin.worstDemand, closed.demand)
    let isWorst = closed.demand > secondView.worstDemand
    closeUps?.note(
      index, demand: closed.demand, load: closed.share, throttled: closed.throttled, isWorst: isWorst)
    guard isWorst else { return }
    secondView.worstDemand = closed.demand
    (secondView.worstSecond, secondView.worstShard) = (begin, ShardID(index))
  }

  private mutating func followEpisode(_ index: Int, refused: Int64, from begin: Instant, _ observers: inout Observers) {
    if let episode = shards[index].episode {
      if refused > 0 {
        shards[index].episode = (episode.began, begin, episode.refused + refused, episode.seconds + 1)
      } else if begin - episode.last >= Self.episodeGap {
        endEpisode(of: index, &observers)
      }
    } else if refused > 0 {
      shards[index].episode = (begin, begin, refused, 1)
      observers.note(
        .throttleBegan, subject(index), "\(refused) record\(refused == 1 ? "" : "s") throttled in the first second",
        at: begin)
    }
  }

  private mutating func endEpisode(of index: Int, _ observers: inout Observers) {
    guard let episode = shards[index].episode else { return }
    let span = (episode.last - episode.began) + .seconds(1)
    let lasted = span == .seconds(episode.seconds) ? "\(span)" : "\(episode.seconds)s of \(span)"
    observers.note(
      .throttleEnded, subject(index),
      "\(episode.refused) record\(episode.refused == 1 ? "" : "s") throttled in \(lasted)", at: episode.last)
    shards[index].episode = nil
  }

  private func subject(_ index: Int) -> String { "\(name)/\(ShardID(index))" }

  /// Ends the minute before `now`, `minute` being its number in the run.
  mutating func closeMinute(_ minute: Int, from begin: Instant, to now: Instant) {
    let seconds = (now - begin).inSeconds
    var stream = ShardMeter.Load()
    var throttled: Int64 = 0
    var hottest = 0.0
    foldMinute(minute)
    polledMinute = .init()
    for index in shards.indices {
      let load = shards[index].minute
      stream.records += load.records
      stream.bytes += load.bytes
      throttled += shards[index].throttledThisMinute
      let share = load.share(of: rates, seconds: seconds)
      hottest = max(hottest, share)
      shards[index].busiestMinute = max(shards[index].busiestMinute, share)
      (shards[index].lastMinute, shards[index].minute) = (load, .init())
      shards[index].lastMinute.records += shards[index].throttledThisMinute
    }
    cutMinute(minute)
    let open = Double(max(1, openThisSecond.count))
    noteMinute(begin, stream.share(of: rates, seconds: seconds) / open, hottest, throttled)
  }

  /// The run ends within a minute.
  mutating func endWithin(_ minute: Int) {
    foldMinute(minute)
    cutMinute(minute)
  }

  /// Keeps a minute's refusals. Of a minute cut short by the run's end nothing else counts: its averages would mislead.
  mutating func cutMinute(_ minute: Int) {
    for index in shards.indices where shards[index].throttledThisMinute > 0 {
      if heat.count < Self.heatCells { heat.append((minute, index, shards[index].throttledThisMinute)) }
      shards[index].throttledThisMinute = 0
    }
  }

  private mutating func noteMinute(_ begin: Instant, _ share: Double, _ hottest: Double, _ throttled: Int64) {
    minuteView.minutes += 1
    if throttled > 0 { minuteView.minutesWithThrottles += 1 }
    minuteView.hottestShardUtilization = max(minuteView.hottestShardUtilization, hottest)
    guard share > minuteView.streamUtilization else { return }
    (minuteView.streamUtilization, minuteView.busiestMinute) = (share, begin)
  }

  /// Ends a report bin that began at `begin`.
  mutating func closeBin(from begin: Instant) {
    let capacity = Double(max(1, bin.shardSeconds))
    let load = ShardMeter.Load(records: bin.records, bytes: bin.bytes)
    bins.append(
      StreamBin(
        start: begin, incomingRecords: bin.records, incomingBytes: bin.bytes, throttledRecords: bin.throttled,
        peakUtilization: bin.peak, worstDemand: bin.worstDemand,
        meanUtilization: load.share(of: rates, seconds: capacity),
        throttledSeconds: bin.throttledSeconds, openShards: openThisSecond.count))
    bin = Bin()
  }
}
