internal import Experiment
internal import Models
internal import Planning
internal import Scenario
internal import Simulation
internal import Units

// `weir.test/v1`.
extension GateDocument {
  /// Every scenario with what is behind its verdict.
  public var value: JSONValue {
    let report = words.report
    return JSONValue([
      "schema": "weir.test/v1", "version": Version.current, "directory": report.directory,
      "complete": report.isComplete, "passed": report.exitCode == 0, "exit_code": report.exitCode,
      "scenarios": report.lines.map(line),
      "others": report.others.map { JSONValue(["file": $0.path, "reason": $0.reason]) },
      "errors": report.faults.map(Self.diagnostic),
    ])
  }

  private func line(_ line: GateReport.Line) -> JSONValue {
    let head = JSONValue([
      "file": line.entry.path, "verdict": words.verdict(of: line.outcome).rawValue.lowercased(),
    ])
    switch line.outcome {
    case .unreached: return head
    case .refused(let failure), .skipped(let failure):
      return head.merging(JSONValue(["errors": failure.diagnostics.map(Self.diagnostic)]))
    case .judged(let found): return head.merging(judged(found))
    }
  }

  private func judged(_ found: GateCase) -> JSONValue {
    let telling = found.objectives.first { $0.standing == .broken }
    let isWell = !found.isBroken && !found.hasRegressed
    return JSONValue([
      "scenario": found.name, "seed": found.seed, "fingerprint": found.fingerprint,
      "replications": found.samples.count,
      "trajectory_hashes": found.samples.map { JSONValue.hash($0.trajectoryHash) },
      "slo": found.objectives.map { objective($0, found) }, "baseline": baseline(found),
      "changes": GateWords.moved(found).map(Self.change), "reproduce": isWell ? [] : GateWords.commands(found, telling),
    ])
  }

  private func objective(_ objective: GateObjective, _ found: GateCase) -> JSONValue {
    let verdict = objective.verdict
    return JSONValue([
      "id": verdict.objective.id, "expr": verdict.objective.expression, "wanted": verdict.objective.wanted,
      "value": verdict.value, "severity": verdict.objective.severity.rawValue, "standing": objective.standing.rawValue,
      "first_broken_at": verdict.firstBrokenAt.map(CivilTime.text), "replication": objective.replication,
      "replications_broken": objective.replicationsBroken, "held": objective.count.held,
      "replications": objective.count.runs, "outcome": objective.count.outcome.word,
    ])
  }

  private func baseline(_ found: GateCase) -> JSONValue {
    var members = JSONValue(["file": found.baselineFile])
    members["update"] = words.update(of: found)?.json
    switch found.standing {
    case .absent: return members.merging(["standing": "absent"])
    case .unchanged(let left):
      return members.merging(JSONValue(["standing": "unchanged", "replications_not_run": left]))
    case .compared(let comparison):
      if comparison.method == .tolerance { members["tolerance"] = .number(comparison.tolerance) }
      return members.merging(
        JSONValue([
          "standing": "compared", "method": comparison.method.rawValue, "level": GateComparison.level,
          "figures": comparison.changes.count,
        ]))
    }
  }

  private static func change(_ change: FigureChange) -> JSONValue {
    JSONValue([
      "figure": change.path, "verdict": change.verdict.rawValue, "better": change.better.rawValue,
      "before": change.before, "after": change.after, "difference": change.difference?.mean,
      "half_width": change.difference?.halfWidth, "p": change.p,
    ])
  }

  private static func diagnostic(_ diagnostic: Diagnostic) -> JSONValue {
    JSONValue([
      "column": diagnostic.place.column, "file": diagnostic.place.file, "line": diagnostic.place.line,
      "message": diagnostic.message, "path": diagnostic.path, "found": diagnostic.found, "remedy": diagnostic.remedy,
    ])
  }
}
