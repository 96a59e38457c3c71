internal import Units

/// Which values a slider goes through: round ones in order, the one that stands there among them.
enum Dial {
  /// Whole numbers in a range, one by one up to 32.
  case whole(ClosedRange<Int>)
  /// Numbers in a range, some twenty a decade.
  case number(ClosedRange<Double>)
  /// Numbers in a range in equal steps, so many to one.
  case steps(ClosedRange<Int>, perUnit: Int)
  /// Sizes such as `900B`.
  case size(ClosedRange<Bytes>)
  /// Durations such as `90s`.
  case time(ClosedRange<Interval>)
  /// Sizes and durations that AWS counts in whole MiB and in whole seconds.
  case mebibytes(ClosedRange<Int64>), seconds(ClosedRange<Int64>)

  /// The values as YAML has them, ascending, with `value` in its place when it is one of this kind.
  func stops(with value: String) -> [String] {
    let round = self.round
    guard let own = magnitude(value) else { return round.map(\.text) }
    let lower = round.filter { $0.magnitude < own }, upper = round.filter { $0.magnitude > own }
    return (lower + [(value, own)] + upper).map(\.text)
  }

  /// What a text comes to; nil when it is of another kind.
  func magnitude(_ text: String) -> Double? {
    switch self {
    case .whole, .number, .steps: Numeral(text)?.number
    case .size, .mebibytes: Numeral(text)?.number ?? (try? Quantity.bytes(text)).map { Double($0.count) }
    case .time, .seconds: (try? Quantity.interval(text)).map { Double($0.nanoseconds) }
    }
  }

  private typealias Stop = (text: String, magnitude: Double)

  private var round: [Stop] {
    switch self {
    case .whole(let range):
      let small = (0...32).map { ("\($0)", Double($0)) }
      let large = Self.decades(1...8).filter { $0.magnitude > 32 && $0.magnitude.rounded() == $0.magnitude }
      return (small + large).filter { range.contains(Int($0.1)) }
    case .number(let range): return Self.decades(-2...9).filter { range.contains($0.magnitude) }
    case .steps(let range, let count):
      return range.map { step in
        let value = Double(step) / Double(count)
        return (plain(value), value)
      }
    case .size(let range): return stops(of: Self.sizes, from: range.lowerBound.count, to: range.upperBound.count)
    case .time(let range):
      return stops(of: Self.times, from: range.lowerBound.nanoseconds, to: range.upperBound.nanoseconds)
    case .mebibytes(let range):
      return stops(of: Self.sizes, from: range.lowerBound << 20, to: range.upperBound << 20, each: 1 << 20)
    case .seconds(let range):
      let second = Interval.seconds(1).nanoseconds
      return stops(of: Self.times, from: range.lowerBound * second, to: range.upperBound * second, each: second)
    }
  }

  /// Those of some texts that lie in a range and are whole multiples of a step.
  private func stops(of texts: [String], from least: Int64, to most: Int64, each step: Int64 = 1) -> [Stop] {
    texts.compactMap { text in
      guard let magnitude = magnitude(text), (Double(least)...Double(most)).contains(magnitude),
        magnitude.truncatingRemainder(dividingBy: Double(step)) == 0
      else { return nil }
      return (text, magnitude)
    }
  }

  private static let mantissas = [10, 11, 12, 13, 15, 17, 20, 22, 25, 28, 30, 35, 40, 45, 50, 55, 60, 70, 80, 90]

  /// Round numbers of decades, by the exponents of their tens.
  private static func decades(_ exponents: ClosedRange<Int>) -> [Stop] {
    exponents.flatMap { exponent in
      mantissas.compactMap { mantissa in
        // Read from its digits, so that no multiplication leaves a trace.
        Double("\(mantissa)e\(exponent - 1)").map { (plain($0), $0) }
      }
    }
  }

  private static let sizes =
    [1, 2, 5, 10, 20, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900].map { "\($0)B" }
    + [
      "1", "1.25", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10", "12", "16", "20", "24", "32", "40", "48", "64",
      "80", "96", "128", "160", "192", "256", "320", "384", "512", "640", "768",
    ].map { $0 + "KiB" }
    + ["1", "1.5", "2", "3", "4", "5", "6", "8", "10", "12", "16", "24", "32", "48", "64", "96", "128", "256", "512"]
    .map { $0 + "MiB" }

  private static let times =
    [0, 1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 75, 100, 150, 200, 250, 300, 400, 500, 750].map { "\($0)ms" }
    + ["1", "1.5", "2", "3", "4", "5", "8", "10", "15", "20", "30", "45"].map { $0 + "s" }
    + [1, 2, 3, 5, 10, 15, 20, 30, 45].map { "\($0)m" } + [1, 2, 3, 4, 6, 8, 12, 18].map { "\($0)h" }
    + [1, 2, 3, 7, 14, 30].map { "\($0)d" }
}
