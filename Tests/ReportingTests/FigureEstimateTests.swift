import Experiment
import Simulation
import Testing

@testable import Models
@testable import Planning
@testable import Reporting

@Suite struct FigureEstimateTests {
  private func estimates(_ results: [RunResult]) -> [FigureEstimate] {
    let figures = results.first.map { Figure.printed(in: $0).filter { $0.standing.better != nil } } ?? []
    return FigureEstimate.all(of: figures, results.map { FigureSample($0, figures: figures) }, level: 0.95)
  }

  @Test func `figures are averaged under the paths of run json`() throws {
    var other = Fixture.result(replication: 1)
    other.records.lost = 1_240
    let estimates = self.estimates([Fixture.result(), other])
    let lost = try #require(estimates.first { $0.path == "records.lost" })
    #expect(lost.mean == 1_237 && lost.withheld == .fewReplications)
    let document = RunJSON(Fixture.report()).value
    for estimate in estimates where !estimate.path.hasPrefix("slo.") {
      let found = estimate.path.split(separator: ".").reduce(document as JSONValue?) { $0?[String($1)] }
      #expect(found != nil, "\(estimate.path)")
    }
    #expect(Set(estimates.map(\.path)).count == estimates.count)
  }

  @Test func `one replication has no width`() {
    let estimates = self.estimates([Fixture.result()])
    #expect(estimates.allSatisfy { $0.withheld == .oneReplication } && !estimates.isEmpty)
    #expect(self.estimates([]).isEmpty)
  }

  private func withheld(_ values: [Double]) -> FigureEstimate.Withheld? {
    if case .withheld(let reason) = FigureEstimate.interval(values, level: 0.95) { reason } else { nil }
  }

  @Test(arguments: [2, 20, 29, 30])
  func `there is an interval from thirty replications on`(count: Int) {
    #expect(withheld((0..<count).map { Double($0) }) == (count < 30 ? .fewReplications : nil))
  }

  @Test func `values that are all or mostly equal have none`() {
    let mostly = (0..<40).map { $0 < 14 ? 0 : Double($0) }
    #expect(withheld(Array(repeating: 3, count: 40)) == .allEqual && withheld(mostly) == .mostlyEqual)
    #expect(
      withheld(Array(mostly.dropFirst())) == nil
        && withheld((0..<150).map { $0 < 99 ? 0 : Double($0) }) == nil)
  }

  @Test func `a figure that one replication did not measure is left out`() {
    var silent = Fixture.result(replication: 1)
    silent.consumers[0].propagation = LatencyHistogram()
    let paths = estimates([Fixture.result(), silent]).map(\.path)
    #expect(!paths.contains("consumers.alerts.propagation_ms.p99"))
    #expect(paths.contains("consumers.archive.propagation_ms.p99"))
  }
}
