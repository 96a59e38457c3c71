internal import Experiment
public import Models
public import Simulation

/// What replications say of one figure: its mean, and how far the truth may lie from it.
public struct FigureEstimate: Sendable, Hashable {
  /// Why there is no interval.
  public enum Withheld: String, Sendable, Hashable {
    /// One replication says nothing about spread.
    case oneReplication = "one_replication"
    /// Too few: the interval would cover the truth too seldom. Means need 20, percentiles and extremes 30.
    case fewReplications = "few_replications"
    /// All replications gave the same value: there is no spread to reckon with, and what is rare may not have shown.
    case allEqual = "all_equal"
    /// More than a third gave the same value, mostly none: the others are too few to tell how far they reach.
    case mostlyEqual = "mostly_equal"
    /// A replication did not measure it.
    case unmeasured
  }
  /// The interval, or why there is none.
  public enum Interval: Sendable, Hashable {
    /// The interval of the mean over replications, widened where they are skewed.
    case known(ConfidenceInterval)
    /// It would promise more than it holds.
    case withheld(Withheld)
  }

  /// Replications below which an interval is withheld: from here on its coverage is what it says (docs/statistics.md).
  public static let least = 30
  /// Replications below which it is withheld where more than a third are equal.
  public static let leastForTies = 150

  /// Which figure.
  public let figure: Figure
  /// The mean over the replications.
  public let mean: Double
  /// Its interval.
  public let interval: Interval
  /// Over how many replications.
  public let count: Int

  /// The estimate of a figure from a value of each replication, at least one.
  public init(_ figure: Figure, values: [Double], level: Double) {
    (self.figure, mean, count) = (figure, Statistics.mean(values), values.count)
    interval = Self.interval(values, level: level)
  }

  /// Its path in run.json, such as `streams.clicks.put_throttle_rate`.
  public var path: String { figure.path }

  /// The interval of the mean of values, one from each replication, or why there is none: the one place where that is
  /// decided.
  static func interval(_ values: [Double], level: Double) -> Interval {
    guard values.count > 1, let known = Statistics.meanInterval(values, level: level) else {
      return .withheld(.oneReplication)
    }
    guard known.halfWidth > 0 else { return .withheld(.allEqual) }
    guard values.count >= least else { return .withheld(.fewReplications) }
    let isTied = values.count < leastForTies && 3 * Statistics.commonest(values) > values.count
    return isTied ? .withheld(.mostlyEqual) : .known(known)
  }

  /// Half the width of the interval, in the figure's unit; nil when it is withheld.
  public var halfWidth: Double? {
    switch interval {
    case .known(let interval): interval.halfWidth
    case .withheld: nil
    }
  }

  /// Why there is no interval; nil when there is one.
  public var withheld: Withheld? {
    switch interval {
    case .known: nil
    case .withheld(let reason): reason
    }
  }

  /// Every figure, in order, that was measured in all the samples.
  ///
  /// `samples` are replications of one experiment, in order. A latency without a single record in one of them is left
  /// out: the mean of the others would describe something else.
  public static func all(of figures: [Figure], _ samples: [FigureSample], level: Double) -> [FigureEstimate] {
    figures.indices.compactMap { position in
      FigureSample.column(position, of: samples).map {
        FigureEstimate(figures[position], values: $0, level: level)
      }
    }
  }
}
