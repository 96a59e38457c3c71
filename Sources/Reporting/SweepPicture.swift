internal import Planning

/// A sweep of one parameter as a strip a figure, of two as a map a figure: rows are the first parameter's values, columns
/// the second's. What an interruption left out is a blank.
struct SweepPicture {
  /// Empty with three parameters or more, with one value only, and where a row would be too long to be seen at once.
  let lines: [String]

  /// The most columns of a strip, and the most figures shown.
  private static let widest = 100, figures = 4
  private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  private static let shades: [Character] = ["·", "░", "▒", "▓", "█"]

  init(_ figures: SweepFigures) {
    let parameters = figures.sweep.grid.parameters
    let isDrawn = parameters.count <= 2 && (2...Self.widest).contains(parameters.last?.values.count ?? 0)
    guard isDrawn else {
      lines = []
      return
    }
    lines = parameters.count == 1 ? Self.strips(figures) : Self.maps(figures)
  }

  /// The figures worth a picture: the cost, and the first that vary.
  private static func shown(_ figures: SweepFigures) -> [(figure: ChosenFigure, values: [Double?])] {
    let all = ([ChosenFigure.cost] + figures.columns).map { figure in
      (
        figure: figure,
        values: figures.sweep.points.map { $0.flatMap { figures.sweep.estimate(figure, at: $0)?.mean } }
      )
    }
    return Array(all.filter { Set($0.values.compactMap(\.self)).count > 1 }.prefix(Self.figures))
  }

  private static func verdict(_ point: Sweep.Point?) -> Character { point.map { $0.isPassing ? "✓" : "✗" } ?? " " }

  // MARK: One parameter

  private static func strips(_ figures: SweepFigures) -> [String] {
    let parameter = figures.sweep.grid.parameters[0]
    let ends = "\(parameter.values[0]) … \(parameter.values[parameter.values.count - 1])"
    var rows = [(name: parameter.path, strip: ends)]
    if figures.sweep.hasObjectives { rows.append((name: "passed", strip: String(figures.sweep.points.map(verdict)))) }
    rows += shown(figures).map { item in
      (name: item.figure.path, strip: strip(item.values, bars) + "  " + range(item.values, item.figure, figures))
    }
    let width = rows.map(\.name.count).max() ?? 0
    return rows.map { $0.name + String(repeating: " ", count: width - $0.name.count) + "  " + $0.strip }
  }

  private static func strip(_ values: [Double?], _ signs: [Character]) -> String {
    let peak = values.compactMap(\.self).max() ?? 0
    return String(values.map { value in value.map { Sparkline.shade($0, of: peak, in: signs) } ?? " " })
  }

  private static func range(_ values: [Double?], _ figure: ChosenFigure, _ figures: SweepFigures) -> String {
    let known = values.compactMap(\.self)
    let ends = [known.min(), known.max()].map { figures.words.text($0, path: figure.path) }
    return ends.joined(separator: " … ")
  }

  // MARK: Two parameters

  private static func maps(_ figures: SweepFigures) -> [String] {
    let (rows, columns) = (figures.sweep.grid.parameters[0], figures.sweep.grid.parameters[1])
    let width = columns.values.count
    let names = rows.values.map(\.description)
    let margin = names.map(\.count).max() ?? 0
    func block(_ title: String, _ strip: (Range<Int>) -> String) -> [String] {
      let body = names.indices.map { row in
        String(repeating: " ", count: margin - names[row].count) + names[row] + "  "
          + strip(row * width..<(row + 1) * width)
      }
      return [title] + body + [""]
    }
    let axes = "rows \(rows.path), columns \(columns.path) \(columns.values[0]) … \(columns.values[width - 1])"
    let verdicts =
      figures.sweep.hasObjectives
      ? block("passed") { String(figures.sweep.points[$0].map(verdict)) } : []
    let maps = shown(figures).flatMap { item in
      let peak = item.values.compactMap(\.self).max() ?? 0
      return block("\(item.figure.path): \(range(item.values, item.figure, figures))") { part in
        String(item.values[part].map { $0.map { Sparkline.shade($0, of: peak, in: shades) } ?? " " })
      }
    }
    return ([axes, ""] + verdicts + maps).dropLast()
  }
}
