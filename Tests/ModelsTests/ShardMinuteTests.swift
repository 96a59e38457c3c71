import Experiment
import KinesisCore
import Simulation
import Testing
import Units

@testable import Models

@Suite("Shard minutes")
struct ShardMinuteTests {
  private static func row(_ minute: Int, _ shard: Int, records: Int64 = 7, refused: Int64 = 1) -> ShardMinuteBook.Row {
    ShardMinuteBook.Row(
      minute: minute, shard: shard, accepted: .init(records: records, bytes: records * 100),
      demanded: .init(records: records + 1, bytes: 0), throttled: refused, peakLoad: Double(shard),
      peakDemand: Double(minute))
  }

  @Test("one row a shard and minute, and none where nothing came") func rows() {
    var book = ShardMinuteBook(limit: 100)
    for minute in 0..<3 { for shard in 0..<4 { book.add(Self.row(minute, shard)) } }
    book.add(ShardMinuteBook.Row(minute: 3, shard: 0))
    #expect(book.rows.count == 12 && book.minutesPerRow == 1)
    #expect(book.rows == (0..<3).flatMap { minute in (0..<4).map { Self.row(minute, $0) } })
  }

  @Test("what does not fit is folded into wider rows, and nothing is lost", arguments: [1, 2, 7, 40])
  func bounded(_ shards: Int) {
    var book = ShardMinuteBook(limit: 50)
    let minutes = 333
    for minute in 0..<minutes { for shard in 0..<shards { book.add(Self.row(minute, shard)) } }
    #expect(book.rows.count <= max(50, shards) && book.minutesPerRow > 1)
    #expect(book.rows.allSatisfy { $0.minute % book.minutesPerRow == 0 })
    #expect(Set(book.rows.map { [$0.minute, $0.shard] }).count == book.rows.count, "a shard's stretch is one row")
    for shard in 0..<shards {
      let own = book.rows.filter { $0.shard == shard }
      #expect(own.reduce(0) { $0 + $1.accepted.records } == Int64(7 * minutes))
      #expect(own.reduce(0) { $0 + $1.throttled } == Int64(minutes))
      #expect(own.map(\.peakDemand).max() == Double(minutes - 1))
    }
  }

  @Test("more shards than rows are kept a row each") func crowded() {
    var book = ShardMinuteBook(limit: 10)
    for minute in 0..<5 { for shard in 0..<30 { book.add(Self.row(minute, shard)) } }
    #expect(book.rows.count == 30 && book.rows.allSatisfy { $0.accepted.records == 35 })
  }

  /// 95 s with a reshard, and more than one shard takes.
  private static let busy = Fixture.experiment(
    seconds: 95, shards: 1, producers: [Fixture.producer(rate: 1_300)],
    consumers: [Fixture.consumer(.kclPolling)],
    events: [
      ScheduledEvent(at: .seconds(10), action: .updateShardCount(stream: 0, target: 2))
    ])

  @Test("minutes add up to what the shards and the stream counted, the cut-off last one included") func sums() {
    let result = Fixture.result(of: Self.busy), stream = result.streams[0]
    #expect(stream.shards.count > 1 && stream.shards.contains { $0.throttled > 0 })
    for shard in stream.shards {
      let own = stream.minutes.filter { $0.shard == shard.id }
      #expect(own.reduce(0) { $0 + $1.acceptedRecords } == shard.acceptedRecords)
      #expect(own.reduce(.zero) { $0 + $1.acceptedBytes } == shard.acceptedBytes)
      #expect(own.reduce(0) { $0 + $1.demandedRecords } == shard.demandedRecords)
      #expect(own.reduce(0) { $0 + $1.throttledRecords } == shard.throttled)
      #expect(own.map(\.peakDemand).max() ?? 0 == shard.worstDemand)
    }
    #expect(stream.minutes.map(\.length).max() == .minutes(1))
    #expect(stream.minutes.last?.length == .seconds(35) && stream.minutes.last?.begin == result.start + .minutes(1))
    #expect(stream.intake.bytes == stream.incomingBytes && stream.intake.payloadUnits == stream.incomingRecords)
    #expect(stream.intake.roundedBytes == .kibibytes(stream.incomingRecords))
  }

  @Test("a run shorter than a minute has its rest as a row") func short() {
    let result = Fixture.result(of: Fixture.experiment(seconds: 20))
    #expect(result.streams[0].minutes.count == 2)
    #expect(result.streams[0].minutes.allSatisfy { $0.length == .seconds(20) && $0.load > 0 && $0.load < $0.peakLoad })
  }

  @Test("only the first replication keeps minutes: the others are for intervals") func replications() {
    let result = Fixture.result(of: Self.busy, replication: 1)
    #expect(result.streams[0].minutes.isEmpty && result.streams[0].incomingRecords > 0)
  }

  @Test("iterator ages are counted once a measured second, their largest is the largest") func ages() {
    let result = Fixture.result(of: Self.busy), reader = result.consumers[0]
    #expect(reader.iteratorAges.count == 95)
    let largest = reader.iteratorAges.max
    #expect(largest <= reader.iteratorAgeMax && reader.iteratorAgeMax.inSeconds < largest.inSeconds * 1.01 + 0.001)
  }
}

extension RunResult {
  fileprivate var start: Instant { experiment.horizon.start }
}
