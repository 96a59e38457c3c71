internal import Pricing
public import Planning
internal import Units

/// `weir estimate`: shards, the limit that binds, and what a month costs in each mode.
public struct EstimateFigures: Sendable {
  private let estimate: Estimate
  private let breakEven: [BreakEven]

  /// The figures of an estimate, with the factors at which modes cost the same.
  public init(_ estimate: Estimate, breakEven: [BreakEven]) {
    (self.estimate, self.breakEven) = (estimate, breakEven)
  }

  /// For a terminal.
  public var text: String {
    let needs = estimate.needs.map { need in
      "  \(Self.words(need.name)): \(Self.demand(need)) of \(Self.capacity(need)) a shard = "
        + "\(Figures.number(need.shards)) shards\(need.name == estimate.binding ? "  ← binds" : "")"
    }
    let costs = zip(BillingMode.allCases, estimate.bills).map { "  \(Self.words($0)): \(Self.total($1))" }
    let lines =
      [
        "\(Figures.count(estimate.shards, of: "shard")): the peak and \(Figures.percent(estimate.headroom)) headroom, "
          + "bound by \(Self.words(estimate.binding))"
      ] + needs + ["A month of 730 h:"] + costs + breakEven.map { "  " + Self.sentence($0) }
      + estimate.warnings.map { "warning: \($0)" } + [Self.caveat]
    return lines.joined(separator: "\n") + "\n"
  }

  /// For a pull request.
  public var markdown: String {
    var needs = MarkdownTable("Limit", numbers: ["Demand", "A shard has", "Shards"])
    for need in estimate.needs {
      let name = need.name == estimate.binding ? "**\(Self.words(need.name))** binds" : Self.words(need.name)
      needs.append([name, Self.demand(need), Self.capacity(need), Figures.number(need.shards)])
    }
    let bills = zip(BillingMode.allCases, estimate.bills).map { mode, bill in
      "### \(Self.words(mode)): \(Self.total(bill))\n\n" + BillFigures(bill).markdown
    }
    let notes = breakEven.map(Self.sentence) + estimate.warnings.map { "**Warning**: \($0)" } + [Self.caveat]
    return "# \(Figures.count(estimate.shards, of: "shard"))\n\n" + needs.text + "\n" + bills.joined(separator: "\n")
      + "\n" + notes.map { "- \($0)\n" }.joined()
  }

  /// `weir.estimate/v1`.
  public var json: String {
    let needs = Dictionary(
      uniqueKeysWithValues: estimate.needs.map { need in
        (
          need.name.rawValue,
          JSONValue.object([
            "demand_per_s": .number(need.demand), "shard_per_s": .number(need.capacity), "shards": .number(need.shards),
          ])
        )
      })
    let costs = Dictionary(
      uniqueKeysWithValues: zip(BillingMode.allCases, estimate.bills).map { mode, bill in
        (mode.rawValue, bill.isPartial(nil) ? JSONValue.null : .number(bill.total.roundedToCents.inDollars))
      })
    return JSONValue.object([
      "schema": "weir.estimate/v1", "shards": .count(estimate.shards), "headroom": .number(estimate.headroom),
      "binding": .string(estimate.binding.rawValue), "needs": .object(needs), "cost_usd_month": .object(costs),
      "break_even": .array(breakEven.map(Self.json)), "warnings": .array(estimate.warnings.map { .string($0) }),
    ]).text
  }

  private static let caveat =
    "Averages only: bursts within a second, hot keys and retries are what `weir run` simulates."

  static func json(_ crossing: BreakEven) -> JSONValue {
    [
      "load_factor": .number(crossing.factor), "cheaper_below": .string(crossing.below.rawValue),
      "cheaper_above": .string(crossing.above.rawValue),
    ]
  }

  static func sentence(_ crossing: BreakEven) -> String {
    "At \(Figures.factor(crossing.factor)) this load \(words(crossing.below)) and \(words(crossing.above)) cost the same; "
      + "below it the first is cheaper, above it the second."
  }

  private static func total(_ bill: Bill) -> String {
    bill.isPartial(nil) ? "no price known (\(bill.unpriced[0].reason))" : BillFigures.dollars(bill.total)
  }

  private static func demand(_ need: Estimate.Need) -> String {
    need.name == .writeRecords
      ? "\(Figures.number(need.demand)) records/s" : "\(Figures.size(Bytes(Int64(need.demand))))/s"
  }

  private static func capacity(_ need: Estimate.Need) -> String {
    need.name == .writeRecords
      ? "\(Figures.number(need.capacity)) records/s" : "\(Figures.size(Bytes(Int64(need.capacity))))/s"
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
