public import KinesisCore
public import Pricing
internal import Units

/// What a stream would cost, and how full its shards would be, under other loads, numbers of shards and modes.
///
/// By the closed form of `Estimate`, for a month of 730 hours: keys spread evenly, peaks as long as a minute. Only a
/// simulation sees what hot keys, bursts and retries do.
public struct WhatIf: Sendable {
  /// One combination.
  public struct Row: Sendable, Hashable {
    /// How the stream is bought.
    public var mode: BillingMode
    /// Times the load as it is.
    public var loadFactor: Double
    /// Shards; nil in the on-demand modes, which have none to choose.
    public var shards: Int?
    /// The fullest limit's share at the peak, the load being spread evenly; nil in the on-demand modes.
    public var utilization: Double?
    /// A month.
    public var bill: Bill
  }
  /// One priced item: quantity = `fixed` + `perShard` × shards + `perLoad` × load factor, a month, in its unit.
  public struct Line: Sendable, Hashable {
    /// The mode it belongs to.
    public var mode: BillingMode
    /// What is billed, and what one unit is; nil without a price.
    public var item: PriceItem, unit: BillingUnit?
    /// The parts of its quantity.
    public var fixed: Double, perShard: Double, perLoad: Double
    /// What is billed at least, of all lines of the same commitment together; 0 where there is no such thing.
    public var atLeast: Double
    /// The commitment it counts towards: `in`, `out`, or none.
    public var commitment: Commitment?
    /// The first tier's price for one unit; nil when nobody published it.
    public var price: Price?
  }
  /// The two halves of on-demand Advantage's commitment.
  public enum Commitment: String, Sendable, Hashable {
    case dataIn = "in"
    case dataOut = "out"
  }

  /// Loads looked at, times the load as it is.
  public static let factors = [0.5, 1, 1.5, 2, 3, 5, 10]
  /// Room above the peak in the numbers of shards looked at.
  public static let headroom = 0.25

  /// The load as it is.
  public let load: StreamLoad
  private let limits: LimitsProfile, prices: PriceBook, region: String
  private let counts: [Int]

  /// What-ifs around a load on `shards` shards.
  public init(_ load: StreamLoad, shards: Int, limits: LimitsProfile, prices: PriceBook, region: String) {
    (self.load, self.limits, self.prices, self.region) = (load, limits, prices, region)
    let needed = Self.factors.map { factor in
      Estimate(
        load.scaled(by: factor), headroom: Self.headroom, limits: limits, prices: prices, region: region
      ).shards
    }
    counts = Set(needed + [max(1, shards / 2), shards, shards * 2]).sorted()
  }

  /// By mode, then load, then shards.
  public var rows: [Row] { BillingMode.allCases.flatMap { mode in Self.factors.flatMap { rows(mode, $0) } } }

  private func rows(_ mode: BillingMode, _ factor: Double) -> [Row] {
    let scaled = load.scaled(by: factor)
    guard mode == .provisioned else {
      return [Row(mode: mode, loadFactor: factor, shards: nil, utilization: nil, bill: bill(scaled, mode, shards: 0))]
    }
    let estimate = Estimate(scaled, headroom: 0, limits: limits, prices: prices, region: region)
    return counts.map { count in
      Row(
        mode: mode, loadFactor: factor, shards: count, utilization: estimate.needs[0].shards / Double(count),
        bill: bill(scaled, mode, shards: count))
    }
  }

  private func bill(_ load: StreamLoad, _ mode: BillingMode, shards: Int) -> Bill {
    Bill(load.usage(mode, shards: shards, for: .month730h), for: .month730h, book: prices, region: region)
  }

  /// The items of all modes: what `rows` sums, taken apart. Quantities are read off the closed form itself, at one and at
  /// two shards and loads, so that the rule stands in one place.
  public var lines: [Line] { BillingMode.allCases.flatMap { lines($0) + floors($0) } }

  private func lines(_ mode: BillingMode) -> [Line] {
    let base = load.usage(mode, shards: 1, for: .month730h).lines
    let wider = load.usage(mode, shards: 2, for: .month730h).lines
    let busier = load.scaled(by: 2).usage(mode, shards: 1, for: .month730h).lines
    return base.map { use in
      let amount = { (lines: [Usage.Line]) in Double(lines.first { $0.item == use.item }?.quantity ?? 0) }
      let perShard = amount(wider) - amount(base), perLoad = amount(busier) - amount(base)
      return line(
        mode, use.item, fixed: amount(base) - perShard - perLoad, perShard: perShard, perLoad: perLoad, atLeast: 0)
    }
  }

  /// What on-demand Advantage bills at least: the shortfall of nothing is the commitment itself.
  private func floors(_ mode: BillingMode) -> [Line] {
    let idle = load.scaled(by: 0).usage(mode, shards: 1, for: .month730h)
    return idle.shortfall.map {
      line(mode, $0.item, fixed: 0, perShard: 0, perLoad: 0, atLeast: Double($0.quantity))
    }
  }

  private func line(
    _ mode: BillingMode, _ item: PriceItem, fixed: Double, perShard: Double, perLoad: Double, atLeast: Double
  ) -> Line {
    let price = prices.price(of: item, in: region)
    let size = Double(price?.unit.size(in: .month730h) ?? 1)
    return Line(
      mode: mode, item: item, unit: price?.unit, fixed: fixed / size, perShard: perShard / size,
      perLoad: perLoad / size, atLeast: atLeast / size, commitment: Self.commitment(of: item), price: price)
  }

  private static func commitment(of item: PriceItem) -> Commitment? {
    if Usage.committedIn.contains(item) { return .dataIn }
    return Usage.committedOut.contains(item) ? .dataOut : nil
  }
}
