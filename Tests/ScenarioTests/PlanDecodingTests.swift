import Experiment
import Models
import Testing

@testable import Scenario

@Suite struct PlanDecodingTests {
  private func loaded(_ section: String) throws -> LoadedScenario {
    try ScenarioFile.load(text: Sample.plus(section), file: "s.yaml")
  }

  @Test("a range is a list of values, its end included when a step meets it") func ranges() throws {
    let plan = try loaded("plan: {search: [{param: a.b, range: [4, 12, 4]}, {param: c, range: [1, 2, 0.4]}]}").plan
    #expect(plan.search.map(\.values) == [["4", "8", "12"], ["1", "1.4", "1.8"]])
    #expect(try loaded("plan: {search: [{param: a, range: [2, 4]}]}").plan.search.first?.values == ["2", "3", "4"])
  }

  @Test("values keep what they are: text that was quoted stays text") func values() throws {
    let plan = try loaded(#"plan: {search: [{param: a, values: [true, 64MiB, "8", [1, 2], {k: v}]}]}"#).plan
    #expect(plan.search.first?.values == ["true", "64MiB", #""8""#, "[1, 2]", #"{"k": v}"#])
  }

  @Test("what a plan leaves out has its default") func defaults() throws {
    let plan = try loaded("plan: {uncertainty: {x.y: {low: 1, mid: 2, high: 4}}}").plan
    #expect(plan.goal == .minCost && plan.samples == 64 && plan.headroom == 0.25 && plan.search.isEmpty)
    #expect(plan.uncertainties.map(\.path) == ["x.y"] && plan.uncertainties.first?.confidence == 0.9)
  }

  @Test(
    "what cannot be searched is refused",
    arguments: [
      ("{param: a}", "expected either range or values"),
      ("{param: a, range: [4, 2]}", "expected [from, to] or [from, to, step], ascending"),
      ("{param: a, range: [1, 2, 0]}", "expected [from, to] or [from, to, step], ascending"),
      ("{param: a, range: [1, 1000000]}", "more than 10000 values"),
      ("{param: a, values: []}", "expected at least one value"),
    ])
  func refusals(search: String, message: String) {
    let errors = Sample.errors(Sample.plus("plan: {search: [\(search)]}"))
    #expect(errors.count == 1 && errors.first?.contains(message) == true, "\(errors)")
  }

  @Test(
    "what judges designs or times them, and what is searched twice, is refused by validate, too",
    arguments: [
      ("{param: clock.duration, values: [1m, 2m]}", "\"clock.duration\" is no part of a design"),
      ("{param: clock.start, values: [2026-03-06T19:00:00Z]}", "\"clock.start\" is no part of a design"),
      ("{param: prices, values: [a.json]}", "\"prices\" is no part of a design"),
      ("{param: limits, values: [a.json]}", "\"limits\" is no part of a design"),
      ("{param: slo.0.expr, values: [a]}", "\"slo.0.expr\" is no part of a design"),
      ("{param: seed, values: [1, 2]}", "\"seed\" is no part of a design"),
      ("{param: a, range: [1, 2]}, {param: a, values: [8]}", "a is searched twice, first in line 17"),
      ("{param: a, values: [1KiB, 1024B]}", "the value 1024B is given twice"),
      ("{param: a, values: [60s, 1m]}", "the value 1m is given twice"),
      ("{param: a, values: [1024, 1KiB]}", "the value 1KiB is given twice"),
    ])
  func subjects(search: String, message: String) {
    let errors = Sample.errors(Sample.plus("plan: {search: [\(search)]}"))
    #expect(errors.count == 1 && errors.first?.contains(message) == true, "\(errors)")
  }

  @Test("variants are settings with places of their own") func variants() throws {
    let variants = try loaded("variants: {big: {streams.clicks.shards: 8, seed: 3}, none: {}}").variants
    #expect(variants.map(\.name) == ["big", "none"])
    #expect(variants.first?.settings.map(\.path) == ["streams.clicks.shards", "seed"])
    #expect(variants.first?.settings.first?.place.line == 17)
  }

  @Test("plans and variants do not change what a run depends on") func canonicalText() throws {
    let text = try loaded("variants: {big: {seed: 3}}\nplan: {samples: 3}").canonicalText
    #expect(text == (try ScenarioFile.load(text: Sample.base, file: "s.yaml").canonicalText))
  }

  @Test("null takes a key away, and what is not there need not be taken away") func removal() throws {
    let settings = [
      Setting(path: "streams.clicks.shards", value: "null"),
      Setting(path: "streams.clicks.mode", value: "on_demand_standard"),
      Setting(path: "streams.clicks.autoscaler", value: "~"),
    ]
    let stream = try ScenarioFile.load(text: Sample.base, file: "s.yaml", settings: settings).experiment.streams[0]
    #expect(stream.capacity.mode == .onDemandStandard && stream.shards == 4)
    let errors = Sample.errors(Sample.base, settings: [Setting(path: "streams.clicks.shards", value: "null")])
    #expect(errors.count == 1 && errors[0].contains("shards"), "\(errors)")
  }
}
