import Testing
import Units

@testable import KinesisCore

@Suite("Records whose contents a driver knows")
struct DeliveryPieceTests {
  /// A model of a driver: it knows where each record is by nothing but what the machine says, as the live engine does.
  private struct Driver {
    var stream: DeliveryStream
    let isPartitioned: Bool
    var ahead: [Int] = [], staged: [Int] = [], lines: [String: [Int]] = [:]
    var calls: [Int: [Int]] = [:], loads: [Int: [Int]] = [:]
    /// Where each record came to an end.
    var ends: [Int: String] = [:]
    var invocations: [Invocation] = [], deliveries: [Delivery] = []

    private static func line(_ delivery: Delivery) -> String {
      switch delivery.target {
      case .destination: delivery.partition == 0 ? "main" : "p\(delivery.partition)"
      case .errorOutput(let output): output.word
      case .backup: "copies"
      }
    }

    mutating func note(_ effects: [DeliveryEffect]) {
      for effect in effects {
        switch effect {
        case .invoke(let call):
          invocations.append(call)
          if call.attempt == 1 { calls[call.id.slot] = take(call.records, &ahead) }
        case .placed(let parcel, let target):
          var line = "p\(parcel.partition)"
          if case .errorOutput(let output) = target { line = output.word }
          lines[line, default: []] += take(parcel.records, &staged)
        case .unprocessed(let parcels, let id):
          let numbers = id.flatMap { calls.removeValue(forKey: $0.slot) }
          let own = numbers ?? parcels.flatMap { take($0.records, &ahead) }
          lines[ErrorOutput.processingFailed.word, default: []] += own
        case .deliver(let delivery):
          deliveries.append(delivery)
          guard loads[delivery.id.slot] == nil else { continue }
          loads[delivery.id.slot] = take(delivery.records, &lines[Self.line(delivery), default: []])
        case .settled(let receipt):
          guard let id = receipt.id else { continue }
          for number in loads.removeValue(forKey: id.slot) ?? [] {
            ends[number] = receipt.end == .delivered ? "p\(receipt.parcels[0].partition)" : "\(receipt.end)"
          }
        case .put, .refused, .checkpoint, .reread, .limitRaised: break
        }
      }
    }

    private func take(_ count: Int64, _ line: inout [Int]) -> [Int] {
      defer { line.removeFirst(Int(count)) }
      return Array(line.prefix(Int(count)))
    }
  }

  /// What a record is to become, by its number.
  private static func fate(_ number: Int, partitions: Int) -> DeliveryPiece {
    let size = Int64(100 + number % 7 * 300)
    switch number % 11 {
    case 3: return DeliveryPiece(size: size, .failed(.processingFailed))
    case 7: return DeliveryPiece(size: size, .dropped)
    default: return DeliveryPiece(size: size, .on(partition: partitions == 0 ? 0 : Int32(number % partitions + 1)))
    }
  }

