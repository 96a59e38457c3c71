internal import Models
public import Planning
internal import Scenario

/// `weir test` for a terminal: a line for each scenario, and what is behind those that are not well.
public struct GateText: Sendable {
  private let words: GateWords

  /// The text of a report.
  public init(_ report: GateReport) { words = GateWords(report: report) }

  /// The text, with a newline at its end.
  public var text: String {
    let report = words.report, total = words.total
    let lines = report.lines.flatMap(lines)
    let others = report.others.map { "        skipped \($0.path): \($0.reason)" }
    let faults = report.faults.map { "ERROR   \($0.description)" }
    let advice = words.advice.map { [$0] } ?? []
    return (lines + others + faults + advice + ["\(total.word)  \(total.counts)"]).joined(separator: "\n") + "\n"
  }

  private func lines(_ line: GateReport.Line) -> [String] {
    let verdict = words.verdict(of: line.outcome).rawValue
    let head = verdict + String(repeating: " ", count: max(1, 10 - verdict.count)) + line.entry.path
    switch line.outcome {
    case .unreached: return [head]
    case .refused(let failure), .skipped(let failure):
      return ["\(head): \(failure.diagnostics.count == 1 ? "1 error" : "\(failure.diagnostics.count) errors")"]
        + failure.diagnostics.map { "    \($0.description)" }
    case .judged(let found): return ["\(head): \(words.standing(of: found))"] + details(found)
    }
  }

  private func details(_ found: GateCase) -> [String] {
    let objectives = found.objectives.flatMap { objective -> [String] in
      let id = objective.verdict.objective.id
      switch objective.standing {
      case .held, .warned: return []
      case .broken:
        return ["    slo \(id): \(GateWords.breach(objective, of: found))"]
          + GateWords.commands(found, objective).map { "      \($0)" }
      case .known: return ["    slo \(id) is known to fail: \(GateWords.breach(objective, of: found))"]
      case .mended: return ["    slo \(id) was expected to fail and held"]
      }
    }
    let moved = GateWords.moved(found).filter(GateWords.isNotable)
    let changes = moved.map { "    \($0.verdict.rawValue) \($0.path): \(GateWords.movement($0, of: found))" }
    let method = moved.isEmpty ? [] : GateWords.method(of: found).map { ["    compared \($0)"] } ?? []
    let again = found.hasRegressed && !found.isBroken ? GateWords.commands(found, nil).map { "      \($0)" } : []
    return objectives + changes + method + again + (words.update(of: found).map { ["    \($0)"] } ?? [])
  }
}
