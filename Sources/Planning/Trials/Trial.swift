internal import Experiment
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
    var tables = KeyTables()
    self.init(design, loaded: try template.load(settings: design.settings, seed: seed), tables: &tables)
  }

  /// A design that was read already; builds its tables, or takes those of keys that others have built.
  public init(_ design: Design, loaded: LoadedScenario, tables: inout KeyTables) {
    (self.design, self.loaded) = (design, loaded)
    prepared = PreparedExperiment(loaded.experiment, tables: &tables)
  }
}