  @Test(
    "each ends where it was said, behind a function, dynamic partitions and mishaps, however calls overlap",
    arguments: 1...12)
  func ends(seed: Int) throws {
    var dice = Dice(seed: seed)
    let partitions = seed % 3 == 0 ? 0 : 1 + dice.below(9), most = seed % 3 == 1 ? Int64(3) : nil
    let stream = try DeliveryStream(
      configuration {
        $0.transform = .init()
        $0.transform?.bufferSize = .kibibytes(256)
        $0.transform?.bufferInterval = .seconds(1)
        $0.transform?.retries = 1
        if partitions > 0 { $0.partitioning = .init(maxActive: most) }
        $0.buffer.interval = .seconds(60)
        if partitions > 0 { $0.buffer.size = .mebibytes(64) }
      }, at: start)
    var driver = Driver(stream: stream, isPartitioned: partitions > 0)
    var (number, failed): (Int, Set<Int>) = (0, [])
    for second in 0..<400 {
      let now = at(Int64(second))
      driver.note(driver.stream.pass(to: now))
      if second < 200 {
        var (accepted, effects): ([Int32], [DeliveryEffect]) = ([], [])
        let count = 1 + dice.below(30)
        let sizes = (0..<count).map { _ in DeliveryRecord(size: Int32(dice.below(60_000))) }
        let pieces = sizes.map { [DeliveryPiece(size: Int64($0.size), .on(partition: 0))] }
        try driver.stream.putRecordBatch(sizes, as: pieces, at: now, accepted: &accepted, into: &effects)
        #expect(accepted.allSatisfy { $0 == 1 })
        driver.ahead += number..<number + count
        number += count
        driver.note(effects)
      }
      Self.answer(&driver, &dice, &failed, at: now, partitions: partitions)
      #expect(driver.stream.isBalanced)
    }
    for record in 0..<number {
      let wanted: String? =
        switch Self.fate(record, partitions: partitions).way {
        case _ where failed.contains(record): "\(DeliveryReceipt.End.errorOutput(.processingFailed))"
        case .failed(let output): "\(DeliveryReceipt.End.errorOutput(output))"
        case .dropped: nil
        case .on(let partition): "p\(partition)"
        }
      let exceeded = "\(DeliveryReceipt.End.errorOutput(.activePartitionExceeded))"
      #expect(
        driver.ends[record] == wanted || (most != nil && driver.ends[record] == exceeded), "seed \(seed), \(record)")
    }
    #expect(number > 1_000 && driver.stream.ledger.records.held == 0)
  }

  /// Some of what is under way is answered, in any order.
  private static func answer(
    _ driver: inout Driver, _ dice: inout Dice, _ failed: inout Set<Int>, at now: Instant, partitions: Int
  ) {
    let calls = driver.invocations, deliveries = driver.deliveries
    (driver.invocations, driver.deliveries) = ([], [])
    for call in calls.reversed() {
      guard dice.below(3) > 0 || now > at(250) else {
        driver.invocations.append(call)
        continue
      }
      guard dice.below(6) > 0 else {
        let numbers = driver.calls[call.id.slot] ?? []
        if call.attempt == 2 { failed.formUnion(numbers) }
        driver.note(driver.stream.ask(.transformFailed(call.id), at: now))
        continue
      }
      let numbers = driver.calls.removeValue(forKey: call.id.slot) ?? []
      let pieces = numbers.map { fate($0, partitions: partitions) }
      for (number, piece) in zip(numbers, pieces) {
        switch piece.way {
        case .on:
          if partitions > 0 { driver.staged.append(number) } else { driver.lines["main", default: []].append(number) }
        case .failed(let output): driver.lines[output.word, default: []].append(number)
        case .dropped: break
        }
      }
      driver.note(driver.stream.ask(.processed(call.id, pieces), at: now))
    }
    for delivery in deliveries {
      guard dice.below(4) > 0 || now > at(250) else {
        driver.deliveries.append(delivery)
        continue
      }
      let isFailure = dice.below(5) == 0 && now < at(250)
      driver.note(
        driver.stream.ask(isFailure ? .deliveryFailed(delivery.id, jitter: 1_000) : .delivered(delivery.id), at: now))
    }
  }

  @Test("a record of a shard becomes its pieces: they are held and delivered, and it is billed and copied as itself")
  func shard() throws {
    var stream = try DeliveryStream(configuration(fromStream) { $0.backup = .all }, at: start)
    _ = stream.ask(.openShard(ShardID(0), from: 0), at: start)
    let runs = [0, 1].map { DeliveryRun(first: $0, count: 1, records: 1, bytes: 6_000, arrival: start) }
    let pieces = [
      [100, 200, 300].map { DeliveryPiece(size: $0, .on(partition: 0)) },
      [DeliveryPiece(size: 50, .failed(.decompressionFailed)), DeliveryPiece(size: 0, .dropped)],
    ]
    var effects: [DeliveryEffect] = []
    stream.take(DeliveryRead(shard: ShardID(0), runs: runs, next: 2), as: pieces, at: start, into: &effects)
    #expect(
      stream.ledger.records.taken == 5 && stream.ledger.copies.taken == 2 && stream.ledger.bytesBilled == 2 * 10_240)
    let deliveries = stream.pass(to: at(300)).deliveries
    #expect(Set(deliveries.map(\.records)) == [3, 2, 1] && deliveries.contains { $0.bytes == 12_000 })
    effects = deliveries.flatMap { stream.ask(.delivered($0.id), at: at(300)) }
    #expect(stream.checkpoint(of: ShardID(0)) == 2 && stream.isBalanced && stream.ledger.records.held == 0)
    #expect(stream.ledger.records[.decompressionFailed] == 1 && stream.ledger.records.dropped == 1)
  }

  @Test("the Kinesis Producer Library's aggregates are taken apart, and told from what only begins like one")
  func aggregates() {
    // One key, two records, as awslabs/amazon-kinesis-producer's description has it.
    let message: [UInt8] = [0x0a, 1, 0x61, 0x1a, 5, 0x08, 0, 0x1a, 1, 0x78, 0x1a, 6, 0x08, 0, 0x1a, 2, 0x79, 0x7a]
    let whole = [0xf3, 0x89, 0x9a, 0xc2] + message + [UInt8](repeating: 0, count: 16)
    let items = AggregatedRecord(whole[...])?.items ?? []
    #expect(items.map(\.key) == ["a", "a"] && items.map { Array($0.data) } == [[0x78], [0x79, 0x7a]])
    #expect(AggregatedRecord(whole[...])?.isIntact == false)
    #expect(AggregatedRecord(whole.dropFirst()) == nil && AggregatedRecord([0xf3, 0x89, 0x9a, 0xc2]) == nil)
  }
}
