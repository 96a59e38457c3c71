internal import Experiment
public import Models
public import Scenario

/// A table of designs: what every combination of values came to.
public struct Sweep: Sendable {
  /// A combination and its replications.
  public struct Point: Sendable, Hashable {
    /// One setting for each parameter, in their order.
    public let settings: [Setting]
    /// One for each replication, in order.
    public let samples: [FigureSample]

    /// Whether every replication passed.
    public var isPassing: Bool { samples.allSatisfy(\.isPassing) }
  }

  /// The scenario's name and seed.
  public let scenario: String, seed: UInt64
  /// What was swept.
  public let grid: SweepGrid
  /// What was measured.
  public let figures: [Figure]
  /// Replications of each combination.
  public let replications: Int
  /// Whether the scenario as it stands has objectives.
  public let hasObjectives: Bool
  /// In the order of the grid; nil for one that an interruption left out.
  public let points: [Point?]
  /// The level of each interval by itself.
  public let level: Double

  /// A table of the given parts.
  public init(
    of base: LoadedScenario, grid: SweepGrid, figures: [Figure], replications: Int,
    samples: [[FigureSample]?], level: Double
  ) {
    (scenario, seed, hasObjectives) = (
      base.experiment.name, base.experiment.seed, !base.experiment.objectives.isEmpty
    )
    (self.grid, self.figures, self.replications, self.level) = (grid, figures, replications, level)
    points = samples.enumerated().map { position, samples in
      samples.map { Point(settings: grid.settings(at: position), samples: $0) }
    }
  }

  /// False when it was interrupted.
  public var isComplete: Bool { points.allSatisfy { $0 != nil } }

  /// The mean of a figure at a point with its interval; nil when a replication did not measure it.
  public func estimate(_ figure: Figure, at point: Point) -> FigureEstimate? {
    guard let position = figures.firstIndex(of: figure),
      let values = FigureSample.column(position, of: point.samples)
    else { return nil }
    return FigureEstimate(figure, values: values, level: level)
  }
}
