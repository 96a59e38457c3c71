import Simulation
import Testing

@testable import Models
@testable import Reporting

@Suite struct ReplicatedMetricsTests {
  private func spread(_ values: [Double], _ level: Double) -> (mean: Double, halfWidth: Double)? {
    guard values.count > 1, let low = values.min(), let high = values.max() else { return nil }
    return (mean: (low + high) / 2, halfWidth: (high - low) / 2)
  }

  @Test func `figures are averaged under the paths of run json`() throws {
    var other = Fixture.result(replication: 1)
    other.records.lost = 1_240
    let metrics = ReplicatedMetrics.of([Fixture.result(), other], level: 0.95, interval: spread)
    let lost = try #require(metrics.first { $0.path == "records.lost" })
    #expect(lost == ReplicatedMetric(path: "records.lost", mean: 1_237, halfWidth: 3, level: 0.95))
    let document = RunJSON(Fixture.report()).value
    for metric in metrics where !metric.path.hasPrefix("slo.") {
      let found = metric.path.split(separator: ".").reduce(document as JSONValue?) { $0?[String($1)] }
      #expect(found != nil, "\(metric.path)")
    }
    #expect(Set(metrics.map(\.path)).count == metrics.count)
  }

  @Test func `one replication has no width`() {
    let metrics = ReplicatedMetrics.of([Fixture.result()], level: 0.95, interval: spread)
    #expect(metrics.allSatisfy { $0.halfWidth == nil } && !metrics.isEmpty)
    #expect(ReplicatedMetrics.of([], level: 0.95, interval: spread).isEmpty)
  }

  @Test func `a figure that one replication did not measure is left out`() {
    var silent = Fixture.result(replication: 1)
    silent.consumers[0].propagation = LatencyHistogram()
    let paths = ReplicatedMetrics.of([Fixture.result(), silent], level: 0.95, interval: spread).map(\.path)
    #expect(!paths.contains("consumers.alerts.propagation_ms.p99"))
    #expect(paths.contains("consumers.archive.propagation_ms.p99"))
  }
}
