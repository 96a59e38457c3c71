public import Models
public import Scenario
internal import Simulation

/// Designs held against the first of them, replication by replication.
public struct Comparison: Sendable {
  /// A design and what its replications came to.
  public struct Contender: Sendable {
    /// What was changed.
    public let design: Design
    /// The scenario with the changes.
    public let loaded: LoadedScenario
    /// One for each replication, in order.
    public let samples: [FigureSample]
    /// In how many of them each objective held, in the order of the scenario; counted as `weir plan` counts.
    public let held: [HeldCount]

    /// How many replications broke no objective of severity `fail`.
    public var passed: Int { samples.count { $0.isPassing } }
  }

  /// How a figure of two designs differs.
  public struct Difference: Sendable, Hashable {
    /// What the replications say of it.
    public enum Verdict: Sendable, Hashable {
      /// The same in every replication; a difference that is rarer than one in so many may not have shown.
      case equal
      /// B's is lower than A's: the whole interval of A − B lies above zero.
      case lower
      /// B's is higher than A's.
      case higher
      /// The interval holds zero: these replications show no difference.
      case notShown
      /// There is no interval to judge by.
      case withheld(FigureEstimate.Withheld)
    }

    /// Which figure.
    public let figure: Figure
    /// The designs, by position among the contenders: the reference, and the one held against it.
    public let a: Int, b: Int
    /// The mean of A − B over the replications, in the figure's unit, and its paired t interval.
    public let estimate: FigureEstimate
    /// The means of both.
    public let meanA: Double, meanB: Double
    /// (Var A + Var B) / Var(A − B): how many times as many independent replications would have been needed; nil when the
    /// differences do not vary.
    public let varianceRatio: Double?

    /// What the replications say.
    public var verdict: Verdict {
      switch estimate.interval {
      case .withheld(.allEqual): return estimate.mean == 0 ? .equal : (estimate.mean > 0 ? .lower : .higher)
      case .withheld(let reason): return .withheld(reason)
      case .known(let interval):
        if interval.mean.magnitude <= interval.halfWidth { return .notShown }
        return interval.mean > 0 ? .lower : .higher
      }
    }
  }

  /// The designs, the reference first.
  public let contenders: [Contender]
  /// What was compared.
  public let figures: [Figure]
  /// Design by design and in each in the order of `figures`; only what every replication of both measured.
  public let differences: [Difference]
  /// How many replications were asked for, at least or at most.
  public let rule: ReplicationRule
  /// Whether the precision asked for was reached; true when none was.
  public let isPrecise: Bool
  /// False when it was interrupted: then only replications that all designs finished count.
  public let isComplete: Bool
  /// The level of each interval by itself.
  public let level: Double
  /// What MSER-5 says of the reference's warm-up.
  public let warmUp: WarmUpCheck

  /// What is asked of an objective to be said to hold: the usual share of runs, as surely as an interval is.
  public var test: FeasibilityTest { .usual(confidence: level, runs: replications) }

  /// How many replications of each design there are.
  public var replications: Int { contenders.first?.samples.count ?? 0 }

  /// The figures that are in no difference, because a replication measured none.
  public var unmeasured: [Figure] {
    let measured = Set(differences.map(\.figure))
    return figures.filter { !measured.contains($0) }
  }

  /// The level at which all known intervals hold together at the least (Bonferroni); 0 when it promises nothing.
  public var jointLevel: Double { max(0, 1 - Double(knownIntervals) * (1 - level)) }

  /// How many differences have an interval.
  public var knownIntervals: Int { differences.count { $0.estimate.halfWidth != nil } }

  /// The mean of a figure of a contender with its interval; nil when a replication did not measure it.
  public func estimate(_ figure: Figure, of contender: Int) -> FigureEstimate? {
    guard let position = figures.firstIndex(of: figure),
      let values = FigureSample.column(position, of: contenders[contender].samples)
    else { return nil }
    return FigureEstimate(figure, values: values, level: level)
  }

  /// Every figure of every later design held against the first one's.
  static func differences(
    _ samples: [[FigureSample]], _ figures: [Figure], level: Double
  ) -> [Difference] {
    samples.indices.dropFirst().flatMap { b in
      figures.indices.compactMap { difference(samples, 0, b, figures[$0], at: $0, level) }
    }
  }

  private static func difference(
    _ samples: [[FigureSample]], _ a: Int, _ b: Int, _ figure: Figure, at position: Int, _ level: Double
  ) -> Difference? {
    guard let ofA = FigureSample.column(position, of: samples[a]),
      let ofB = FigureSample.column(position, of: samples[b])
    else { return nil }
    let estimate = FigureEstimate(figure, values: zip(ofA, ofB).map { $0 - $1 }, level: level)
    return Difference(
      figure: figure, a: a, b: b, estimate: estimate, meanA: Statistics.mean(ofA), meanB: Statistics.mean(ofB),
      varianceRatio: Statistics.pairedDifference(ofA, ofB, level: level)?.varianceRatio)
  }
}
