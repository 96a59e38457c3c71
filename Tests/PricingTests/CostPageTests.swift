import Foundation
import Pricing
import Testing
import Units

/// docs/cost.md against the price book: every worked example of AWS, recomputed.
@Suite("The page of costs")
struct CostPageTests {
  /// How AWS added an example up.
  enum Sum: String {
    case exact, rounded = "lines rounded", up = "lines rounded up"

    func total(_ bill: Bill) -> Money {
      switch self {
      case .exact: bill.total.roundedToCents
      case .rounded: bill.totalOfRoundedLines
      case .up: bill.lines.reduce(.zero) { $0 + $1.amount.roundedUpToCents }
      }
    }
  }

  /// An example: what AWS prints, and the bill of the same use.
  struct Example {
    var id: String, what: String, aws: String
    var sum: Sum
    var bill: Bill
    var remark = ""

    init(_ id: String, _ what: String, _ aws: String, _ sum: Sum, _ bill: Bill, _ remark: String = "") {
      (self.id, self.what, self.aws, self.sum, self.bill, self.remark) = (id, what, aws, sum, bill, remark)
    }

    init(_ id: String, _ what: String, _ aws: String, _ bill: Bill, _ remark: String = "") {
      self.init(id, what, aws, .exact, bill, remark)
    }

    var weir: Money { sum.total(bill) }
    var deviation: Money { weir - (Money(usd: aws) ?? .zero) }

    /// Its row of the table.
    var row: String {
      "| \(id) | \(what) | \(Self.text(Money(usd: aws) ?? .zero)) | \(Self.text(weir)) | \(Self.text(deviation)) | "
        + "\(sum.rawValue) | \(Self.text(bill.total.roundedToCents)) | \(remark) |"
    }

    /// Dollars and cents.
    private static func text(_ money: Money) -> String { String(format: "%.2f", money.inDollars) }
  }

  private typealias Worked = WorkedExampleTests

  private static func bill(
    _ lines: [(PriceItem, Int128)], in region: String = "us-east-1", for period: BillingPeriod = .month730h
  ) -> Bill { Worked.bill(lines, in: region, for: period) }

  private static func hours(_ count: Int128) -> Int128 { Worked.hours(count) }
  private static func gibibytes(_ count: Int128) -> Int128 { Worked.gibibytes(count) }

  private static func floor(over span: Interval, _ period: BillingPeriod) -> Bill {
    Bill(Usage(over: span, committed: [Scope(.stream, "s")]), for: period, book: .current, region: "us-east-1")
  }

  private static let seconds30d: Int128 = 2_592_000, seconds31d: Int128 = 2_678_400, seconds730h: Int128 = 2_628_000

  static var streams: [Example] { pricingPage + Worked.golden.map(golden) + others }

  private static var pricingPage: [Example] {
    let shards = bill([(.shardHour, hours(4 * 744)), (.putPayloadUnit, 200 * seconds31d)], for: .none)
    return [
      Example("Streams 1", "100 rec/s of 35 KB, 4 shards, 31 days", "52.14", shards),
      Example("", "… 7 days of retention", "59.52", bill([(.extendedRetention, hours(4 * 744))])),
      Example("", "… a fan-out consumer, 730 h, its bytes aside", "43.80", bill([(.fanOutHour, hours(4 * 730))])),
    ]
  }

  private static func golden(_ line: (item: PriceItem, quantity: Int128, usd: String)) -> Example {
    let unit = PriceBook.current.price(of: line.item, in: "us-east-1")?.unit ?? .each
    let units = String(format: "%g", Double(line.quantity) / Double(unit.size(in: .month730h)))
    let use = "`\(line.item.rawValue)`, \(units) \(unit.rawValue)"
    return Example("Streams 2", use, line.usd, bill([(line.item, line.quantity)]))
  }

  private static var others: [Example] {
    let small = bill([(.shardHour, hours(730)), (.putPayloadUnit, 1_000 * seconds730h)])
    let bytes: Int128 = (10 << 20) * seconds30d
    let standard = bill([(.onDemandDataIn, bytes), (.onDemandDataOut, bytes)], for: .month30d)
    return [
      Example("Streams 4", "1,000 rec/s of 200 B, 1 shard", "47.74", small),
      Example("Streams 5", "10 shards, 30 days", "108.00", bill([(.shardHour, hours(7_200))], for: .month30d)),
      Example("", "5 shards, 730 h", "54.75", bill([(.shardHour, hours(5 * 730))])),
      Example("Streams 7", "Advantage floor, 30 days", "3037.50", floor(over: .hours(24), .month30d)),
      Example("", "Advantage floor, 730 h", "3079.69", floor(over: .hours(24), .month730h)),
      Example("", "Advantage floor, 31 days", "3138.75", floor(over: .days(31), .none)),
      Example(
        "", "Standard, 10 MiB/s in and out, 30 days", "3037.50", standard,
        "and 28.80 of stream-hours: the modes break even but for them"),
    ]
  }

