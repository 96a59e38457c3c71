import Pricing
import Testing
import Units

/// AWS's own examples, to the cent. Where AWS's sum is wrong, the test says so.
@Suite("Worked examples")
struct WorkedExampleTests {
  static let book = PriceBook.current
  static let month = BillingPeriod.month730h

  /// A bill for exactly a period's use.
  static func bill(
    _ lines: [(PriceItem, Int128)], in region: String = "us-east-1", for period: BillingPeriod = month
  ) -> Bill {
    var usage = Usage(over: period.length ?? .hours(730))
    for (item, quantity) in lines { usage.add(item, scope: Scope(.stream, "s"), quantity) }
    return Bill(usage, for: period, book: book, region: region)
  }

  static func dollars(_ text: String) -> Money { Money(usd: text) ?? .zero }
  static func hours(_ count: Int128) -> Int128 { count * 3_600_000_000_000 }
  static func gibibytes(_ count: Int128) -> Int128 { count << 30 }

  @Test("kinesis §10.4 ex. 1: 100 rec/s of 35 KB over four shards for 31 days is 52.14")
  func pricingPage() {
    let seconds: Int128 = 31 * 86_400
    let bill = Self.bill([(.shardHour, Self.hours(4 * 744)), (.putPayloadUnit, 2 * 100 * seconds)], for: .none)
    #expect(bill.lines.map(\.amount.roundedToCents) == [Self.dollars("44.64"), Self.dollars("7.50")])
    #expect(bill.total.roundedToCents == Self.dollars("52.14"))
    #expect(Self.bill([(.extendedRetention, Self.hours(4 * 744))]).total == Self.dollars("59.52"))
    #expect(Self.bill([(.fanOutHour, Self.hours(4 * 730))]).total == Self.dollars("43.80"))
  }

  static let golden: [(item: PriceItem, quantity: Int128, usd: String)] = [
    (.shardHour, hours(730), "10.95"), (.shardHour, hours(4 * 730), "43.80"), (.putPayloadUnit, 6_500_000, "0.09"),
    (.extendedRetention, hours(100), "2.00"), (.longTermRetention, gibibytes(100) * 2_628_000, "2.30"),
    (.longTermRetrieval, gibibytes(100), "2.10"), (.fanOutData, gibibytes(100), "1.30"),
    (.fanOutHour, hours(100), "1.50"), (.onDemandStreamHour, hours(730), "29.20"),
    (.onDemandDataIn, gibibytes(1) / 5, "0.02"), (.onDemandDataOut, gibibytes(1) / 5, "0.01"),
    (.onDemandFanOut, gibibytes(2), "0.10"), (.onDemandRetention, gibibytes(1) * 2_628_000, "0.10"),
    (.longTermRetention, gibibytes(1) * 2_628_000, "0.02"),
  ]

  @Test("kinesis §10.4 ex. 2: each line of the price list's golden file", arguments: golden)
  func priceList(_ line: (item: PriceItem, quantity: Int128, usd: String)) {
    #expect(Self.bill([(line.item, line.quantity)]).total.roundedToCents == Self.dollars(line.usd))
  }

  @Test("kinesis §10.4 ex. 4 and 5: 1,000 rec/s of 200 B is 47.74 a month; ten shards for 30 days are 108")
  func shards() {
    let bill = Self.bill([(.shardHour, Self.hours(730)), (.putPayloadUnit, 1_000 * 2_628_000)])
    #expect(bill.total.roundedToCents == Self.dollars("47.74"))
    #expect(Self.bill([(.shardHour, Self.hours(10 * 720))], for: .month30d).total == Self.dollars("108"))
    #expect(Self.bill([(.shardHour, Self.hours(5 * 730))]).total == Self.dollars("54.75"))
  }

  @Test("firehose §8.1 K1: provisioned, 10 rec/s of 10 KB, two shards, ten fan-out consumers is 273.85")
  func provisionedCalculator() {
    let bytes: Int128 = 10 * 10_240 * 2_628_000
    let bill = Self.bill([
      (.shardHour, Self.hours(2 * 730)), (.putPayloadUnit, 10 * 2_628_000), (.fanOutData, 10 * bytes),
      (.fanOutHour, Self.hours(2 * 10 * 730)),
    ])
    #expect(bill.totalOfRoundedLines == Self.dollars("273.85"))
  }

  @Test("firehose §8.1 K2: on-demand, the same with ten standard and ten fan-out consumers is 274.81")
  func onDemandCalculator() {
    let bytes: Int128 = 10 * 10_240 * 2_628_000
    let bill = Self.bill([
      (.onDemandStreamHour, Self.hours(730)), (.onDemandDataIn, bytes), (.onDemandDataOut, 10 * bytes),
      (.onDemandFanOut, 10 * bytes),
    ])
    #expect(bill.totalOfRoundedLines == Self.dollars("274.81"))
  }

