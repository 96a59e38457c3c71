internal import Models
public import Planning
internal import Scenario
internal import Simulation

/// `weir test --markdown`: a table for a pull request, details folded away.
public struct GateMarkdown: Sendable {
  private let words: GateWords

  /// The page of a report.
  public init(_ report: GateReport) { words = GateWords(report: report) }

  /// The page.
  public var text: String {
    let report = words.report, total = words.total
    var table = MarkdownTable([("Scenario", .left), ("Verdict", .left), ("Objectives and baseline", .left)])
    for line in report.lines {
      let verdict = words.verdict(of: line.outcome)
      let word = verdict == .passed ? "pass" : "**\(verdict.rawValue.lowercased())**"
      table.append([Markdown.code(line.entry.path), word, summary(line.outcome)])
    }
    let faults = report.faults.map { "- **Error**: \(Markdown.prose($0.description))\n" }.joined()
    let others = report.others.map { "- \(Markdown.code($0.path)): \(Markdown.prose($0.reason))\n" }.joined()
    let parts = [
      "## weir test: \(total.word.lowercased())\n\n\(total.counts).\n", report.lines.isEmpty ? "" : table.text, faults,
      report.lines.map(details).joined(separator: "\n"),
      others.isEmpty ? "" : Self.fold("Files that are no scenario", others),
      words.advice.map { $0 + "\n" } ?? "",
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func summary(_ outcome: GateReport.Outcome) -> String {
    switch outcome {
    case .judged(let found): words.standing(of: found)
    case .refused(let failure), .skipped(let failure):
      failure.diagnostics.first.map { Markdown.prose($0.description) } ?? Figures.nothing
    case .unreached: "interrupted before it was reached"
    }
  }

  private func details(_ line: GateReport.Line) -> String {
    switch line.outcome {
    case .unreached: return ""
    case .refused(let failure), .skipped(let failure):
      guard failure.diagnostics.count > 1 else { return "" }
      return Self.fold(Markdown.code(line.entry.path), Markdown.block(failure.diagnostics.map(\.description)))
    case .judged(let found): return details(found)
    }
  }

  private func details(_ found: GateCase) -> String {
    let moved = GateWords.moved(found).filter(GateWords.isNotable)
    let broken = found.objectives.filter { [.broken, .known, .mended].contains($0.standing) }
    guard !moved.isEmpty || !broken.isEmpty else { return "" }
    var body = broken.map { objective in
      "- \(Markdown.code(objective.verdict.objective.id)) (\(objective.standing.rawValue)): "
        + "\(Markdown.prose(GateWords.breach(objective, of: found)))\n"
    }.joined()
    if !moved.isEmpty { body += (body.isEmpty ? "" : "\n") + table(moved, found) }
    if let method = GateWords.method(of: found), !moved.isEmpty { body += "\nCompared \(method).\n" }
    if found.isBroken || found.hasRegressed {
      let telling = found.objectives.first { $0.standing == .broken }
      body += "\n" + Markdown.block(GateWords.commands(found, telling))
    }
    return Self.fold(Markdown.code(found.entry.path), body)
  }

  private func table(_ moved: [FigureChange], _ found: GateCase) -> String {
    var table = MarkdownTable("Figure", numbers: ["Was", "Is", "Moved", "±", "p", "Verdict"])
    for change in moved {
      let base = change.before.flatMap { $0 == 0 ? nil : $0.magnitude }
      let move = change.before.flatMap { before in change.after.map { change.difference?.mean ?? $0 - before } }
      table.append([
        Markdown.code(change.path), GateWords.text(change.before, change, found),
        GateWords.text(change.after, change, found), Figures.percent(base.flatMap { base in move.map { $0 / base } }),
        Figures.percent(base.flatMap { base in change.difference.map { $0.halfWidth / base } }),
        Figures.number(change.p), change.verdict.rawValue,
      ])
    }
    return table.text
  }

  /// GitHub and GitLab fold this; a summary is HTML, so the code in it is too.
  private static func fold(_ title: String, _ body: String) -> String {
    let plain = title.hasPrefix("`") ? "<code>\(Markdown.prose(title.replacing("`", with: "")))</code>" : title
    return "<details><summary>\(plain)</summary>\n\n\(body)\n</details>\n"
  }
}
