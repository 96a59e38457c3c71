public import Simulation
public import Scenario

/// What was found: the design to take, others worth a look, and why not the rest.
public struct Plan: Sendable {
  /// A design that was simulated, with what it costs and shows.
  public struct Option: Sendable {
    /// What it chooses.
    public var choices: [Candidate.Choice]
    /// A month of 730 hours, the mean over the replications, in US dollars; nil when something has no price.
    public var monthlyCost: Double?
    /// Refused attempts over all, the mean over the replications.
    public var throttling: Double
    /// The worst consumer's 99th percentile of propagation (or a producer's put latency), in milliseconds; nil when
    /// nothing was measured.
    public var latency: Double?
    /// Open shards of all streams, at their peak.
    public var shards: Int
    /// Whether its objectives of severity `fail` hold together in enough runs, with the confidence asked for.
    public var outcome: FeasibilityTest.Outcome
    /// Whether they are shown to.
    public var isFeasible: Bool { outcome == .holds }
    /// What replications say of each objective of severity `fail`.
    public var judgements: [ObjectiveJudgement]
    /// Figures under their paths in run.json, with intervals where these mean something.
    public var figures: [FigureEstimate]
    /// In how many replications they held together, of how many.
    public var held: Int, replications: Int
  }
  /// What the search took.
  public struct Effort: Sendable, Hashable {
    /// Simulations run.
    public var simulations: Int
    /// Designs that were simulated, of how many.
    public var simulated: Int, designs: Int
    /// Simulations of the whole grid with all replications (or all worlds).
    public var grid: Int
    /// Designs that arithmetic alone rejected.
    public var screened: Int
  }

  /// The scenario's name.
  public var scenario: String
  /// The seed of all chance.
  public var seed: UInt64
  /// What the best is.
  public var goal: PlanSpec.Goal
  /// How surely a design must hold, and in which share of runs.
  public var confidence: Double, reliability: Double
  /// What was chosen from.
  public var dimensions: [PlanSpec.Dimension]
  /// The design to take; nil when none is feasible.
  public var best: Option?
  /// At most two feasible designs that differ from it and from each other (decision 0047), the better first.
  public var runnersUp: [Option] = []
  /// Simulated designs that none beats in cost, throttling and latency at once, the cheapest first.
  public var front: [Option] = []
  /// Why not, for every other design, in the order of the search.
  public var excuses: [Excuse] = []
  /// How to get from the stream as it stands to the best design.
  public var resharding: [ReshardAdvice] = []
  /// What speaks against trusting the answer, a sentence each: to be read before it.
  public var warnings: [String] = []
  /// What the reader should know, a sentence each.
  public var notes: [String] = []
  /// Those of the notes that the scenario itself gives cause for, as its diagnostics.
  public var scenarioWarnings: [String] = []
  /// The notes without them: where they were told already, when the scenario was read.
  public var ownNotes: [String] { notes.filter { !scenarioWarnings.contains($0) } }
  /// What it took.
  public var effort: Effort
  /// What uncertainty says; nil unless regret was asked for.
  public var regret: RegretTable?
  /// False when it was interrupted.
  public var isComplete: Bool
}
