internal import Pricing
public import Planning
internal import Units

/// `weir estimate`: shards, the limit that binds, and what a month costs in each mode.
public struct EstimateDocument: Exhibit {
  private let estimate: Estimate
  private let breakEven: [BreakEven]

  /// The figures of an estimate, with the factors at which modes cost the same.
  public init(_ estimate: Estimate, breakEven: [BreakEven]) {
    (self.estimate, self.breakEven) = (estimate, breakEven)
  }

  /// Lines for a terminal; for a page the needs as a table, and each mode's bill.
  public var document: Document {
    let bills = BillingMode.allCases.indices.flatMap { place -> [Document.Block] in
      let title = "\(Self.words(BillingMode.allCases[place])): \(total(place))"
      return [.heading(3, Prose(title))]
        + (estimate.impossible[place] == nil ? BillParts(estimate.bills[place]).blocks : [])
    }
    let title = Document.Block.heading(1, Prose(Figures.count(estimate.shards, of: "shard")))
    return Document(blocks: [
      .terminal(lines),
      .page(
        [title, .table(needs), .paragraph(Prose(formula))] + bills + [.list(notes("**Warning**").map { Prose($0) })]),
    ])
  }

  private var lines: [String] {
    let needs = estimate.needs.map { need in
      "  \(Self.words(need.name)): \(Self.rate(need.demand, need)) of \(Self.rate(need.capacity, need)) a shard = "
        + "\(Figures.number(need.shards)) shard\(need.shards == 1 ? "" : "s")\(need.name == estimate.binding ? "  ← decides" : "")"
    }
    let costs = BillingMode.allCases.indices.map { "  \(Self.words(BillingMode.allCases[$0])): \(total($0))" }
    let head =
      "\(Figures.count(estimate.shards, of: "shard")): the peak and \(Figures.percent(estimate.headroom)) headroom, "
      + "decided by \(Self.words(estimate.binding))"
    return [head] + needs + ["  " + formula, "A month of 730 h:"] + costs + breakEven.map { "  " + Self.sentence($0) }
      + notes("warning").dropFirst(breakEven.count)
  }

  /// AWS's own figure, under AWS's name.
  private var formula: String {
    let need = estimate.formula[0]
    return
      "AWS's sizing formula: \(Figures.count(estimate.shardsByFormula, of: "shard")) with the same headroom, for "
      + "\(Self.rate(need.demand, need)) \(need.name == .readBytes ? "out" : "in"); it rounds each record up to 1 KiB and does "
      + "not count records, where the limits count bytes and records as they are"
  }

  private var needs: Table {
    Table(
      "Limit", numbers: ["Demand", "A shard has", "Shards"],
      estimate.needs.map { need in
        let name = Self.words(need.name)
        return [
          Prose(need.name == estimate.binding ? "**\(name)** decides" : name), Prose(Self.rate(need.demand, need)),
          Prose(Self.rate(need.capacity, need)), .number(need.shards),
        ]
      })
  }

  private func notes(_ warning: String) -> [String] {
    breakEven.map(Self.sentence) + estimate.warnings.map { "\(warning): \($0)" } + [
      "Averages only: bursts within a second, hot keys and retries are what `weir run` simulates."
    ]
  }

  /// `weir.estimate/v1`.
  public var value: JSONValue {
    let needs = estimate.needs.map { need -> (String, JSONValue) in
      (
        need.name.rawValue,
        JSONValue(["demand_per_s": need.demand, "shard_per_s": need.capacity, "shards": need.shards])
      )
    }
    let costs = BillingMode.allCases.indices.map { place -> (String, JSONValue) in
      let bill = estimate.bills[place], isKnown = estimate.monthlyCosts[place] != nil
      return (BillingMode.allCases[place].rawValue, isKnown ? .number(bill.total.roundedToCents.inDollars) : .null)
    }
    return JSONValue([
      "schema": "weir.estimate/v1", "shards": estimate.shards, "headroom": estimate.headroom,
      "binding": estimate.binding.rawValue, "needs": .named(needs), "cost_usd_month": .named(costs),
      "break_even": breakEven.map(Self.json), "warnings": estimate.warnings,
      "aws_formula": JSONValue(["shards": estimate.shardsByFormula]),
    ])
  }

  static func json(_ crossing: BreakEven) -> JSONValue {
    JSONValue([
      "load_factor": crossing.factor, "cheaper_below": crossing.below.rawValue,
      "cheaper_above": crossing.above.rawValue,
    ])
  }

  static func sentence(_ crossing: BreakEven) -> String {
    "At \(Figures.factor(crossing.factor)) this load \(words(crossing.below)) and \(words(crossing.above)) cost the same; "
      + "below it the first is cheaper, above it the second."
  }

  private func total(_ place: Int) -> String {
    if let reason = estimate.impossible[place] { return "not possible: \(reason)" }
    let bill = estimate.bills[place]
    return bill.isPartial(nil) ? "no price known (\(bill.unpriced[0].reason))" : Figures.dollars(bill.total)
  }

  private static func rate(_ value: Double, _ need: Estimate.Need) -> String {
    need.name == .writeRecords
      ? "\(Figures.number(value)) records/s" : "\(Figures.size(Bytes(Int64(clamping: value))))/s"
  }

  private static func words(_ name: Estimate.Need.Name) -> String {
    switch name {
    case .writeBytes: "bytes in"
    case .writeRecords: "records in"
    case .readBytes: "bytes out"
    }
  }

  static func words(_ mode: BillingMode) -> String {
    switch mode {
    case .provisioned: "provisioned"
    case .onDemandStandard: "on-demand Standard"
    case .onDemandAdvantage: "on-demand Advantage"
    }
  }
}
