internal import Models
internal import Planning

// Designs of different kinds: one table that holds what only some of them measure.
extension ComparisonDocument {
  /// A heading longer than this is a number.
  private static let longestName = 24

  /// All designs side by side, where one measures what another does not: pairs leave that out. Nothing otherwise.
  var sides: [Document.Block] {
    let all = comparison.contenders.indices
    let known = comparison.figures.map { figure in all.map { comparison.estimate(figure, of: $0)?.mean } }
    guard known.contains(where: { $0.contains { $0 != nil } && $0.contains { $0 == nil } }) else { return [] }
    let columns = all.map { position in
      let name = comparison.contenders[position].design.name
      return Table.Column.ragged(name.count <= Self.longestName ? name : "design \(position + 1)")
    }
    let rows = zip(comparison.figures, known).filter { $1.contains { $0 != nil } }.map { figure, means in
      [Prose.code(figure.path)]
        + means.map { mean in Prose(mean.map { words.text($0, path: figure.path) } ?? Figures.nothing) }
    }
    return [
      .heading(2, "Side by side, means; – is not measured, or has no price"), .table(Table(["Figure"] + columns, rows)),
    ]
  }
}
