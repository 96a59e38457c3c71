import Experiment
import Foundation
import KinesisCore
import Models
import Scenario
import Testing
import Units

@Suite("Decoding of queues")
struct QueueDecodingTests {
  private static func text(_ keys: String, stream: String = "mode: on_demand_standard") -> String {
    Sample.with("{from: clicks, type: kcl_polling}", "{from: clicks, \(keys)}")
      .replacingOccurrences(of: "clicks: {mode: provisioned, shards: 4}", with: "clicks: {\(stream)}")
  }

  private static func queue(_ keys: String) throws -> QueueSpec {
    try #require(try Sample.experiment(text("type: queue" + (keys.isEmpty ? "" : ", " + keys))).consumers[0].queue)
  }

  @Test("a queue has AWS's defaults, and calls that take ten milliseconds")
  func defaults() throws {
    #expect(try Self.queue("") == QueueSpec(callTime: .constant(1e7)))
    let spec = try Sample.experiment(Self.text("type: queue")).consumers[0]
    #expect(!spec.isFanOut && !spec.isPolling && spec.start == .trimHorizon)
  }

  @Test("its keys arrive")
  func keys() throws {
    let queue = try Self.queue(
      "instances: 3, threads: 8, limit: 5, wait: 20s, visibility: 2m, max_receives: none, acknowledge: each, call_time: 3ms, "
        + "heartbeat: {every: 45s, extends: 90s}, failures: {rate: 0.25, kind: crash, poison: 0.5, restart: 1m}, "
        + "dead_letters: {after: 15m, action: restore}, "
        + "scaling: {metric: InFlightQueueRecords, per_instance: 100, min: 2, max: 9, metric_delay: 3m, start_delay: 40s, "
        + "cooldown_up: 1m, cooldown_down: 10m}")
    var expected = QueueSpec(callTime: .constant(3e6))
    (expected.instances, expected.threads, expected.limit) = (3, 8, 5)
    (expected.wait, expected.visibility, expected.maxReceives) = (.seconds(20), .minutes(2), nil)
    expected.acknowledging = .each
    expected.heartbeat = .init(every: .seconds(45), extends: .seconds(90))
    (expected.failures.rate, expected.failures.poison, expected.failures.kind) = (0.25, 0.5, .crash)
    expected.failures.restart = .minutes(1)
    expected.deadLetters = .init(after: .minutes(15), action: .restore)
    var scaling = QueueSpec.Scaling(.inFlight, perInstance: 100, minimum: 2, maximum: 9)
    (scaling.metricDelay, scaling.startDelay) = (.minutes(3), .seconds(40))
    (scaling.upCooldown, scaling.downCooldown) = (.minutes(1), .minutes(10))
    expected.scaling = scaling
    #expect(queue == expected && queue.mostInstances == 9)
    #expect(try Self.queue("max_receives: 1").maxReceives == 1)
  }

  // One mistake a line.
  // swift-format-ignore
  static let mistakes: [(String, String)] = [
    ("type: queue, limit: 11", "consumers.reader.limit: expected AWS's Limit, up to 10 records, from 1 to 10"),
    ("type: queue, wait: 0s", "consumers.reader.wait: expected a duration from 1s to 20s"),
    ("type: queue, wait: 1500ms", "consumers.reader.wait: AWS counts it in whole seconds; write 2s"),
    ("type: queue, visibility: 13h", "consumers.reader.visibility: expected a duration from 0s to 12h"),
    ("type: queue, max_receives: 1001", "consumers.reader.max_receives: expected AWS's MaxReceiveCount"),
    ("type: queue, acknowledge: later", "consumers.reader.acknowledge: expected one of each, batch"),
    ("type: queue, heartbeat: {}", "consumers.reader.heartbeat: \"every\" is missing"),
    ("type: queue, failures: {rate: 2}", "consumers.reader.failures.rate: expected a share of attempts such as 0.01"),
    ("type: queue, failures: {restart: 5s}", "consumers.reader.failures.restart: only instances that crash restart"),
    ("type: queue, failures: {batch_error_rate: 0.1}", "consumers.reader.failures.batch_error_rate: unknown key"),
    ("type: queue, dead_letters: {after: 5m}", "consumers.reader.dead_letters: \"action\" is missing"),
    ("type: queue, scaling: {metric: Age, per_instance: 1, max: 2}", "consumers.reader.scaling.metric: expected one of VisibleQueueRecords"),
    ("type: queue, instances: 5, scaling: {metric: VisibleQueueRecords, per_instance: 1, max: 2}", "consumers.reader.scaling.max: the consumer begins with 5 instances, outside min 1 to max 2"),
    ("type: queue, instances: 10000, threads: 10000", "consumers.reader: more than 1000000 threads work on one queue"),
    ("type: queue, workers: 3", "consumers.reader.workers: \"workers\" does not apply to type queue, which reads no shards"),
    ("type: queue, batch_size: 3", "consumers.reader.batch_size: \"batch_size\" does not apply to type queue"),
    ("type: queue, sdk: java", "consumers.reader.sdk: \"sdk\" does not apply to type queue"),
    ("type: kcl_polling, visibility: 5s", "consumers.reader.visibility: \"visibility\" does not apply to type kcl_polling"),
  ]