  static var calculator: [Example] {
    let bytes: Int128 = 10 * 10_240 * seconds730h
    return [
      Example(
        "K1", "provisioned, 10 rec/s of 10 KB, 2 shards, 10 fan-out", "273.85", .rounded,
        bill([
          (.shardHour, hours(2 * 730)), (.putPayloadUnit, 10 * seconds730h), (.fanOutData, 10 * bytes),
          (.fanOutHour, hours(2 * 10 * 730)),
        ])),
      Example(
        "K2", "the same on demand, 10 pollers and 10 fan-out", "274.81", .rounded,
        bill([
          (.onDemandStreamHour, hours(730)), (.onDemandDataIn, bytes), (.onDemandDataOut, 10 * bytes),
          (.onDemandFanOut, 10 * bytes),
        ])),
      Example(
        "K4", "4 shards, 6.5 M units, 100 GB of each kind, 100 consumer-h", "53.09", .rounded,
        bill([
          (.shardHour, hours(4 * 730)), (.putPayloadUnit, 6_500_000), (.extendedRetention, hours(100)),
          (.longTermRetention, gibibytes(100) * seconds730h), (.longTermRetrieval, gibibytes(100)),
          (.fanOutData, gibibytes(100)), (.fanOutHour, hours(100)),
        ])),
    ]
  }

  static var firehose: [Example] {
    let ingested: Int128 = 10_000 * 5_120 * seconds730h
    let page: Int128 = 100 * 5_120 * seconds30d, raw: Int128 = 100 * 3_072 * seconds30d
    func london(_ count: Int128, _ more: [(PriceItem, Int128)] = []) -> Bill {
      bill([(.firehoseStream, gibibytes(count))] + more, in: "eu-west-2")
    }
    return [
      Example(
        "F1", "us-east-2, 10,000 rec/s of 5 KB with everything", "10112.96", .rounded,
        bill(
          [
            (.firehoseDirectPut, ingested), (.firehoseConversion, ingested), (.firehosePartitionedData, ingested),
            (.firehosePartitionedObject, 2_005_005), (.firehoseQueryHour, hours(70)),
            (.firehoseNetworkData, ingested * 13 / 10), (.firehoseNetworkHour, hours(7_300)),
          ], in: "us-east-2"), "AWS adds up lines rounded to the cent: the exact sum is a cent less"),
      Example(
        "F2", "eu-west-2, 7,000,000 GB, conversion, VPC of 2 AZ", "399864.06",
        london(
          7_000_000,
          [
            (.firehoseConversion, gibibytes(7_000_000)), (.firehoseNetworkData, gibibytes(7_000_000)),
            (.firehoseNetworkHour, hours(1_460)),
          ])),
      Example(
        "F3", "eu-west-2, 3,000,000 GB, VPC of 2 AZ", "116864.06",
        london(3_000_000, [(.firehoseNetworkData, gibibytes(3_000_000)), (.firehoseNetworkHour, hours(1_460))])),
      Example("F4", "eu-west-2, 3,000,000 GB", "86848.00", london(3_000_000)),
      Example("F5", "eu-west-2, 2,000,000 GB", "62560.00", london(2_000_000)),
      Example(
        "F12", "100 rec/s of 3 KB, 30 days, ingestion", "35.84", bill([(.firehoseDirectPut, page)], for: .month30d)),
      Example("", "… conversion", "22.25", bill([(.firehoseConversion, page)], for: .month30d)),
      Example(
        "F13", "… dynamic partitioning, 11,866 objects, 70 JQ hours", "19.79",
        bill(
          [
            (.firehosePartitionedData, raw), (.firehosePartitionedObject, 11_866), (.firehoseQueryHour, hours(70)),
          ], for: .month30d)),
    ]
  }

  static var flink: [Example] {
    func bill(_ units: Int128, minutes: Int128, backup: Int128 = 0) -> Bill {
      Self.bill(
        [
          (.flinkHour, (units + 1) * hours(minutes) / 60), (.flinkStorage, gibibytes(50 * units) * minutes * 60),
          (.flinkBackup, gibibytes(backup) * seconds30d),
        ], for: .month30d)
    }
    return [
      Example(
        "M1", "Flink, 20 KPUs, 30 days", "1684.03", .up, bill(20, minutes: 43_200, backup: 1),
        "AWS's sum is wrong: its own line 24·30·21·0.11 is 1,663.20, and it adds 1,584.00"),
      Example("M2", "Flink, 2 KPUs, 15 min a day", "2.59", .up, bill(2, minutes: 450)),
      Example("M3", "Flink, 4 KPUs, runs of 30, 5 and 2 min", "0.49", .up, bill(4, minutes: 50)),
    ]
  }

  private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("docs/cost.md")

  @Test("docs/cost.md has every worked example as the price book makes it, and no other")
  func table() throws {
    let rows = (Self.streams + Self.calculator + Self.firehose + Self.flink).map(\.row)
    // WEIR_SHOW_COST=1 swift test --filter CostPageTests | grep "^|" prints the rows.
    if ProcessInfo.processInfo.environment["WEIR_SHOW_COST"] != nil { print(rows.joined(separator: "\n")) }
    let lines = try String(contentsOf: Self.page, encoding: .utf8).split(separator: "\n").map(String.init)
    let begin = try #require(lines.firstIndex { $0.hasPrefix("| Example |") })
    #expect(Array(lines[(begin + 2)...].prefix { $0.hasPrefix("|") }) == rows)
  }

  @Test("weir deviates from AWS only where AWS's own sum is wrong")
  func deviations() {
    let all = Self.streams + Self.calculator + Self.firehose + Self.flink
    #expect(all.filter { $0.deviation != .zero }.map(\.id) == ["M1"])
    #expect(all.last { $0.id == "M1" }?.deviation == Money(usd: "79.20"))
  }
}
