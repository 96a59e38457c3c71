internal import Experiment
internal import KinesisCore
internal import Models
internal import Planning
internal import Simulation
internal import Units

/// `run.json`: the `weir.run/v1` document that tools build on.
///
/// Keys are sorted; times are in the unit their name ends in, instants RFC 3339 in UTC; what was not measured is null.
public struct RunJSON: Sendable {
  private let report: Report

  /// The document of a report.
  public init(_ report: Report) { self.report = report }

  /// The document as text, with a newline at its end.
  public var text: String { value.text }

  /// The document as a tree.
  public var value: JSONValue {
    let run = report.main
    var members = Self.numbers(.run, 0, of: run)
    let head: [String: JSONValue] = [
      "schema": "weir.run/v1", "scenario": .string(run.experiment.name), "seed": .count(run.experiment.seed),
      "version": .string(Version.current), "fingerprint": .string(report.fingerprint.hex),
      "trajectory_hash": Self.hash(run), "complete": .bool(report.isComplete), "passed": .bool(report.isPassing),
      "resolution": .string(resolution.rawValue), "replication": .count(run.replication),
      "warnings": .array(report.warnings.map { .string($0) }), "cost": BillParts(run.bill).json,
    ]
    members.merge(head) { $1 }
    members["streams"] = Self.each(.stream, of: run, Self.stream)
    members["producers"] = Self.each(.producer, of: run) { .object(Self.numbers(.producer, $0, of: $1)) }
    members["consumers"] = Self.each(.consumer, of: run) { .object(Self.numbers(.consumer, $0, of: $1)) }
    members["firehoses"] = Self.each(.firehose, of: run, Self.firehose)
    members["slo"] = .array(report.judgements.map(objective))
    members["limits"] = Self.limits(run.experiment.limits)
    if report.results.count > 1 { members["replications"] = replications }
    if run.experiment.horizon.resolution != .record {
      let streams = Self.byName(run.resolutions, \.stream) { stream in
        ["resolution": .string(stream.resolution.rawValue), "reason": stream.reason.map { .string($0) } ?? .null]
      }
      members["resolutions"] = .object(streams)
    }
    if !run.channels.isEmpty { members["channels"] = Self.each(.channel, of: run, Self.channel) }
    if !run.experiment.neighbours.isEmpty { members["neighbours"] = Self.neighbours(run.experiment) }
    return .object(members)
  }

  /// What is finest of all streams' resolutions.
  private var resolution: Resolution {
    report.main.resolutions.contains { $0.resolution == .adaptive } ? .adaptive : .record
  }

  private var replications: JSONValue {
    let metrics = Self.byName(report.replicated, \.path) { metric in
      [
        "mean": .number(metric.mean), "half_width": .optional(metric.halfWidth),
        "level": .number(Report.level), "withheld": metric.withheld.map { .string($0.rawValue) } ?? .null,
      ]
    }
    return [
      "n": .count(report.results.count), "metrics": .object(metrics),
      "passed": .count(report.results.count { $0.isPassing }),
      "trajectory_hashes": .array(report.results.map(Self.hash)),
    ]
  }

  private func objective(_ judgement: Report.Judgement) -> JSONValue {
    let verdict = judgement.verdict
    var members: [String: JSONValue] = [
      "id": .string(verdict.objective.id), "expr": .string(verdict.objective.expression),
      "value": .optional(verdict.value), "passed": .bool(verdict.isPassing),
      "severity": .string(verdict.objective.severity.rawValue), "first_broken_at": Self.instant(verdict.firstBrokenAt),
      "windows": .count(verdict.windows), "windows_broken": .count(verdict.windowsBroken),
    ]
    guard report.results.count > 1 else { return .object(members) }
    members["replication"] = .count(judgement.replication)
    members["replications_broken"] = .count(judgement.replicationsBroken)
    return .object(members)
  }

  // MARK: What is no number

