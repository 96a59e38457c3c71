import Experiment
import KinesisCore
import Models
import Scenario
import Testing
import Units

@Suite struct `On-demand streams` {
  private static let old = "clicks: {mode: provisioned, shards: 4}"

  private static func with(_ stream: String, _ events: String = "") -> String {
    Sample.with(old, "clicks: {\(stream)}") + (events.isEmpty ? "" : "\nevents:\n" + events)
  }

  private static func stream(_ text: String) throws -> StreamSpec {
    try #require(try Sample.experiment(with(text)).streams.first)
  }

  @Test("a mode and what goes with it are decoded, and AWS chooses the shards") func decoded() throws {
    #expect(
      try Self.stream("mode: on_demand_standard")
        == StreamSpec(name: "clicks", shards: 4, capacity: StreamCapacity(mode: .onDemandStandard)))
    let grown = try Self.stream("mode: on_demand_standard, peak_history_mibps: 22.5, record_distribution: auto")
    #expect(grown.shards == 45 && grown.capacity.distribution == .auto)
    #expect(grown.capacity.peakHistory == Bytes(23_592_960))
    let warm = try Self.stream("mode: on_demand_advantage, warm_throughput_mibps: 100, account_commitment: false")
    #expect(warm.shards == 100 && warm.capacity.warmThroughput == 100 && warm.capacity.minimum == .shared)
    #expect(try Self.stream("mode: on_demand_advantage").capacity.minimum == .alone)
    #expect(try Self.stream("mode: provisioned, shards: 3").capacity == .provisioned)
  }

  @Test("changes of mode and of warm throughput are events") func events() throws {
    let text = Self.with(
      "mode: provisioned, shards: 4",
      """
        - {at: 1m, do: switch_mode, target: clicks, value: on_demand_advantage}
        - {at: 2m, do: set_warm_throughput, target: clicks, value: 60}
        - {at: 3m, do: switch_mode, target: clicks, value: provisioned}
        - {at: 4m, do: reshard, target: clicks, value: 8}
      """)
    let actions = try Sample.experiment(text).events.map(\.action)
    #expect(
      actions == [
        .switchMode(stream: 0, to: .onDemandAdvantage), .setWarmThroughput(stream: 0, to: 60),
        .switchMode(stream: 0, to: .provisioned), .updateShardCount(stream: 0, target: 8),
      ])
  }

  // One mistake a line.
  // swift-format-ignore
  static let mistakes: [(String, String)] = [
    ("mode: on_demand", #"streams.clicks.mode: expected one of provisioned, on_demand_standard, on_demand_advantage, found "on_demand""#),
    ("mode: on_demand_standard, shards: 4", "streams.clicks.shards: AWS chooses the shards of an on-demand stream: 4 at first, more by its traffic; remove it; peak_history_mibps says how large the stream has become"),
    ("mode: on_demand_standard, warm_throughput_mibps: 9", "streams.clicks.warm_throughput_mibps: warm throughput is only for accounts with the minimum throughput billing commitment; mode: on_demand_advantage"),
    ("mode: provisioned, shards: 4, warm_throughput_mibps: 9", "streams.clicks.warm_throughput_mibps: a provisioned stream does not support warm throughput; remove it, or mode: on_demand_advantage"),
    ("mode: provisioned, shards: 4, peak_history_mibps: 9", "streams.clicks.peak_history_mibps: a provisioned stream keeps the shards it is given, whatever its history; remove it"),
    ("mode: provisioned, shards: 4, record_distribution: auto", "streams.clicks.record_distribution: AWS distributes records by itself on on-demand streams only; mode: on_demand_standard"),
    ("mode: provisioned, shards: 4, account_commitment: true", "streams.clicks.account_commitment: only on_demand_advantage has a commitment; remove it"),
    ("mode: on_demand_standard, account_commitment: true", "streams.clicks.account_commitment: only on_demand_advantage has a commitment; remove it"),
    ("mode: on_demand_advantage, warm_throughput_mibps: 10241", #"streams.clicks.warm_throughput_mibps: expected MiB/s, a whole number from 0 to 10240, found "10241""#),
    ("mode: on_demand_advantage, peak_history_mibps: -1", #"streams.clicks.peak_history_mibps: expected MiB/s, such as 22, found "-1"; it cannot be negative"#),
    ("mode: on_demand_standard, autoscaler: {policy: target_tracking}", "streams.clicks.autoscaler: an on-demand stream scales itself and refuses UpdateShardCount; remove it"),
  ]

  @Test("what AWS would refuse is refused with its reason", arguments: mistakes)
  func refused(stream: String, says: String) {
    let errors = Sample.errors(Self.with(stream)).map(Self.withoutPlace)
    #expect(errors.contains { $0.hasPrefix(says) } && errors.count == 1, "\(errors)")
  }

  private static func withoutPlace(_ error: String) -> String {
    String(error.drop { $0 != " " }.dropFirst())
  }

  // swift-format-ignore
  static let wrongEvents: [(String, String, String)] = [
    ("mode: on_demand_standard", "reshard, target: clicks, value: 8", "AWS refuses it with a ValidationException: the stream is in On-Demand mode by then; remove it, or switch_mode to provisioned before it"),
    ("mode: on_demand_standard", "split_shard, target: clicks", "AWS refuses it with a ValidationException: the stream is in On-Demand mode by then; remove it, or switch_mode to provisioned before it"),
    ("mode: on_demand_standard", "set_warm_throughput, target: clicks, value: 8", "the stream is on-demand Standard by then, which has no warm throughput; mode: on_demand_advantage"),
    ("mode: on_demand_standard", "switch_mode, target: clicks, value: on_demand_standard", "the stream is on-demand Standard by then already; remove it"),
    ("mode: on_demand_standard", "switch_mode, target: clicks, value: on_demand_advantage", "Standard and Advantage are terms of the account, not modes of a stream; this one's account has on-demand Standard; two streams in one file stand in accounts of their own"),
    ("mode: on_demand_standard, record_distribution: auto", "switch_mode, target: clicks, value: provisioned", "a stream under record_distribution auto stays on-demand; remove it"),
  ]

  @Test("a call that the stream's mode forbids by then is refused", arguments: wrongEvents)
  func refusedEvent(stream: String, event: String, says: String) {
    let errors = Sample.errors(Self.with(stream, "  - {at: 1m, do: \(event)}")).map(Self.withoutPlace)
    #expect(errors == ["events[0]: " + says])
  }

  @Test("an event's mode is that of its time, not of its place in the file") func order() {
    let text = Self.with(
      "mode: on_demand_standard",
      """
        - {at: 4m, do: reshard, target: clicks, value: 8}
        - {at: 3m, do: switch_mode, target: clicks, value: provisioned}
      """)
    #expect(Sample.errors(text) == [])
  }

  @Test("the region's ceiling bounds warm throughput and history") func ceiling() {
    let text = "region: eu-north-1\n" + Self.with("mode: on_demand_advantage, warm_throughput_mibps: 201")
    #expect(Sample.errors(text).map(Self.withoutPlace).allSatisfy { $0.contains("from 0 to 200") })
    #expect(Sample.errors(text).count == 1)
  }

  @Test(
    "50 fan-out consumers read a stream under Advantage, 20 any other",
    arguments: [("standard", 20), ("advantage", 50)])
  func consumers(mode: String, most: Int) {
    func text(_ count: Int) -> String {
      let extra = (0..<count).map { "\n  c\($0): {from: clicks, type: kcl_efo}" }.joined()
      return Self.with("mode: on_demand_\(mode)").replacing(
        "  reader: {from: clicks, type: kcl_polling}", with: extra.dropFirst())
    }
    #expect(Sample.errors(text(most)) == [])
    #expect(
      Sample.errors(text(most + 1)).map(Self.withoutPlace) == [
        "consumers.c\(most): more than \(most) fan-out consumers and queues read \"clicks\""
      ])
  }
}
