internal import Models
internal import Planning
internal import Reporting
internal import Scenario
internal import Units

/// What a run has come to, as the page shows it and as it can be kept.
struct RunResults: Sendable {
  private let order: RunOrder
  private let reports: [Report]
  private let results: [[RunResult]]
  private let isLook: Bool, drawn: Bool
  private var comparison: ComparisonDocument?

  init(_ results: [[RunResult]], of order: RunOrder, isLook: Bool, drawn: Bool) {
    (self.order, self.results, self.isLook, self.drawn) = (order, results, isLook, drawn)
    reports = order.contenders.indices.map { design in
      let loaded = order.contenders[design].loaded
      return Report(
        results: results[design], fingerprint: Fingerprint(of: loaded, version: Version.current),
        warnings: loaded.warnings.map(\.description), command: order.command(of: design))
    }
  }

  /// The same with the designs held against each other: by the code of `weir compare`, which looks up the runs that are there.
  func compared(_ trials: [Trial]) async -> RunResults {
    guard trials.count == 2 else { return self }
    let catalogues = trials.map { Figure.all(of: $0.loaded.experiment) }
    guard let figures = try? FigureSelection.choose([], among: catalogues, for: .comparison) else { return self }
    let run = ComparisonRun(trials, figures: figures, rule: .fixed(order.replications), level: Report.level)
    let contenders = order.contenders, outcomes = results.map { $0.map { TaskOutcome($0) } }
    let book = TaskBook(atOnce: 1) { loaded in
      let design = contenders.firstIndex { $0.loaded.isSame(as: loaded) } ?? 0
      return { outcomes[design].indices.contains($0) ? outcomes[design][$0] : nil }
    }
    let comparison = await run.run(at: .elsewhere(book), isInterrupted: { false }, report: { _ in })
    var shown = self
    shown.comparison = ComparisonDocument(comparison, warnings: order.warnings, command: order.comparisonCommand)
    return shown
  }

  /// What the page shows; `isOver` tells whether nothing more will come.
  func value(isOver: Bool) -> JSONValue {
    let designs = reports.indices.map { design in
      let part = reports[design].part(prefix: "d\(design)-", drawn: drawn)
      return JSONValue([
        "name": order.contenders[design].design.name, "html": part.html, "pictures": Self.json(part),
        "command": order.command(of: design).description, "file": order.contenders[design].file,
        "simulated": Figures.duration(results[design][0].simulated),
      ])
    }
    let part = comparison?.part(prefix: "c-", drawn: drawn)
    return JSONValue([
      "look": isLook, "follows": isLook && !isOver, "designs": designs, "drawn": drawn,
      "comparison": part.map { part in
        JSONValue([
          "html": part.html, "pictures": Self.json(part), "command": order.comparisonCommand.description,
        ])
      },
    ])
  }

  private static func json(_ part: PagePart) -> JSONValue {
    .object(Dictionary(uniqueKeysWithValues: part.pictures.map { ($0.id, $0.specification) }))
  }

  /// A file of a design to be kept: `report.html`, the page that `weir run` writes, or `scenario.yaml`, the text that was run, under the
  /// name that command lines have for it. Nil when there is no such design or file.
  func file(_ name: String, of design: Int, _ script: String?) -> PageAnswer? {
    guard reports.indices.contains(design) else { return nil }
    let contender = order.contenders[design]
    switch name {
    case "report.html":
      return .download(reports[design].page(script: script), type: "text/html; charset=utf-8", name: name)
    case "scenario.yaml":
      return .download(contender.text, type: "text/plain; charset=utf-8", name: contender.file)
    default: return nil
    }
  }

  /// The comparison as a page to be kept; nil for one design.
  func comparisonPage(script: String?) -> String? { comparison?.page(script: script) }
}
