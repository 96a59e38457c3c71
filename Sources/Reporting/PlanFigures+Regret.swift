internal import Models
internal import Planning
internal import Units

/// What uncertainty says of the designs.
extension PlanFigures {
  /// The rows worth a look: the best of those that hold in enough worlds, and those that come closest to that.
  var regretRows: [RegretTable.Row] {
    guard let table = plan.regret else { return [] }
    return Array(table.rows.prefix(table.eligible).prefix(4)) + table.rows.dropFirst(table.eligible).prefix(2)
  }

  var regret: [String] {
    guard let table = plan.regret else { return [] }
    let rows = regretRows.map { row in
      [
        Self.choices(row.choices), "holds in \(row.held) of \(table.worlds)",
        "regret \(Self.dollars(row.mean)) a month",
        "at worst \(Self.dollars(row.worst))", "costs \(Self.dollars(row.cost))",
      ]
    }
    return ["", "Least regret over \(regretSetting(table))"] + Self.aligned(rows, rightmost: [1, 2, 3, 4])
      + ["  " + Self.definition]
  }

  private func regretSetting(_ table: RegretTable) -> String {
    let hopeless = table.hopeless > 0 ? ", in \(table.hopeless) of which nothing holds" : ""
    return "\(Figures.count(table.worlds, of: "world")) of \(table.paths.joined(separator: ", "))\(hopeless)"
  }

  private static let definition =
    "Regret is what a design costs above the cheapest that holds in a world; one that breaks there counts what the "
    + "dearest that holds costs above it, and what it had saved."

  var regretMarkdown: String {
    guard let table = plan.regret else { return "" }
    var rows = MarkdownTable("Design", numbers: ["Holds in", "Mean regret", "Worst regret", "Mean cost"])
    for row in regretRows {
      rows.append([
        Markdown.code(Self.choices(row.choices)), "\(row.held) of \(table.worlds)", Self.dollars(row.mean),
        Self.dollars(row.worst), Self.dollars(row.cost),
      ])
    }
    return "\n## Regret\n\nOver \(regretSetting(table)).\n\n\(rows.text)\n\(Self.definition)\n"
  }

  var regretJSON: JSONValue {
    guard let table = plan.regret else { return .null }
    return [
      "uncertain": .array(table.paths.map { .string($0) }), "worlds": .count(table.worlds),
      "worlds_without_answer": .count(table.hopeless),
      "designs": .array(
        table.rows.map { row in
          [
            "params": Self.params(row.choices), "worlds_held": .count(row.held),
            "share_held": .number(table.worlds > 0 ? Double(row.held) / Double(table.worlds) : 0),
            "mean_regret_usd_month": .number(Self.cents(row.mean)),
            "worst_regret_usd_month": .number(Self.cents(row.worst)),
            "mean_cost_usd_month": .number(Self.cents(row.cost)),
          ]
        }),
    ]
  }
}
