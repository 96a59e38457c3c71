import Experiment
import Models
import Pricing
import Scenario
import Testing
import Units

@testable import Planning
@testable import Reporting

/// Where nobody published a price, a run says so with the region, and a budget says why it was not measured.
@Suite("Prices that are missing")
struct MissingPriceTests {
  private static func report(_ region: String) throws -> Report {
    let loaded = try ScenarioFile.load(
      text: """
        schema: weir/v1
        name: elsewhere
        region: \(region)
        clock: {duration: 2s}
        streams:
          clicks: {mode: provisioned, shards: 1}
        producers:
          web: {to: clicks, rate: 10, record: {size: 900B}}
        slo:
          - {id: budget, expr: "cost_month(scope=total).last < 3500 USD"}
        """)
    var world = World(PreparedExperiment(loaded.experiment), replication: 0)
    let isOver = world.advance(limit: 100_000)
    return Report(
      results: [world.finish(isComplete: isOver)], fingerprint: Fingerprint(of: loaded, version: Version.current),
      warnings: [], command: nil)
  }

  @Test(
    "a run's summary and its budget name the region and what has no price there",
    arguments: ["eu-west-1", "eu-central-1"])
  func named(_ region: String) throws {
    let lines = Summary(try Self.report(region)).lines
    let gap = "\(region) has no known price for kinesis.shard_hour, kinesis.put_payload_unit; give it in a price file"
    #expect(lines.contains { $0.hasPrefix("  cost: ") && $0.hasSuffix("left out: \(gap)") }, "\(lines)")
    #expect(lines[0].contains("budget was not measured (wanted < $3,500.00): \(gap)"), "\(lines[0])")
    let page = try Self.report(region).markdown
    #expect(page.contains("budget was not measured: \(region) has no known price"))
  }

  @Test("where all has a price nothing is said")
  func priced() throws {
    #expect(!Summary(try Self.report("us-east-1")).lines.contains { $0.contains("no known price") })
  }

  @Test("no factor of a break-even is 0 ×")
  func factors() {
    #expect(
      [0.001, 0.0042, 0.0999, 0.1, 0.5, 2.44, 31.4].map(Figures.factor)
        == ["0.001 ×", "0.0042 ×", "0.0999 ×", "0.1 ×", "0.5 ×", "2.4 ×", "31 ×"])
    #expect(Figures.factor(0) == "0 ×")
    let crossing = BreakEven(below: .onDemandStandard, above: .provisioned, factor: 0.00123)
    #expect(EstimateDocument.sentence(crossing).hasPrefix("At 0.00123 × this load"))
  }
}
