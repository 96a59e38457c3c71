internal import Experiment
public import Models

/// What one replication came to in the figures that were chosen: small enough to keep very many.
public struct FigureSample: Sendable, Hashable {
  /// Which replication, from 0.
  public let replication: Int
  /// False when it was interrupted.
  public let isComplete: Bool
  /// Whether no objective of severity `fail` was broken.
  public let isPassing: Bool
  /// Folded over every event: equal trajectories have equal hashes.
  public let trajectoryHash: UInt64
  /// One for each chosen figure, in their order; nil when nothing was measured or there is no such figure.
  public let values: [Double?]

  /// A sample of the given parts.
  public init(replication: Int, isComplete: Bool, isPassing: Bool, trajectoryHash: UInt64, values: [Double?]) {
    (self.replication, self.isComplete, self.isPassing) = (replication, isComplete, isPassing)
    (self.trajectoryHash, self.values) = (trajectoryHash, values)
  }

  /// The chosen figures of a result.
  public init(_ result: RunResult, figures: [Figure]) {
    self.init(
      replication: result.replication, isComplete: result.isComplete, isPassing: result.isPassing,
      trajectoryHash: result.trajectoryHash, values: result.values(of: figures))
  }

  /// The values of one figure in each of the samples; nil unless all of them have one.
  static func column(_ position: Int, of samples: [FigureSample]) -> [Double]? {
    let values = samples.compactMap { $0.values[position] }
    return values.count == samples.count && !values.isEmpty ? values : nil
  }
}
