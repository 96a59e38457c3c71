internal import Models
internal import Planning
internal import Scenario

/// Figures of designs as people read them, with their units.
struct DesignFigures {
  private let objectives: [Objective]

  /// Of designs of one experiment, or of experiments whose objectives of equal names measure the same.
  init(_ experiment: Experiment?) { objectives = experiment?.objectives ?? [] }

  /// A value of the figure at `path`; an objective's in the unit of its threshold.
  func text(_ value: Double?, path: String) -> String {
    guard let value, value.isFinite else { return Figures.nothing }
    if let objective = objectives.first(where: { "slo.\($0.id).value" == path }) { return objective.text(value) }
    if MetricUnit.of(path: path) == "USD" { return Self.dollars(value) }
    return MetricUnit.text(value, path: path)
  }

  /// The unit of the figure at `path` as CSV and JSON readers want it: `ms`, `s`, `B`, `1`, `USD`, or empty for a count.
  func unit(path: String) -> String {
    objectives.first { "slo.\($0.id).value" == path }?.measure.rawValue ?? MetricUnit.of(path: path)
  }

  /// Whether it is an amount of money.
  func isMoney(path: String) -> Bool { unit(path: path) == "USD" }

  private static func dollars(_ value: Double) -> String {
    (value < 0 ? "-$" : "$") + Figures.fixed(value.magnitude, decimals: 2)
  }

  /// Settings in a line: `streams.clicks.shards=8, …`; `as it stands` when there are none.
  static func text(_ settings: [Setting]) -> String {
    settings.isEmpty ? "as it stands" : settings.map { "\($0.path)=\($0.value)" }.joined(separator: ", ")
  }

  /// A setting's value in JSON: numbers and truth values as such, everything else as text.
  static func json(_ value: String) -> JSONValue {
    if let whole = Int64(value) { return .count(whole) }
    if let number = Double(value), number.isFinite, value.first.map({ $0.isNumber || $0 == "-" }) ?? false {
      return .number(number)
    }
    return value == "true" || value == "false" ? .bool(value == "true") : .string(value)
  }

  /// An estimate's mean and interval.
  static func json(_ estimate: FigureEstimate, level: Double) -> JSONValue {
    [
      "mean": .number(estimate.mean), "half_width": .optional(estimate.halfWidth), "level": .number(level),
      "withheld": .optional(estimate.withheld?.rawValue),
    ]
  }
}
