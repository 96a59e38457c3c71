/// A number as YAML 1.2's core schema reads plain scalars (yaml.org/spec/1.2.2, 10.3.2): `017` is seventeen, `.5` a half,
/// `0o17` fifteen, `0x1F` thirty-one. The one place where a scenario's text becomes a number.
struct Numeral {
  /// The nearest double; infinite when it is too large for one.
  let number: Double
  /// The number itself, when it is whole, written without a point or an exponent, and within 0 ..< 2^64.
  let whole: UInt64?

  /// The most characters of a number.
  private static let longest = 64

  /// Reads a text; nil when it is no number.
  init?(_ text: String) {
    guard text.utf8.count <= Self.longest, !text.isEmpty else { return nil }
    if text.hasPrefix("0o") || text.hasPrefix("0x") {
      let digits = text.dropFirst(2)
      guard digits.first != "+", digits.first != "-", let value = UInt64(digits, radix: text.hasPrefix("0o") ? 8 : 16)
      else { return nil }
      (number, whole) = (Double(value), value)
      return
    }
    guard Self.isDecimal(text), let value = Double(text) else { return nil }
    number = value
    whole = text.utf8.allSatisfy { (48...57).contains($0) || $0 == 43 } ? UInt64(text) : nil
  }

  /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
  private static func isDecimal(_ text: String) -> Bool {
    var rest = text.utf8[...]
    func digits() -> Int {
      let run = rest.prefix { (48...57).contains($0) }.count
      rest = rest.dropFirst(run)
      return run
    }
    func skip(_ bytes: UInt8...) -> Bool {
      guard let first = rest.first, bytes.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }
    _ = skip(43, 45)
    let before = digits(), after = skip(46) ? digits() : 0
    guard before + after > 0 else { return false }
    if skip(101, 69) {
      _ = skip(43, 45)
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}
