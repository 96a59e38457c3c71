import Experiment
import KinesisCore
import Units

@testable import Models

extension Fixture {
  /// Four shards, of which the last is overloaded by one key until it is split.
  static func hotStream() -> StreamResult {
    let ranges = HashKeyRange.even(4)
    var shards = ranges.enumerated().map { shard($0, range: $1, mean: 0.52 + Double($0) / 100) }
    shards[3] = hotShard(shards[3])
    shards[3].closedAt = at(5_460)
    let upper = ranges[3]
    let middle = HashKey(upper.middle.value + 1)
    shards.append(
      shard(4, range: HashKeyRange(upper.start, upper.middle), mean: 0.31, parents: [3], openedAt: at(5_430)))
    shards.append(shard(5, range: HashKeyRange(middle, upper.end), mean: 0.55, parents: [3], openedAt: at(5_430)))
    var stream = self.stream("telemetry", shards: shards, accepted: 17_998_716)
    (stream.shardsStart, stream.shardsPeak, stream.shardsEnd) = (4, 5, 5)
    stream.reshards = [
      Reshard(
        requestedAt: at(5_400), finishedAt: at(5_430), kind: .splitShard, shardsBefore: 4, shardsAfter: 5),
      Reshard(
        requestedAt: at(5_410), kind: .updateShardCount, shardsBefore: 4, shardsAfter: 4,
        refusal: "ResourceInUseException"),
    ]
    (stream.minutes, stream.intake) = (minutes(), intake(stream))
    return throttled(stream)
  }

  /// One shard with room.
  static func calmStream() -> StreamResult {
    stream("audit", shards: [shard(0, range: .whole, mean: 0.005)], accepted: 36_000)
  }

  /// An overloaded shard: one key, 61 % of it.
  static func hotShard(_ shard: ShardResult, key: String = "key-0", share: Double = 0.61) -> ShardResult {
    var hot = shard
    (hot.throttledByRecords, hot.throttledByBytes) = (601_234, 11_111)
    (hot.secondsThrottled, hot.firstThrottledAt) = (1_204, at(301))
    hot.utilization = UtilizationSummary(mean: 0.93, p99: 1, max: 1)
    hot.busiestMinuteUtilization = 0.97
    hot.hottestKey = ShardResult.KeyShare(key: key, share: share, recordsPerSecond: 566.7)
    hot.worstDemand = 2.4
    return hot
  }

  static func shard(
    _ number: Int, range: HashKeyRange, mean: Double, parents: [Int] = [], openedAt: Instant = start
  ) -> ShardResult {
    ShardResult(
      id: ShardID(number), parents: parents.map { ShardID($0) }, range: range, openedAt: openedAt, closedAt: nil,
      acceptedRecords: 4_000_000 + Int64(number), acceptedBytes: Bytes(1_500_000_000), demandedRecords: 0,
      demandedBytes: .zero, worstDemand: 0, throttledByRecords: 0,
      throttledByBytes: 0, secondsThrottled: 0, firstThrottledAt: nil,
      utilization: UtilizationSummary(mean: mean, p99: mean * 1.5, max: mean * 1.7),
      busiestMinuteUtilization: mean * 1.1,
      hottestKey: ShardResult.KeyShare(key: "key-\(number + 7)", share: 0.0004, recordsPerSecond: 0.2))
  }

  private static func stream(_ name: String, shards: [ShardResult], accepted: Int64) -> StreamResult {
    var minutes = MinuteView(at: at(1_860))
    (minutes.streamUtilization, minutes.hottestShardUtilization) = (0.0061, 0.0061)
    (minutes.minutesWithThrottles, minutes.minutes) = (0, 115)
    var seconds = SecondView(at: at(1_871))
    (seconds.worstDemand, seconds.shardSeconds) = (0.0131, 6_900)
    return StreamResult(
      name: name, shardsStart: shards.count, shardsPeak: shards.count, shardsEnd: shards.count, attempts: accepted,
      throttledAttempts: 0, firstAttempts: accepted, throttledFirstAttempts: 0, incomingRecords: accepted,
      incomingBytes: Bytes(accepted * 374), utilization: UtilizationSummary(mean: 0.005, p99: 0.01, max: 0.0131),
      minuteView: minutes, secondView: seconds, reshards: [], shards: shards, bins: bins { _ in 0 }, heat: [],
      heatShards: [])
  }

  private static func throttled(_ calm: StreamResult) -> StreamResult {
    var stream = calm
    (stream.attempts, stream.throttledAttempts) = (18_580_000, 612_345)
    (stream.firstAttempts, stream.throttledFirstAttempts) = (17_250_000, 398_475)
    stream.utilization = UtilizationSummary(mean: 0.62, p99: 1, max: 1)
    (stream.minuteView.streamUtilization, stream.minuteView.hottestShardUtilization) = (0.61, 0.97)
    stream.minuteView.minutesWithThrottles = 88
    (stream.secondView.worstSecond, stream.secondView.worstShard) = (at(871), ShardID(3))
    (stream.secondView.worstDemand, stream.secondView.shardSeconds) = (2.4, 28_000)
    (stream.secondView.secondsWithThrottles, stream.secondView.shardSecondsWithThrottles) = (1_204, 1_204)
    stream.bins = bins(refusals)
    stream.heat = (0..<120).map { minute -> [Int32] in [0, Int32(refusals(minute))] }
    stream.heat[14][0] = 40
    stream.heatShards = [ShardID(2), ShardID(3)]
    return stream
  }

  /// Refusals of a minute of the run.
  private static func refusals(_ minute: Int) -> Int64 {
    (5..<90).contains(minute) ? Int64(minute * minute % 97 * 150) : 0
  }

  private static func bins(_ throttles: (Int) -> Int64) -> [StreamBin] {
    (0..<120).map { minute in
      StreamBin(
        start: at(Int64(minute) * 60), incomingRecords: 150_000, incomingBytes: 56_000_000,
        throttledRecords: throttles(minute), peakUtilization: throttles(minute) > 0 ? 1 : 0.7, worstDemand: 1.2,
        meanUtilization: 0.6,
        throttledSeconds: throttles(minute) > 0 ? 14 : 0, openShards: 4)
    }
  }
}
