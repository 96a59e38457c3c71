public import Planning
internal import Pricing
internal import Units

/// `weir cost`: a scenario's bill in closed form, the three modes side by side, where they cross.
public struct CostDocument: Exhibit {
  private let cost: ScenarioBill
  private let breakEven: [BreakEven]

  /// The figures of a scenario's bill.
  public init(_ cost: ScenarioBill) { (self.cost, breakEven) = (cost, cost.breakEven) }

  /// Lines for a terminal; for a page every line of the bill, and the streams and modes as tables.
  public var document: Document {
    let period = "For \(cost.period.words), prices `\(cost.own.book)`, region \(cost.region), by arithmetic."
    let notes =
      breakEven.map(EstimateDocument.sentence) + cost.warnings.map { "**Warning**: \($0)" }
      + cost.caveats.map(\.text)
    return Document(blocks: [
      .terminal(lines),
      .page(
        [.heading(1, "\(cost.name): \(total(cost.own))"), .paragraph(Prose(period)), .filled(streams)]
          + BillParts(cost.own).blocks + [.filled(sides), .list(notes.map { Prose($0) })]),
    ])
  }

  private var lines: [String] {
    ["\(cost.name): \(total(cost.own)) for \(cost.period.words), in \(cost.region), by arithmetic"]
      + (cost.streams.map(sentence) + largest).map { "  " + $0 } + modes
      + (breakEven.map(EstimateDocument.sentence) + cost.own.unpriced.map(missing)).map { "  " + $0 }
      + cost.warnings.map { "warning: \($0)" } + cost.caveats.map(\.text)
  }

  private var largest: [String] {
    let shown = BillParts(cost.own).byAmount.prefix(8)
    let rows = shown.map { line -> [Prose] in
      let quantity = "\(Figures.number(line.units(in: cost.own.period))) \(line.unit.rawValue)"
      return [
        Prose(Figures.dollars(line.amount)), "\(line.item.rawValue), \(line.scope): \(quantity) at $\(line.price)",
      ]
    }
    let rest = cost.own.lines.count - shown.count
    return Table([.number(""), ""], rows).lines(under: nil)
      + (rest > 0 ? ["and \(Figures.count(rest, of: "smaller line")): --format md shows all"] : [])
  }

  private var modes: [String] {
    cost.sides.isEmpty
      ? []
      : ["All streams in one mode:"]
        + cost.sides.map { side in
          let shards = side.mode == .provisioned ? ", \(Figures.count(side.shards, of: "shard"))" : ""
          return "  \(EstimateDocument.words(side.mode)): \(total(side.bill))\(shards)"
        }
  }

  private func sentence(_ stream: ScenarioBill.Stream) -> String {
    "\(stream.name): \(EstimateDocument.words(stream.mode)), \(Figures.count(stream.shards, of: "shard")) at the start; "
      + "the peak of \(Figures.number(stream.peakRecords)) records/s and \(rate(stream.peakBytes)) needs "
      + "\(Figures.count(stream.needed)) with \(Figures.percent(cost.headroom)) headroom"
      + (stream.shardsByFormula == stream.needed
        ? ""
        : "; AWS's sizing formula, which rounds each record up to 1 KiB, says \(Figures.count(stream.shardsByFormula))")
  }

  private func rate(_ bytes: Double) -> String { "\(Figures.size(Bytes(Int64(clamping: bytes))))/s" }

  /// The sum of what has a price; that something has none is said.
  private func total(_ bill: Bill) -> String { Self.total(bill) }

  /// A bill's total in words, with what has no price.
  static func total(_ bill: Bill) -> String {
    guard bill.isPartial(nil) else { return Figures.dollars(bill.total) }
    return "\(Figures.dollars(bill.total)) and \(Figures.count(bill.unpriced.count, of: "item")) without a price"
  }

  private func missing(_ use: Bill.Unpriced) -> String {
    "without a price, and not in the total: \(use.item.rawValue) of \(use.scope); \(use.reason)"
  }

  // MARK: Tables

  private var streams: Table {
    let columns: [Table.Column] = [
      "Stream", "Mode", .number("Mean"), .number("Peak"), .number("Shards"), .number("Needed"),
      .number("AWS's formula"),
    ]
    return Table(
      columns,
      cost.streams.map { stream in
        [
          .code(stream.name), Prose(EstimateDocument.words(stream.mode)), Prose(rate(stream.meanBytes)),
          Prose(rate(stream.peakBytes)), .count(stream.shards), .count(stream.needed),
          .count(stream.shardsByFormula),
        ]
      })
  }

  private var sides: Table {
    Table(
      "All streams in one mode", numbers: ["Shards", "Amount"],
      cost.sides.map { [Prose(EstimateDocument.words($0.mode)), .count($0.shards), Prose(total($0.bill))] })
  }

  // MARK: JSON

  /// `weir.cost/v1`.
  public var value: JSONValue {
    let modes = cost.sides.map { side in (side.mode.rawValue, json(side.bill, shards: side.shards)) }
    let shards = cost.streams.reduce(0) { $0 + $1.shards }
    return JSONValue([
      "schema": "weir.cost/v1", "scenario": cost.name, "region": cost.region, "period": cost.period.rawValue,
      "prices": cost.own.book, "headroom": cost.headroom, "as_written": json(cost.own, shards: shards),
      "modes": .named(modes), "streams": .named(cost.streams.map { ($0.name, json($0)) }),
      "break_even": breakEven.map(EstimateDocument.json), "warnings": cost.warnings,
      "caveats": cost.caveats.map(\.text),
      "biases": cost.caveats.filter(\.isOfLines).map(Self.bias),
    ])
  }

  /// The lines are those of a run's `cost`.
  private func json(_ bill: Bill, shards: Int) -> JSONValue {
    var cost = BillParts(bill).json
    (cost["shards"], cost["period"], cost["prices"]) = (.count(shards), nil, nil)
    return cost
  }

  private func json(_ stream: ScenarioBill.Stream) -> JSONValue {
    JSONValue([
      "mode": stream.mode.rawValue, "shards": stream.shards, "shards_needed": stream.needed,
      "binding": stream.binding.rawValue, "mean_bytes_per_s": stream.meanBytes, "peak_bytes_per_s": stream.peakBytes,
      "mean_records_per_s": stream.meanRecords, "peak_records_per_s": stream.peakRecords,
      "shards_aws_formula": stream.shardsByFormula,
    ])
  }

  /// Which way a caveat moves which lines.
  private static func bias(_ caveat: CostCaveat) -> JSONValue {
    JSONValue([
      "bias": caveat.bias.rawValue, "scopes": caveat.scopes.map(\.description), "parts": caveat.parts.map(\.rawValue),
      "caveat": caveat.text,
    ])
  }
}
