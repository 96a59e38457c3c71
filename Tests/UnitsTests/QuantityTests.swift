import Testing
import Units

@Suite("Quantities")
struct QuantityTests {
  static let intervals: [(text: String, nanoseconds: Int64)] = [
    ("0s", 0), ("250ms", 250_000_000), ("0.1s", 100_000_000), ("1.5m", 90_000_000_000), ("24h", 86_400_000_000_000),
    ("0.000001ms", 1), ("106751d", 106_751 * 86_400_000_000_000),
  ]

  @Test("an interval is read to the nanosecond", arguments: intervals)
  func interval(_ example: (text: String, nanoseconds: Int64)) throws {
    #expect(try Quantity.interval(example.text) == Interval(nanoseconds: example.nanoseconds))
  }

  static let flaws: [(text: String, flaw: Quantity.Flaw)] = [
    ("", .notANumber), ("s", .notANumber), ("-1s", .notANumber), (".s", .notANumber), ("1.2.s", .notANumber),
    ("1.2.3s", .notANumber), ("90", .unitMissing), ("90 s", .unitUnknown(" s")), ("90sec", .unitUnknown("sec")),
    ("0.0000001ms", .tooFine), ("106752d", .tooLarge), ("99999999999999999999s", .tooLarge), ("٣s", .notANumber),
  ]

  @Test("what is no interval says why", arguments: flaws)
  func flaw(_ example: (text: String, flaw: Quantity.Flaw)) {
    #expect(throws: example.flaw) { try Quantity.interval(example.text) }
  }

  @Test("KB is decimal, KiB binary, and half a byte is too fine")
  func bytes() throws {
    #expect(try Quantity.bytes("5KB") == Bytes(5_000))
    #expect(try Quantity.bytes("5KiB") == Bytes(5_120))
    #expect(try Quantity.bytes("1.5MiB") == Bytes(1_572_864))
    #expect(throws: Quantity.Flaw.tooFine) { try Quantity.bytes("0.5B") }
    #expect(throws: Quantity.Flaw.unitUnknown("kB")) { try Quantity.bytes("1kB") }
  }

  @Test("what an interval or a size prints reads back as itself")
  func roundTrip() throws {
    for nanoseconds in [1_000_000, 1_500_000, 90_000_000_000, 86_400_000_000_000, 3_601_000_000_000] as [Int64] {
      let interval = Interval(nanoseconds: nanoseconds)
      #expect(try Quantity.interval(interval.description) == interval)
    }
    for count in [1, 1_023, 1_024, 51_200, 1 << 20, 5 << 30] as [Int64] {
      #expect(try Quantity.bytes(Bytes(count).description) == Bytes(count))
    }
  }
}
