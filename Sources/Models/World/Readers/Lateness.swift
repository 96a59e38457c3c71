internal import KinesisCore
internal import Simulation
internal import Units

/// How late the records are at an instant that somebody has still to get: each will be later when he has it.
struct Lateness: ~Copyable {
  /// What is counted of a stream's records.
  enum Counting {
    /// One for each record of the stream, whatever is packed into it.
    case kinesisRecords
    /// The user records in them.
    case userRecords
  }

  private let instant: Instant
  private(set) var ages = LatencyHistogram()

  init(at instant: Instant) { self.instant = instant }

  /// The age of a stream's oldest record that is kept and still to be got, `next` being the position of a shard's first; zero
  /// when there is none.
  static func oldest(
    of stream: Int, _ endpoint: borrowing Endpoint, at instant: Instant, from next: (_ shard: Int) -> Int64
  ) -> Interval {
    var oldest = instant
    for shard in 0..<endpoint[stream].shards.count {
      oldest = min(oldest, endpoint.arrival(atOrBehind: next(shard), in: ShardID(shard), of: stream) ?? oldest)
    }
    return instant - oldest
  }

  /// Records that arrived at an instant; `end` is when they were handed over, where that is as good as sure.
  mutating func add(since arrival: Instant, _ records: Int64, until end: Instant? = nil) {
    ages.record((end ?? instant) - arrival, count: records)
  }

  /// What a shard holds from a position on. What has left it by age from there on is as late as it was then, at least.
  ///
  /// Neighbours whose ages no bin of the histogram tells apart are counted together. O(bins · log n) however long the backlog.
  mutating func add(
    from position: Int64, in shard: ShardID, of stream: Int, _ counting: Counting, _ endpoint: borrowing Endpoint
  ) {
    let (tip, horizon) = (endpoint.tip(of: shard, in: stream), endpoint.horizon(of: shard, in: stream))
    func records(_ first: Int64, _ end: Int64) -> Int64 {
      switch counting {
      case .kinesisRecords: end - first
      case .userRecords: endpoint.contents.users(from: first, to: end, in: shard, of: stream)
      }
    }
    if position < horizon { ages.record(endpoint[stream].retention, count: records(position, horizon)) }
    var next = max(position, horizon)
    while next < tip {
      var runs = endpoint.runs(from: next, to: tip, in: shard, of: stream)
      guard let run = runs.next() else { return }
      guard run.lastArrival == run.arrival else {
        ages.record(from: instant - run.lastArrival, to: instant - run.arrival, count: records(run.first, run.end))
        next = run.end
        continue
      }
      let age = instant - run.arrival, grain = Interval(nanoseconds: max(1_000, age.nanoseconds / 2_048))
      let end = max(run.end, min(tip, endpoint[stream].position(arrivedFrom: run.arrival + grain, in: shard)))
      ages.record(age, count: records(next, end))
      next = end
    }
  }
}
