internal import KinesisCore
internal import Simulation
internal import Units

/// What a queue of a stream has never given out, as the logs of the shards have it. A record that is visible again was handed
/// over before, and is not of it.
struct UnreadRecords: Sendable {
  let stream: Int
  /// Among the stream's queues.
  let queue: Int

  /// By shard, the first one: what comes before was received, or has left the stream. O(shards).
  func first(_ endpoint: borrowing Endpoint) -> [Int64] {
    let queue = endpoint.stream(stream).queues[queue]
    var first = (0..<endpoint[stream].shards.count).map { queue.firstFresh(of: ShardID($0)) }
    for record in queue.drawn { first[record.shard.index] = min(first[record.shard.index], record.position) }
    return first
  }

  /// The age of the oldest one; zero when there is none. O(shards).
  func age(_ endpoint: borrowing Endpoint, at instant: Instant) -> Interval {
    let first = first(endpoint)
    return Lateness.oldest(of: stream, endpoint, at: instant) { first[$0] }
  }

  /// How late all of them are.
  func ages(_ endpoint: borrowing Endpoint, at instant: Instant) -> LatencyHistogram {
    var late = Lateness(at: instant)
    let queue = endpoint.stream(stream).queues[queue]
    for shard in 0..<endpoint[stream].shards.count {
      let id = ShardID(shard)
      late.add(from: queue.firstFresh(of: id), in: id, of: stream, .kinesisRecords, endpoint)
    }
    for record in queue.drawn {
      guard let arrival = endpoint.arrival(atOrBehind: record.position, in: record.shard, of: stream) else { continue }
      late.add(since: arrival, 1)
    }
    return late.ages
  }
}
