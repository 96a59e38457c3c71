public import Models
public import Simulation

/// What has become of a figure since its baseline.
public struct FigureChange: Sendable, Hashable {
  /// Whether it moved, and where to.
  public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// Not at all, or no further than chance takes it.
    case same
    /// The good way.
    case better
    /// The bad way: a regression.
    case worse
    /// It has no good way and moved: a regression until the baseline is written anew.
    case changed
    /// It was measured and is no longer: a regression.
    case gone
    /// It is measured and the baseline has nothing to hold it against.
    case new

    /// Whether the gate stays shut.
    public var isRegression: Bool {
      switch self {
      case .worse, .changed, .gone: true
      case .same, .better, .new: false
      }
    }
  }

  /// Which figure.
  public let figure: Figure
  /// What has become of it.
  public let verdict: Verdict
  /// The means over the replications in which it was measured; nil when it was in none.
  public let before: Double?, after: Double?
  /// How far it moved, now − then, with the interval of a single question; nil without a test.
  public let difference: ConfidenceInterval?
  /// The p value after Holm's adjustment for all figures of the scenario; nil without a test.
  public let p: Double?

  /// Its path in run.json, such as `streams.clicks.put_throttle_rate`.
  public var path: String { figure.path }
  /// Which way it is better.
  public var better: Metric.Better { figure.standing.better ?? .either }
}

/// How figures were held against a baseline.
public enum ComparisonMethod: String, Sendable, Hashable {
  /// Replication by replication: the seed is the same, so both saw the same chance.
  case paired
  /// Two independent sets of replications: the seed has changed.
  case welch
  /// Too few replications to know the noise: a relative tolerance that somebody chose.
  case tolerance
}
