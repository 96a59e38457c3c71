/// An amount of US dollars in whole picodollars: a PUT payload unit costs 14,000 of them.
///
/// Amounts are multiplied first, in 256 bits, and rounded once; 128 bits hold 170 septillion dollars, and what is more than
/// that stays there.
@frozen public struct Money: Hashable, Comparable, Sendable, Codable {
  /// 10⁻¹² dollars each.
  public var picodollars: Int128

  /// That many picodollars.
  @inlinable public init(picodollars: Int128) { self.picodollars = picodollars }

  /// Nothing.
  @inlinable public static var zero: Money { Money(picodollars: 0) }

  /// Dollars in decimal digits with at most 12 behind the point, such as `0.0000166667`; nil when it is something else.
  public init?(usd text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ Self.isDigits($0) }), let whole = Int128(parts[0]) else {
      return nil
    }
    let behind = parts.count == 2 ? String(parts[1]) : "0"
    guard parts[0].count <= 15, behind.count <= 12,
      let part = Int128(behind + String(repeating: "0", count: 12 - behind.count))
    else { return nil }
    self.init(picodollars: whole * Self.dollar + part)
  }

  private static let dollar: Int128 = 1_000_000_000_000
  private static let cent: Int128 = 10_000_000_000

  private static func isDigits(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
  }

  /// Orders by value.
  @inlinable public static func < (a: Money, b: Money) -> Bool { a.picodollars < b.picodollars }
  /// The sum of two amounts.
  @inlinable public static func + (a: Money, b: Money) -> Money {
    Money(picodollars: a.picodollars.plusClamped(b.picodollars))
  }
  /// Adds in place.
  @inlinable public static func += (a: inout Money, b: Money) { a = a + b }
  /// The difference of two amounts.
  @inlinable public static func - (a: Money, b: Money) -> Money {
    Money(picodollars: a.picodollars.minusClamped(b.picodollars))
  }

  /// The price of `quantity` when `unit` of them cost this much: exact, then rounded to a picodollar, half away from zero.
  public func times(_ quantity: Int128, per unit: Int128) -> Money {
    precondition(unit > 0, "a price is for something")
    return Money(picodollars: quantity.times(picodollars, over: unit, .nearest))
  }

  /// Rounded to whole cents, half away from zero.
  public var roundedToCents: Money {
    Money(picodollars: picodollars.times(1, over: Self.cent, .nearest).timesClamped(Self.cent))
  }

  /// Rounded up to whole cents, as the examples of Managed Service for Apache Flink do (firehose facts §8.1 M2).
  public var roundedUpToCents: Money {
    let (quotient, rest) = picodollars.quotientAndRemainder(dividingBy: Self.cent)
    return Money(picodollars: (rest > 0 ? quotient + 1 : quotient).timesClamped(Self.cent))
  }

  /// In dollars, for reports and objectives only.
  public var inDollars: Double { Double(picodollars) / 1e12 }
}

extension Money: CustomStringConvertible {
  /// All its digits without trailing zeros, such as `0.014` or `1684.03`.
  public var description: String {
    let sign = picodollars < 0 ? "-" : "", magnitude = picodollars.magnitude
    let (whole, part) = magnitude.quotientAndRemainder(dividingBy: UInt128(Self.dollar))
    guard part > 0 else { return "\(sign)\(whole)" }
    var digits = String(String(UInt128(Self.dollar) + part).dropFirst())
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(sign)\(whole).\(digits)"
  }
}
