import Experiment
import Foundation
import Models
import Reporting
import Scenario
import Simulation
import Units

/// What CloudWatch would have printed of a run, and a sample of its keys: how scenarios/observed/ was made.
enum CloudWatchSample {
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let folder = package.appendingPathComponent("scenarios/observed")
  /// The scenario whose run was observed.
  static let truth = folder.appendingPathComponent("orders.yaml").path

  /// The first replication of a scenario.
  static func run(_ path: String, settings: [Setting] = []) async throws -> RunResult {
    let loaded = try ScenarioFile.load(path: path, settings: settings)
    let results = await Replications.run(
      PreparedExperiment(loaded.experiment), count: 1, workers: 1, isInterrupted: { false }, report: { _ in })
    return results[0]
  }

  /// `aws cloudwatch get-metric-data --output json` of three metrics: newest first, as it is by default.
  static func metricData(of run: RunResult, stream: String) -> String {
    let names = ["IncomingRecords", "IncomingBytes", "WriteProvisionedThroughputExceeded"]
    let results = names.enumerated().map { number, name in
      let samples = run.series.first { $0.metric == name && $0.stream == stream }?.samples.reversed() ?? []
      let horizon = run.experiment.horizon
      let times = samples.map { sample in
        let time = CivilTime.text(horizon.start + horizon.reportBin * Int64(sample.bin))
        return "\"" + time.replacing("Z", with: "+00:00") + "\""
      }
      let values = samples.map { String($0.sum) }
      return [
        "        {", "            \"Id\": \"m\(number + 1)\",", "            \"Label\": \"\(name)\",",
        list("Timestamps", times), list("Values", values), "            \"StatusCode\": \"Complete\"", "        }",
      ].joined(separator: "\n")
    }
    return "{\n    \"MetricDataResults\": [\n" + results.joined(separator: ",\n")
      + "\n    ],\n    \"Messages\": []\n}\n"
  }

  private static func list(_ name: String, _ items: [String]) -> String {
    "            \"\(name)\": [\n" + items.map { "                " + $0 }.joined(separator: ",\n")
      + "\n            ],"
  }

  /// Partition keys of `count` records, one a line.
  static func keys(_ count: Int, cardinality: Int, s: Double) -> String {
    let table = AliasTable.zipf(cardinality: cardinality, s: s)
    var draws = RandomStream(seed: 20, replication: 0, purpose: .key, entity: "observed.sample")
    return (0..<count).map { _ in "key-\(table.sample(&draws))\n" }.joined()
  }
}
