import KinesisCore
import Planning
import Pricing
import Testing
import Units

@Suite("Estimates")
struct EstimateTests {
  static func load(
    _ rate: Double, _ size: Int64, pollers: Int = 1, fanOut: Int = 0, mean: Double? = nil,
    retention: Interval = .hours(24)
  ) -> StreamLoad {
    StreamLoad(
      name: "s", meanRecords: mean ?? rate, peakRecords: rate, size: Bytes(size), pollers: pollers, fanOut: fanOut,
      retention: retention)
  }

  static func estimate(_ load: StreamLoad, headroom: Double = 0) -> Estimate {
    Estimate(load, headroom: headroom, limits: .current, prices: .current, region: "us-east-1")
  }

  static let examples: [(rate: Double, size: Int64, pollers: Int, shards: Int, binding: Estimate.Need.Name)] = [
    (9_000, 1_229, 3, 16, .readBytes), (9_000, 1_229, 1, 11, .writeBytes), (9_000, 100, 1, 9, .writeRecords),
    (1_000, 1_024, 2, 1, .writeRecords), (0, 1_024, 1, 1, .writeBytes), (100, 35 * 1_024, 1, 4, .writeBytes),
  ]

  @Test(
    "shards hold bytes as they are and a thousand records a second, rounded up; the largest need binds",
    arguments: examples)
  func shards(_ example: (rate: Double, size: Int64, pollers: Int, shards: Int, binding: Estimate.Need.Name)) {
    let estimate = Self.estimate(Self.load(example.rate, example.size, pollers: example.pollers))
    #expect(estimate.shards == example.shards && estimate.binding == example.binding)
  }

  @Test("9,000 records of 1,100 B are 9.44 MiB/s: 12 shards with a quarter of room; AWS's formula says 22")
  func formula() throws {
    let estimate = Self.estimate(Self.load(9_000, 1_100), headroom: 0.25)
    #expect(estimate.shards == 12 && estimate.shardsByFormula == 22)
    let need = try #require(estimate.needs.first)
    #expect(need.name == .writeBytes && (need.demand / 1_048_576 * 100).rounded() == 944)
    #expect((estimate.formula[0].demand / 1_048_576 * 100).rounded() == 1_758)
    // The formula does not count records: 9,000 of 100 B are nine shards by the limit.
    let small = Self.estimate(Self.load(9_000, 100))
    #expect(small.shards == 9 && small.shardsByFormula == 9 && small.binding == .writeRecords)
    #expect(Self.estimate(Self.load(9_500, 1_024)).shardsByFormula == 10)
  }

  @Test("headroom comes on top of the peak")
  func headroom() {
    #expect(Self.estimate(Self.load(8_000, 100), headroom: 0.25).shards == 10)
    #expect(Self.estimate(Self.load(8_000, 100), headroom: 0.26).shards == 11)
  }

  @Test("AWS's calculator: 273.85 provisioned and, with fan-out alone, the on-demand lines of 274.81")
  func calculator() {
    let estimate = Self.estimate(Self.load(10, 10_240, pollers: 0, fanOut: 10))
    #expect(estimate.shards == 1)
    let load = Self.load(10, 10_240, pollers: 10, fanOut: 10)
    // One shard holds what AWS's calculator takes two for (docs/cost.md says why).
    let one = Self.estimate(Self.load(10, 10_240, pollers: 10, fanOut: 10), headroom: 0.2)
    #expect(one.shards == 1 && one.shardsByFormula == 1)
    #expect(one.bills[0].totalOfRoundedLines == Money(usd: "153.40"))
    let two = Bill(
      load.usage(.provisioned, shards: 2, for: .month730h), for: .month730h, book: .current, region: "us-east-1")
    #expect(two.totalOfRoundedLines == Money(usd: "273.85"))
    let demand = Bill(
      load.usage(.onDemandStandard, shards: 2, for: .month730h), for: .month730h, book: .current, region: "us-east-1")
    #expect(demand.totalOfRoundedLines == Money(usd: "274.81"))
  }

  @Test("the bill takes the mean, the shards the peak")
  func meanAndPeak() {
    let flat = Self.estimate(Self.load(4_000, 500)), peaked = Self.estimate(Self.load(4_000, 500, mean: 1_000))
    #expect(flat.shards == peaked.shards)
    let units = { (e: Estimate) in e.bills[0].lines.first { $0.item == .putPayloadUnit }?.quantity ?? 0 }
    #expect(units(flat) == 4 * units(peaked))
  }

  @Test("Standard and Advantage break even at 10 MiB/s in and out, but for the stream-hour (kinesis §10.1)")
  func breakEven() throws {
    let load = Self.load(10_240, 1_024, pollers: 1)
    let all = BreakEvens(load, headroom: 0.25, limits: .current, prices: .current, region: "us-east-1").all
    let crossing = try #require(all.first { $0.below == .onDemandStandard && $0.above == .onDemandAdvantage })
    // 1.2 $/GB·MiB/s of Standard and 29.20 of stream-hours against a floor of 3,079.69 a month.
    #expect(abs(crossing.factor - (3_079.6875 - 29.20) / 3_079.6875) < 1e-6)
  }

  @Test("six pollers, 21 fan-out consumers and 30,000 shards are warned of")
  func warnings() {
    #expect(Self.estimate(Self.load(1, 1, pollers: 5)).warnings.isEmpty)
    #expect(Self.estimate(Self.load(1, 1, pollers: 6)).warnings.count == 1)
    #expect(Self.estimate(Self.load(1, 1, fanOut: 21)).warnings.count == 1)
    #expect(Self.estimate(Self.load(3e7, 1)).warnings.count == 1)
  }

  @Test("storage beyond a day is by shard when provisioned, by byte on demand, and by byte beyond a week")
  func retention() {
    let items = { (mode: BillingMode, days: Int64) in
      Self.load(100, 1_024, retention: .days(days)).usage(mode, shards: 1, for: .month730h).lines.map(\.item)
    }
    #expect(items(.provisioned, 7).contains(.extendedRetention) && !items(.provisioned, 7).contains(.longTermRetention))
    #expect(items(.onDemandStandard, 2).contains(.onDemandRetention))
    #expect(items(.onDemandAdvantage, 30).contains(.longTermRetention))
    #expect(!items(.onDemandStandard, 1).contains(.onDemandRetention))
  }
}
