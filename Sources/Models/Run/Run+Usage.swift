internal import KinesisCore
internal import Pricing
internal import Units

/// What the run used of everything that has a price; nothing is rounded but what AWS rounds.
extension Run {
  /// The usage from the start to `instant`, warm-up included.
  func makeUsage(at instant: Instant) -> Usage {
    var usage = Usage(over: instant - start)
    for stream in account.streams.indices { addStream(stream, at: instant, to: &usage) }
    for consumer in consumers { addConsumer(consumer, at: instant, to: &usage) }
    for firehose in firehoses { addFirehose(firehose, at: instant, to: &usage) }
    return usage
  }

  private func addStream(_ index: Int, at instant: Instant, to usage: inout Usage) {
    let stream = account.streams[index], scope = "stream:\(stream.name)", billed = meters[index].billed
    let hours = shardTime(of: stream, until: instant)
    usage.add(.shardHour, scope: scope, hours)
    usage.add(.putPayloadUnit, scope: scope, Int128(billed.payloadUnits))
    if stream.retention > .hours(24) { usage.add(.extendedRetention, scope: scope, hours) }
    let stored = meters[index].shards.reduce(0) { $0 + $1.accepted.bytes }
    usage.add(
      .longTermRetention, scope: scope, Self.byteSeconds(stored, from: .days(7), to: stream.retention))
  }

  private func addConsumer(_ consumer: Consumer, at instant: Instant, to usage: inout Usage) {
    guard consumer.fanOut >= 0 else { return }
    let stream = account.streams[consumer.spec.stream], scope = "consumer:\(consumer.spec.name)"
    usage.add(.fanOutHour, scope: scope, shardTime(of: stream, until: instant))
    usage.add(.fanOutData, scope: scope, Int128(consumer.bytes))
  }

  /// Nanoseconds of open shards, to the nanosecond: how AWS rounds a shard's last hour is not published (assumed).
  private func shardTime(of stream: Stream, until instant: Instant) -> Int128 {
    stream.shards.reduce(0) { sum, shard in
      let end = min(shard.closedAt ?? instant, instant), begin = max(shard.openedAt, start)
      return sum + Int128(max(0, (end - begin).nanoseconds))
    }
  }

  /// What bytes will have taken up from one age to another, when they have reached it: a steady stream's storage.
  private static func byteSeconds(_ bytes: Int64, from young: Interval, to old: Interval) -> Int128 {
    Int128(bytes) * Int128(max(0, (old - young).nanoseconds / 1_000_000_000))
  }
}
