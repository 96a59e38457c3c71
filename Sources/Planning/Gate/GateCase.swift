internal import Experiment
public import Models
public import Scenario

/// What the gate found for one scenario.
public struct GateCase: Sendable {
  /// How it stands to its baseline.
  public enum Standing: Sendable {
    /// There is none.
    case absent
    /// Nothing that goes in has changed and the first replication went the same way to the same figures, so the other
    /// `notRun` were not run.
    case unchanged(notRun: Int)
    /// It was compared.
    case compared(GateComparison)
  }
  /// What `--update` makes of it.
  public enum Update: Sendable, Hashable {
    /// The baseline says all this already.
    case keep
    /// It is written, with these objectives known to fail.
    case write(expected: [String])
    /// It is not: these objectives fail, and nobody accepted that.
    case withhold(broken: [String])
  }

  /// The file.
  public let entry: ScenarioFolder.Entry
  /// The scenario's name.
  public let name: String
  /// The seed.
  public let seed: UInt64
  /// What the run depended on.
  public let fingerprint: String
  /// Where its baseline is or would be.
  public let baselineFile: String
  /// What was measured.
  public let figures: [Figure]
  /// The replications that were run, in order, from the first on; at least one.
  public let samples: [FigureSample]
  /// One for each objective.
  public let objectives: [GateObjective]
  /// How it stands to its baseline.
  public let standing: Standing

  /// Whether an objective of severity `fail` broke that was not known to.
  public var isBroken: Bool { objectives.contains { $0.standing == .broken } }

  /// Whether a figure has become worse than its baseline.
  public var hasRegressed: Bool {
    switch standing {
    case .absent, .unchanged: false
    case .compared(let comparison): comparison.hasRegressed
    }
  }

  /// What has become of the figures; empty without a comparison.
  public var changes: [FigureChange] {
    switch standing {
    case .absent, .unchanged: []
    case .compared(let comparison): comparison.changes
    }
  }

  /// What storing it as a baseline comes to.
  ///
  /// A baseline never holds a broken objective that nobody accepted: one that is there says that all is well, or what is not.
  public func update(_ failing: GateOptions.Failing) -> Update {
    let known = objectives.filter { $0.standing == .known }.map(\.verdict.objective.id)
    let broken = objectives.filter { $0.standing == .broken }.map(\.verdict.objective.id)
    if case .unchanged = standing { return .keep }
    switch failing {
    case .refuse: return broken.isEmpty ? .write(expected: known) : .withhold(broken: broken)
    case .accept: return .write(expected: known + broken)
    }
  }
}

/// How a directory is tested.
public struct GateOptions: Sendable {
  /// What becomes of scenarios whose inputs are not there.
  public enum Missing: Sendable { case refuse, skip }
  /// What becomes of scenarios that have no baseline.
  public enum Baselines: Sendable { case optional, required }
  /// What `--update` makes of objectives that fail.
  public enum Failing: Sendable { case refuse, accept }
  /// What the runs are for.
  public enum Purpose: Sendable, Equatable {
    case judge
    case update(Failing)
  }

  /// Replications where neither the command line nor a baseline says how many.
  public static let usualReplications = 5

  /// Replications of every scenario; nil for as many as its baseline has.
  public var replications: Int?
  /// Only scenarios whose path below the directory holds this text; nil for all.
  public var filter: String?
  /// Not scenarios whose path below the directory holds this text; nil leaves out none.
  public var exclude: String?
  /// Which figures count; all when there is none.
  public var figures: [MetricPattern] = []
  /// Laid over every scenario.
  public var settings: [Setting] = []
  /// What a figure may move where its noise is not known, as a share of its old mean.
  public var tolerance = 0.05
  /// What becomes of scenarios whose inputs are not there.
  public var missing = Missing.refuse
  /// What becomes of scenarios that have no baseline.
  public var baselines = Baselines.optional
  /// What the runs are for.
  public var purpose = Purpose.judge

  /// All scenarios, as their baselines have it.
  public init() {}
}
