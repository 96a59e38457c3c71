internal import Experiment
internal import Models
public import Units

/// Numbers as people read them: no locale, the same text on every machine.
///
/// What was not measured (nil, NaN, infinity) is an en dash, never a zero.
public enum Figures {
  /// What stands where there is nothing to say.
  public static let nothing = "–"

  /// A count with thousands separators: `1,204`.
  public static func count(_ number: some BinaryInteger) -> String {
    let digits = String(number.magnitude)
    var text = number < 0 ? "-" : ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// `number` with its noun, the plural by adding an s: `1 record`, `1,204 records`.
  public static func count(_ number: some BinaryInteger, of noun: String) -> String {
    "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// Words as a sentence: a capital first, a full stop last.
  static func sentence(_ words: some StringProtocol) -> String {
    words.prefix(1).uppercased() + words.dropFirst() + "."
  }

  /// The shortest text that reads back as the same double, integral ones without `.0`; nil when it is not finite.
  public static func shortest(_ value: Double) -> String? {
    guard value.isFinite else { return nil }
    if value == 0 { return "0" }
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// A share in percent, 1 being the whole: `61 %`, `2.31 %`, `0.0031 %`.
  ///
  /// Never `0 %` for what is more than nothing, nor `100 %` for what is less than all.
  public static func percent(_ share: Double?) -> String {
    guard let share, share.isFinite else { return nothing }
    let value = share * 100
    let size = value.magnitude
    var decimals = size >= 1_000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 1 - exponent(size)
    while decimals < 6, size < 100, rounds(size, decimals, to: 100) { decimals += 1 }
    return trimmed(value, decimals: min(decimals, 9)) + " %"
  }

  /// How many times one thing is another: `2.4 ×`; never `0 ×` unless it is none.
  public static func factor(_ value: Double?) -> String {
    guard let value, value.isFinite else { return nothing }
    let size = value.magnitude
    guard size == 0 || size >= 0.1 else { return number(value) + " ×" }
    return trimmed(value, decimals: size >= 10 ? 0 : size >= 1 ? 1 : 2) + " ×"
  }

  /// Any figure in three significant digits, whole ones in full: `7.31`, `314`, `12,345`.
  public static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return nothing }
    let size = value.magnitude
    let decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 2 - exponent(size)
    return trimmed(value, decimals: min(decimals, 9))
  }

  /// A time in milliseconds without its unit: `7.31`, `314`, `12,345`.
  public static func milliseconds(_ time: Interval) -> String { number(time.inMilliseconds) }

  /// A length of time in words, in its two largest units: `2 h`, `37 min 12 s`, `310 ms`.
  public static func duration(_ time: Interval) -> String {
    guard time.nanoseconds >= 1_000_000_000 else { return "\(milliseconds(time)) ms" }
    if time.nanoseconds < 60_000_000_000 { return trimmed(time.inSeconds, decimals: 1) + " s" }
    let units: [(String, Int64)] = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)]
    var rest = (time.nanoseconds + 500_000_000) / 1_000_000_000
    var parts: [String] = []
    for (name, seconds) in units where rest >= seconds && parts.count < 2 {
      parts.append("\(count(rest / seconds)) \(name)")
      rest %= seconds
    }
    return parts.joined(separator: " ")
  }

  /// A size in binary units: `512 B`, `1.5 KiB`, `20.3 GiB`.
  public static func size(_ bytes: Bytes) -> String {
    let units: [(String, Double)] = [("TiB", 0x1p40), ("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10)]
    for (name, scale) in units where bytes.count.magnitude >= UInt64(clamping: scale) {
      return "\(number(Double(bytes.count) / scale)) \(name)"
    }
    return "\(bytes.count) B"
  }

  /// The value to six significant digits, for statistics that go through libm: machines differ in the last ones.
  public static func significant(_ value: Double) -> Double {
    guard value != 0, value.isFinite else { return value }
    var (up, down) = (1.0, 1.0)
    while value.magnitude * up < 1e5, up < 1e300 { up *= 10 }
    while value.magnitude / down >= 1e6 { down *= 10 }
    return (value * up / down).rounded() / up * down
  }

  /// `value` rounded to `decimals` (0 to 9) digits behind the point, half away from zero, with thousands separators.
  public static func fixed(_ value: Double, decimals: Int) -> String {
    precondition((0...9).contains(decimals), "\(decimals) digits behind the point")
    let scale = power(decimals)
    let scaled = (value.magnitude * Double(scale)).rounded(.toNearestOrAwayFromZero)
    guard scaled < 9e18 else { return value.description }
    let (whole, part) = Int64(clamping: scaled).quotientAndRemainder(dividingBy: scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return sign + count(whole) + (decimals == 0 ? "" : "." + String(scale + part).dropFirst())
  }

  /// US dollars, to the cent: `$1,684.03`, `-$0.20`.
  public static func dollars(_ amount: Double) -> String {
    (amount < 0 ? "-$" : "$") + fixed(amount.magnitude, decimals: 2)
  }

  /// An amount rounded to the cent: `$1,684.03`.
  public static func dollars(_ amount: Money) -> String { dollars(amount.roundedToCents.inDollars) }

  /// The same without zeros at its end: `2.5`, `60`.
  private static func trimmed(_ value: Double, decimals: Int) -> String {
    var text = fixed(value, decimals: decimals)
    guard text.contains(".") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// The exponent of ten of a number below 1: -1 for 0.31, -3 for 0.0031. Zero is taken as 1.
  private static func exponent(_ size: Double) -> Int {
    var (exponent, rest) = (0, size)
    while rest > 0, rest < 1, exponent > -12 { (exponent, rest) = (exponent - 1, rest * 10) }
    return exponent
  }

  private static func power(_ decimals: Int) -> Int64 { (0..<decimals).reduce(1) { power, _ in power * 10 } }

  private static func rounds(_ size: Double, _ decimals: Int, to whole: Double) -> Bool {
    let scale = Double(power(decimals))
    return (size * scale).rounded(.toNearestOrAwayFromZero) >= whole * scale
  }
}

/// Times as a report writes them: the time of day alone when the whole run lies within one day of UTC.
struct ReportClock {
  /// When the run began.
  let start: Instant
  private let isOneDay: Bool, isShort: Bool

  init(_ result: RunResult) {
    start = result.experiment.horizon.start
    let end = start + result.experiment.horizon.duration - Interval(nanoseconds: 1)
    isOneDay = start.seconds / 86_400 == end.seconds / 86_400
    isShort = end - start < .minutes(10)
  }

  /// `20:14:31`, or `2026-03-06 20:14:31`.
  func text(_ instant: Instant) -> String {
    isOneDay ? String(clock(instant)) : "\(date(instant)) \(clock(instant))"
  }

  /// `20:14`, or `03-06 20:14`: for an axis.
  func label(_ instant: Instant) -> String {
    isOneDay ? String(clock(instant).prefix(5)) : "\(date(instant).dropFirst(5)) \(clock(instant).prefix(5))"
  }

  /// `2026-03-06 20:14:31 UTC`, always.
  func full(_ instant: Instant) -> String { "\(date(instant)) \(clock(instant)) UTC" }

  /// Both labels, for the ends of an axis.
  func axis(from: Instant, to: Instant) -> (from: String, to: String) { (label(from), label(to)) }

  /// How an axis writes a time, as d3's time formats have it.
  var pattern: String { (isOneDay ? "" : "%m-%d ") + "%H:%M" + (isShort ? ":%S" : "") }

  /// Seconds since the run began.
  func offset(_ instant: Instant) -> Double { (instant - start).inSeconds }

  private func date(_ instant: Instant) -> Substring { CivilTime.text(instant).prefix(10) }

  private func clock(_ instant: Instant) -> Substring { CivilTime.text(instant).dropFirst(11).prefix(8) }
}
