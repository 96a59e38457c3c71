public import Units

/// What was used, in whole base units: the quantities of a bill before anybody asks what they cost.
public struct Usage: Sendable, Hashable, Codable {
  /// A quantity of one item.
  public struct Line: Sendable, Hashable, Codable {
    /// What was used.
    public var item: PriceItem
    /// By whom.
    public var scope: Scope
    /// How much, in base units of the item's billing unit: things, bytes, nanoseconds, byte-seconds, MiB-nanoseconds.
    public var quantity: Int128

    /// A line.
    public init(_ item: PriceItem, scope: Scope, quantity: Int128) {
      (self.item, self.scope, self.quantity) = (item, scope, quantity)
    }
  }

  /// In the order in which they are to be read.
  public var lines: [Line]
  /// How long it took.
  public var span: Interval
  /// Scopes that hold the account's on-demand Advantage commitment: what they fall short of it is billed.
  public var committed: [Scope]

  /// Lines used up over a span of time.
  public init(lines: [Line] = [], over span: Interval, committed: [Scope] = []) {
    (self.lines, self.span, self.committed) = (lines, span, committed)
  }

  /// Adds to an item's line of a scope, unless it is nothing.
  public mutating func add(_ item: PriceItem, scope: Scope, _ quantity: Int128) {
    guard quantity > 0 else { return }
    if let known = lines.firstIndex(where: { $0.item == item && $0.scope == scope }) {
      lines[known].quantity = lines[known].quantity.plusClamped(quantity)
    } else {
      lines.append(Line(item, scope: scope, quantity: quantity))
    }
  }

  /// What the same use would come to over a billing period; each line rounded to a whole base unit.
  public func scaled(to period: BillingPeriod) -> Usage {
    guard let length = period.length, span > .zero else { return self }
    var scaled = self
    scaled.span = length
    for index in lines.indices {
      scaled.lines[index].quantity = lines[index].quantity.times(
        Int128(length.nanoseconds), over: Int128(span.nanoseconds), .dropped)
    }
    return scaled
  }
}

extension Usage {
  /// What an account must pay for at least under on-demand Advantage: 25 MiB/s in and out, in each region (facts §5.2).
  public static let commitment = Bytes.mebibytes(25)

  /// What counts towards the commitment's bytes in.
  public static let committedIn: [PriceItem] = [.advantageDataIn]
  /// What counts towards its bytes out, however they are read.
  public static let committedOut: [PriceItem] = [.advantageDataOut, .advantageFanOut]

  /// The lines by which the committed scopes fall short of the commitment: bytes in and bytes out, billed as data.
  ///
  /// The account pays once for all its streams, so the shortfall is that of their sum.
  public var shortfall: [Line] {
    guard !committed.isEmpty else { return [] }
    let floor = Int128(Self.commitment.count).times(Int128(span.nanoseconds), over: 1_000_000_000, .dropped)
    let used = { (items: [PriceItem]) in
      self.lines.filter { items.contains($0.item) && self.committed.contains($0.scope) }.reduce(Int128(0)) {
        $0.plusClamped($1.quantity)
      }
    }
    let missing = [
      Line(.advantageDataIn, scope: .account, quantity: floor - used(Self.committedIn)),
      Line(.advantageDataOut, scope: .account, quantity: floor - used(Self.committedOut)),
    ]
    return missing.filter { $0.quantity > 0 }
  }
}
