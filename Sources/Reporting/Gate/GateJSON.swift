internal import Models
public import Planning
internal import Scenario
internal import Simulation
internal import Units

/// `weir test --format json`: `weir.test/v1`.
public struct GateJSON: Sendable {
  private let words: GateWords

  /// The document of a report.
  public init(_ report: GateReport) { words = GateWords(report: report) }

  /// The document, with a newline at its end.
  public var text: String {
    let report = words.report
    return JSONValue.object([
      "schema": "weir.test/v1", "version": .string(Version.current), "directory": .string(report.directory),
      "complete": .bool(report.isComplete), "passed": .bool(report.exitCode == 0),
      "exit_code": .count(report.exitCode), "scenarios": .array(report.lines.map(line)),
      "others": .array(report.others.map { ["file": .string($0.path), "reason": .string($0.reason)] }),
      "errors": .array(report.faults.map(Self.diagnostic)),
    ]).text
  }

  private func line(_ line: GateReport.Line) -> JSONValue {
    var members: [String: JSONValue] = [
      "file": .string(line.entry.path),
      "verdict": .string(words.verdict(of: line.outcome).rawValue.lowercased()),
    ]
    switch line.outcome {
    case .unreached: break
    case .refused(let failure), .skipped(let failure):
      members["errors"] = .array(failure.diagnostics.map(Self.diagnostic))
    case .judged(let found): members.merge(judged(found)) { _, new in new }
    }
    return .object(members)
  }

  private func judged(_ found: GateCase) -> [String: JSONValue] {
    let telling = found.objectives.first { $0.standing == .broken }
    let isWell = !found.isBroken && !found.hasRegressed
    return [
      "scenario": .string(found.name), "seed": .count(found.seed), "fingerprint": .string(found.fingerprint),
      "replications": .count(found.observations.count),
      "trajectory_hashes": .array(
        found.observations.map { .string(JSONValue.hexadecimal($0.trajectoryHash, digits: 16)) }),
      "slo": .array(found.objectives.map { objective($0, found) }), "baseline": baseline(found),
      "changes": .array(GateWords.moved(found).map(Self.change)),
      "reproduce": .array((isWell ? [] : GateWords.commands(found, telling)).map { .string($0) }),
    ]
  }

  private func objective(_ objective: GateObjective, _ found: GateCase) -> JSONValue {
    let verdict = objective.verdict
    return [
      "id": .string(verdict.objective.id), "expr": .string(verdict.objective.expression),
      "wanted": .string(verdict.objective.wanted), "value": .optional(verdict.value),
      "severity": .string(verdict.objective.severity.rawValue), "standing": .string(objective.standing.rawValue),
      "first_broken_at": .optional(verdict.firstBrokenAt.map(CivilTime.text)),
      "replication": .count(objective.replication), "replications_broken": .count(objective.replicationsBroken),
    ]
  }

  private func baseline(_ found: GateCase) -> JSONValue {
    var members: [String: JSONValue] = ["file": .string(found.baselineFile)]
    switch found.standing {
    case .absent: members["standing"] = "absent"
    case .unchanged(let left):
      members["standing"] = "unchanged"
      members["replications_not_run"] = .count(left)
    case .compared(let comparison):
      members["standing"] = "compared"
      members["method"] = .string(comparison.method.rawValue)
      members["level"] = .number(GateComparison.level)
      members["figures"] = .count(comparison.changes.count)
      if comparison.method == .tolerance { members["tolerance"] = .number(comparison.tolerance) }
    }
    members["update"] = words.update(of: found).map { .string($0) }
    return .object(members)
  }

  private static func change(_ change: FigureChange) -> JSONValue {
    [
      "figure": .string(change.path), "verdict": .string(change.verdict.rawValue),
      "better": .string(change.direction.rawValue), "before": .optional(change.before),
      "after": .optional(change.after), "difference": .optional(change.difference?.mean),
      "half_width": .optional(change.difference?.halfWidth), "p": .optional(change.p),
    ]
  }

  private static func diagnostic(_ diagnostic: Diagnostic) -> JSONValue {
    [
      "column": .count(diagnostic.place.column), "file": .string(diagnostic.place.file),
      "line": .count(diagnostic.place.line), "message": .string(diagnostic.message), "path": .string(diagnostic.path),
      "found": .optional(diagnostic.found), "remedy": .optional(diagnostic.remedy),
    ]
  }
}
