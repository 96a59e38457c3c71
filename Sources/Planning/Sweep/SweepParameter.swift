public import Scenario

/// A value of the scenario that a sweep goes through.
public struct SweepParameter: Sendable, Hashable {
  /// Its path, such as `streams.clicks.shards`.
  public let path: String
  /// Its values as YAML has them, in order; at least one.
  public let values: [String]

  /// The place of what is given by `-P`.
  public static let place = Setting.sweep
  /// The most values of one parameter.
  public static let maximumValues = 10_000

  /// Reads `path=4..64:4` (both ends included when a step meets them; the step is 1 unless given; one unit may follow the
  /// numbers, as in `64MiB..256MiB:64MiB`) or `path=a,b,c`. Throws what is wrong with it.
  public init(argument: String) throws(Diagnostic) {
    guard let setting = Setting(argument: argument), !setting.value.isEmpty else {
      throw Self.flaw("", "expected path=from..to:step or path=a,b,c", found: argument)
    }
    path = setting.path
    values = try Self.range(setting) ?? Setting.pieces(of: setting.value)
    if values.contains("") {
      throw Self.flaw(
        path, "a value is missing between commas", found: setting.value, remedy: "write \"\" for an empty text")
    }
    if let twice = Setting.twin(of: values) { throw Self.flaw(path, "a value is given twice", found: twice) }
    if let flaw = Setting.flaw(inDesign: path) {
      throw Diagnostic(place: Self.place, path: path, message: flaw.message, remedy: flaw.remedy)
    }
  }

  private static func flaw(
    _ path: String, _ message: String, found: String, remedy: String? = nil
  ) -> Diagnostic {
    Diagnostic(place: place, path: path, message: message, found: "\"\(found.prefix(60))\"", remedy: remedy)
  }

  /// The values of a range; nil when it is none.
  private static func range(_ setting: Setting) throws(Diagnostic) -> [String]? {
    guard let dots = setting.value.firstRange(of: "..") else { return nil }
    let rest = setting.value[dots.upperBound...].split(separator: ":", omittingEmptySubsequences: false)
    guard let from = Decimal(setting.value[..<dots.lowerBound]), rest.count <= 2, let to = Decimal(rest[0]) else {
      return nil
    }
    let step = rest.count == 2 ? Decimal(rest[1]) : Decimal("1")
    let units = Set([from.unit, to.unit] + (rest.count == 2 ? [step?.unit ?? ""] : []))
    guard let step, step.units > 0, units.count == 1 else {
      throw flaw(setting.path, "expected a range such as 4..64:4 or 64MiB..256MiB:64MiB", found: setting.value)
    }
    let places = max(from.places, to.places, step.places)
    let (low, high, width) = (from.scaled(to: places), to.scaled(to: places), step.scaled(to: places))
    guard low <= high else {
      throw flaw(setting.path, "an empty range", found: setting.value, remedy: "give the smaller end first")
    }
    guard (high - low) / width < maximumValues else {
      throw flaw(setting.path, "more than \(maximumValues) values", found: setting.value, remedy: "give a larger step")
    }
    return stride(from: low, through: high, by: Int(width)).map {
      Decimal(units: $0, places: places, unit: from.unit).text
    }
  }

  /// A decimal number with at most nine digits behind the point and perhaps a unit: exact, so that 0.1..0.3:0.1 has three
  /// values.
  private struct Decimal {
    let units: Int64
    let places: Int
    let unit: String

    init(units: Int64, places: Int, unit: String) { (self.units, self.places, self.unit) = (units, places, unit) }

    init?(_ text: some StringProtocol) {
      let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
      let parts = number.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count <= 2, let whole = parts.first, number.count <= 18 else { return nil }
      let fraction = parts.count == 2 ? parts[1] : ""
      guard parts.count == 1 || !fraction.isEmpty, fraction.count <= 9, let units = Int64(String(whole) + fraction),
        units.magnitude < 1_000_000_000_000_000
      else { return nil }
      (self.units, places, unit) = (units, fraction.count, String(text.dropFirst(number.count)))
    }

    /// The number in units of 10 to the minus `places`; saturates far beyond anything that makes sense.
    func scaled(to places: Int) -> Int64 {
      let power = (self.places..<max(self.places, places)).reduce(1 as Int64) { power, _ in power * 10 }
      let (value, overflow) = units.multipliedReportingOverflow(by: power)
      return overflow ? (units < 0 ? -.max / 4 : .max / 4) : value
    }

    /// As one writes it, without zeros at the end of a fraction.
    var text: String {
      guard places > 0 else { return "\(units)\(unit)" }
      let digits = String(units.magnitude)
      let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
      var fraction = padded.suffix(places)
      while fraction.last == "0" { fraction.removeLast() }
      let whole = padded.dropLast(places)
      return (units < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction) + unit
    }
  }
}
