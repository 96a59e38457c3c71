public import Models
public import Scenario

/// A scenario with some values changed: what is compared, swept and planned.
public struct Design: Sendable, Hashable {
  /// What it is called in tables, such as `16 shards`.
  public var name: String
  /// What it changes, in order; nothing for the scenario as it stands.
  public var settings: [Setting]

  /// A design.
  public init(name: String, settings: [Setting]) { (self.name, self.settings) = (name, settings) }
}

/// A design that can be simulated. Equal replications of two trials of one scenario see the same chance, because every
/// random stream is found by seed, replication, entity and purpose: common random numbers.
public struct Trial: Sendable {
  /// What was changed.
  public let design: Design
  /// The scenario with the changes.
  public let loaded: LoadedScenario
  /// Its tables.
  public let prepared: PreparedExperiment

  /// Reads the scenario with a design's settings laid over it; throws every error at once.
  public init(_ design: Design, of template: ScenarioTemplate, seed: UInt64?) throws(ScenarioFailure) {
    self.init(design, loaded: try template.load(settings: design.settings, seed: seed))
  }

  /// A design that was read already; builds its tables.
  public init(_ design: Design, loaded: LoadedScenario) {
    (self.design, self.loaded, prepared) = (design, loaded, PreparedExperiment(loaded.experiment))
  }
}

/// What one replication came to, cut down to figures: small enough to keep thousands.
public struct Observation: Sendable {
  /// A figure and its value; nil when nothing was measured.
  public struct Value: Sendable, Hashable {
    /// A dotted path such as `streams.clicks.put_throttle_rate`.
    public let path: String
    /// What kind of figure.
    public let kind: RunFigure.Kind
    /// Its value.
    public let value: Double?
  }

  /// Which replication, from 0.
  public let replication: Int
  /// False when it was interrupted.
  public let isComplete: Bool
  /// Folded over every event: equal trajectories have equal hashes.
  public let trajectoryHash: UInt64
  /// In the order of `RunFigure.all`.
  public let values: [Value]
  /// One for each objective.
  public let verdicts: [ObjectiveVerdict]

  /// The figures of a result.
  public init(_ result: RunResult) {
    (replication, isComplete) = (result.replication, result.isComplete)
    (trajectoryHash, verdicts) = (result.trajectoryHash, result.verdicts)
    values = RunFigure.all(of: result).map { Value(path: $0.path, kind: $0.kind, value: $0.value(in: result)) }
  }

  /// The value of a figure; nil when there is no such figure or nothing was measured. O(figures).
  public func value(of path: String) -> Double? { values.first { $0.path == path }?.value }
}
