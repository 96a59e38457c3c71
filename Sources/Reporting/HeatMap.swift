internal import KinesisCore
internal import Models
internal import Units

/// Where and when a stream refused records: a row a shard, shades over time.
struct HeatMap {
  /// A row for each shard, and a legend; empty when there is nothing to show.
  let lines: [String]

  private static let shades: [Character] = ["·", "░", "▒", "▓", "█"]

  /// The map in at most `columns` columns.
  init(_ stream: StreamResult, columns: Int, clock: ReportClock) {
    let rows = stream.heatShards.indices.map { shard in
      Sparkline(
        stream.heat.map { shard < $0.count ? Double($0[shard]) : 0 }, columns: columns, gathering: .sum)
    }
    let peak = rows.map(\.peak).max() ?? 0
    guard peak > 0, let first = rows.first else {
      lines = []
      return
    }
    let names = stream.heatShards.map { "shard \($0.number)" }
    let width = names.map(\.count).max() ?? 0
    let map = zip(names, rows).map { name, row in
      String(repeating: " ", count: width - name.count) + name + "  "
        + String(row.columns.map { Sparkline.shade($0, of: peak, in: Self.shades) })
    }
    let legend =
      "· none  ░ ▒ ▓ █ quarters of the busiest cell, \(Figures.count(Int64(peak), of: "refusal")) in \(first.valuesPerColumn) min"
    let end = clock.start + .minutes(Int64(stream.heat.count))
    let axis = clock.axis(from: clock.start, to: end, width: first.columns.count)
    lines = map + [String(repeating: " ", count: width + 2) + axis, "", legend]
  }
}