  private static func stream(_ position: Int, of run: RunResult) -> JSONValue {
    let stream = run.streams[position], minutes = stream.minuteView, seconds = stream.secondView
    var members = numbers(.stream, position, of: run)
    members["mode"] = .string(stream.modeStart.rawValue)
    members["mode_end"] = .string(stream.modeEnd.rawValue)
    members["reshards"] = .array(stream.reshards.map(reshard))
    members["minute_view", "busiest_minute"] = instant(minutes.minutes > 0 ? minutes.busiestMinute : nil)
    members["second_view", "worst_second"] = instant(seconds.worstDemand > 0 ? seconds.worstSecond : nil)
    members["second_view", "worst_shard"] = .optional(seconds.worstDemand > 0 ? seconds.worstShard.description : nil)
    if let scaler = stream.autoscaler {
      members["autoscaler", "policy"] = .string(scaler.policy)
      members["autoscaler", "calls"] = .array(scaler.calls.map(call))
    }
    let spec = run.experiment.streams.first { $0.name == stream.name }
    if let backtest = spec.flatMap({ BacktestParts($0, of: run) }) { members["backtest"] = backtest.json }
    return .object(members)
  }

  private static func reshard(_ change: Reshard) -> JSONValue {
    [
      "kind": .string(change.kind.rawValue), "requested_at": instant(change.requestedAt),
      "finished_at": instant(change.finishedAt),
      "duration_s": .optional(change.finishedAt.map { ($0 - change.requestedAt).inSeconds }),
      "shards_before": .count(change.shardsBefore), "shards_after": .count(change.shardsAfter),
      "refusal": .optional(change.refusal),
    ]
  }

  private static func call(_ call: AutoscalerResult.Call) -> JSONValue {
    [
      "at": instant(call.at), "open": .count(call.open), "target": .count(call.target),
      "refusal": .optional(call.refusal),
    ]
  }

  /// Parts that a firehose does not have are null.
  private static func firehose(_ position: Int, of run: RunResult) -> JSONValue {
    let parts = ["ingest", "reading", "transform", "partitions"].map { ($0, JSONValue.null) }
    return .object(Dictionary(uniqueKeysWithValues: parts).merging(numbers(.firehose, position, of: run)) { $1 })
  }

  private static func channel(_ position: Int, of run: RunResult) -> JSONValue {
    let spec = run.experiment.channels[position]
    var members = numbers(.channel, position, of: run)
    members["stream"] = .string(run.experiment.streams[spec.stream].name)
    members["destination"] = .string(spec.destination.rawValue)
    return .object(members)
  }

  private static func limits(_ profile: LimitsProfile) -> JSONValue {
    let values = byName(profile.limits, \.name) { .count($0.value) }
    return ["profile": .string(profile.name), "values": .object(values)]
  }

  // MARK: Small pieces

  /// The things of a kind, by name.
  private static func each(
    _ subject: MetricSubject, of run: RunResult, _ value: (Int, RunResult) -> JSONValue
  ) -> JSONValue {
    .object(byName(Array(subject.names(in: run).enumerated()), \.element) { value($0.offset, run) })
  }

  /// The catalogue's numbers of a thing.
  private static func numbers(_ subject: MetricSubject, _ position: Int, of run: RunResult) -> [String: JSONValue] {
    MetricCatalogue.numbers(of: subject, at: position, in: run).reduce(into: [:]) { members, number in
      members.set(number.path[...], to: JSONValue(number.value))
    }
  }

  private static func instant(_ instant: Instant?) -> JSONValue { .optional(instant.map(CivilTime.text)) }

  private static func hash(_ run: RunResult) -> JSONValue {
    .string(JSONValue.hexadecimal(run.trajectoryHash, digits: 16))
  }

  static func byName<Part>(
    _ parts: [Part], _ name: (Part) -> String, _ value: (Part) -> JSONValue
  ) -> [String: JSONValue] {
    Dictionary(parts.map { (name($0), value($0)) }) { first, _ in first }
  }
}

extension JSONValue {
  /// A number of the catalogue; null when nothing was measured.
  fileprivate init(_ value: MetricValue?) {
    self =
      switch value {
      case nil: .null
      case .whole(let count): .count(count)
      case .seconds(let time): .number(time.inSeconds)
      case .real(let number): .number(number)
      }
  }
}

extension [String: JSONValue] {
  /// Puts a member at a path, making the objects on the way.
  fileprivate mutating func set(_ path: ArraySlice<Substring>, to value: JSONValue) {
    guard let name = path.first.map(String.init) else { return }
    guard path.count > 1 else {
      self[name] = value
      return
    }
    var inner: [String: JSONValue] = [:]
    if case .object(let known) = self[name] { inner = known }
    inner.set(path.dropFirst(), to: value)
    self[name] = .object(inner)
  }

  /// A member of a member.
  fileprivate subscript(part: String, name: String) -> JSONValue? {
    get { self[part]?[name] }
    set { if let newValue { set([part[...], name[...]], to: newValue) } }
  }
}
