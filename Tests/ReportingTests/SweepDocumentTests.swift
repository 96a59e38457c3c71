import Experiment
import Foundation
import KinesisCore
import Models
import Pricing
import Scenario
import Testing

@testable import Planning
@testable import Reporting

@Suite struct SweepDocumentTests {
  static let figures = ComparisonDocumentTests.chosen(["streams.clicks.put_throttle_rate"]) + [.cost]

  static func sample(_ rate: Double?, _ cost: Double, isPassing: Bool = true) -> FigureSample {
    FigureSample(replication: 0, isComplete: true, isPassing: isPassing, trajectoryHash: 7, values: [rate, cost])
  }

  static func report(_ arguments: [String], _ samples: [[FigureSample]?]) throws -> SweepDocument {
    let loaded = try ScenarioFile.load(
      text: ComparisonDocumentTests.text + "\nslo: [{id: t, expr: \"put_throttle_rate(stream=clicks).rate < 1 %\"}]")
    let sweep = Sweep(
      of: loaded, grid: try SweepGrid(arguments: arguments), figures: figures, replications: 1, samples: samples,
      level: 0.95)
    return SweepDocument(sweep, of: loaded, warnings: [], command: ShellLine("weir", "sweep", of: ["x.yaml"]))
  }

  static func line() throws -> SweepDocument {
    try report(
      ["streams.clicks.shards=1,2"], [[sample(0.2, 11, isPassing: false)], [sample(0, 22)]])
  }

  @Test func `settings come first, then the verdict, the cost and the figures`() throws {
    let report = try Self.line()
    #expect(
      report.csv == """
        streams.clicks.shards,passed,replications_passed,replications,cost_usd,streams.clicks.put_throttle_rate,\
        streams.clicks.put_throttle_rate_half_width
        1,false,0,1,11,0.2,
        2,true,1,1,22,0,

        """)
    #expect(report.markdown.contains("| 1 | no | $11.00 | 20 % |") && report.markdown.contains("| 2 | yes |"))
  }

  @Test func `one parameter is drawn as strips`() throws {
    let text = try Self.line().text
    #expect(text.contains("passed                            ✗✓\n"), "\(text)")
    #expect(text.contains("cost.total_usd                    ▅█  $11.00 … $22.00"), "\(text)")
    #expect(text.contains("streams.clicks.put_throttle_rate  █▁  0 % … 20 %"), "\(text)")
  }

  @Test func `two parameters are drawn as maps, and what is missing is blank`() throws {
    let samples = [[Self.sample(0.2, 1)], [Self.sample(0.1, 2)], [Self.sample(0, 3)], nil]
    let report = try Self.report(["streams.clicks.shards=1,2", "producers.web.rate=5,10"], samples)
    #expect(report.text.contains("streams.clicks.put_throttle_rate: 0 % … 20 %\n1  █▒\n2  · \n"), "\(report.text)")
    #expect(report.text.contains("INTERRUPTED, 3 of 4 combinations"))
  }

  @Test func `the JSON has the contract's members`() throws {
    let json = try #require(JSONSerialization.jsonObject(with: Data(try Self.line().json.utf8)) as? [String: Any])
    #expect(json["schema"] as? String == "weir.sweep/v1")
    let point = try #require((json["points"] as? [[String: Any]])?.last)
    #expect((point["settings"] as? [String: Int]) == ["streams.clicks.shards": 2])
    #expect(point["passed"] as? Bool == true && point["cost_usd"] as? Double == 22)
    let metrics = try #require(point["metrics"] as? [String: [String: Any]])
    #expect(metrics["streams.clicks.put_throttle_rate"]?["mean"] as? Double == 0)
    #expect((json["parameters"] as? [[String: Any]])?.first?["values"] as? [Int] == [1, 2])
  }

  // MARK: The journal

  @Test func `a journal gives back exactly what was written`() {
    let samples = [Self.sample(0.1 + 0.2, 1e-300), Self.sample(nil, -0.0, isPassing: false)]
    let contents = SweepJournal.contents(of: SweepJournal.line("key", samples) + "\n" + SweepJournal.line("k2", []))
    #expect(contents.samples["key"] == samples && contents.samples["k2"] == [] && contents.damaged.isEmpty)
  }

  @Test func `a line that was cut or changed anywhere is recognised and counts as none`() {
    let line = String(SweepJournal.line("key", [Self.sample(0.25, 3)]).dropLast())
    for end in line.indices.dropFirst() {
      let contents = SweepJournal.contents(of: String(line[..<end]))
      #expect(contents.samples.isEmpty && contents.damaged == [1] && contents.isCutOff)
    }
    for position in line.indices {
      var changed = line
      changed.replaceSubrange(position...position, with: line[position] == "0" ? "1" : "0")
      #expect(SweepJournal.contents(of: changed + "\n").samples.isEmpty, "\(changed)")
    }
    #expect(SweepJournal.contents(of: line + "\n").samples.count == 1)
  }

  @Test func `a key changes with the scenario, the figures and the number of replications`() throws {
    let one = Fixture.fingerprint
    let other = Fingerprint(
      scenario: "other", inputs: [], limits: .current, prices: .current, seed: 11, version: Version.current)
    let keys = [
      SweepJournal.key(of: one, figures: Self.figures, replications: 1),
      SweepJournal.key(of: other, figures: Self.figures, replications: 1),
      SweepJournal.key(of: one, figures: [.cost], replications: 1),
      SweepJournal.key(of: one, figures: Self.figures, replications: 2),
    ]
    #expect(Set(keys).count == 4)
  }
}
