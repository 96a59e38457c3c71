/// Dates without Foundation: the proleptic Gregorian calendar in UTC, as the core and the reports need it.
public enum CivilTime {
  /// `2026-03-06T20:00:00Z`, with `.mmm` when there are milliseconds.
  public static func text(_ instant: Instant) -> String {
    let (days, ofDay) = instant.seconds.quotientAndRemainder(dividingBy: 86_400)
    let (year, month, day) = date(daysSinceEpoch: days)
    let clock = "\(two(ofDay / 3_600)):\(two(ofDay / 60 % 60)):\(two(ofDay % 60))"
    let milliseconds = instant.milliseconds % 1_000
    let fraction = milliseconds == 0 ? "" : "." + String(1_000 + milliseconds).dropFirst()
    return "\(year)-\(two(month))-\(two(day))T\(clock)\(fraction)Z"
  }

  /// Reads RFC 3339 in whole seconds: `2026-03-06T00:00:00Z` or with an offset such as `+01:00`; nil when it is not.
  public static func instant(_ text: String) -> Instant? {
    let u = Array(text.utf8)
    guard u.count >= 20, u[4] == dash, u[7] == dash, u[10] == 84 || u[10] == 116, u[13] == colon, u[16] == colon,
      let year = number(u[0..<4]), let month = number(u[5..<7]), let day = number(u[8..<10]),
      let hour = number(u[11..<13]), let minute = number(u[14..<16]), let second = number(u[17..<19]),
      let offset = offsetSeconds(u[19...]), (1_970...2_261).contains(year), (1...12).contains(month),
      (1...length(ofMonth: month, year: year)).contains(day), hour < 24, minute < 60, second < 60
    else { return nil }
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
    return seconds < 0 ? nil : Instant(seconds: seconds)
  }

  /// The day of the week of an instant in UTC, Monday being 0.
  public static func weekday(_ instant: Instant) -> Int { Int((instant.seconds / 86_400 + 3) % 7) }

  private static let dash = UInt8(ascii: "-")
  private static let colon = UInt8(ascii: ":")

  private static func two(_ n: Int64) -> String { n < 10 ? "0\(n)" : "\(n)" }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
  }

  private static func offsetSeconds(_ tail: ArraySlice<UInt8>) -> Int64? {
    let u = Array(tail)
    if u.count == 1, u[0] == 90 || u[0] == 122 { return 0 }
    guard u.count == 6, u[0] == 43 || u[0] == dash, u[3] == colon, let hours = number(u[1..<3]),
      let minutes = number(u[4..<6]), hours < 24, minutes < 60
    else { return nil }
    return (u[0] == dash ? -1 : 1) * (hours * 3_600 + minutes * 60)
  }

  private static func length(ofMonth month: Int64, year: Int64) -> Int64 {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  // Days and dates after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (public domain).
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = y / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func date(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let z = daysSinceEpoch + 719_468
    let era = z / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}
