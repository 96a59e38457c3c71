import Experiment
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
    let model = try #require(TraceModel(profile, name: "orders", burst: stated, retry: .backOff))
    let scenario = TraceScenario(model, limits: .current)
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
    #expect(backtest.verdict == .reproduced, "\(BacktestParts(run.experiment.streams[0], of: run)?.sentence ?? "")")
    let throttles = try #require(backtest.throttles)
    let error = try #require(throttles.error), correlation = try #require(throttles.correlation)
    #expect(throttles.observedTotal > 10_000 && abs(error) < 0.25 && correlation > 0.9)
    let records = try #require(backtest[.incomingRecords]), drift = try #require(records.error)
    #expect(abs(drift) < 0.05 && records.overlap > 0.95)
    #expect(backtest.width == .minutes(1) && backtest.bins == 40)
    let page = try String(contentsOf: CloudWatchSample.package.appendingPathComponent("docs/trace.md"), encoding: .utf8)
    let told = [throttles.simulatedTotal, throttles.observedTotal].map { Figures.count(Int64($0)) }
    #expect(
      page.contains("no minute is above 30 %\n")
        && page.contains("`--burst 5` \(told[0]) throttles stand beside \(told[1]) observed ones"), "\(told)")
    #expect(run.streams[0].minuteView.hottestShardUtilization < 0.3)
  }

  @Test(
    "the scenario that was observed reproduces itself under other seeds, well within the tolerance",
    arguments: [21, 22])
  func itself(seed: Int) async throws {
    var loaded = try ScenarioFile.load(path: CloudWatchSample.truth, seed: UInt64(seed))
    loaded.experiment.streams[0].observed = try TraceFiles.read([Self.export], keys: [], missing: .refuse).traffic
    let run = try #require(
      await Replications.run(
        PreparedExperiment(loaded.experiment), count: 1, workers: 1, isInterrupted: { false }, report: { _ in }
      ).first)
    let backtest = try #require(Backtest(run.experiment.streams[0], in: run)),
      throttles = try #require(backtest.throttles)
    let error = try #require(throttles.error)
    #expect(
      backtest.verdict == .reproduced && error.magnitude < 0.1 && throttles.overlap > 0.8,
      "\(throttles.overlap) \(error)")
  }

  @Test("report.md, run.json and the summary have the backtest; without observation none of them has a word of it")
  func documents() async throws {
    let (_, run) = try await Self.backtest(burst: 5, settings: [try #require(Setting(argument: "clock.duration=22m"))])
    let report = Fixture.report([run])
    #expect(report.markdown.contains("## Beside what CloudWatch counted\n\n### Stream `orders`\n\n**"))
    #expect(report.text.contains("  backtest of stream orders: observed throttles are "))
    let json = try #require(RunJSON(report).value["streams"]?["orders"]?["backtest"])
    #expect(json["bins"] == .count(22) && json["width_s"] == .number(60))
    let names = json["metrics"]?.members.map(\.name)
    #expect(names == ["IncomingBytes", "IncomingRecords", "WriteProvisionedThroughputExceeded"])
    let plain = Fixture.report()
    #expect(!plain.markdown.contains("CloudWatch counted") && !plain.text.contains("backtest"))
    #expect(RunJSON(plain).value["streams"]?.members.allSatisfy { $0.value["backtest"] == nil } == true)
  }

  @Test("what was read stands beside the run as the writes do: records, throttled reads, and the largest age")
  func reads() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let text = """
      schema: weir/v1
      name: reads
      clock: {duration: 5m, report_bin: 60s}
      streams:
        clicks: {mode: provisioned, shards: 1OBSERVED}
      producers:
        web: {to: clicks, rate: 400, record: {size: 1KiB}, keys: {dist: uniform, cardinality: 1000}, retry: {policy: none}}
      consumers:
      \((1...6).map { "  reader-\($0): {from: clicks, type: sdk_polling}" }.joined(separator: "\n"))
      """
    let path = folder.appendingPathComponent("s.yaml").path
    try Data(text.replacing("OBSERVED", with: "").utf8).write(to: URL(fileURLWithPath: path))
    let seen = try await CloudWatchSample.run(path)
    let metrics: [ObservedMetrics.Metric] = [.incomingRecords, .getRecords, .iteratorAge, .readExceeded]
    let rows = (0..<5).map { bin in
      let cells = metrics.map { metric -> String in
        let sample = seen.series.first { $0.metric == metric.rawValue }?.samples.first { $0.bin == bin }
        return sample.map { String(metric.gathering == .sum ? $0.sum : $0.maximum) } ?? ""
      }
      return "\(bin * 60)," + cells.joined(separator: ",")
    }
    let csv = (["t_s," + metrics.map(\.rawValue).joined(separator: ",")] + rows).joined(separator: "\n") + "\n"
    try Data(csv.utf8).write(to: folder.appendingPathComponent("observed.csv"))
    try Data(text.replacing("OBSERVED", with: ", observed: {file: observed.csv}").utf8).write(
      to: URL(fileURLWithPath: path))
    let run = try await CloudWatchSample.run(path)
    let backtest = try #require(Backtest(run.experiment.streams[0], in: run))
    #expect(
      backtest.comparisons.map(\.metric) == metrics && backtest.comparisons.allSatisfy { $0.observed == $0.simulated })
    let age = try #require(backtest[.iteratorAge]), refused = try #require(backtest[.readExceeded])
    #expect(age.observedTotal == age.observed.max() && age.observedTotal > 0 && refused.observedTotal > 0, "\(csv)")
    let page = Fixture.report([run]).markdown
    #expect(
      page.contains(
        "| From | Records read observed | run | Throttled reads observed | run | Iterator age, ms observed | run |"))
    #expect(page.contains("| `GetRecords.IteratorAgeMilliseconds` | "))
    #expect(
      RunJSON(Fixture.report([run])).value["streams"]?["clicks"]?["backtest"]?["metrics"]?["GetRecords.Records"] != nil)
  }

  static func comparison(_ observed: [Double], _ simulated: [Double]) -> Backtest.Comparison {
    .init(metric: .writeExceeded, observed: observed, simulated: simulated)
  }

  @Test("the overlap is the part of the larger sum that falls into the same bins") func overlap() {
    #expect(Self.comparison([4, 0, 4], [4, 0, 4]).overlap == 1)
    #expect(Self.comparison([4, 4, 0], [0, 0, 8]).overlap == 0)
    #expect(Self.comparison([4, 4], [8, 8]).overlap == 0.5)
    #expect(Self.comparison([0, 0], [0, 0]).overlap == 1 && Self.comparison([0, 0], [0, 1]).overlap == 0)
    #expect(Self.comparison([1, 3], [2, 6]).error == 1 && Self.comparison([0], [2]).error == nil)
    #expect(Self.comparison([1, 3], [2, 6]).meanAbsoluteError == 2)
  }

  @Test("without the burst the run has no throttle, and says that it does not agree")
  func missed() async throws {
    let (backtest, run) = try await Self.backtest(burst: nil)
    #expect(backtest.verdict == .notReproduced && backtest.throttles?.simulatedTotal == 0)
    let sentence = try #require(BacktestParts(run.experiment.streams[0], of: run)?.sentence)
    #expect(sentence.hasPrefix("stream orders: observed throttles are NOT reproduced: 0 in the run, "), "\(sentence)")
  }

  @Test("a run with other shards than there were is not compared: it is another stream")
  func otherShards() async throws {
    let settings = [try #require(Setting(argument: "streams.orders.shards=6"))]
    let (backtest, _) = try await Self.backtest(burst: 5, settings: settings)
    #expect(backtest.verdict == .otherShards && backtest.throttles?.simulatedTotal ?? 0 < 26_000)
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
