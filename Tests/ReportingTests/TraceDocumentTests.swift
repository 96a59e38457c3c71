import Experiment
import Foundation
import KinesisCore
import Models
import Planning
import Scenario
import Testing
import Units

@testable import Reporting

@Suite("What weir trace prints and writes")
struct TraceDocumentTests {
  static func traffic(_ width: Interval, refused: Bool = true) -> ObservedMetrics {
    let more = refused ? [ObservedMetrics.Series(.writeExceeded, [0, 40, 0, 4])] : []
    return ObservedMetrics(
      start: Instant(seconds: 1_772_827_200), width: width,
      series: [.init(.incomingRecords, [600, 6_000, 60, 6]), .init(.incomingBytes, [6e5, 6e6, 6e4, 6e3])] + more)
  }

  static func profile(_ input: TraceInput, shards: Int? = 2) -> TrafficProfile {
    TrafficProfile(input, shards: shards, limits: .current)
  }

  static func scenario(
    _ input: TraceInput, shards: Int? = 2, burst: StatedBurst? = nil, retry: TraceModel.Retry = .backOff
  ) throws -> TraceScenario {
    TraceScenario(
      try #require(TraceModel(profile(input, shards: shards), name: "orders", burst: burst, retry: retry)),
      limits: .current)
  }

  /// The experiment that written files make.
  static func experiment(_ scenario: TraceScenario) throws -> Experiment {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try scenario.write(to: folder.path)
    let loaded = try ScenarioFile.load(path: folder.appendingPathComponent("scenario.yaml").path)
    #expect(loaded.warnings.allSatisfy { $0.path == "plan" }, "\(loaded.warnings)")
    return loaded.experiment
  }

  static let hot = (0..<3_000).map { $0 % 2 == 0 ? "hot" : "k\($0 % 199)" }

  @Test("the scenario is valid as written and replays what was counted") func valid() throws {
    let experiment = try Self.experiment(Self.scenario(TraceInput(traffic: Self.traffic(.minutes(1)))))
    guard case .bins(let bins) = experiment.producers[0].rate else {
      Issue.record("no trace in bins")
      return
    }
    #expect(bins.counts == [600, 6_000, 60, 6] && bins.width == .minutes(1))
    #expect(experiment.horizon.duration == .minutes(4) && experiment.horizon.reportBin == .minutes(1))
    #expect(experiment.horizon.start == Instant(seconds: 1_772_827_200))
    #expect(experiment.streams[0].shards == 2 && experiment.streams[0].observed?[.writeExceeded] == [0, 40, 0, 4])
    #expect(experiment.producers[0].arrivals == .poisson && experiment.producers[0].keyBytes == 36)
    guard case .drawn(let size) = experiment.producers[0].size else {
      Issue.record("no size")
      return
    }
    #expect(size.mean == 964)
  }

  @Test("every kind of input makes a valid scenario") func kinds() throws {
    let minutes = Self.traffic(.minutes(1)), days = Self.traffic(.days(120), refused: false)
    let counts = ObservedMetrics(start: nil, width: .minutes(1), series: [.init(.incomingRecords, [5, 6])])
    let burst = try StatedBurst(factor: 7, length: nil, width: .minutes(1))
    let keys = TraceInput.KeySample(Self.hot, sizes: [10, 20, 2_000_000])
    let inputs: [(TraceInput, Int?, StatedBurst?)] = [
      (TraceInput(traffic: counts, keys: keys), nil, burst), (TraceInput(traffic: minutes, keys: keys), nil, burst),
      (TraceInput(traffic: days), 3, nil),
      (TraceInput(traffic: minutes, keys: .init(["a"])), 1, nil),
      (TraceInput(traffic: Self.traffic(.seconds(1)), bytes: .dataOnly, files: ["a\nb\u{1B}"]), nil, nil),
    ]
    for (input, shards, burst) in inputs {
      let made = try Self.scenario(input, shards: shards, burst: burst)
      let experiment = try Self.experiment(made)
      #expect(experiment.horizon.duration <= .days(366))
      #expect((experiment.streams[0].observed == nil) == (input.bytes == .dataOnly))
    }
    let first = try Self.experiment(Self.scenario(inputs[0].0, shards: nil, burst: burst))
    guard case .listed(let names, let shares, 0, _) = first.producers[0].keys.law else {
      Issue.record("\(first.producers[0].keys.law)")
      return
    }
    #expect(names.count == 200 && names[0] == "hot" && shares[0] == 0.5)
    #expect(
      first.producers[0].arrivals == .batch(every: .minutes(1), on: .milliseconds(8_571), factor: 7, jitter: .zero))
    #expect(first.streams[0].maxRecord == .mebibytes(10))
  }

  @Test("who gives refused records up has offered them as well") func retry() throws {
    let scenario = try Self.scenario(TraceInput(traffic: Self.traffic(.minutes(1))), retry: .none)
    #expect(scenario.files[1].contents == "t_s,count\n0,600\n60,6040\n120,60\n180,10\n")
    let experiment = try Self.experiment(scenario)
    #expect(experiment.producers[0].retry.policy == .none)
  }

  @Test("keys alone have figures and no scenario") func keysAlone() throws {
    let profile = Self.profile(TraceInput(keys: .init(Self.hot)), shards: nil)
    #expect(TraceModel(profile, name: "a", burst: nil, retry: .backOff) == nil)
    let text = TraceDocument(profile, fit: nil, scenario: nil).text
    #expect(text.contains("KEYS\n") && !text.contains("TRAFFIC\n") && !text.contains("SCENARIO\n"))
    #expect(text.contains("\"hot\" 50 %") && text.contains("it fits badly, so the scenario takes 1 hot keys of 200"))
    #expect(text.contains("there is no scenario to write"))
  }

  @Test("what is not known is asked for, what minutes hide is said") func words() throws {
    let profile = Self.profile(TraceInput(traffic: Self.traffic(.minutes(1))), shards: nil)
    let figures = TraceDocument(profile, fit: nil, scenario: nil)
    for text in [figures.text, figures.markdown] {
      #expect(text.contains("--shards N") && text.contains("--keys") && text.contains("--burst 3"))
      #expect(text.contains("not in the data, its bins are wider") && text.contains("are needed to tell"))
    }
    #expect(figures.markdown.hasPrefix("# What the traffic says\n\n## Traffic\n\n```text\nrecords  "))
  }

  @Test("the JSON is weir.trace/v1: unknown is null, statistics have six digits") func json() throws {
    let input = TraceInput(traffic: Self.traffic(.minutes(1)), keys: .init(Self.hot), files: ["a.json"])
    let scenario = try Self.scenario(input)
    let text = TraceDocument(Self.profile(input), fit: nil, scenario: scenario).json
    let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(json["schema"] as? String == "weir.trace/v1" && json["scenario"] as? String == scenario.yaml)
    let rows = try #require(json["burstiness"] as? [[String: Any]])
    #expect(rows[0]["peak_to_mean"] is NSNull && rows[0]["unknown"] as? String == "finer_than_the_data")
    #expect(rows[1]["peak_to_mean"] as? Double == 3.60036)
    let keys = try #require(json["keys"] as? [String: Any])
    #expect(keys["distinct"] as? Int == 200 && (keys["hottest_shard"] as? [Any])?.count == 11)
    #expect(Figures.significant(0.0123456789) == 0.0123457 && Figures.significant(123_456_789) == 123_457_000)
    #expect(Figures.significant(0) == 0 && Figures.significant(-2.5) == -2.5 && Figures.significant(1e12) == 1e12)
  }
}
