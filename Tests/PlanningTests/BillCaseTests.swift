import Experiment
import KinesisCore
import Models
import Planning
import Pricing
import Scenario
import Testing
import Units

/// Bills of small scenarios that once were wrong, or ended the process.
@Suite("Bills of small scenarios")
struct BillCaseTests {
  private static func bill(_ text: String, _ period: BillingPeriod = .month30d) throws -> ScenarioBill {
    let head = "schema: weir/v1\nname: case\nregion: us-east-1\n"
    return ScenarioBill(try ScenarioFile.load(text: head + text).experiment, period: period, headroom: 0.25)
  }

  private static func dollars(_ bill: Bill, _ item: PriceItem) -> Money {
    bill.lines.filter { $0.item == item }.reduce(.zero) { $0 + $1.amount }.roundedToCents
  }

  private static func delivered(_ destination: String, from source: String) -> String {
    let stream = source == "direct_put" ? "" : "streams:\n  s: {mode: provisioned, shards: 2}\n"
    let producer = "producers:\n  p: {to: \(source == "direct_put" ? "ice" : "s"), rate: 100, record: {size: 1KiB}}\n"
    return "clock: {duration: 30m}\n" + stream + producer
      + "firehoses:\n  ice: {source: \"\(source)\", destination: \(destination), destination_latency: 2s}\n"
  }

