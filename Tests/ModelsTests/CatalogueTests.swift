import Experiment
import Models
import Testing
import Units

@Suite("The catalogue of metrics")
struct CatalogueTests {
  @Test("every number has a path of its own, every objective a name of its own") func unique() {
    let paths = MetricCatalogue.sections.flatMap { section in
      section.rows.flatMap(\.metrics).map { section.path($0, of: "NAME") }
    }
    #expect(Set(paths).count == paths.count)
    #expect(paths.contains("producers.NAME.put_latency_ms.p99_9") && paths.contains("records.lost"))
    let names = MetricCatalogue.asked.map(\.name) + [MetricCatalogue.monthlyCost]
    #expect(Set(names).count == names.count)
  }

  @Test("what is compared of an experiment is found in its results, thing by thing") func found() throws {
    var experiment = Fixture.experiment(
      seconds: 20, shards: 2, producers: [Fixture.single()],
      consumers: [Fixture.consumer("reader", .sdkPolling)])
    experiment.objectives = [
      Objective(
        id: "slow", expression: "", metric: .putLatency(producer: nil), statistic: .percentile(99), comparison: .less,
        threshold: 1)
    ]
    let figures = Figure.all(of: experiment), result = Fixture.result(of: experiment)
    let values = result.values(of: figures)
    let measured = zip(figures, values).filter { $0.1 != nil }.map(\.0.path)
    #expect(measured.contains("records.offered") && measured.last == Figure.cost.path)
    #expect(zip(figures, values).first { $0.0.path == "records.offered" }?.1 == Double(result.records.offered))
    let objective = try #require(figures.first { $0.path == "slo.slow.value" })
    #expect(objective.unit == .milliseconds && objective.kind == .percentile(99))
    #expect(objective.standing.better == .lower && figures.allSatisfy { $0.standing.better != nil })
    var other = experiment
    other.streams[0].name = "other"
    #expect(result.values(of: Figure.all(of: other).filter { $0.path.hasPrefix("streams.") }).allSatisfy { $0 == nil })
  }

  static let patterns: [(String, String, Bool)] = [
    ("records.lost", "records.lost", true), ("records", "records.lost", true), ("records.los", "records.lost", false),
    ("streams.clicks", "streams.clicks2.attempts", false), ("*", "records.lost", true),
    ("streams.*.put_throttle_rate", "streams.a.b.put_throttle_rate", true), ("a*a", "a", false),
    ("s*c*r*e", "streams.clicks.rate", true), ("s*x*e", "streams.rate", false), ("*.p99", "slo.put.p99.value", false),
    ("slo.lost(*) < 1", "slo.lost(*) < 1.value", true),
  ]

  @Test("a pattern is a path, all under one, or a text with stars", arguments: patterns)
  func pattern(_ pattern: String, _ path: String, _ covers: Bool) {
    #expect(MetricPattern(pattern).covers(path) == covers)
    #expect([MetricPattern(pattern)].takes(path) == covers && ([] as [MetricPattern]).takes(path))
  }
}
