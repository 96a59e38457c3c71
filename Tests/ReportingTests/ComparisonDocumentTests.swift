import Experiment
import Foundation
import Models
import Scenario
import Simulation
import Testing
import Units

@testable import Planning
@testable import Reporting

@Suite struct ComparisonDocumentTests {
  static let text = """
    schema: weir/v1
    name: tiny
    clock: {duration: 12s, warmup: 1s}
    streams: {clicks: {mode: provisioned, shards: 1}}
    producers: {web: {to: clicks, rate: 40, record: {size: 30KiB}}}
    """
  static let figures = chosen([
    "records.lost", "streams.clicks.put_throttle_rate", "producers.web.put_latency_ms.p99", "cost.total_usd",
  ])

  /// The figures of the scenario at these paths.
  static func chosen(_ paths: [String]) -> [Figure] {
    let all = (try? ScenarioFile.load(text: text)).map { Figure.all(of: $0.experiment) } ?? []
    return paths.compactMap { path in all.first { $0.path == path } }
  }

  static func samples(_ values: [[Double?]]) -> [FigureSample] {
    values.enumerated().map {
      FigureSample(replication: $0, isComplete: true, isPassing: $0 > 0, trajectoryHash: UInt64($0), values: $1)
    }
  }

  /// 30 replications of two designs; in the first figure A − B is 2, 3, 4 and so on, in the last 10 throughout.
  static func comparison(isComplete: Bool = true) throws -> Comparison {
    let loaded = try ScenarioFile.load(text: text)
    let many = { (values: [[Double?]]) in samples((0..<30).map { values[$0 % 3] }) }
    let sides = [
      many([[12, 0.02, 300, 90], [13, 0.03, 320, 90], [14, 0.025, 310, 90]]),
      many([[10, 0.01, 200, 80], [10, 0.03, 240, 80], [10, 0.02, 210, 80]]),
    ]
    let settings = [Setting(path: "streams.clicks.shards", value: "2")]
    let designs = [Design(name: "base", settings: []), Design(name: "more", settings: settings)]
    return Comparison(
      contenders: zip(designs, sides).map { Comparison.Contender(design: $0, loaded: loaded, samples: $1, held: []) },
      figures: figures, differences: Comparison.differences(sides, figures, level: 0.95), rule: .fixed(30),
      isPrecise: true, isComplete: isComplete, level: 0.95, warmUp: .cut(.seconds(5), subject: "the load of clicks"))
  }

  static func report(isComplete: Bool = true) throws -> ComparisonDocument {
    ComparisonDocument(
      try comparison(isComplete: isComplete), warnings: ["mind the gap"],
      command: ShellLine("weir", "compare", of: ["x.yaml"]))
  }

