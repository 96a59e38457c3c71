public import Planning
internal import Pricing
internal import Units

/// `weir cost`: a scenario's bill in closed form, the three modes side by side, where they cross.
public struct CostFigures: Sendable {
  private let cost: ScenarioBill
  private let breakEven: [BreakEven]

  /// The figures of a scenario's bill.
  public init(_ cost: ScenarioBill) { (self.cost, breakEven) = (cost, cost.breakEven) }

  // MARK: Text

  /// For a terminal.
  public var text: String {
    let lines =
      ["\(cost.name): \(total(cost.own)) for \(cost.period.words), in \(cost.region), by arithmetic"]
      + cost.streams.map { "  " + sentence($0) } + largest(of: cost.own).map { "  " + $0 } + modes
      + breakEven.map { "  " + EstimateFigures.sentence($0) } + cost.own.unpriced.map { "  " + missing($0) }
      + cost.warnings.map { "warning: \($0)" } + cost.caveats
    return lines.joined(separator: "\n") + "\n"
  }

  private func largest(of bill: Bill) -> [String] {
    let order = bill.lines.indices.sorted { (bill.lines[$1].amount, $0) < (bill.lines[$0].amount, $1) }
    let shown = order.prefix(8).map { bill.lines[$0] }
    let width = shown.map { BillFigures.dollars($0.amount).count }.max() ?? 0
    let rest = bill.lines.count - shown.count
    return shown.map { line in
      let amount = BillFigures.dollars(line.amount)
      return String(repeating: " ", count: width - amount.count) + "\(amount)  \(line.item.rawValue), \(line.scope): "
        + "\(Figures.number(line.units(in: bill.period))) \(line.unit.rawValue) at $\(line.price)"
    } + (rest > 0 ? ["and \(Figures.count(rest, of: "smaller line")): --format md shows all"] : [])
  }

  private var modes: [String] {
    cost.sides.isEmpty
      ? []
      : ["All streams in one mode:"]
        + cost.sides.map { side in
          let shards = side.mode == .provisioned ? ", \(Figures.count(side.shards, of: "shard"))" : ""
          return "  \(EstimateFigures.words(side.mode)): \(total(side.bill))\(shards)"
        }
  }

  private func sentence(_ stream: ScenarioBill.Stream) -> String {
    "\(stream.name): \(EstimateFigures.words(stream.mode)), \(Figures.count(stream.shards, of: "shard")) at the start; "
      + "the peak of \(Figures.number(stream.peakRecords)) records/s and \(rate(stream.peakBytes)) needs "
      + "\(Figures.count(stream.needed)) with \(Figures.percent(cost.headroom)) headroom"
  }

  private func rate(_ bytes: Double) -> String { "\(Figures.size(Bytes(Int64(bytes))))/s" }

  /// The sum of what has a price; that something has none is said.
  private func total(_ bill: Bill) -> String {
    guard bill.isPartial(nil) else { return BillFigures.dollars(bill.total) }
    return "\(BillFigures.dollars(bill.total)) and \(Figures.count(bill.unpriced.count, of: "item")) without a price"
  }

  private func missing(_ use: Bill.Unpriced) -> String {
    "without a price, and not in the total: \(use.item.rawValue) of \(use.scope); \(use.reason)"
  }

  // MARK: Markdown

  /// For a pull request.
  public var markdown: String {
    let period = "For \(cost.period.words), prices `\(cost.own.book)`, region \(cost.region), by arithmetic."
    let parts = ["# \(cost.name): \(total(cost.own))\n\n\(period)\n", streams, BillFigures(cost.own).markdown, sides]
    let notes = breakEven.map(EstimateFigures.sentence) + cost.warnings.map { "**Warning**: \($0)" } + cost.caveats
    return (parts.filter { !$0.isEmpty } + [notes.map { "- \($0)\n" }.joined()]).joined(separator: "\n")
  }

  private var streams: String {
    guard !cost.streams.isEmpty else { return "" }
    var table = MarkdownTable([
      ("Stream", .left), ("Mode", .left), ("Mean", .right), ("Peak", .right), ("Shards", .right), ("Needed", .right),
    ])
    for stream in cost.streams {
      table.append([
        Markdown.code(stream.name), EstimateFigures.words(stream.mode), rate(stream.meanBytes), rate(stream.peakBytes),
        Figures.count(stream.shards), Figures.count(stream.needed),
      ])
    }
    return table.text
  }

  private var sides: String {
    guard !cost.sides.isEmpty else { return "" }
    var table = MarkdownTable("All streams in one mode", numbers: ["Shards", "Amount"])
    for side in cost.sides {
      table.append([EstimateFigures.words(side.mode), Figures.count(side.shards), total(side.bill)])
    }
    return table.text
  }

  // MARK: JSON

  /// `weir.cost/v1`.
  public var json: String {
    let modes = cost.sides.map { side in (side.mode.rawValue, json(side.bill, shards: side.shards)) }
    let shards = cost.streams.reduce(0) { $0 + $1.shards }
    return JSONValue.object([
      "schema": "weir.cost/v1", "scenario": .string(cost.name), "region": .string(cost.region),
      "period": .string(cost.period.rawValue), "prices": .string(cost.own.book), "headroom": .number(cost.headroom),
      "as_written": json(cost.own, shards: shards), "modes": .object(Dictionary(uniqueKeysWithValues: modes)),
      "streams": .object(Dictionary(uniqueKeysWithValues: cost.streams.map { ($0.name, json($0)) })),
      "break_even": .array(breakEven.map(EstimateFigures.json)),
      "warnings": .array(cost.warnings.map { .string($0) }), "caveats": .array(cost.caveats.map { .string($0) }),
    ]).text
  }

  /// The lines are those of a run's `cost`.
  private func json(_ bill: Bill, shards: Int) -> JSONValue {
    let cost = BillFigures(bill).json
    return [
      "shards": .count(shards), "total_usd": cost["total_usd"] ?? .null, "complete": cost["complete"] ?? .null,
      "lines": cost["lines"] ?? [], "unpriced": cost["unpriced"] ?? [],
    ]
  }

  private func json(_ stream: ScenarioBill.Stream) -> JSONValue {
    [
      "mode": .string(stream.mode.rawValue), "shards": .count(stream.shards), "shards_needed": .count(stream.needed),
      "binding": .string(stream.binding.rawValue), "mean_bytes_per_s": .number(stream.meanBytes),
      "peak_bytes_per_s": .number(stream.peakBytes), "mean_records_per_s": .number(stream.meanRecords),
      "peak_records_per_s": .number(stream.peakRecords),
    ]
  }
}
