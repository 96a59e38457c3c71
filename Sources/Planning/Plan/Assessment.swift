internal import Experiment
internal import Models
internal import Scenario
internal import Simulation

/// What simulations say of a design.
struct Assessment: Sendable {
  /// One entry a replication, from 0; empty once it is `condensed`.
  private(set) var evidence: [Evidence] = []
  /// One for each objective of severity `fail`.
  private(set) var judgements: [ObjectiveJudgement] = []
  /// Whether its objectives hold together in enough runs.
  private(set) var outcome = FeasibilityTest.Outcome.open
  /// In how many replications they held together, of how many.
  private(set) var held = 0, replications = 0
  /// The mean cost of a month; nil when something has no price.
  private(set) var monthlyCost: Double?
  /// How much of it hangs on what was under way when runs ended.
  private(set) var costInDoubt = 0.0
  /// Refused attempts over all, the mean.
  private(set) var throttling = 0.0
  /// The mean of the longest 99th percentile; nil when a replication measured none.
  private(set) var latency: Double?
  /// Open shards at their peak, and what has no price.
  private(set) var shards = 0, unpriced: [String] = []
  /// For each of `judgements` the limit that broke it first.
  private var causes: [Pressure?] = []
  /// Why it was given up; empty when it was not.
  private var whyGivenUp = ""

  /// Takes in more replications and looks again.
  mutating func add(_ more: [Evidence], _ test: FeasibilityTest) {
    evidence += more
    let required = evidence[0].required
    judgements = required.map { position in test.judge(evidence.map { $0.verdicts[position] }) }
    causes = required.map { position in
      evidence.lazy.compactMap { $0.cause(at: position) }.first
    }
    let runs = evidence.map(\.isHolding)
    (outcome, held, replications) = (test.outcome(of: runs), runs.count { $0 }, runs.count)
    whyGivenUp = outcome == .hopeless ? "; \(test.whyGivenUp(held: held, runs: replications))" : ""
    weigh()
  }

  private mutating func weigh() {
    let costs = evidence.compactMap(\.monthlyCost), latencies = evidence.compactMap(\.latency)
    monthlyCost = costs.count == evidence.count ? Statistics.mean(costs) : nil
    costInDoubt = (monthlyCost ?? 0) * Statistics.mean(evidence.map(\.underWay))
    throttling = Statistics.mean(evidence.map(\.throttling))
    latency = latencies.count == evidence.count ? Statistics.mean(latencies) : nil
    (shards, unpriced) = (evidence.map(\.shards).max() ?? 0, evidence[0].unpriced)
  }

  /// Whether the same runs of this design cost less than those of another, by more than what was under way at their ends.
  func isCheaper(than other: Assessment) -> Bool {
    let own = evidence.prefix(other.replications).compactMap(\.monthlyCost)
    guard let cost = other.monthlyCost, !own.isEmpty else { return !own.isEmpty }
    return cost > Statistics.mean(own) + costInDoubt
  }

  /// Without the single runs: what is kept of designs that were not chosen, thousands of them.
  var condensed: Assessment {
    var rest = self
    rest.evidence = []
    return rest
  }

  /// Whether every objective is shown to hold.
  var isFeasible: Bool { outcome == .holds }

  /// Whether refused writes alone break it: what holds for fewer shards, too, where keys are independent.
  var breaksByThrottling: Bool { judgements.contains { $0.objective.isOfThrottling && $0.outcome == .breaks } }

  /// As part of a plan; without figures once it is condensed.
  func option(_ candidate: Candidate, confidence: Double) -> Plan.Option {
    Plan.Option(
      choices: candidate.choices, monthlyCost: monthlyCost, throttling: throttling, latency: latency, shards: shards,
      outcome: outcome, judgements: judgements,
      figures: FigureEstimate.all(of: evidence.first?.figures ?? [], evidence.map(\.sample), level: confidence),
      held: held, replications: replications)
  }

  /// Why it is not shown to hold: the objective that broke in most runs. Nil when it is feasible.
  func excuse(_ candidate: Candidate) -> Excuse? {
    guard !isFeasible else { return nil }
    let worst = judgements.indices.max { (judgements[$1].held, $1) < (judgements[$0].held, $0) }
    guard let worst else { return nil }
    let judgement = judgements[worst], objective = judgement.objective
    let count = "met in \(judgement.held) of \(judgement.replications) runs"
    // Few runs that mostly broke do not show how often it breaks; what broke them is known.
    guard outcome == .breaks || outcome == .hopeless && 2 * held < replications else {
      return Excuse(
        candidate.choices, .undecided, subject: objective.id, needs: objective.threshold, has: judgement.mean,
        unit: objective.noun, basis: .simulated,
        remark: (held == judgement.held ? count : "\(count), all objectives together in \(held)") + whyGivenUp)
    }
    if let cause = causes[worst] {
      return Excuse(
        candidate.choices, cause.limit, subject: cause.name, needs: cause.needs, has: cause.has, unit: cause.unit,
        basis: .simulated, remark: cause.remark)
    }
    var limit = Excuse.Limit.objective
    if case .monthlyCost = objective.metric {
      limit = .budget
      if judgement.mean == nil, let reason = unpriced.first {
        return unmeasured(candidate, objective, reason)
      }
    }
    return Excuse(
      candidate.choices, limit, subject: objective.id, needs: objective.threshold, has: judgement.mean,
      unit: objective.noun, basis: .simulated, remark: count)
  }

  /// A budget that could not be measured.
  private func unmeasured(_ candidate: Candidate, _ objective: Objective, _ reason: String) -> Excuse {
    Excuse(
      candidate.choices, .price, subject: objective.id, needs: nil, has: nil, unit: "", basis: .simulated,
      remark: "\(objective.id) could not be measured: \(reason)")
  }
}

extension Evidence {
  /// The positions of what a design must hold.
  var required: [Int] { verdicts.indices.filter { verdicts[$0].objective.severity == .fail } }

  /// Whether all of it held.
  var isHolding: Bool { required.allSatisfy { verdicts[$0].isPassing } }

  /// The limit that broke a verdict; nil when it held, or when no limit was hit.
  func cause(at position: Int) -> Pressure? { verdicts[position].isPassing ? nil : outcome.causes[position] }
}

extension Objective {
  /// Whether it bounds the share of writes that shards refuse: the one thing that is known to fall with more shards.
  var isOfThrottling: Bool {
    guard comparison.isCeiling else { return false }
    switch metric {
    case .putThrottleRate, .firstAttemptThrottleRate: return true
    default: return false
    }
  }

  /// What its threshold counts, in a word.
  var noun: String {
    if case .monthlyCost = metric { return "\(unit.word)/month" }
    return unit.word
  }
}
