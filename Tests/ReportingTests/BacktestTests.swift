import Foundation
import KinesisCore
import Models
import Planning
import Scenario
import Simulation
import Testing
import Units

@testable import Reporting

@Suite("From a CloudWatch export to a backtest")
struct BacktestTests {
  static let export = CloudWatchSample.folder.appendingPathComponent("cloudwatch.json").path
  static let keys = CloudWatchSample.folder.appendingPathComponent("keys.txt").path

  /// The backtest of the scenario that the committed export makes, and the report it stands in.
  static func backtest(burst: Double?, settings: [Setting] = []) async throws -> (Backtest, RunResult) {
    let profile = TrafficProfile(
      try TraceFiles.read([export], keys: [keys], missing: .refuse), shards: 2, limits: .current)
    let stated = try burst.map { try StatedBurst(factor: $0, length: nil, width: .minutes(1)) }
    let scenario = try #require(TraceScenario(profile, name: "orders", burst: stated, retry: .backOff))
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try scenario.write(to: folder.path)
    let run = try await CloudWatchSample.run(
      folder.appendingPathComponent("scenario.yaml").path, settings: settings)
    return (try #require(Backtest(run.experiment.streams[0], in: run)), run)
  }

  @Test("the committed export and keys are what the scenario beside them gives, byte for byte")
  func committed() async throws {
    let run = try await CloudWatchSample.run(CloudWatchSample.truth)
    let made = [
      ("cloudwatch.json", CloudWatchSample.metricData(of: run, stream: "orders")),
      ("keys.txt", CloudWatchSample.keys(5_000, cardinality: 600, s: 0.85)),
    ]
    for (name, text) in made {
      let file = CloudWatchSample.folder.appendingPathComponent(name)
      if ProcessInfo.processInfo.environment["WEIR_UPDATE"] == "1" { try Data(text.utf8).write(to: file) }
      let committed = try? String(contentsOf: file, encoding: .utf8)
      #expect(committed == text, "write it anew: WEIR_UPDATE=1 swift test --filter BacktestTests")
    }
  }

  @Test("with the burst stated as it was, the observed throttles are reproduced")
  func reproduced() async throws {
    let (backtest, run) = try await Self.backtest(burst: 5)
    #expect(backtest.verdict == .reproduced, "\(BacktestFigures(run.experiment.streams[0], of: run)?.sentence ?? "")")
    let throttles = try #require(backtest.throttles)
    let error = try #require(throttles.error), correlation = try #require(throttles.correlation)
    #expect(throttles.observedTotal > 10_000 && abs(error) < 0.25 && correlation > 0.9)
    let records = try #require(backtest[.incomingRecords]), drift = try #require(records.error)
    #expect(abs(drift) < 0.05 && records.overlap > 0.95)
    #expect(backtest.width == .minutes(1) && backtest.bins == 40)
    print(BacktestFigures(run.experiment.streams[0], of: run)?.markdown ?? "")
  }

  @Test("without the burst the run has no throttle, and says that it does not agree")
  func missed() async throws {
    let (backtest, run) = try await Self.backtest(burst: nil)
    #expect(backtest.verdict == .notReproduced && backtest.throttles?.simulatedTotal == 0)
    let sentence = try #require(BacktestFigures(run.experiment.streams[0], of: run)?.sentence)
    #expect(sentence.hasPrefix("stream orders: observed throttles are NOT reproduced: 0 in the run, "), "\(sentence)")
  }

  @Test("more shards than there were do not reproduce the throttles either")
  func otherShards() async throws {
    let settings = [try #require(Setting(argument: "streams.orders.shards=6"))]
    let (backtest, _) = try await Self.backtest(burst: 5, settings: settings)
    #expect(backtest.verdict == .notReproduced)
  }

  @Test("the stated factor emerges: the busiest seconds have five times their minute's mean")
  func emerges() async throws {
    let (_, run) = try await Self.backtest(
      burst: 5, settings: [try #require(Setting(argument: "clock.report_bin=1s"))])
    let samples = run.series.first { $0.metric == "PutRecords.TotalRecords" }?.samples ?? []
    var seconds = [Double](repeating: 0, count: 2_400)
    // The first ten minutes have no retries, which would blur the burst.
    for sample in samples where sample.bin < 600 { seconds[sample.bin] += sample.sum }
    let factors = (0..<10).map { minute -> Double in
      let part = Array(seconds[(minute * 60)..<(minute * 60 + 60)])
      // The middle of the burst: its ends lie within seconds, since records gather before they are sent.
      return Statistics.mean(Array(part[1..<11])) / Statistics.mean(part)
    }
    #expect(abs(Statistics.mean(factors) - 5) < 0.15, "\(factors)")
  }
}
