internal import Units

/// Times as what people export has them.
enum TimeText {
  /// RFC 3339, with a space for its T, slashes for its dashes, a fraction of seconds, or no zone, which is UTC then; or seconds or
  /// milliseconds since 1970, as the AWS CLI prints them since its version 1.44, and Grafana. Nil for anything else.
  static func instant(_ text: String) -> Instant? {
    if let instant = CivilTime.instant(text) { return instant }
    let bytes = Array(text.utf8)
    if bytes.allSatisfy({ isDigit($0) || $0 == point }) { return sinceEpoch(text) }
    guard bytes.count >= dateLength else { return nil }
    var (date, rest, fraction) = (Array(bytes.prefix(dateLength)), bytes.dropFirst(dateLength), Interval.zero)
    for index in [4, 7] where date[index] == UInt8(ascii: "/") { date[index] = UInt8(ascii: "-") }
    if date[10] == UInt8(ascii: " ") { date[10] = UInt8(ascii: "T") }
    if rest.first == point {
      let digits = rest.dropFirst().prefix(while: isDigit)
      guard !digits.isEmpty else { return nil }
      fraction = Interval(nanoseconds: nanoseconds(digits))
      rest = rest.dropFirst(1 + digits.count)
    }
    let zone = rest.isEmpty ? [UInt8(ascii: "Z")] : Array(rest)
    return CivilTime.instant(String(decoding: date + zone, as: UTF8.self)).map { $0 + fraction }
  }

  private static let dateLength = "2026-03-06T19:00:00".utf8.count, point = UInt8(ascii: ".")
  /// Between 1973 and 2096: a thousand times that are milliseconds, what is between is no date.
  private static let seconds = 100_000_000.0..<4_000_000_000

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  /// The digits behind a point; those behind the ninth are less than a nanosecond.
  private static func nanoseconds(_ digits: some Sequence<UInt8>) -> Int64 {
    var (value, scale): (Int64, Int64) = (0, 1_000_000_000)
    for digit in digits where scale > 1 {
      scale /= 10
      value += Int64(digit - 48) * scale
    }
    return value
  }

  private static func sinceEpoch(_ text: String) -> Instant? {
    let parts = text.utf8.split(separator: point, maxSplits: 1, omittingEmptySubsequences: false)
    guard let value = Double(text), let whole = Int64(String(decoding: parts[0], as: UTF8.self)) else { return nil }
    if seconds.contains(value) {
      return Instant(seconds: whole) + Interval(nanoseconds: parts.count > 1 ? nanoseconds(parts[1]) : 0)
    }
    return seconds.contains(value / 1_000) && parts.count == 1 ? Instant(nanoseconds: whole * 1_000_000) : nil
  }
}
