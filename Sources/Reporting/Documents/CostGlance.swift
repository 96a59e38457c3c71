public import Planning
internal import Pricing
internal import Units

/// What a scenario costs by arithmetic, at a glance: for somebody who turns its values and watches.
public struct CostGlance: Sendable {
  private let cost: ScenarioBill

  /// The glance at a bill.
  public init(_ cost: ScenarioBill) { self.cost = cost }

  /// The total, the same in each mode, and what arithmetic already shows to be unwise.
  public var value: JSONValue {
    let sides = cost.sides.map { side in
      JSONValue([
        "mode": EstimateDocument.words(side.mode), "total": CostDocument.total(side.bill), "usd": usd(side.bill),
        "shards": side.mode == .provisioned ? side.shards : nil as Int?,
      ])
    }
    return JSONValue([
      "total": CostDocument.total(cost.own), "usd": usd(cost.own), "period": cost.period.words, "region": cost.region,
      "modes": sides, "warnings": cost.warnings,
    ])
  }

  private func usd(_ bill: Bill) -> JSONValue { .number(bill.total.roundedToCents.inDollars) }
}
