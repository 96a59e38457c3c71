/// Reads quantities written as a number and a unit, such as `90s`, `1.5MiB` or `250ms`, strictly and exactly.
///
/// The arithmetic is in integers: `0.1s` is 100,000,000 ns and never 99,999,999.
public enum Quantity {
  /// Why a text is not a quantity.
  public enum Flaw: Error, Hashable, Sendable {
    /// No number at its start.
    case notANumber
    /// A number with no unit behind it.
    case unitMissing
    /// A unit that is not one of those allowed.
    case unitUnknown(String)
    /// Finer than the smallest thing it can count (a nanosecond, a byte).
    case tooFine
    /// Larger than 64 bits can count.
    case tooLarge
  }

  /// Units of time, finest first, with the nanoseconds in each.
  public static let timeUnits: [(name: String, scale: Int64)] = [
    ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
  ]
  /// Units of size, with the bytes in each. `KB`, `MB`, `GB` are decimal; `KiB`, `MiB`, `GiB` binary.
  public static let sizeUnits: [(name: String, scale: Int64)] = [
    ("B", 1), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("KiB", 1 << 10), ("MiB", 1 << 20),
    ("GiB", 1 << 30),
  ]

  /// An interval such as `250ms`; the schema's `duration`.
  public static func interval(_ text: some StringProtocol) throws(Flaw) -> Interval {
    Interval(nanoseconds: try scaled(text, units: timeUnits))
  }

  /// A size such as `900B` or `1.5MiB`; the schema's `bytes`.
  public static func bytes(_ text: some StringProtocol) throws(Flaw) -> Bytes {
    Bytes(try scaled(text, units: sizeUnits))
  }

  /// `text` read as digits, an optional fraction, and one of `units`, in counts of the unit whose scale is 1.
  private static func scaled(
    _ text: some StringProtocol, units: [(name: String, scale: Int64)]
  ) throws(Flaw) -> Int64 {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let suffix = String(text.dropFirst(number.count))
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    // As YAML writes numbers: nothing need stand before a point, or behind it, but one of both.
    guard let whole = parts.first, parts.count <= 2, parts.contains(where: { !$0.isEmpty }) else { throw .notANumber }
    guard !suffix.isEmpty else { throw .unitMissing }
    guard let scale = units.first(where: { $0.name == suffix })?.scale else { throw .unitUnknown(suffix) }
    guard let base = whole.isEmpty ? 0 : Int64(whole) else { throw .tooLarge }
    let (product, overflow) = base.multipliedReportingOverflow(by: scale)
    guard !overflow else { throw .tooLarge }
    let extra = parts.count == 2 && !parts[1].isEmpty ? try fraction(parts[1], of: scale) : 0
    let (sum, carried) = product.addingReportingOverflow(extra)
    guard !carried else { throw .tooLarge }
    return sum
  }

  /// The digits behind a decimal point, as a part of `scale`; exact or refused.
  private static func fraction(_ digits: some StringProtocol, of scale: Int64) throws(Flaw) -> Int64 {
    guard digits.count <= 15, let numerator = Int64(digits) else { throw .tooFine }
    let denominator = (0..<digits.count).reduce(Int64(1)) { power, _ in power * 10 }
    let (high, low) = numerator.multipliedFullWidth(by: scale)
    let (quotient, remainder) = denominator.dividingFullWidth((high, low))
    guard remainder == 0 else { throw .tooFine }
    return quotient
  }
}
