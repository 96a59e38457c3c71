internal import KinesisCore
internal import Models
internal import Units

// Shards in the order of the ring, over time: how full, what they refused, what they came from.
extension RunPictures {
  /// Rows and columns of the map at the most; minutes are gathered so that peaks stay peaks.
  private static let mostRows = 48, mostColumns = 120

  func shardMap(_ stream: StreamResult) -> Picture? {
    let minutes = stream.minutes, begins = Set(minutes.map(\.begin)).sorted()
    guard begins.count > 1, stream.shards.count > 1 else { return nil }
    let shown = rows(stream), places = Dictionary(uniqueKeysWithValues: shown.enumerated().map { ($1.id, $0) })
    var table = CSVTable(["minute", "until", "row", "below", "shard", "peak_load", "throttled"])
    for cell in cells(minutes, begins, places) {
      table.append(
        [cell.from, cell.until, Double(cell.row), Double(cell.row + 1), Double(shown[cell.row].id.number)]
          .map(CSVTable.cell) + [CSVTable.cell(cell.load), String(cell.throttled)])
    }
    let lines = Picture.Part(lineage(stream, places), "-lineage")
    let hidden = stream.shards.count - shown.count
    let left =
      hidden > 0 ? " Of \(Figures.count(stream.shards.count)) shards the \(shown.count) fullest are shown." : ""
    let hot = stream.shards.filter { $0.throttled > 0 }.count
    let finding =
      hot == 0
      ? "No shard throttled; the fullest second of one came to \(Figures.percent(stream.utilization.max)) of its limit.\(left)"
      : "\(Figures.count(hot)) of \(Figures.count(stream.shards.count, of: "shard")) throttled (orange). Rows are in the order of the "
        + "hash keys; lines lead from a shard to those that took its range.\(left)"
    return Picture(
      "shards", of: stream.name, "Which shards of \(stream.name) were full, and when?", finding,
      [.init(table), lines], body(shown.map { Int($0.id.number) }, lines))
  }

  /// By hash keys, and of those that begin alike by age; of many the fullest.
  private func rows(_ stream: StreamResult) -> [ShardResult] {
    let fullest = stream.shards.sorted {
      ($1.throttled, $1.utilization.max, $0.id) < ($0.throttled, $0.utilization.max, $1.id)
    }.prefix(Self.mostRows)
    return fullest.sorted { ($0.range.start, $0.openedAt, $0.id) < ($1.range.start, $1.openedAt, $1.id) }
  }

  private struct Cell {
    var from: Double, until: Double, row: Int, load: Double, throttled: Int64
  }

  private func cells(_ minutes: [ShardMinute], _ begins: [Instant], _ places: [ShardID: Int]) -> [Cell] {
    let step = max(1, (begins.count + Self.mostColumns - 1) / Self.mostColumns)
    let columns = Dictionary(uniqueKeysWithValues: begins.enumerated().map { ($1, $0 / step) })
    var cells: [Int: Cell] = [:]
    for minute in minutes {
      guard let row = places[minute.shard], let column = columns[minute.begin] else { continue }
      let key = column * Self.mostRows + row, from = self.minutes(begins[column * step])
      let until = self.minutes(minute.begin + minute.length)
      var cell = cells[key] ?? Cell(from: from, until: until, row: row, load: 0, throttled: 0)
      cell.until = max(cell.until, until)
      cell.load = max(cell.load, minute.peakLoad)
      cell.throttled += minute.throttledRecords
      cells[key] = cell
    }
    return cells.sorted { $0.key < $1.key }.map(\.value)
  }

  /// From the middle of a shard's row to that of each that came from it, when that opened.
  private func lineage(_ stream: StreamResult, _ places: [ShardID: Int]) -> CSVTable {
    var table = CSVTable(["minute", "from_row", "to_row"])
    for shard in stream.shards {
      guard let to = places[shard.id] else { continue }
      for parent in shard.parents {
        guard let from = places[parent] else { continue }
        table.append([minutes(shard.openedAt), Double(from) + 0.5, Double(to) + 0.5].map(CSVTable.cell))
      }
    }
    return table
  }

  private func body(_ numbers: [Int], _ lines: Picture.Part) -> [String: JSONValue] {
    let labels = JSONValue.array(numbers.map { .string("shard \($0)") }).line
    let rows: JSONValue = [
      "values": .array(numbers.indices.map { .number(Double($0) + 0.5) }),
      "labelExpr": .string("\(labels)[floor(datum.value)]"), "grid": .bool(false), "ticks": .bool(false),
      // The other layers bring a count of ticks, one for 40 pixels, to which Vega thins the values (findings/).
      "labelOverlap": .bool(false), "tickCount": .count(numbers.count),
    ]
    let y = VegaLite.number(
      "row", nil,
      [
        "axis": rows,
        "scale": [
          "domain": .array([.count(0), .count(numbers.count)]), "reverse": .bool(true), "nice": .bool(false),
        ],
      ])
    let cell: [String: JSONValue] = ["x": time, "x2": ["field": "until"], "y": y, "y2": ["field": "below"]]
    let tips: JSONValue = [
      VegaLite.number("shard", "shard"), VegaLite.number("minute", "from minute"),
      VegaLite.number("peak_load", "fullest second", ["format": ".1~%"]), VegaLite.number("throttled", "throttled"),
    ]
    let load = VegaLite.number(
      "peak_load", "fullest second, of the limit",
      [
        "scale": ["scheme": "blues", "domain": .array([.count(0), .number(1.2)]), "clamp": .bool(true)],
        "legend": ["format": "~%"],
      ])
    return [
      "width": .count(VegaLite.width), "height": .count(max(60, numbers.count * 14)),
      "layer": .array(
        [
          VegaLite.view(
            ["type": "rect", "aria": .bool(false)], cell.merging(["color": load, "tooltip": tips]) { $1 }),
          VegaLite.view(
            ["type": "rect", "aria": .bool(false), "color": VegaLite.Colour.orange.json],
            cell.merging(["tooltip": tips]) { $1 }, ["transform": [["filter": "datum.throttled > 0"]]]),
        ]
          + VegaLite.layer(
            lines,
            VegaLite.view(
              ["type": "rule", "aria": .bool(false), "color": "#333333", "strokeWidth": .number(1)],
              ["x": time, "y": VegaLite.number("from_row", nil), "y2": ["field": "to_row"]]))),
    ]
  }
}
