internal import Units

/// Numbers as a person would write them.
func plain(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? String(Int64(clamping: value)) : "\(value)"
}

extension Field {
  /// Any text.
  func string(expecting expected: String = "a text") -> String? {
    if let text { return text }
    fail(expected: expected)
    return nil
  }

  /// `true` or `false`.
  func flag() -> Bool? {
    if case .scalar(let scalar) = node.content, !scalar.isQuoted {
      if scalar.text == "true" { return true }
      if scalar.text == "false" { return false }
    }
    fail(expected: "true or false")
    return nil
  }

  /// One of some names. `synonyms` are other words for them, in lower case without what parts words: they are no names, but tell
  /// which one was meant.
  func choice(_ names: [String], what: String, synonyms: [String: String] = [:]) -> String? {
    let expected = "one of " + names.joined(separator: ", ")
    guard let text else {
      fail(expected: expected)
      return nil
    }
    if names.contains(text) { return text }
    let meant = synonyms[text.lowercased().filter { $0.isLetter }].map { "did you mean \"\($0)\"?" }
    fail(expected: expected, remedy: meant ?? sink.nearest(text, among: names))
    return nil
  }

  /// A finite number in a range.
  func number(_ range: ClosedRange<Double>, expecting expected: String) -> Double? {
    guard let value = anyNumber(expecting: expected) else { return nil }
    guard range.contains(value) else {
      let bounds = "\(plain(range.lowerBound)) to \(plain(range.upperBound))"
      fail(
        expected: expected,
        remedy: value < 0 && range.lowerBound == 0 ? "it cannot be negative" : "allowed are \(bounds)")
      return nil
    }
    return value
  }

  /// A whole number in a range.
  func integer(_ range: ClosedRange<Int>, expecting expected: String = "a whole number") -> Int? {
    guard let value = anyNumber(expecting: expected) else { return nil }
    guard let exact = Int(exactly: value), range.contains(exact) else {
      fail(expected: "\(expected) from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return exact
  }

  /// An interval such as `90s` in a range.
  func duration(_ range: ClosedRange<Interval>) -> Interval? {
    let expected = "a duration such as 90s"
    guard let text else {
      fail(expected: expected)
      return nil
    }
    do {
      let value = try Quantity.interval(text)
      if range.contains(value) { return value }
      fail(expected: "a duration from \(short(range.lowerBound)) to \(short(range.upperBound))")
    } catch {
      fail(expected: expected, remedy: remedy(error, text, units: Quantity.timeUnits.map(\.name)))
    }
    return nil
  }

  /// A size such as `900B` or a whole number of bytes, in a range.
  func bytes(_ range: ClosedRange<Bytes>) -> Bytes? {
    guard let value = anySize(expecting: "a size such as 64MiB") else { return nil }
    if range.contains(value) { return value }
    fail(expected: "a size from \(range.lowerBound) to \(range.upperBound)")
    return nil
  }

  /// A size without bounds.
  func anySize(expecting expected: String) -> Bytes? {
    guard let text else {
      fail(expected: expected)
      return nil
    }
    if case .scalar(let scalar) = node.content, !scalar.isQuoted, let count = Int64(text), count >= 0 {
      return Bytes(count)
    }
    do {
      return try Quantity.bytes(text)
    } catch {
      fail(expected: expected, remedy: remedy(error, text, units: Quantity.sizeUnits.map(\.name)))
      return nil
    }
  }

  /// A finite number written plainly, as YAML's core schema reads it: `12`, `.5`, `1e6`, `0x1F`.
  func anyNumber(expecting expected: String) -> Double? {
    guard case .scalar(let scalar) = node.content, !node.isNull else {
      fail(expected: expected)
      return nil
    }
    if let value = Numeral(scalar.text)?.number, value.isFinite {
      if !scalar.isQuoted { return value }
      fail(expected: expected, remedy: "remove the quotes")
    } else {
      let isInfinite = ["inf", ".inf", "-.inf", "+.inf", "-inf", "nan", ".nan", "infinity"]
        .contains(scalar.text.lowercased())
      let digits = scalar.text.replacing("_", with: "").replacing(",", with: "")
      let isGrouped = digits != scalar.text && Numeral(digits) != nil
      fail(expected: expected, remedy: isInfinite ? "it must be finite" : isGrouped ? "write \(digits)" : nil)
    }
    return nil
  }

  /// A whole number from 0 that 64 bits hold, written plainly.
  func seed(expecting expected: String) -> UInt64? {
    if case .scalar(let scalar) = node.content, !scalar.isQuoted, let seed = Numeral(scalar.text)?.whole { return seed }
    fail(expected: expected)
    return nil
  }

  private func remedy(_ flaw: Quantity.Flaw, _ text: String, units: [String]) -> String? {
    switch flaw {
    case .notANumber: text.hasPrefix("-") ? "it cannot be negative" : nil
    case .unitMissing: "add a unit: \(units.joined(separator: ", "))"
    case .unitUnknown(let unit):
      units.first { $0.lowercased() == unit.lowercased() }.map { "did you mean \"\($0)\"?" }
        ?? "units are \(units.joined(separator: ", "))"
    case .tooFine: "it is too fine to be counted"
    case .tooLarge: "it is too large"
    }
  }
}

/// An interval in a message; zero is `0s`.
func short(_ interval: Interval) -> String { interval == .zero ? "0s" : "\(interval)" }

extension Interval {
  /// The longest duration a scenario may name anywhere.
  static let longest = Interval.days(366)
  /// The shortest that is not nothing.
  static let shortest = Interval.milliseconds(1)
}
