import Experiment
import Foundation
import Models
import Scenario
import Testing
import Units

@Suite struct `Scenario files` {
  static let shipped = files(in: Sample.package.appendingPathComponent("scenarios"))
  static let shared = files(in: Sample.package.deletingLastPathComponent().appendingPathComponent("shared/scenarios"))

  static let traces = ["normalized", "events"].flatMap { name in
    files(in: Sample.package.deletingLastPathComponent().appendingPathComponent("shared/traces/\(name)"), ".csv")
  }

  private static func files(in folder: URL, _ suffix: String = ".yaml") -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(suffix) }.sorted().map { folder.appendingPathComponent($0).path }
  }

  @Test("every template is sound, named after itself and has a question", arguments: Template.allCases)
  func template(_ template: Template) throws {
    let loaded = try ScenarioFile.load(text: template.text, file: "\(template).yaml")
    #expect(loaded.experiment.name == template.rawValue)
    #expect(loaded.warnings.isEmpty)
    #expect(template.text.hasPrefix("# ") && template.text.prefix { $0 != "\n" }.hasSuffix("?"))
  }

  @Test("every shipped scenario is sound and has a question on top", arguments: shipped)
  func shippedScenario(_ path: String) throws {
    let loaded = try ScenarioFile.load(path: path)
    // What is discontinued always warns, and so does what AWS will refuse, where that is the scenario's point.
    let others = loaded.warnings.filter { !"\($0)".contains("AWS will refuse this") }
    #expect(others.count == loaded.experiment.neighbours.sqlApplications.count)
    #expect(try String(contentsOfFile: path, encoding: .utf8).prefix { $0 != "\n" }.hasPrefix("# "))
  }

  @Test("there are scenarios to ship") func thereAreSome() {
    #expect(Self.shipped.count >= 4)
  }

  @Test(
    "the shared scenarios are sound",
    .enabled(if: !shared.isEmpty, "no shared scenarios beside the package: nothing was checked"), arguments: shared)
  func sharedScenario(_ path: String) throws {
    let loaded = try ScenarioFile.load(path: path)
    #expect(loaded.warnings.isEmpty, "\(loaded.warnings)")
  }

  @Test(
    "every shared trace can be replayed, but for those that are no even bins",
    .enabled(if: !traces.isEmpty, "no shared traces beside the package: nothing was checked"), arguments: traces)
  func sharedTrace(_ path: String) {
    let errors = Sample.errors(Self.replaying(path))
    let isUneven = Self.unevenTraces.contains { path.hasSuffix($0) }
    #expect(errors.isEmpty != isUneven, "\(errors.prefix(3))")
    let known = ["a hole: ", "a gap that is no whole number of bins", "given twice", "more faults"]
    #expect(errors.allSatisfy { error in known.contains { error.contains($0) } })
  }

  @Test(
    "the load balancer's trace has eight holes, which can be filled",
    .enabled(if: traces.contains { $0.hasSuffix(elb) }, "no shared traces beside the package: nothing was checked"))
  func filledTrace() throws {
    let path = try #require(Self.traces.first { $0.hasSuffix(Self.elb) })
    let errors = Sample.errors(Self.replaying(path))
    #expect(errors.count == 8 && errors.allSatisfy { $0.hasSuffix("holes: zero, previous or interpolate") })
    let filled = try ["zero", "previous", "interpolate"].map { holes in
      let loaded = try ScenarioFile.load(text: Self.replaying(path, ", holes: \(holes)"), file: "s.yaml")
      #expect(loaded.warnings.map(\.message).allSatisfy { $0.hasPrefix("8 bins are missing of 4040 and ") })
      #expect(loaded.warnings.count == 1)
      guard case .bins(let trace) = loaded.experiment.producers[0].rate else { return [Double]() }
      #expect(trace.width == .seconds(300) && trace.counts.count == 4_040)
      return trace.counts
    }
    #expect(Set(filled).count == 3)
    let sums = filled.map { $0.reduce(0, +) }
    #expect(sums[0] < sums[1] && sums[0] < sums[2])
  }

  private static let elb = "aws_elb_requests_5min.csv"

  private static func replaying(_ path: String, _ options: String = "") -> String {
    Sample.with("rate: 100", "rate: {curve: trace, file: \(path), scale_mean_rps: 50\(options)}")
  }

  /// Recordings with bins that are missing or given twice: refused, since a gap is not a quiet time.
  private static let unevenTraces = [elb, "ec2_netin_bursty_5min.csv", "wikipedia_peyton_manning_1d.csv"]

  @Test("the schema is JSON") func schema() throws {
    let json = try JSONSerialization.jsonObject(with: Data(ScenarioSchema.json.utf8)) as? [String: Any]
    #expect(json?["title"] as? String == "weir scenario v1")
  }
}
