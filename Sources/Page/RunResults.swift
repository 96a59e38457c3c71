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
    reports = order.trials.indices.map { design in
      let loaded = order.trials[design].loaded
      return Report(
        results: results[design], fingerprint: Fingerprint(of: loaded, version: Version.current),
        warnings: loaded.warnings.map(\.description), command: order.command(of: design))
    }
  }

  /// The same with the designs held against each other: by the code of `weir compare`, which looks up the runs that are there.
  func compared() async -> RunResults {
    guard order.trials.count == 2 else { return self }
    let catalogues = order.trials.map { Figure.all(of: $0.loaded.experiment) }
    guard let figures = try? FigureSelection.choose([], among: catalogues, for: .comparison) else { return self }
    let run = ComparisonRun(order.trials, figures: figures, rule: .fixed(order.replications), level: Report.level)
    let texts = order.trials.map(\.loaded.canonicalText), outcomes = results.map { $0.map { TaskOutcome($0) } }
    let book = TaskBook(atOnce: 1) { loaded in
      let design = texts.firstIndex(of: loaded.canonicalText) ?? 0
      return { outcomes[design].indices.contains($0) ? outcomes[design][$0] : nil }
    }
    let comparison = await run.run(at: .elsewhere(book), isInterrupted: { false }, report: { _ in })
    var shown = self
    shown.comparison = ComparisonDocument(comparison, warnings: [], command: order.comparisonCommand)
    return shown
  }

  /// What the page shows.
  var value: JSONValue {
    let designs = reports.indices.map { design in
      let part = reports[design].part(prefix: "d\(design)-", drawn: drawn)
      return JSONValue([
        "name": order.trials[design].design.name, "html": part.html, "pictures": Self.json(part),
        "command": order.command(of: design).description, "file": order.files[design],
        "passing": reports[design].isPassing, "simulated": Figures.duration(results[design][0].simulated),
        "hash": JSONValue.string(String(results[design][0].trajectoryHash, radix: 16)),
      ])
    }
    let part = comparison?.part(prefix: "c-", drawn: drawn)
    return JSONValue([
      "look": isLook, "designs": designs, "drawn": drawn,
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

  /// A design's report as a page to be kept: the same as `weir run` writes. Nil when there is no such design.
  func page(of design: Int, script: String?) -> String? {
    reports.indices.contains(design) ? reports[design].page(script: script) : nil
  }

  /// The comparison as a page to be kept; nil for one design.
  func comparisonPage(script: String?) -> String? { comparison?.page(script: script) }
}
