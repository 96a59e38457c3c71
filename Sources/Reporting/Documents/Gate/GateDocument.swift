internal import Experiment
internal import Models
public import Planning
internal import Scenario
internal import Simulation

/// `weir test`: a line for each scenario, and what is behind those that are not well; a page has details folded away.
public struct GateDocument: Exhibit {
  let words: GateWords

  /// The document of a report.
  public init(_ report: GateReport) { words = GateWords(report: report) }

  /// The terminal ends with the verdict, the page begins with it.
  public var document: Document { Document(blocks: [.terminal(lines), .page(page)]) }

  // MARK: The terminal

  private var lines: [String] {
    let report = words.report, total = words.total
    let others = report.others.map { "        skipped \($0.path): \($0.reason)" }
    let faults = report.faults.map { "ERROR   \($0.description)" }
    return report.lines.flatMap(lines) + others + faults + (words.advice.map { [$0] } ?? [])
      + ["\(total.word)  \(total.counts)"]
  }

  private func lines(_ line: GateReport.Line) -> [String] {
    let verdict = words.verdict(of: line.outcome).rawValue
    let head = verdict + String(repeating: " ", count: max(1, 10 - verdict.count)) + line.entry.path
    switch line.outcome {
    case .unreached: return [head]
    case .refused(let failure), .skipped(let failure):
      return ["\(head): \(failure.diagnostics.count == 1 ? "1 error" : "\(failure.diagnostics.count) errors")"]
        + failure.diagnostics.map { "    \($0.description)" }
    case .judged(let found): return ["\(head): \(words.standing(of: found))"] + behind(found)
    }
  }

  private func behind(_ found: GateCase) -> [String] {
    let objectives = found.objectives.flatMap { objective -> [String] in
      let id = objective.verdict.objective.id
      switch objective.standing {
      case .held: return []
      case .warned: return ["    slo \(id) (only warns): \(GateWords.breach(objective, of: found))"]
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

  // MARK: The page

  private var page: [Document.Block] {
    let report = words.report, total = words.total
    let rows = report.lines.map { line -> [Prose] in
      let verdict = words.verdict(of: line.outcome)
      let word = verdict == .passed ? "pass" : "**\(verdict.rawValue.lowercased())**"
      return [.code(line.entry.path), Prose(word), summary(line.outcome)]
    }
    let others = report.others.map { Prose("\(Markdown.code($0.path)): \(Markdown.prose($0.reason))") }
    let details = report.lines.map(details)
    // Of several scenarios, those without details leave an empty line.
    let nothing: [Document.Block] = details.count > 1 ? [.paragraph("")] : []
    return [
      .heading(2, "weir test: \(total.word.lowercased())"), .paragraph("\(total.counts)."),
      .filled(Table(["Scenario", "Verdict", "Objectives and baseline"], rows)),
      .list(report.faults.map { "**Error**: \(Markdown.prose($0.description))" }),
    ] + details.flatMap { $0.map { [$0] } ?? nothing }
      + (others.isEmpty ? [] : [.fold("Files that are no scenario", [.list(others)])])
      + (words.advice.map { [.paragraph(Prose($0))] } ?? [])
  }

  private func summary(_ outcome: GateReport.Outcome) -> Prose {
    switch outcome {
    case .judged(let found): Prose(words.standing(of: found))
    case .refused(let failure), .skipped(let failure):
      failure.diagnostics.first.map { .plain($0.description) } ?? .nothing
    case .unreached: "interrupted before it was reached"
    }
  }

  private func details(_ line: GateReport.Line) -> Document.Block? {
    switch line.outcome {
    case .unreached: return nil
    case .refused(let failure), .skipped(let failure):
      guard failure.diagnostics.count > 1 else { return nil }
      return .fold(.code(line.entry.path), [.code("text", failure.diagnostics.map(\.description))])
    case .judged(let found): return details(found)
    }
  }

  private func details(_ found: GateCase) -> Document.Block? {
    let moved = GateWords.moved(found).filter(GateWords.isNotable)
    let broken = found.objectives.filter { [.broken, .known, .mended].contains($0.standing) }
    guard !moved.isEmpty || !broken.isEmpty else { return nil }
    let breaches = broken.map { objective in
      Prose(
        "\(Markdown.code(objective.verdict.objective.id)) (\(objective.standing.rawValue)): "
          + Markdown.prose(GateWords.breach(objective, of: found)))
    }
    let method = moved.isEmpty ? nil : GateWords.method(of: found)
    let telling = found.objectives.first { $0.standing == .broken }
    let isBad = found.isBroken || found.hasRegressed
    return .fold(
      .code(found.entry.path),
      [.list(breaches), .filled(table(moved, found))] + (method.map { [.paragraph("Compared \($0).")] } ?? [])
        + (isBad ? [.code("text", GateWords.commands(found, telling))] : []))
  }

  private func table(_ moved: [FigureChange], _ found: GateCase) -> Table {
    Table(
      "Figure", numbers: ["Was", "Is", "Moved", "±", "p", "Verdict"],
      moved.map { change in
        let base = change.before.flatMap { $0 == 0 ? nil : $0.magnitude }
        let move = change.before.flatMap { before in change.after.map { change.difference?.mean ?? $0 - before } }
        return [
          .code(change.path), Prose(GateWords.text(change.before, change)),
          Prose(GateWords.text(change.after, change)), .percent(base.flatMap { base in move.map { $0 / base } }),
          .percent(base.flatMap { base in change.difference.map { $0.halfWidth / base } }), .number(change.p),
          Prose(change.verdict.rawValue),
        ]
      })
  }
}
