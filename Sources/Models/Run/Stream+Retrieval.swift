internal import KinesisCore
internal import Units

extension Stream {
  /// Bytes of an answer's records that are older than a week: long-term retrieval (facts §10.1).
  func longTermBytes(of answer: ReadAnswer, at now: Instant) -> Int64 {
    guard retention > .days(7), answer.count > 0 else { return 0 }
    let log = shards[answer.shard.index].log
    let young = log.position(arrivedFrom: now - .days(7))
    guard young > answer.first else { return 0 }
    return log.runs(from: answer.first, to: min(answer.end, young)).reduce(0) { $0 + $1.bytes }
  }
}
