import Testing
import Units

@testable import KinesisCore

@Suite("Delivery buffers")
struct DeliveryBufferTests {
  @Test("a buffer holds nothing longer than its interval and no more than its size and one record", arguments: 0..<60)
  func bounds(seed: Int) throws {
    var dice = Dice(seed: seed)
    let interval = Interval.seconds(Int64(dice.within(1...90))), largest = dice.pick([10, 5_000, 900_000])
    let timer = Int64(dice.below(2))
    var stream = try DeliveryStream(
      configuration { $0.buffer = .init(size: .mebibytes(Int64(dice.within(1...3))), interval: interval) },
      limits: limits { $0[.firehose.timerStart] = timer }, at: start)
    var now = start
    var reasons: Set<FlushReason> = []
    for _ in 0..<400 {
      now = now + .milliseconds(Int64(dice.below(3_000)))
      let waited = stream.pass(to: now)
      for delivery in (waited + stream.put(Int32(dice.below(largest + 1)), count: 4, at: now)).deliveries {
        reasons.insert(delivery.reason)
        #expect(delivery.bytes < stream.bufferSize.count + Int64(largest) || delivery.bytes == stream.bufferSize.count)
        #expect(now - delivery.oldestArrival <= interval + .seconds(3))
        _ = stream.ask(.delivered(delivery.id), at: now)
      }
      if let oldest = stream.oldestReceived { #expect(now - oldest <= interval, "seed \(seed)") }
    }
    #expect(reasons.contains(largest == 10 ? .interval : .size) || largest == 5_000, "seed \(seed)")
  }

  @Test("the age counts from the first record, or from a clock that runs anyway")
  func timers() throws {
    for (timer, expected) in [(Int64(0), at(100)), (1, at(90))] {
      var stream = try DeliveryStream(
        configuration { $0.buffer.interval = .seconds(30) }, limits: limits { $0[.firehose.timerStart] = timer },
        at: start)
      _ = stream.put(10, at: at(70))
      #expect(stream.deadline == expected)
      #expect(stream.pass(to: expected).deliveries.map(\.reason) == [.interval])
    }
  }

  @Test("an interval of 0 delivers within a second, by multipart uploads")
  func zero() throws {
    var stream = try DeliveryStream(configuration { $0.buffer.interval = .zero }, at: start)
    _ = stream.put(100, at: at(5))
    let delivery = try #require(stream.pass(to: at(6)).deliveries.first)
    #expect(delivery.putRequests == 3 && stream.bufferInterval == .zero)
  }

  @Test("an interval of 60 s is one PUT, one of 59 s a beginning, parts of 5 MiB and an end")
  func multipart() throws {
    for (interval, size, expected) in [(Int64(60), Int64(11), Int64(1)), (59, 11, 5), (59, 1, 3)] {
      var stream = try DeliveryStream(
        configuration(.directPut(quota: .mebibytes(100))) {
          $0.buffer = .init(size: .mebibytes(size), interval: .seconds(interval))
        }, limits: limits { $0[.firehose.channels] = 0 }, at: start)
      stream.units[ErrorOutput.allCases.count].buffer.size = size << 20
      let puts = (0..<3 * size).flatMap { _ in stream.put(524_288, count: 1, at: start) }
      #expect(puts.deliveries.first?.putRequests == expected)
    }
  }

  @Test("500 records in one run are 500 records one by one", arguments: 0..<30)
  func runs(seed: Int) throws {
    var dice = Dice(seed: seed)
    let configuration = configuration { $0.buffer = .init(size: .mebibytes(1), interval: .seconds(60)) }
    var (together, apart) = (try DeliveryStream(configuration, at: start), try DeliveryStream(configuration, at: start))
    var now = start
    for _ in 0..<60 {
      now = now + .milliseconds(Int64(dice.below(700)))
      let record = DeliveryRecord(size: Int32(dice.below(8_000)), count: Int32(dice.within(1...500)))
      let single = DeliveryRecord(size: record.size)
      let a = together.ask(.putRecordBatch([record]), at: now)
      let b = apart.ask(.putRecordBatch(Array(repeating: single, count: Int(record.count))), at: now)
      #expect(a.accepted.reduce(0, +) == b.accepted.reduce(0, +) && a.deliveries == b.deliveries, "seed \(seed)")
    }
    #expect(together.ledger == apart.ledger && together.ledger.records.taken > 0)
  }

  @Test("each shard has its own buffer, and an idle one writes nothing")
  func shards() throws {
    var stream = try DeliveryStream(configuration(fromStream) { $0.buffer.interval = .seconds(60) }, at: start)
    for shard in 0..<3 { _ = stream.ask(.openShard(ShardID(shard), from: 0), at: start) }
    _ = stream.ask(read(0, from: 0, count: 5, arrived: start), at: at(1))
    _ = stream.ask(read(2, from: 0, count: 7, arrived: start), at: at(2))
    #expect(stream.pass(to: at(300)).deliveries.map(\.records) == [5, 7])
    #expect(stream.pollsPerSecond == 1)
  }

  @Test("compression shrinks objects, not the size at which they are cut")
  func compression() throws {
    var stream = try DeliveryStream(
      configuration {
        $0.buffer = .init(size: .mebibytes(1), interval: .seconds(60))
        $0.format = .raw(.gzip)
        $0.compressionPermille = 4_000
      }, at: start)
    let full = stream.put(4_096, count: 256, at: start).deliveries
    #expect(full.map(\.bytes) == [1 << 20] && full.map(\.bytesOut) == [1 << 18])
  }

  @Test("an HTTP request has at most 10,000 records")
  func requests() throws {
    var stream = try DeliveryStream(configuration(to: .http(.generic)), at: start)
    let deliveries = (0..<21).flatMap { _ in stream.put(1, count: 500, at: start) }.deliveries
    #expect(deliveries.map(\.records) == [10_000] && deliveries.map(\.reason) == [.size])
  }

  @Test("a backup of everything is written apart and polls twice")
  func backup() throws {
    var stream = try DeliveryStream(
      configuration {
        $0.backup = .all
        $0.transform = .init()
      }, at: start)
    _ = stream.put(100, count: 10, at: start)
    let invoked = try #require(stream.pass(to: at(60)).invocations.first)
    _ = stream.ask(.transformed(invoked.id, dropped: 10, failed: 0), at: at(61))
    let copies = stream.pass(to: at(300)).deliveries
    #expect(copies.map(\.target) == [.backup] && copies.map(\.bytes) == [1_000])
    #expect(stream.ledger.records.dropped == 10 && stream.ledger.copies.held == 10 && stream.pollsPerSecond == 2)
  }

  @Test("a buffer grows while its deliveries fall behind, if the profile says so", arguments: [1_000, 2_000])
  func growth(permille: Int64) throws {
    var stream = try DeliveryStream(
      configuration(to: .redshift) { $0.buffer = .init(size: .mebibytes(1), interval: .seconds(900)) },
      limits: limits { $0[.firehose.bufferGrowth] = permille }, at: start)
    let under = (0..<4).flatMap { _ in stream.put(524_288, count: 2, at: start) }.deliveries
    #expect(under.count == 1, "COPY commands follow one another")
    let next = stream.ask(.delivered(try #require(under.first).id), at: at(1)).deliveries
    let last = stream.ask(.delivered(try #require(next.first).id), at: at(2)).deliveries
    #expect(last.map(\.bytes) == [permille == 1_000 ? 1 << 20 : 2 << 20])
  }
}
