internal import Experiment
internal import Models
internal import Units

/// The parts of an objective's expression: `put_latency(producer=web).p99 < 500 ms`.
struct ObjectiveExpression {
  /// What an expression looks like, for messages.
  static let grammar = "metric(what=name).statistic < value unit, such as put_latency(producer=web).p99 < 500 ms"

  var metric: String
  var argument: (key: String, name: String)?
  var statistic: String?
  var comparison: Objective.Comparison
  var number: Double
  var unit: String

  /// Reads an expression; nil when it does not have that form.
  init?(_ text: String) {
    guard text.utf8.count <= 512 else { return nil }
    var scan = Scanner(rest: text[...])
    metric = scan.take { $0.isLetter || $0 == "_" }
    guard !metric.isEmpty, let argument = Self.argument(&scan), let statistic = Self.statistic(&scan),
      let comparison = Objective.Comparison(rawValue: scan.take { "<>=".contains($0) })
    else { return nil }
    self.argument = argument.first
    self.statistic = statistic.first
    self.comparison = comparison
    let digits = scan.take { $0.isASCII && $0.isNumber || $0 == "." }
    guard let number = Numeral(digits)?.number else { return nil }
    self.number = number
    unit = scan.take { _ in true }.trimmed
  }

  /// What stands in parentheses, or nothing; nil when they are not closed or hold something else.
  private static func argument(_ scan: inout Scanner) -> [(key: String, name: String)]? {
    guard scan.skip("(") else { return [] }
    let inner = scan.take { $0 != ")" }
    guard scan.skip(")") else { return nil }
    if inner.isEmpty || inner == "*" { return [] }
    let sides = inner.split(separator: "=", omittingEmptySubsequences: false).map { String($0).trimmed }
    guard sides.count == 2, sides.allSatisfy({ !$0.isEmpty }) else { return nil }
    return [(sides[0], sides[1])]
  }

  private static func statistic(_ scan: inout Scanner) -> [String]? {
    guard scan.skip(".") else { return [] }
    let name = scan.take { $0.isLetter || $0.isNumber || $0 == "_" }
    return name.isEmpty ? nil : [name]
  }

  private struct Scanner {
    var rest: Substring

    /// The longest run of such characters after blanks, without blanks at its end.
    mutating func take(while isWanted: (Character) -> Bool) -> String {
      skipBlanks()
      let run = rest.prefix(while: isWanted)
      rest = rest.dropFirst(run.count)
      return String(run).trimmed
    }

    mutating func skip(_ character: Character) -> Bool {
      skipBlanks()
      guard rest.first == character else { return false }
      rest = rest.dropFirst()
      return true
    }

    private mutating func skipBlanks() { rest = rest.drop { $0 == " " || $0 == "\t" } }
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...].drop { $0 == " " || $0 == "\t" }
    while text.last == " " || text.last == "\t" { text = text.dropLast() }
    return String(text)
  }
}

extension AskedMetric {
  /// What a threshold must be written in, for messages.
  var threshold: String {
    switch unit {
    case .milliseconds, .seconds: "a time such as 500 ms"
    case .bytes: "a size such as 64 MiB"
    case .share: "a share such as 0.1 %"
    case .dollars: "US dollars such as 3500 USD"
    case .count(let noun): "a count such as 0 \(noun)"
    }
  }

  /// The threshold in the metric's base unit; nil when the unit is another's.
  func base(_ number: Double, _ text: String) -> Double? {
    switch unit {
    case .share: return text == "%" ? number / 100 : nil
    case .dollars: return text == "USD" ? number : nil
    case .count(let noun): return text.isEmpty || text == noun ? number : nil
    case .bytes: return Quantity.sizeUnits.first { $0.name == text }.map { number * Double($0.scale) }
    case .milliseconds, .seconds:
      return Quantity.timeUnits.first { $0.name == text }.map { number * Double($0.scale) / 1e6 }
    }
  }

  /// The statistic of that name, if this metric has it.
  func statistic(_ text: String?) -> Objective.Statistic? {
    guard let text else { return statistics.count == 1 ? statistics.first.flatMap { statistic($0) } : nil }
    let named: [(String, Objective.Statistic)] = [
      ("mean", .mean), ("max", .max), ("min", .min), ("last", .last), ("sum", .sum), ("rate", .rate),
    ]
    if statistics.contains(text) { return named.first { $0.0 == text }?.1 }
    return statistics.contains("pXX") ? Self.percentile(text) : nil
  }

  /// `p50`, `p99`, `p99_9`: a percentile above 0 and below 100.
  static func percentile(_ text: String) -> Objective.Statistic? {
    let parts = text.dropFirst().split(separator: "_", omittingEmptySubsequences: false)
    let isFit = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
    guard text.first == "p", (1...2).contains(parts.count), isFit, text.count <= 10,
      let value = Double(parts.joined(separator: ".")), value > 0, value < 100
    else { return nil }
    return .percentile(value)
  }
}
