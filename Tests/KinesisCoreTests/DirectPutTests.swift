import Testing
import Units

@testable import KinesisCore

@Suite("Direct PUT")
struct DirectPutTests {
  static let batch = [DeliveryRecord(size: 452, count: 500)]

  @Test(
    "what does not fit the second's bytes is refused record by record: 500 of 221 KiB, four calls and a part of the fifth"
  )
  func partial() throws {
    var stream = try DeliveryStream(configuration(region: "eu-central-1"), at: start)
    let calls = (0..<6).map { _ in stream.ask(.putRecordBatch(Self.batch), at: start).accepted }
    // 1,048,576 bytes a second hold 2,319 records of 452 bytes.
    #expect(calls == [[500], [500], [500], [500], [319], [0]])
    #expect(stream.ask(.putRecordBatch(Self.batch), at: at(milliseconds: 260)).accepted == [500])
    #expect(stream.ledger.records.taken == 2_819)
  }

  @Test("a refused record costs nothing, and a smaller one behind it may fit")
  func smaller() throws {
    var stream = try DeliveryStream(configuration(region: "eu-central-1"), at: start)
    let sizes: [Int32] = [1_000_000, 100_000, 40_000]
    #expect(stream.ask(.putRecordBatch(sizes.map { DeliveryRecord(size: $0) }), at: start).accepted == [1, 0, 1])
  }

  @Test("more calls in a second than the limit are refused as a whole")
  func requests() throws {
    var stream = try DeliveryStream(configuration(region: "eu-central-1"), at: start)
    for _ in 0..<1_000 { #expect(stream.ask(.putRecord(DeliveryRecord(size: 0)), at: start).accepted == [1]) }
    let refused = stream.ask(.putRecord(DeliveryRecord(size: 0)), at: start).refusals
    #expect(refused == [.slowDown])
    #expect(refused.map(\.code) == ["ServiceUnavailableException"] && refused.map(\.message) == ["Slow down."])
    #expect(stream.ask(.putRecord(DeliveryRecord(size: 0)), at: at(milliseconds: 1)).accepted == [1])
  }

  @Test("calls that break a rule take nothing")
  func rules() throws {
    var stream = try DeliveryStream(configuration(), at: start)
    let wrong: [[DeliveryRecord]] = [
      [], [DeliveryRecord(size: 1, count: 501)], [DeliveryRecord(size: 1_024_001)], [DeliveryRecord(size: -1)],
      [DeliveryRecord(size: 1, count: 0)], [DeliveryRecord(size: 1_000_000, count: 5)],
    ]
    for records in wrong {
      #expect(stream.ask(.putRecordBatch(records), at: start).refusals.map(\.code) == ["InvalidArgumentException"])
    }
    #expect(stream.ledger == DeliveryLedger())
    #expect(stream.put(1_024_000, count: 4, at: start).accepted == [4])
    var sourced = try DeliveryStream(configuration(fromStream), at: start)
    #expect(sourced.put(1, at: start).refusals.map(\.code) == ["InvalidArgumentException"])
  }

  @Test("requests, records and bytes scale together")
  func scale() throws {
    let large = LimitsProfile.current.directPut(region: "us-east-1")
    #expect((large.bytes, large.records, large.requests) == (5 << 20, 500_000, 2_000))
    var stream = try DeliveryStream(configuration(.directPut(quota: .mebibytes(10))), at: start)
    #expect(stream.originCount == 2 && stream.bytesPerSecond == .mebibytes(10))
    let calls = (0..<4_001).flatMap { _ in stream.put(0, count: 250, at: start) }
    #expect(calls.accepted == [Int32](repeating: 250, count: 4_000) && calls.refusals == [.slowDown])
  }

  @Test("a limit twice the region's gives two objects an interval; the older account, buffers half as large")
  func channels() throws {
    for (parallel, sizes) in [(Int64(1), [Int64(1 << 20), 1 << 20]), (0, [1 << 19, 1 << 19, 1 << 19, 1 << 19])] {
      var stream = try DeliveryStream(
        configuration(.directPut(quota: .mebibytes(10))) {
          $0.buffer = .init(size: .mebibytes(1), interval: .seconds(60))
        }, limits: limits { $0[.firehose.channels] = parallel }, at: start)
      let deliveries = (0..<4).flatMap { _ in stream.put(524_288, at: start) }.deliveries
      #expect(deliveries.map(\.bytes) == sizes)
    }
  }

  @Test("a throttled stream's limit is raised after a while, and again as long as it is throttled")
  func increase() throws {
    var stream = try DeliveryStream(configuration(region: "eu-central-1"), at: start)
    for _ in 0..<6 { _ = stream.ask(.putRecordBatch(Self.batch), at: at(10)) }
    #expect(stream.pass(to: at(609)).allSatisfy { if case .limitRaised = $0 { false } else { true } })
    #expect(stream.pass(to: at(610)).contains(.limitRaised(.mebibytes(2))))
    #expect(stream.originCount == 2)
    #expect(!stream.pass(to: at(9_000)).contains { if case .limitRaised = $0 { true } else { false } })
    for _ in 0..<12 { _ = stream.ask(.putRecordBatch(Self.batch), at: at(9_000)) }
    #expect(stream.pass(to: at(9_600)).contains(.limitRaised(.mebibytes(4))))
  }

  @Test(
    "each record is billed as a whole number of 5 KiB", arguments: [(3_072, 5), (12_288, 15), (43_008, 45), (0, 0)])
  func billing(size: Int32, kibibytes: Int64) throws {
    var stream = try DeliveryStream(configuration(), at: start)
    _ = stream.put(size, count: 3, at: start)
    #expect(stream.ledger.bytesBilled == 3 * kibibytes << 10)
  }
}
