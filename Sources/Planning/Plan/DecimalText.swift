internal import Units

/// Numbers as texts that a scenario takes and people read: decimal, rounded to some significant digits.
enum DecimalText {
  /// `value` to `digits` significant digits without trailing zeros, such as `0.00123` or `13700`.
  static func rounded(_ value: Double, digits: Int) -> String {
    guard value.isFinite, value != 0 else { return "0" }
    var (size, exponent) = (value.magnitude, 0)
    while size >= 10, exponent < 300 { (size, exponent) = (size / 10, exponent + 1) }
    while size < 1, exponent > -300 { (size, exponent) = (size * 10, exponent - 1) }
    let places = digits - 1 - exponent
    let scale = (0..<places.magnitude).reduce(1.0) { scale, _ in scale * 10 }
    let rounded = places >= 0 ? (value * scale).rounded() / scale : (value / scale).rounded() * scale
    return plain(rounded)
  }

  /// `value` to two significant digits.
  static func coarse(_ value: Double) -> Double { Double(rounded(value, digits: 2)) ?? value }

  /// The shortest text that reads back equal, never with an exponent where digits do.
  static func plain(_ value: Double) -> String {
    if value == value.rounded(), value.magnitude < 1e15 { return String(Int64(clamping: value)) }
    return value.description
  }
}
