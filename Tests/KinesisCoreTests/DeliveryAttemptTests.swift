import Testing
import Units

@testable import KinesisCore

/// A destination that takes a second for each answer, and what it answers.
private struct Receiver {
  var pending: [(at: Instant, delivery: Delivery)] = []

  /// Answers every attempt until an instant; returns the attempts with their instants, and everything else.
  mutating func run(
    _ stream: inout DeliveryStream, until end: Instant, jitter: Int64 = 1_000,
    failing isFailing: (Delivery) -> Bool = { _ in true }
  ) -> (attempts: [(at: Instant, delivery: Delivery)], effects: [DeliveryEffect]) {
    var attempts: [(at: Instant, delivery: Delivery)] = []
    var all: [DeliveryEffect] = []
    while let due = [stream.deadline, pending.first?.at].compactMap({ $0 }).min(), due <= end {
      var effects: [DeliveryEffect] = []
      stream.wake(at: due, into: &effects)
      if let first = pending.first, first.at == due {
        pending.removeFirst()
        let id = first.delivery.id
        stream.step(
          isFailing(first.delivery) ? .deliveryFailed(id, jitter: jitter) : .delivered(id), at: due, into: &effects)
      }
      attempts += effects.deliveries.map { (due, $0) }
      pending += effects.deliveries.map { (due + .seconds(1), $0) }
      all += effects
    }
    return (attempts, all)
  }
}

@Suite("Deliveries and their retries")
struct DeliveryAttemptTests {
  /// One record in a buffer of ten seconds.
  static func stream(
    _ destination: DeliveryDestination, source: DeliveryConfiguration.Source = .directPut(quota: nil),
    retry: Interval? = nil
  ) throws -> DeliveryStream {
    var stream = try DeliveryStream(
      configuration(source, to: destination) {
        $0.buffer.interval = .seconds(10)
        $0.retryDuration = retry
      }, at: start)
    if stream.front == nil {
      _ = stream.ask(.openShard(ShardID(0), from: 0), at: start)
      _ = stream.ask(read(0, from: 0, count: 1, arrived: start), at: start)
    } else {
      _ = stream.put(100, at: start)
    }
    return stream
  }

  @Test("waits double from a second to two minutes, stretched by 0.85 to 1.15", arguments: [850, 1_000, 1_150])
  func backoff(jitter: Int64) throws {
    var receiver = Receiver()
    var stream = try Self.stream(.http(.generic), retry: .seconds(7_200))
    let attempts = receiver.run(&stream, until: at(3_000), jitter: jitter).attempts.map(\.at)
    let waits: [Interval] = zip(attempts.dropFirst(), attempts).map { later, earlier in later - earlier - .seconds(1) }
    let expected: [Interval] = [1, 2, 4, 8, 16, 32, 64, 120, 120, 120].map { .milliseconds($0 * jitter) }
    #expect(Array(waits.prefix(10)) == expected)
  }

  @Test("a spent retry duration sends the batch to the error output", arguments: [0, 30, 300])
  func exhaustion(seconds: Int64) throws {
    var receiver = Receiver()
    var stream = try Self.stream(.http(.generic), retry: .seconds(seconds))
    let history = receiver.run(&stream, until: at(2_000)) { $0.target == .destination }
    let rested = history.attempts.count - 2
    #expect(history.attempts.last?.delivery.target == .errorOutput(.httpEndpointFailed))
    // Waits alone count: 1 + 2 + … until they reach the duration.
    #expect((1 << rested) - 1 >= Int(seconds) && (rested == 0 || (1 << (rested - 1)) - 1 < Int(seconds)))
    #expect(stream.ledger.records[.httpEndpointFailed] == 1 && stream.ledger.records.held == 0)
  }

  @Test("OpenSearch and Redshift are tried every five minutes, the first attempt counts")
  func fixed() throws {
    for (destination, expected, output) in [
      (DeliveryDestination.openSearch, 2, ErrorOutput.openSearchFailed), (.redshift, 13, .redshiftManifest),
    ] {
      var stream = try Self.stream(destination)
      var receiver = Receiver()
      let history = receiver.run(&stream, until: at(8_000)) { $0.target == .destination }
      let tries = history.attempts.filter { $0.delivery.target == .destination }.map(\.at)
      #expect(tries.count == expected)
      #expect(zip(tries.dropFirst(), tries).allSatisfy { $0 - $1 == .seconds(301) })
      #expect(stream.ledger.records[output] == 1)
    }
  }

