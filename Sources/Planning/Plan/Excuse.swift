internal import Scenario

/// Why a design was not chosen: which limit, what the design needs of it, what it has.
public struct Excuse: Sendable, Hashable {
  /// What kept it from being chosen.
  public enum Limit: String, Sendable, Hashable, Codable, CaseIterable {
    /// A shard's 1,000 records a second.
    case writeRecords = "write_records"
    /// A shard's 1 MiB a second.
    case writeBytes = "write_bytes"
    /// One partition key alone passes a shard's limit: no shard count helps.
    case hotKey = "hot_key"
    /// A shard's five GetRecords calls a second.
    case readCalls = "read_calls"
    /// A shard's 2 MiB a second for all that poll it.
    case readBytes = "read_bytes"
    /// The stream's scaler came too late or not far enough.
    case autoscaler
    /// An on-demand stream had not scaled yet.
    case onDemandScaling = "on_demand_scaling"
    /// Lambda functions of the account that may run at once.
    case accountConcurrency = "account_concurrency"
    /// The readers' own processing.
    case consumer
    /// A queue's records in flight: at 120,000 receives wait.
    case queueInFlight = "queue_in_flight"
    /// Work on a queue that is done again because records are received again.
    case queueRedelivery = "queue_redelivery"
    /// Fan-out consumers and queues that one stream may have.
    case consumerLimit = "consumer_limit"
    /// How long the stream keeps records: some left it unread.
    case retention
    /// An objective of cost.
    case budget
    /// Another objective; `subject` names it.
    case objective = "slo"
    /// Replications did not settle an objective.
    case undecided
    /// It may hold, but costs more than what was chosen.
    case dearer
    /// It was not simulated: the budget of simulations was spent, or the search interrupted.
    case notSimulated = "not_simulated"
    /// The scenario cannot be read with it.
    case scenario
    /// Something it uses has no price.
    case price
    /// It holds in too few of the worlds.
    case worlds
  }
  /// Where the excuse comes from.
  public enum Basis: Sendable, Hashable {
    /// The design itself was simulated.
    case simulated
    /// A design with more shards was simulated and broke: refused writes can only be more with fewer. Its shards.
    case inferred(shards: Int)
    /// A closed form.
    case arithmetic
  }

  /// The design.
  public var choices: [Candidate.Choice]
  /// What kept it from being chosen.
  public var limit: Limit
  /// Whose limit: a shard, a key, a consumer or an objective, in words.
  public var subject: String
  /// What the load needs, or what an objective wants; nil where there is no figure.
  public var needs: Double?
  /// What the design has, or comes to.
  public var has: Double?
  /// What both count, such as `records/s`; empty for a plain number.
  public var unit: String
  /// Where it comes from.
  public var basis: Basis
  /// What else there is to say, such as a remedy; may be empty.
  public var remark: String

  /// An excuse.
  public init(
    _ choices: [Candidate.Choice], _ limit: Limit, subject: String, needs: Double?, has: Double?, unit: String,
    basis: Basis, remark: String = ""
  ) {
    (self.choices, self.limit, self.subject) = (choices, limit, subject)
    (self.needs, self.has, self.unit, self.basis, self.remark) = (needs, has, unit, basis, remark)
  }
}

extension Excuse {
  /// Of a design that the scenario refuses: the limit of the service it passes, when that is all that is wrong.
  init(_ candidate: Candidate, refusedBy failure: ScenarioFailure) {
    let remark = failure.diagnostics.map(\.description).joined(separator: "; ")
    let causes = failure.diagnostics.filter { $0.severity == .error }.map(\.cause)
    guard case .registeredConsumers(let stream, let asked, let allowed)? = causes.first ?? nil,
      causes.allSatisfy({ $0 == causes[0] })
    else {
      self.init(
        candidate.choices, .scenario, subject: "the scenario", needs: nil, has: nil, unit: "", basis: .arithmetic,
        remark: remark)
      return
    }
    self.init(
      candidate.choices, .consumerLimit, subject: stream, needs: Double(asked), has: Double(allowed),
      unit: "consumers", basis: .arithmetic, remark: "fan-out consumers and queues together")
  }
}
