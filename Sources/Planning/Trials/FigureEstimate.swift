internal import Experiment
public import Models
public import Simulation

/// What replications say of one figure: its mean, and how far the truth may lie from it.
public struct FigureEstimate: Sendable, Hashable {
  /// Why there is no interval.
  public enum Withheld: String, Sendable, Hashable {
    /// One replication says nothing about spread.
    case oneReplication = "one_replication"
    /// Percentiles and extremes of fewer than 20 replications: the interval would cover the truth too seldom.
    case fewReplications = "few_replications"
  }
  /// The interval, or why there is none.
  public enum Interval: Sendable, Hashable {
    /// The t interval of the replications.
    case known(ConfidenceInterval)
    /// It would promise more than it holds.
    case withheld(Withheld)
  }

  /// Replications below which the interval of a percentile or an extreme is withheld. One run of 20,000 waits of M/M/1
  /// covered the 99th percentile in 0.68 of cases instead of 0.95; 20 replications of it in 0.96 (docs/validation.md).
  public static let leastForPercentiles = 20

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
    interval = Self.interval(figure.kind, values, level)
  }

  /// Its path in run.json, such as `streams.clicks.put_throttle_rate`.
  public var path: String { figure.path }

  private static func interval(_ kind: Metric.Kind, _ values: [Double], _ level: Double) -> Interval {
    guard let known = Statistics.tInterval(values, level: level) else { return .withheld(.oneReplication) }
    switch kind {
    case .plain: return .known(known)
    case .percentile, .extreme:
      return values.count < leastForPercentiles ? .withheld(.fewReplications) : .known(known)
    }
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
