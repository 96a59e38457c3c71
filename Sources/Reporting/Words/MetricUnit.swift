internal import Experiment
internal import Models

extension MetricUnit {
  /// A value as people read it: `2.31 %`, `4,812 ms`, `$3,500.00`, `12`.
  func text(_ value: Double?) -> String {
    guard let value, value.isFinite else { return Figures.nothing }
    return switch self {
    case .share: Figures.percent(value)
    case .milliseconds: Figures.number(value) + " ms"
    case .seconds: Figures.number(value) + " s"
    case .dollars: Figures.dollars(value)
    case .bytes, .count: Figures.number(value)
    }
  }
}
