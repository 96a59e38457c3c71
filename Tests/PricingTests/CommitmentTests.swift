import Pricing
import Testing
import Units

/// Bills that AWS's blog of 2026-03-09 on Advantage printed, by the formula that they agree with within 3.5 % (N§5.1).
@Suite("The commitment of on-demand Advantage")
struct CommitmentTests {
  /// A steady stream of 1 KiB records, polled by some and pushed to some consumers.
  private static func bill(
    _ mode: BillingMode, mebibytes: Int128, streams: Int, pollers: Int128, fanOut: Int, over span: Interval
  ) -> Bill {
    var use = Use()
    let bytes = (mebibytes << 20) * Int128(span.nanoseconds / 1_000_000_000) / Int128(streams)
    for index in 0..<streams {
      var stream = StreamUse("s\(index)", mode, retention: .hours(24))
      (stream.time, stream.bytes, stream.roundedBytes) = (span, .counted(bytes), .counted(bytes))
      stream.polledBytes = pollers * bytes
      stream.fanOut = (0..<fanOut).map { StreamUse.FanOut(Scope(.consumer, "c\($0)"), bytes: bytes) }
      use.streams.append(stream)
    }
    return Bill(use.usage(over: span), for: .none, book: .current, region: "us-east-1")
  }

  @Test("what fan-out consumers are pushed counts towards the 25 MiB/s of retrieval: 405.00 a day, not 438.75 (N§5.1)")
  func fanOut() {
    let bill = Self.bill(.onDemandAdvantage, mebibytes: 25, streams: 1, pollers: 0, fanOut: 10, over: .hours(24))
    #expect(bill.total.roundedToCents == Money(usd: "405.00") && bill.total(of: .account) == .zero)
    let standard = Self.bill(.onDemandStandard, mebibytes: 25, streams: 1, pollers: 0, fanOut: 10, over: .hours(24))
    #expect(standard.total.roundedToCents == Money(usd: "1224.40"))
  }

  @Test("100 MiB/s over ten streams in 48 hours: 2,044.20 under Standard, 810.00 under Advantage (N§5.1)")
  func many() {
    let cost = { (mode: BillingMode) in
      Self.bill(mode, mebibytes: 100, streams: 10, pollers: 1, fanOut: 0, over: .hours(48)).total.roundedToCents
    }
    #expect(cost(.onDemandStandard) == Money(usd: "2044.20") && cost(.onDemandAdvantage) == Money(usd: "810.00"))
  }

  @Test("15 MiB/s over ten streams costs a day's floor: 101.25 (N§5.1)")
  func floor() {
    let bill = Self.bill(.onDemandAdvantage, mebibytes: 15, streams: 10, pollers: 1, fanOut: 0, over: .hours(24))
    #expect(bill.total.roundedToCents == Money(usd: "101.25"))
    // Ten pollers take out more than the commitment: only what is short of it coming in is added.
    let read = Self.bill(.onDemandAdvantage, mebibytes: 15, streams: 10, pollers: 10, fanOut: 0, over: .hours(24))
    #expect(read.total(of: .account) == Money(usd: "27.00"))
  }
}
