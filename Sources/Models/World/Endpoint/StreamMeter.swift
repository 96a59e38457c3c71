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

  /// Each shard's minutes; nil in replications but the first, whose figures reports show.
  var minutes: ShardMinuteBook?

  private var bin = Bin()
  private var openThisSecond: [Int] = []

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
    shards = stream.shards.map { _ in ShardMeter() }
    (minuteView, secondView) = (MinuteView(at: start), SecondView(at: start))
    openThisSecond = stream.openShards.map(\.index)
  }

  /// Forgets what SLO statistics leave out.
  mutating func endWarmup(at now: Instant) {
    (attempts, throttledAttempts, firstAttempts, throttledFirstAttempts) = (0, 0, 0, 0)
    utilization = UtilizationHistogram()
    (minuteView, secondView) = (MinuteView(at: now), SecondView(at: now))
    for index in shards.indices {
      shards[index].utilization = UtilizationHistogram()
      shards[index].busiestMinute = 0
    }
  }

  /// Counts what became of a put.
  @inline(__always)
  mutating func note(_ outcome: PutOutcome, of header: RecordHeader, isFirst: Bool) {
    let count = Int64(header.count), refused = count - Int64(outcome.accepted)
    attempts += count
    throttledAttempts += refused
    tariffs[tariffs.count - 1].add(Int64(outcome.accepted), of: Int64(header.size))
    allThrottledAttempts += refused
    if isFirst {
      firstAttempts += count
      throttledFirstAttempts += refused
    }
    shards[outcome.shard.index].note(outcome, of: header, isFirst: isFirst)
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
  func recentLoad(of shard: ShardID) -> Double {
    shards.indices.contains(shard.index) ? shards[shard.index].recent.share(of: rates, seconds: 60) : 0
  }

  /// Records refused and asked for since the warm-up: over all attempts, and over those that ask for the first time.
  var all: (part: Int64, whole: Int64) { (throttledAttempts, attempts) }
  var first: (part: Int64, whole: Int64) { (throttledFirstAttempts, firstAttempts) }

  /// Follows a change of the shard map at `now`, in the second that began at `began`.
  mutating func follow(_ stream: Stream, at now: Instant, began: Instant, _ observers: inout Observers) {
    while shards.count < stream.shards.count { shards.append(ShardMeter()) }
    shardsPeak = max(shardsPeak, stream.openShardCount)
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

  /// Ends the second (or the rest of one) before `now`. Returns the utilisation of each shard that was open in it.
  mutating func closeSecond(_ stream: Stream, from begin: Instant, to now: Instant, _ observers: inout Observers)
    -> [Double]
  {
    // A second cut short by the run's end is held against a whole one's limit: its beginning may take a burst.
    let seconds = max(1, (now - begin).inSeconds)
    var anyThrottled = false
    let shares = openThisSecond.map { index in
      let share = shards[index].second.share(of: rates, seconds: seconds)
      utilization.record(Ratio(share), times: 1)
      shards[index].utilization.record(Ratio(share), times: 1)
      bin.peak = max(bin.peak, share)
      shards[index].minutePeak = max(shards[index].minutePeak, share)
      weighDemand(of: index, from: begin, seconds: seconds)
      if shards[index].throttledThisSecond > 0 { anyThrottled = true }
      closeShardSecond(index, from: begin, &observers)
      return share
    }
    bin.shardSeconds += openThisSecond.count
    secondView.shardSeconds += openThisSecond.count
    if anyThrottled {
      secondView.secondsWithThrottles += 1
      bin.throttledSeconds += 1
    }
    endEpisodes(ofClosed: stream, &observers)
    openThisSecond = stream.openShards.map(\.index)
    return shares
  }

  private mutating func weighDemand(of index: Int, from begin: Instant, seconds: Double) {
    let demand = shards[index].demand.share(of: rates, seconds: seconds)
    shards[index].demanded.records += shards[index].demand.records
    shards[index].demanded.bytes += shards[index].demand.bytes
    shards[index].worstDemand = max(shards[index].worstDemand, demand)
    shards[index].minuteDemand.records += shards[index].demand.records
    shards[index].minuteDemand.bytes += shards[index].demand.bytes
    shards[index].minuteWorstDemand = max(shards[index].minuteWorstDemand, demand)
    bin.worstDemand = max(bin.worstDemand, demand)
    guard demand > secondView.worstDemand else { return }
    secondView.worstDemand = demand
    (secondView.worstSecond, secondView.worstShard) = (begin, ShardID(index))
  }

  private mutating func closeShardSecond(_ index: Int, from begin: Instant, _ observers: inout Observers) {
    let load = shards[index].second, throttled = shards[index].throttledThisSecond
    bin.records += load.records
    bin.bytes += load.bytes
    bin.throttled += throttled
    shards[index].minute.records += load.records
    shards[index].minute.bytes += load.bytes
    shards[index].throttledThisMinute += throttled
    shards[index].accepted.records += load.records
    shards[index].accepted.bytes += load.bytes
    (shards[index].second, shards[index].demand, shards[index].throttledThisSecond) = (.init(), .init(), 0)
    if throttled > 0 {
      secondView.shardSecondsWithThrottles += 1
      shards[index].secondsThrottled += 1
      if shards[index].firstThrottledAt == nil { shards[index].firstThrottledAt = begin }
    }
    followEpisode(index, refused: throttled, from: begin, &observers)
  }

  private mutating func followEpisode(_ index: Int, refused: Int64, from begin: Instant, _ observers: inout Observers) {
    if let episode = shards[index].episode {
      if refused > 0 {
        shards[index].episode = (episode.began, begin, episode.refused + refused)
      } else if begin - episode.last >= Self.episodeGap {
        endEpisode(of: index, &observers)
      }
    } else if refused > 0 {
      shards[index].episode = (begin, begin, refused)
      observers.note(.throttleBegan, subject(index), "\(refused) records refused in the first second", at: begin)
    }
  }

  private mutating func endEpisode(of index: Int, _ observers: inout Observers) {
    guard let episode = shards[index].episode else { return }
    let lasted = (episode.last - episode.began) + .seconds(1)
    observers.note(.throttleEnded, subject(index), "\(episode.refused) records refused in \(lasted)", at: episode.last)
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
