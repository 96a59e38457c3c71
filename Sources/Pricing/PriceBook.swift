public import Units

/// The price of one item in one region.
public struct Price: Sendable, Hashable, Codable {
  /// What the quantity from `above` on costs.
  public struct Tier: Sendable, Hashable, Codable {
    /// Units a month below which an earlier tier holds; 0 for the first.
    public var above: Int128
    /// For one unit.
    public var price: Money

    /// A tier.
    public init(above: Int128, price: Money) { (self.above, self.price) = (above, price) }
  }
  /// How sure a price is.
  public enum Confidence: String, Sendable, Hashable, Codable {
    /// From AWS's price list, calculator or pricing page.
    case documented
    /// From bills or from two independent reports.
    case observed
    /// From one weak source, or derived.
    case assumed
  }

  /// What it is for.
  public var item: PriceItem
  /// An AWS region.
  public var region: String
  /// What one unit is.
  public var unit: BillingUnit
  /// Ascending, the first from 0 on.
  public var tiers: [Tier]
  /// Where it is from.
  public var source: String
  /// How sure it is.
  public var confidence: Confidence

  /// A price.
  public init(
    item: PriceItem, region: String, unit: BillingUnit, tiers: [Tier], source: String, confidence: Confidence
  ) {
    precondition(tiers.first?.above == 0, "a price begins at nothing")
    precondition(zip(tiers, tiers.dropFirst()).allSatisfy { $0.above < $1.above }, "tiers ascend")
    self.item = item
    self.region = region
    self.unit = unit
    self.tiers = tiers
    self.source = source
    self.confidence = confidence
  }
}

/// A dated set of prices. What nobody published is not in it, and is refused, never guessed.
public struct PriceBook: Sendable, Hashable, Codable {
  /// Its date, a year and month, or the name of a user's own file.
  public var name: String
  /// In the order of regions, then of `PriceItem.allCases`.
  public var prices: [Price]

  /// A book of prices.
  public init(name: String, prices: [Price]) { (self.name, self.prices) = (name, prices) }

  /// The price of an item in a region; nil when none is known. O(n).
  public func price(of item: PriceItem, in region: String) -> Price? {
    prices.first { $0.item == item && $0.region == region }
  }

  /// This book with another's prices in place of its own, and those it lacks behind them.
  public func overridden(by other: PriceBook) -> PriceBook {
    let kept = prices.map { own in other.price(of: own.item, in: own.region) ?? own }
    let added = other.prices.filter { price(of: $0.item, in: $0.region) == nil }
    return PriceBook(name: "\(name) + \(other.name)", prices: kept + added)
  }

  /// Why an item has no price in a region, and what to do about it. An empty region means any.
  public func reason(for item: PriceItem, in region: String) -> String {
    let known = prices.filter { $0.item == item }.map(\.region)
    let place = region.isEmpty ? "" : " in \(region)"
    let elsewhere = known.isEmpty ? "" : " (known: \(known.joined(separator: ", ")))"
    return "no source for the price of \(item.rawValue)\(place) was found\(elsewhere); give it in a price file"
  }
}
