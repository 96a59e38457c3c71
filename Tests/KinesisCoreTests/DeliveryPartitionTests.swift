import Testing
import Units

@testable import KinesisCore

@Suite("Dynamic partitioning")
struct DeliveryPartitionTests {
  static func stream(active: Int64? = nil, delay: Int64 = 1_500) throws -> DeliveryStream {
    try DeliveryStream(
      configuration {
        $0.partitioning = .init(maxActive: active)
        $0.buffer.interval = .seconds(60)
      }, limits: limits { $0[.firehose.partitionDelay] = delay }, at: start)
  }

  /// Three new partitions a second, each delivered half a second after it is sent.
  static func feed(_ stream: inout DeliveryStream, seconds: Int64) -> (active: [Int], waits: [Interval]) {
    var (active, waits): ([Int], [Interval]) = ([], [])
    for tick in 0..<2 * seconds {
      let now = at(milliseconds: 500 * tick)
      for delivery in stream.pass(to: now).deliveries {
        waits.append(now - delivery.oldestArrival)
        _ = stream.ask(.delivered(delivery.id), at: now)
      }
      guard tick % 2 == 0 else { continue }
      for n in 0..<3 { _ = stream.put(1_000, partition: Int32(tick / 2 * 3) + Int32(n), at: now) }
      active.append(stream.activePartitions)
    }
    return (active, waits)
  }

  @Test("three new partitions a second for 60 seconds are about 180 active ones")
  func active() throws {
    var stream = try Self.stream(delay: 1_000)
    let (active, waits) = Self.feed(&stream, seconds: 300)
    #expect(active.dropFirst(70).allSatisfy { (177...183).contains($0) })
    #expect(waits.allSatisfy { $0 <= .milliseconds(60_500) })
  }

  @Test("with staging they are 180 on average, and no record waits longer than one and a half intervals")
  func staging() throws {
    var stream = try Self.stream()
    let (active, waits) = Self.feed(&stream, seconds: 1_290)
    let steady = active.dropFirst(90)
    #expect((170...190).contains(steady.reduce(0, +) / steady.count))
    #expect(waits.allSatisfy { $0 <= .milliseconds(90_500) } && waits.contains { $0 > .seconds(85) })
  }

  @Test("over the limit of active partitions records go to the error prefix; a delivered one makes room")
  func overflow() throws {
    var stream = try Self.stream(active: 5, delay: 1_000)
    for partition in 0..<8 { _ = stream.put(10, count: 2, partition: Int32(partition), at: start) }
    _ = stream.put(10, partition: 3, at: at(1))
    #expect(stream.activePartitions == 5 && stream.partitionLimit == 5)
    let sent = stream.pass(to: at(60)).deliveries
    #expect(sent.map(\.partition) == [0, 1, 2, 3, 4] && sent.map(\.records) == [2, 2, 2, 3, 2])
    #expect(stream.activePartitions == 5, "a partition is active until it is delivered")
    for delivery in sent { _ = stream.ask(.delivered(delivery.id), at: at(61)) }
    #expect(stream.activePartitions == 0)
    let errors = stream.pass(to: at(300)).deliveries
    #expect(errors.map(\.target) == [.errorOutput(.activePartitionExceeded)] && errors.map(\.records) == [6])
    _ = stream.ask(.delivered(try #require(errors.first).id), at: at(301))
    #expect(stream.ledger.records[.activePartitionExceeded] == 6 && stream.ledger.records.delivered == 11)
  }

  @Test("partitions are the stream's, not the shard's")
  func shared() throws {
    var stream = try DeliveryStream(
      configuration(fromStream) {
        $0.partitioning = .init()
        $0.buffer.interval = .seconds(60)
      }, at: start)
    for shard in 0..<2 {
      _ = stream.ask(.openShard(ShardID(shard), from: 0), at: start)
      _ = stream.ask(read(shard, from: 0, count: 4, arrived: start, partition: 7), at: start)
    }
    let deliveries = stream.pass(to: at(90)).deliveries
    #expect(deliveries.map(\.records) == [8] && deliveries.map(\.origin) == [nil])
    #expect(stream.bufferSize == .mebibytes(128))
  }
}