  @Test("after 24 hours of outage Direct PUT loses what S3 did not take")
  func lost() throws {
    var receiver = Receiver()
    var stream = try Self.stream(.s3)
    let history = receiver.run(&stream, until: at(86_399))
    #expect(stream.ledger.records.held == 1 && history.attempts.count > 700)
    let after = receiver.run(&stream, until: at(86_600))
    #expect(stream.ledger.records.lost == 1 && stream.ledger.records.held == 0)
    #expect(after.effects.receipts.map(\.end) == [.lost])
  }

  @Test("a stream source keeps what it holds as long as the stream does, and loses nothing when S3 is back")
  func kept() throws {
    var receiver = Receiver()
    var stream = try Self.stream(.s3, source: .stream(retention: .days(7)))
    _ = receiver.run(&stream, until: at(3 * 86_400))
    #expect(stream.ledger.records.held == 1)
    _ = receiver.run(&stream, until: at(3 * 86_400 + 300)) { _ in false }
    #expect(stream.ledger.records.delivered == 1 && stream.checkpoint(of: ShardID(0)) == 1)
    receiver = Receiver()
    var short = try Self.stream(.s3, source: .stream(retention: .days(1)))
    _ = receiver.run(&short, until: at(86_700))
    #expect(short.ledger.records.lost == 1)
  }

  @Test("what waits behind an outage is lost at its age, too, oldest first")
  func waiting() throws {
    var stream = try DeliveryStream(
      configuration { $0.buffer.interval = .seconds(10) }, limits: limits { $0[.firehose.outstanding] = 1 }, at: start)
    var entries: [Journal<DeliveryInput>.Entry] = []
    for second in [Int64(0), 100, 200] {
      entries.append(.init(at: at(second), input: .putRecord(DeliveryRecord(size: 10))))
    }
    // Nobody answers the first delivery.
    let effects = stream.replay(entries, until: at(86_400 + 150))
    #expect(effects.deliveries.count == 1 && effects.receipts.map(\.end) == [.lost])
    #expect(stream.ledger.records.held == 2)
    _ = stream.pass(to: at(86_400 + 200))
    #expect(stream.ledger.records.lost == 2 && stream.isBalanced)
  }

  @Test("when neither destination nor S3 takes it the shard's delivery pauses and it is not read on")
  func paused() throws {
    var receiver = Receiver()
    var stream = try Self.stream(.http(.generic), source: fromStream, retry: .zero)
    _ = receiver.run(&stream, until: at(60))
    let shard = ShardID(0)
    _ = stream.ask(read(0, from: 1, count: 1, arrived: at(60)), at: at(60))
    let during = receiver.run(&stream, until: at(500))
    #expect(
      during.attempts.allSatisfy { $0.delivery.records == 1 && $0.delivery.target == .errorOutput(.httpEndpointFailed) }
    )
    #expect(!stream.mayRead(shard))
    _ = receiver.run(&stream, until: at(1_000)) { _ in false }
    #expect(stream.mayRead(shard) && stream.ledger.records.held == 0 && stream.ledger.records.delivered == 1)
  }

  @Test("what is refused for good is lost to HTTP, and error output elsewhere")
  func rejected() throws {
    for (destination, lost, failed) in [
      (DeliveryDestination.http(.generic), Int64(1), Int64(0)), (.snowflake, 0, 1), (.s3, 0, 0),
    ] {
      var stream = try Self.stream(destination)
      let delivery = try #require(stream.pass(to: at(10)).deliveries.first)
      for next in stream.ask(.deliveryRejected(delivery.id), at: at(11)).deliveries {
        _ = stream.ask(.delivered(next.id), at: at(12))
      }
      #expect(stream.ledger.records.lost == lost && stream.ledger.records.failed == failed)
      #expect(stream.isBalanced)
    }
  }

  @Test("a buffer has at most so many deliveries under way, then its shard is read no more")
  func outstanding() throws {
    var stream = try DeliveryStream(
      configuration(fromStream) { $0.buffer = .init(size: .mebibytes(1), interval: .seconds(60)) }, at: start)
    let shard = ShardID(0)
    _ = stream.ask(.openShard(shard, from: 0), at: start)
    let first = stream.ask(read(0, from: 0, count: 16 * 1_024, size: 1_024, arrived: start), at: at(1))
    #expect(first.deliveries.count == 16 && stream.mayRead(shard))
    #expect(
      stream.ask(read(0, from: 16 * 1_024, count: 1_024, size: 1_024, arrived: start), at: at(2)).deliveries == [])
    #expect(!stream.mayRead(shard))
    #expect(stream.ask(.delivered(first.deliveries[3].id), at: at(3)).deliveries.count == 1)
    #expect(stream.mayRead(shard))
    _ = stream.ask(.endShard(shard), at: at(4))
    #expect(!stream.mayRead(shard))
  }
}