  @Test func `a verdict says how much, and how surely, or that nothing is shown`() throws {
    let report = try Self.report()
    let sentences = report.comparison.differences.map(report.sentence)
    #expect(sentences[0].hasPrefix("lower by 23.1 % (± 2."))
    #expect(sentences[1].hasPrefix("lower by "))
    #expect(sentences[2] == "lower by 30.1 %, no ± (mostly equal)")
    #expect(sentences[3] == "cheaper by 11.1 % in each of 30 runs")
    let equal = [Self.samples([[1], [2], [3]]), Self.samples([[1], [2], [3]])]
    let difference = try #require(Comparison.differences(equal, [Self.figures[0]], level: 0.95).first)
    #expect(
      report.sentence(difference)
        == "the same in every run; what differs in fewer than 63.2 % of runs may not have shown")
    #expect(difference.estimate.halfWidth == nil)
    let often = [Self.samples((0..<30).map { [Double($0)] }), Self.samples((0..<30).map { [Double($0)] })]
    let alike = try #require(Comparison.differences(often, [Self.figures[0]], level: 0.95).first)
    #expect(report.sentence(alike) == "the same in every run")
  }

  @Test func `a difference whose interval holds zero is none`() throws {
    let many = { (values: [Double]) in Self.samples((0..<30).map { [values[$0 % 3]] }) }
    let sides = [many([1, 2, 3]), many([2, 1, 3.1])]
    let figure = [Self.figures[0]]
    let difference = try #require(Comparison.differences(sides, figure, level: 0.95).first)
    #expect(difference.verdict == .notShown)
    #expect(try Self.report().sentence(difference).hasPrefix("no difference shown (+1.67 % ± "))
  }

  @Test func `a figure that a replication did not measure is not compared, and the report says so`() throws {
    let sides = [Self.samples([[1, nil], [2, 3]]), Self.samples([[2, 1], [1, 1]])]
    let differences = Comparison.differences(sides, Array(Self.figures.prefix(2)), level: 0.95)
    #expect(differences.map(\.figure.path) == ["records.lost"])
  }

  @Test func `the JSON has the contract's members, A − B`() throws {
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(try Self.report().json.utf8)) as? [String: Any])
    #expect(json["schema"] as? String == "weir.compare/v1" && json["complete"] as? Bool == true)
    let variants = try #require(json["variants"] as? [[String: Any]])
    #expect(variants.map { $0["name"] as? String } == ["base", "more"])
    #expect((variants[1]["settings"] as? [String: Any])?["streams.clicks.shards"] as? Int == 2)
    let lost = try #require((json["differences"] as? [[String: Any]])?.first)
    #expect(lost["metric"] as? String == "records.lost" && lost["a"] as? String == "base")
    #expect(lost["b"] as? String == "more" && lost["level"] as? Double == 0.95)
    #expect(abs((lost["mean"] as? Double ?? 0) - 3) < 1e-9)
    #expect((lost["half_width"] as? Double ?? 0) > 0.25 && abs((lost["variance_ratio"] as? Double ?? 0) - 1) < 1e-9)
    #expect((json["warm_up"] as? [String: Any])?["cut_s"] as? Double == 5)
  }

  @Test func `the report names the joint level, the withheld intervals, the warm-up and every warning`() throws {
    let report = try Self.report()
    for text in [report.text, report.markdown] {
      #expect(text.contains("One such margin in 20 is too narrow, by chance, and here are 2; --level 0.975 makes it"))
      #expect(
        text.contains("left out is the first 5 s, by the load of clicks; clock.warmup is 1 s: too little"))
      #expect(text.contains("below 30 runs"))
    }
    #expect(
      report.markdown.contains("mind the gap") && !report.text.contains("mind the gap"), "a terminal has it from stderr"
    )
    #expect(report.markdown.contains("```sh\nweir compare x.yaml\n```"))
    #expect(try Self.report(isComplete: false).markdown.contains("**INTERRUPTED, a part only: tiny"))
  }

  @Test func `the CSVs have a row a difference, and a row a variant, replication and figure`() throws {
    let report = try Self.report()
    #expect(report.csv.split(separator: "\n").count == 1 + 4)
    #expect(report.csv.contains("\nrecords.lost,,base,more,1"))
    #expect(report.replicationsCSV.split(separator: "\n").count == 1 + 2 * 30 * 4)
    #expect(report.replicationsCSV.contains("\nmore,2,cost.total_usd,USD,80\n"))
  }

  @Test func `bars start at zero and show where the interval lies`() {
    let bars =
      Chart.differences([
        (name: "up", mean: 0.5, halfWidth: 0.25), (name: "down", mean: -0.5, halfWidth: 0),
        (name: "far", mean: 3, halfWidth: nil),
      ])?.lines ?? []
    #expect(bars.count == 4 && bars[0].hasPrefix("up    ") && bars[0].contains("│█"))
    #expect(bars[0].contains("▓") && bars[0].hasSuffix("─"))
    #expect(bars[1].contains("█│") && !bars[1].contains("▓") && bars[2].hasSuffix("▶"))
    #expect(bars[3].contains("-100 %") && bars[3].hasSuffix("+100 %"))
    #expect(Chart.differences([]) == nil)
  }
}
