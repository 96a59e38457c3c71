internal import Experiment
internal import KinesisCore
internal import Models
internal import Pricing
internal import Units

/// Turns a resolved tree into an experiment, reporting everything that is wrong on the way.
struct ScenarioDecoder {
  /// The most streams, producers or consumers.
  static let maximumParts = 1_000
  /// The most events.
  static let maximumEvents = 10_000
  /// The most objectives.
  static let maximumObjectives = 1_000
  /// The most rows of a time series: `duration` over `report_bin`.
  static let maximumBins: Int64 = 1_000_000
  /// The last instant at which a run may start: time is counted until 2262.
  static let latestStart = Instant(seconds: 7_258_118_400)

  let sink: Sink
  private(set) var limits = LimitsProfile.current
  let traces: TraceStore
  /// The directory of the scenario, for paths that come from the command line.
  let base: String
  var names = Names()
  /// What the file wants planned and compared; no part of the experiment.
  private(set) var plan = PlanSpec()
  private(set) var variants: [Variant] = []
  /// Where the streams are; decides quotas.
  var region = "us-east-1"

  /// The names the file declares, in its order, whether or not their entries are sound.
  struct Names {
    var streams: [String] = []
    var producers: [String] = []
    var consumers: [String] = []
    var firehoses: [String] = []
    /// Those whose source is a stream.
    var firehosesOfStreams: [String] = []
    /// Workers of each KCL consumer that is sound: only they can crash.
    var kclWorkers: [String: Int] = [:]
  }

  init(sink: Sink, traces: TraceStore, base: String) {
    self.sink = sink
    self.traces = traces
    self.base = base
  }

  /// The experiment; meaningful only when the sink stayed clean.
  mutating func decode(_ root: ConfigNode, seed: UInt64?) -> Experiment? {
    let field = Field(node: root, path: "", sink: sink)
    guard var fields = field.map(expecting: "a scenario, that is a map with schema, name, clock, …"), isScenario(root)
    else {
      return nil
    }
    let keys = { Array((root[$0]?.keys ?? []).prefix(Self.maximumParts)) }
    names = Names(
      streams: keys("streams"), producers: keys("producers"), consumers: keys("consumers"),
      firehoses: keys("firehoses"),
      firehosesOfStreams: keys("firehoses").filter { name in
        let source = root["firehoses"]?[name]?["source"].map { Field(node: $0, path: "", sink: sink) }
        return source?.text.flatMap(Scope.init)?.kind == .stream
      })
    let head = head(&fields)
    region = head.region
    limits = limits(fields.take("limits"))
    let prices = prices(fields.take("prices"))
    let horizon = fields.require("clock", expecting: "a map with a duration").flatMap { $0.map() }.flatMap(horizon)
    let streams = streams(&fields, region: head.region)
    let producers = producers(&fields, streams: streams)
    let consumers = consumers(&fields, horizon: horizon, streams: streams)
    for consumer in consumers where consumer.hasLeases { names.kclWorkers[consumer.name] = consumer.workers }
    let limits = withConcurrency(&fields)
    let firehoses = firehoses(&fields, streams: streams, producers: producers, region: head.region)
    let channels = channels(&fields, streams: streams)
    let events = events(&fields, horizon: horizon, streams: streams, consumers: consumers)
    let objectives = objectives(&fields, horizon: horizon)
    let neighbours = neighbours(&fields)
    plan = fields.take("plan").map(planSpec) ?? PlanSpec()
    variants = fields.take("variants").map(variantList) ?? []
    let outputs = outputs(fields.take("outputs"))
    fields.finish()
    guard sink.isClean, let name = head.name, let horizon else { return nil }
    var experiment = Experiment(
      name: name, description: head.description, seed: seed ?? head.seed, region: head.region, horizon: horizon,
      streams: streams.compactMap(\.self), producers: producers, consumers: consumers,
      firehoses: firehoses.compactMap(\.self), events: events, objectives: objectives, outputs: outputs, limits: limits,
      prices: prices)
    experiment.channels = channels
    experiment.neighbours = neighbours
    warnOfRefusals(experiment, root)
    return experiment
  }

  /// Refuses another document of weir's in one line: of its keys nothing need be said.
  private func isScenario(_ root: ConfigNode) -> Bool {
    guard let field = root["schema"].map({ Field(node: $0, path: "schema", sink: sink) }), let schema = field.text,
      schema.hasPrefix("weir.")
    else { return true }
    let places = ["weir.limits/v1": "limits", "weir.prices/v1": "prices"]
    field.refuse(
      "this is a \(schema) file, not a scenario", remedy: places[schema].map { "name it in a scenario under \($0):" })
    return false
  }

  private func head(
    _ fields: inout Fields
  ) -> (name: String?, description: String, seed: UInt64, region: String) {
    if let schema = fields.require("schema", expecting: "weir/v1"), schema.text != "weir/v1" {
      schema.fail(expected: "weir/v1")
    }
    let name = fields.require("name", expecting: "a name such as clicks-2026").flatMap(name)
    let description = fields.take("description")?.string() ?? ""
    let seed = fields.take("seed").flatMap(self.seed) ?? 1
    let region = fields.take("region")?.region() ?? "us-east-1"
    _ = fields.take("extends")
    _ = fields.take("vars")
    return (name, description, seed, region)
  }

  private func name(_ field: Field) -> String? {
    let expected = "a name of a-z, 0-9 and -, at most 63 long"
    guard let text = field.string(expecting: expected) else { return nil }
    let isFit = text.utf8.enumerated().allSatisfy { index, byte in
      (97...122).contains(byte) || (48...57).contains(byte) || (byte == 45 && index > 0)
    }
    if isFit, !text.isEmpty, text.utf8.count <= 63 { return text }
    field.fail(expected: expected)
    return nil
  }

  private func seed(_ field: Field) -> UInt64? {
    field.seed(expecting: "a seed, that is a whole number from 0")
  }

  private func outputs(_ field: Field?) -> Outputs {
    var outputs = Outputs()
    guard var fields = field?.map() else { return outputs }
    let known = Outputs.CSV.allCases
    if let items = fields.take("csv")?.list(atMost: 100) {
      let wanted = items.compactMap {
        $0.choice(known.map(\.rawValue), what: "CSV output")
      }
      outputs.csv = known.filter { wanted.contains($0.rawValue) }
    }
    if let items = fields.take("percentiles")?.list(atMost: 100) {
      let values = items.compactMap { item in
        item.number(0.001...100, expecting: "a percentile above 0 and at most 100")
      }
      outputs.percentiles = Array(Set(values)).sorted()
    }
    fields.finish()
    return outputs
  }
}