  @Test("Iceberg is billed by bytes as they are: 18.54 by Direct PUT, 11.12 from a stream, a month of 30 days (N§5.2)")
  func iceberg() throws {
    let put = try Self.bill(Self.delivered("s3_iceberg", from: "direct_put")).own
    #expect(
      Self.dollars(put, .firehoseIcebergPut) == Money(usd: "18.54") && Self.dollars(put, .firehoseIceberg) == .zero)
    let stream = try Self.bill(Self.delivered("s3_iceberg", from: "stream:s")).own
    #expect(Self.dollars(stream, .firehoseIceberg) == Money(usd: "11.12"))
  }

  @Test("Snowflake is billed by bytes as they are too, 17.55, which is assumed and marked so (N§5.2)")
  func snowflake() throws {
    let bill = try Self.bill(Self.delivered("snowflake", from: "direct_put")).own
    #expect(Self.dollars(bill, .firehoseSnowflake) == Money(usd: "17.55"))
    #expect(bill.lines.first { $0.item == .firehoseSnowflake }?.confidence == .assumed)
  }

  @Test("other destinations round each record up to 5 KB: five times as much of 1 KiB records")
  func objects() throws {
    let bill = try Self.bill(Self.delivered("s3", from: "direct_put")).own
    // 1,235.96 GB at 0.029.
    #expect(Self.dollars(bill, .firehoseDirectPut) == Money(usd: "35.84"))
  }

  @Test("a run counts the bytes of Iceberg and of S3 as their bills do", arguments: ["s3_iceberg", "s3"])
  func run(_ destination: String) throws {
    let text = Self.delivered(destination, from: "direct_put").replacing("30m", with: "5m")
    let experiment = try ScenarioFile.load(text: "schema: weir/v1\nname: case\n" + text).experiment
    let lines = ScenarioBillTests.run(experiment).lines, closed = ScenarioBillTests.closed(experiment).own.lines
    let item = destination == "s3" ? PriceItem.firehoseDirectPut : .firehoseIcebergPut
    let quantity = { (lines: [Bill.Line]) in Double(lines.first { $0.item == item }?.quantity ?? 0) }
    #expect(quantity(lines) > 0 && abs(quantity(closed) / quantity(lines) - 1) < 0.02)
  }

  @Test("9,000 records of 1,100 B a second need 12 shards with a quarter of room; AWS's formula says 22 (§1)")
  func needed() throws {
    let text = """
      clock: {duration: 1m}
      streams:
        s: {mode: provisioned, shards: 12}
      producers:
        p: {to: s, rate: 9000, record: {size: 1064B, key_bytes: 36}}
      """
    let bill = try Self.bill(text)
    #expect(bill.streams[0].needed == 12 && bill.streams[0].shardsByFormula == 22)
    #expect(bill.sides[0].shards == 12)
  }

  @Test("fan-out consumers of their own count towards the commitment (N§5.1)")
  func commitment() throws {
    let readers = (0..<10).map { "  c\($0): {from: s, type: lambda_efo}\n" }.joined()
    let text = """
      clock: {duration: 1m, cost_extrapolate: none}
      streams:
        s: {mode: on_demand_advantage}
      producers:
        p: {to: s, rate: 25600, record: {size: 988B, key_bytes: 36}}
      consumers:
      \(readers)
      """
    let bill = try Self.bill(text, .month30d).own
    #expect(bill.total(of: .account) == .zero)
    // 405.00 a day.
    let streams = bill.lines.filter { [.advantageDataIn, .advantageFanOut].contains($0.item) }
    #expect(streams.reduce(.zero) { $0 + $1.amount }.roundedToCents == Money(usd: "12150.00"))
  }

  private static func application(_ keys: String) throws -> Bill {
    let text = """
      clock: {duration: 10m}
      streams:
        s: {mode: provisioned, shards: 100}
      producers:
        p: {to: s, rate: 10000, record: {size: 100B}}
      consumers:
        app: {from: s, type: kcl_polling, workers: 10, \(keys)}
      """
    return try bill(text, .month730h).own
  }

  @Test("100 shards, 10 workers and a checkpoint a minute: $53.3 a month under KCL 3, which is the default (N§6)")
  func library() throws {
    let cost = { (bill: Bill) in bill.total(of: Scope(.consumer, "app")).inDollars }
    let three = try Self.application("kcl: {version: 3}"), default3 = try Self.application("start: latest")
    #expect((cost(three) * 10).rounded() == 533 && cost(default3) == cost(three))
    let two = try Self.application("kcl: {version: 2}")
    // Renewals and checkpoints, and ten workers' scans.
    #expect(abs(cost(two) - (49.65 + 2.74 + 10 * (0.0819 + 0.0055))) < 0.01)
  }

  static let extremes = [
    // 7,500 MiB/s for a year.
    "clock: {duration: 1m, cost_extrapolate: year}\nstreams:\n  s: {mode: on_demand_standard, retention: 8760h, max_record: 10MiB}\n"
      + "producers:\n  p: {to: s, rate: 750, record: {size: 10485000B}}\n",
    "clock: {duration: 366d, cost_extrapolate: year}\nstreams:\n  s: {mode: on_demand_standard, retention: 8760h, max_record: 10MiB}\n"
      + "producers:\n  p: {to: s, rate: 1e9, record: {size: 10485000B}}\n",
    "clock: {duration: 1m}\nstreams:\n  s: {mode: provisioned, shards: 1}\nproducers:\n  p: {to: s, rate: 1, record: {size: 1KiB}}\n"
      + "video_streams:\n  v: {bitrate_mbps: 1000, cameras: 1000000, retention: 3653d, hls_viewers: 1000000}\n",
    "clock: {duration: 1m}\nstreams:\n  s: {mode: provisioned, shards: 1}\nproducers:\n  p: {to: s, rate: 1, record: {size: 1KiB}}\n"
      + "sql_applications:\n  q: {from: s, rate: 1e7, row: 10MiB, window: {type: sliding, length: 7d}}\n",
    "clock: {duration: 10s}\nstreams:\n  clicks: {mode: provisioned, shards: 4}\n"
      + "producers:\n  web: {to: clicks, rate: 100, record: {size: {dist: gamma, mean: 25530B, cv: 0.001}}}\n",
  ]

  @Test("what passes 128 bits when multiplied, or 64 when converted, has a bill", arguments: extremes)
  func extreme(_ text: String) throws {
    let bill = try Self.bill(text, .year)
    #expect(bill.own.total > .zero && bill.own.total.inDollars.isFinite)
    #expect(bill.breakEven.allSatisfy { $0.factor > 0 && $0.factor.isFinite })
  }

  @Test("10⁹ records of 10 MiB a second have an estimate")
  func estimate() {
    let load = StreamLoad(
      name: "s", meanRecords: 1e9, peakRecords: 1e9, size: .mebibytes(10), pollers: 1, fanOut: 0, retention: .days(365))
    let estimate = Estimate(load, headroom: 0.25, limits: .current, prices: .current, region: "us-east-1")
    #expect(estimate.shards == 12_500_000_000 && estimate.bills.allSatisfy { $0.total > .zero })
    // Stored a year: 3.3 × 10²³ bytes for 358 days of 365, a month's worth each.
    let stored = estimate.bills[0].lines.first { $0.item == .longTermRetention }
    #expect(stored?.amount.inDollars.isFinite == true)
  }
}