  @Test("what AWS would refuse, and what makes no sense, is refused where it stands", arguments: mistakes)
  func refused(keys: String, says: String) {
    let errors = Sample.errors(Self.text(keys)).map { String($0.drop { $0 != " " }.dropFirst()) }
    #expect(errors.contains { $0.hasPrefix(says) } && errors.count == 1, "\(errors)")
  }

  @Test("only on-demand streams have queues, and queues and fan-out consumers of one are twenty at most")
  func registered() {
    let provisioned = Sample.errors(Self.text("type: queue", stream: "mode: provisioned, shards: 4"))
    #expect(provisioned.count == 1 && provisioned[0].contains("only on-demand streams have queues"), "\(provisioned)")
    func many(_ count: Int, _ stream: String) -> [String] {
      let more = (0..<count).map { "  c\($0): {from: clicks, type: \($0 % 2 == 0 ? "queue" : "kcl_efo")}\n" }.joined()
      return Sample.errors(
        Self.text("type: queue", stream: stream).replacingOccurrences(of: "slo:", with: more + "slo:"))
    }
    #expect(many(19, "mode: on_demand_standard").isEmpty)
    #expect(many(20, "mode: on_demand_standard").contains { $0.contains("more than 20 fan-out consumers and queues") })
    #expect(many(49, "mode: on_demand_advantage").isEmpty)
  }

  @Test("a stream with a queue is not made provisioned: the event is refused where it stands, and what to do")
  func switched() throws {
    let events = "events:\n  - {at: 10m, do: switch_mode, target: clicks, value: provisioned}"
    let refused = Sample.errors(Self.text("type: queue") + "\n" + events)
    #expect(
      refused == [
        "s.yaml:18:5 events[0]: AWS refuses it with a ResourceInUseException while the stream has a queue, here \"reader\"; "
          + "leave the stream on-demand, or let that consumer poll or read by fan-out"
      ], "\(refused)")
    #expect(Sample.errors(Self.text("type: kcl_efo") + "\n" + events).isEmpty)
    let other = "clicks: {mode: on_demand_standard}\n  other: {mode: on_demand_standard}"
    let elsewhere = Self.text("type: queue").replacingOccurrences(of: "clicks: {mode: on_demand_standard}", with: other)
    #expect(Sample.errors(elsewhere + "\n" + events.replacingOccurrences(of: "clicks", with: "other")).isEmpty)
  }

  @Test("a consumer that is given another type keeps no key that means nothing for it")
  func retyped() throws {
    let polling = Self.text("type: kcl_polling, workers: 3, poll_interval: 2s, service: {per_record: 5ms}")
    func set(_ settings: String...) -> [Setting] { settings.compactMap(Setting.init(argument:)) }
    let queue = try ScenarioFile.load(
      text: polling, file: "s.yaml", settings: set("consumers.reader.type=queue", "consumers.reader.threads=7"))
    let spec = queue.experiment.consumers[0]
    #expect(spec.queue?.threads == 7 && spec.workers == 1 && spec.perRecord == .constant(5e6))
    let pushed = try ScenarioFile.load(text: polling, file: "s.yaml", settings: set("consumers.reader.type=kcl_efo"))
    #expect(pushed.experiment.consumers[0].isFanOut && pushed.experiment.consumers[0].workers == 3)
    let back = Sample.errors(
      Self.text("type: queue, threads: 3"),
      settings: set("consumers.reader.type=kcl_polling", "consumers.reader.limit=4"))
    #expect(back.count == 1 && back[0].contains("\"limit\" does not apply to type kcl_polling"), "\(back)")
  }

  @Test("each rule that AWS leaves open can be chosen in a limits file")
  func alternatives() throws {
    for (name, value) in [
      ("queue.next_record", 1), ("queue.delivery_latency_ms", 0), ("queue.read_bytes_per_s", 2_097_152),
    ] {
      let folder = try Folder()
      let file = try folder.write(
        "own.json", #"{"schema": "weir.limits/v1", "limits": [{"name": "\#(name)", "value": \#(value)}]}"#)
      let text = Sample.with("name: sample", "name: sample\nlimits: \(file)")
      let limits = try Sample.experiment(text).limits
      #expect(limits.limits.first { $0.name == name }?.value == Int64(value))
    }
  }
}
