/// What a scenario's `plan` asks for; it has no effect on a run.
public struct PlanSpec: Sendable, Hashable {
  /// What the best design is.
  public enum Goal: String, Sendable, Hashable, CaseIterable {
    /// The cheapest month.
    case minCost = "min_cost"
    /// The fewest shards.
    case minShards = "min_shards"
    /// The fewest instances that work on queues, and workers of other consumers: nobody prices them here.
    case minInstances = "min_instances"
    /// The least that could be lost against the best choice, over worlds drawn from `uncertainties`.
    case leastRegret = "least_regret"

    /// What it counts, where it counts things and not money.
    public var counted: String? {
      switch self {
      case .minShards: "shards"
      case .minInstances: "instances"
      case .minCost, .leastRegret: nil
      }
    }
  }
  /// A value of the scenario that may be chosen.
  public struct Dimension: Sendable, Hashable {
    /// Its path, such as `streams.clicks.shards`.
    public var path: String
    /// The values to choose from, as YAML has them; at least one, in the order of the file, a range ascending.
    public var values: [String]
    /// Where the file names it.
    public var place: Place

    /// A dimension.
    public init(path: String, values: [String], place: Place) {
      (self.path, self.values, self.place) = (path, values, place)
    }
  }
  /// A value of the scenario that nobody knows exactly.
  public struct Uncertainty: Sendable, Hashable {
    /// Its path, such as `producers.web.rate.mean`.
    public var path: String
    /// The least, the likeliest and the largest value thought possible, ascending.
    public var low: Double, mid: Double, high: Double
    /// How likely the truth lies between `low` and `high`; in (0, 1).
    public var confidence: Double
    /// Where the file names it.
    public var place: Place
  }

  /// What may be chosen, in the order of the file.
  public var search: [Dimension] = []
  /// What the best design is.
  public var goal = Goal.minCost
  /// What is not known exactly, in the order of the file.
  public var uncertainties: [Uncertainty] = []
  /// How many worlds are drawn from the uncertainties.
  public var samples = 64
  /// Room above the peak that closed forms keep, as a share of it.
  public var headroom = 0.25

  /// Nothing to choose, nothing uncertain.
  public init() {}
}

/// A named change of a scenario, from its `variants`.
public struct Variant: Sendable, Hashable {
  /// Its name in the file.
  public var name: String
  /// What it changes, in the order of the file.
  public var settings: [Setting]

  /// A variant.
  public init(name: String, settings: [Setting]) { (self.name, self.settings) = (name, settings) }
}
