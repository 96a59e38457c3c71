public import Units

/// What a use of the service costs: every line with its quantity, unit, price, source and confidence.
public struct Bill: Sendable, Hashable {
  /// One item at one price.
  public struct Line: Sendable, Hashable {
    /// What is billed.
    public var item: PriceItem
    /// To whom; the account for what is short of a commitment.
    public var scope: Scope
    /// In base units; divide by `unit.size(in:)`.
    public var quantity: Int128
    /// What one unit is.
    public var unit: BillingUnit
    /// For one unit.
    public var price: Money
    /// The amount, to the picodollar.
    public var amount: Money
    /// Where the price is from.
    public var source: String
    /// How sure the price is.
    public var confidence: Price.Confidence

    /// In units, for reports.
    public func units(in period: BillingPeriod) -> Double { Double(quantity) / Double(unit.size(in: period)) }
  }
  /// A use whose price nobody published.
  public struct Unpriced: Sendable, Hashable {
    /// What was used, by whom.
    public var item: PriceItem, scope: Scope
    /// Why it has no price.
    public var reason: String
  }

  /// What it is for.
  public let period: BillingPeriod
  /// The book whose prices hold, and in which region.
  public let book: String, region: String
  /// In the order of the usage; a line for each tier that was reached.
  public private(set) var lines: [Line] = []
  /// What is missing from the total.
  public private(set) var unpriced: [Unpriced] = []

  /// The bill of a use, made out for a period: the use goes on as it was until the period is over.
  public init(_ usage: Usage, for period: BillingPeriod, book: PriceBook, region: String) {
    self.period = period
    (self.book, self.region) = (book.name, region)
    let scaled = usage.scaled(to: period)
    var used: [PriceItem: Int128] = [:]
    for line in scaled.lines + scaled.shortfall {
      if let price = book.price(of: line.item, in: region) {
        lines += Self.lines(line, behind: used[line.item, default: 0], at: price, over: scaled.span, in: period)
        used[line.item, default: 0] = used[line.item, default: 0].plusClamped(line.quantity)
      } else {
        let reason = book.reason(for: line.item, in: region)
        unpriced.append(Unpriced(item: line.item, scope: line.scope, reason: reason))
      }
    }
  }

  /// A use cut at the tiers' ends, which are a month's and count what earlier lines used.
  private static func lines(
    _ use: Usage.Line, behind used: Int128, at price: Price, over span: Interval, in period: BillingPeriod
  ) -> [Line] {
    let size = price.unit.size(in: period), end = used.plusClamped(use.quantity)
    func begin(_ tier: Int) -> Int128 {
      price.tiers[tier].above.timesClamped(size).times(
        Int128(span.nanoseconds), over: Int128(period.month.nanoseconds), .dropped)
    }
    return price.tiers.indices.compactMap { index in
      let from = max(used, begin(index)), to = index + 1 == price.tiers.count ? end : min(end, begin(index + 1))
      guard to > from else { return nil }
      let rate = price.tiers[index].price
      return Line(
        item: use.item, scope: use.scope, quantity: to - from, unit: price.unit, price: rate,
        amount: rate.times(to - from, per: size), source: price.source, confidence: price.confidence)
    }
  }

  /// All lines, to the picodollar.
  public var total: Money { lines.reduce(.zero) { $0 + $1.amount } }

  /// The sum of lines that are each rounded to the cent, as AWS's calculator and pricing pages add up.
  public var totalOfRoundedLines: Money { lines.reduce(.zero) { $0 + $1.amount.roundedToCents } }

  /// What one scope costs, to the picodollar.
  public func total(of scope: Scope) -> Money {
    lines.filter { $0.scope == scope }.reduce(.zero) { $0 + $1.amount }
  }

  /// Whether something of a scope (nil for all) has no price.
  public func isPartial(_ scope: Scope?) -> Bool { !unpricedItems(of: scope).isEmpty }

  /// What of a scope (nil for all) has no price, each item once.
  public func unpricedItems(of scope: Scope?) -> [PriceItem] {
    unpriced.reduce(into: []) { items, use in
      if scope == nil || use.scope == scope, !items.contains(use.item) { items.append(use.item) }
    }
  }
}
