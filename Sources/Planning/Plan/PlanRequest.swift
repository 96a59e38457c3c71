public import Scenario

/// What is asked of a plan beside the scenario.
public struct PlanRequest: Sendable {
  /// How surely a design must hold, 0 to 1.
  public var confidence: Double
  /// In which share of runs, 0 to 1.
  public var reliability: Double
  /// Why that is less than usual; nil when it is not.
  public private(set) var lowered: String?
  /// The most replications of one design; nil for as many as that usually takes.
  public var replications: Int?
  /// Where simulations run; the plan does not depend on it.
  public var place: Workplace
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
    confidence: Double = 0.95, reliability: Double? = nil, replications: Int? = nil, workers: Int = 1,
    seed: UInt64? = nil, settings: [Setting] = [], budget: Int = 20_000, samples: Int? = nil
  ) {
    let usual = FeasibilityTest.usualReliability
    let least = FeasibilityTest.least(confidence: confidence, reliability: usual)
    (self.confidence, self.replications, lowered) = (confidence, replications, nil)
    self.reliability = reliability ?? usual
    if reliability == nil, let replications, replications < least {
      self.reliability = FeasibilityTest.largest(confidence: confidence, replications: replications)
      lowered =
        "\(replications) runs can show that objectives are met in \(self.reliability) of runs, not in \(usual): "
        + "that takes \(least)"
    }
    place = .here(workers: workers)
    (self.seed, self.settings, self.budget, self.samples) = (seed, settings, budget, samples)
  }

  /// What it takes for a design to hold.
  var test: FeasibilityTest {
    FeasibilityTest(confidence: confidence, reliability: reliability, replications: replications)
  }
}
