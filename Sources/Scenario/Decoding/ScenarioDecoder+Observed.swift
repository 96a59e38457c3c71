internal import Experiment
internal import Models

extension ScenarioDecoder {
  /// `streams.NAME.observed`: what CloudWatch counted of the real stream.
  func observed(_ field: Field) -> ObservedMetrics? {
    guard var fields = field.map(expecting: "a map with file") else { return nil }
    let file = fields.require("file", expecting: "the path of a CSV file with t_s and CloudWatch's metrics")
    let shards = fields.take("shards").map { $0.integer(1...10_000, expecting: "the shards the stream had") }
    fields.finish()
    var observed = file.flatMap { traces.observed($0, base: base) }
    observed?.shards = shards ?? nil
    return observed
  }
}
