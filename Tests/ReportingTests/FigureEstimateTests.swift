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
    #expect(lost.mean == 1_237 && lost.halfWidth == Statistics.tInterval([1_234, 1_240], level: 0.95)?.halfWidth)
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

  @Test(arguments: [19, 20])
  func `percentiles and extremes have an interval from twenty replications on`(count: Int) {
    let results = (0..<count).map { Fixture.result(replication: $0) }
    let withheld = estimates(results).filter { $0.withheld != nil }.map(\.path)
    #expect(withheld.contains("producers.meters.put_latency_ms.p99") == (count < 20))
    #expect(withheld.contains("streams.telemetry.shard_utilization.max") == (count < 20))
    #expect(!withheld.contains("records.lost"))
  }

  @Test func `a figure that one replication did not measure is left out`() {
    var silent = Fixture.result(replication: 1)
    silent.consumers[0].propagation = LatencyHistogram()
    let paths = estimates([Fixture.result(), silent]).map(\.path)
    #expect(!paths.contains("consumers.alerts.propagation_ms.p99"))
    #expect(paths.contains("consumers.archive.propagation_ms.p99"))
  }
}
