public import Scenario

/// What is asked of a plan beside the scenario.
public struct PlanRequest: Sendable {
  /// How surely a design must hold, 0 to 1.
  public var confidence: Double
  /// The most replications of one design.
  public var replications: Int
  /// Simulations run at once; the plan does not depend on it.
  public var workers: Int
  /// Instead of the scenario's.
  public var seed: UInt64?
  /// Laid over the file before the designs.
  public var settings: [Setting]
  /// The most simulations in all.
  public var budget: Int
  /// Instead of the file's `samples`.
  public var samples: Int?

  /// A request.
  public init(
    confidence: Double = 0.95, replications: Int = 20, workers: Int = 1, seed: UInt64? = nil, settings: [Setting] = [],
    budget: Int = 5_000, samples: Int? = nil
  ) {
    (self.confidence, self.replications, self.workers, self.seed) = (confidence, replications, workers, seed)
    (self.settings, self.budget, self.samples) = (settings, budget, samples)
  }
}