  @Test("firehose §8.1 F1: 10,000 rec/s of 5 KB in us-east-2 with everything is 10,112.96, line by line")
  func firehoseCalculator() {
    let ingested: Int128 = 10_000 * 5_120 * 2_628_000
    let bill = Self.bill(
      [
        (.firehoseDirectPut, ingested), (.firehoseConversion, ingested), (.firehosePartitionedData, ingested),
        (.firehosePartitionedObject, 2_005_005), (.firehoseQueryHour, Self.hours(70)),
        (.firehoseNetworkData, ingested * 13 / 10), (.firehoseNetworkHour, Self.hours(10 * 730)),
      ], in: "us-east-2")
    let lines = ["3634.07", "2255.63", "2506.26", "10.03", "4.90", "1629.07", "73.00"].map(Self.dollars)
    #expect(bill.lines.map(\.amount.roundedToCents) == lines)
    #expect(bill.totalOfRoundedLines == Self.dollars("10112.96"))
    #expect(bill.total.roundedToCents == Self.dollars("10112.95"), "AWS adds up rounded lines")
  }

  @Test("firehose §8.1 F2 to F5: tiers of eu-west-2 end at 512,000 and 2,048,000 GB")
  func tiers() {
    let all = Self.bill(
      [
        (.firehoseStream, Self.gibibytes(7_000_000)), (.firehoseConversion, Self.gibibytes(7_000_000)),
        (.firehoseNetworkData, Self.gibibytes(7_000_000)), (.firehoseNetworkHour, Self.hours(2 * 730)),
      ], in: "eu-west-2")
    let lines = ["17920", "46080", "118848", "147000", "70000", "16.06"].map(Self.dollars)
    #expect(all.lines.map(\.amount) == lines)
    #expect(all.total == Self.dollars("399864.06"))
    let ingest = { (count: Int128) in Self.bill([(.firehoseStream, Self.gibibytes(count))], in: "eu-west-2").total }
    #expect(ingest(3_000_000) == Self.dollars("86848"))
    #expect(ingest(2_000_000) == Self.dollars("62560"))
  }

  @Test("several delivery streams share the account's tiers")
  func sharedTiers() {
    var usage = Usage(over: .hours(730))
    usage.add(.firehoseStream, scope: Scope(.firehose, "a"), Self.gibibytes(500_000))
    usage.add(.firehoseStream, scope: Scope(.firehose, "b"), Self.gibibytes(1_500_000))
    let bill = Bill(usage, for: Self.month, book: Self.book, region: "eu-west-2")
    #expect(bill.total == Self.dollars("62560"))
    #expect(bill.total(of: Scope(.firehose, "a")) == Self.dollars("17500"))
  }

  /// KPUs for so many minutes in all, one more for orchestration, 50 GB of storage each.
  static func flink(_ units: Int128, minutes: Int128, backup: Int128 = 0) -> Money {
    let lines = bill(
      [
        (.flinkHour, (units + 1) * hours(minutes) / 60), (.flinkStorage, gibibytes(50 * units) * minutes * 60),
        (.flinkBackup, gibibytes(backup) * 2_592_000),
      ], for: .month30d
    ).lines
    return lines.reduce(.zero) { $0 + $1.amount.roundedUpToCents }
  }

  @Test("firehose §8.1 M1 to M3: AWS rounds each line up; of the first it prints 1,684.03, a sum that is wrong")
  func flinkExamples() {
    #expect(Self.flink(20, minutes: 30 * 24 * 60, backup: 1) == Self.dollars("1763.23"))
    #expect(Self.flink(2, minutes: 15 * 30) == Self.dollars("2.59"))
    #expect(Self.flink(4, minutes: 30 + 10 + 10) == Self.dollars("0.49"))
  }

  @Test(
    "kinesis §10.4 ex. 7: the Advantage floor of an idle account",
    arguments: [
      (BillingPeriod.month30d, "3037.50"), (.month730h, "3079.69"),
    ])
  func floor(_ example: (period: BillingPeriod, usd: String)) {
    let usage = Usage(over: .hours(24), committed: [Scope(.stream, "s")])
    let bill = Bill(usage, for: example.period, book: Self.book, region: "us-east-1")
    #expect(bill.lines.map(\.item) == [.advantageDataIn, .advantageDataOut])
    #expect(bill.lines.allSatisfy { $0.scope == .account })
    #expect(bill.total.roundedToCents == Self.dollars(example.usd))
  }

  @Test("the floor is filled up, not added: what is used counts towards it")
  func partlyUsed() {
    var usage = Usage(over: .days(30), committed: [Scope(.stream, "s")])
    let used = Int128(Usage.commitment.count) * 2_592_000 / 2
    usage.add(.advantageDataIn, scope: Scope(.stream, "s"), used)
    usage.add(.advantageFanOut, scope: Scope(.stream, "s"), 3 * used)
    let bill = Bill(usage, for: .month30d, book: Self.book, region: "us-east-1")
    #expect(bill.total(of: .account).roundedToCents == Self.dollars("1012.50"))
    #expect(bill.total(of: Scope(.stream, "s")).roundedToCents == Self.dollars("2531.25"))
  }
}
