internal import Experiment
internal import Models
internal import Scenario
internal import Simulation

/// What simulations say of a design.
struct Assessment: Sendable {
  /// One entry a replication, from 0.
  private(set) var evidence: [Evidence] = []
  /// One for each objective of severity `fail`.
  private(set) var judgements: [ObjectiveJudgement] = []

  /// Takes in more replications and looks again.
  mutating func add(_ more: [Evidence], _ test: FeasibilityTest, look: Int) {
    evidence += more
    let required = evidence[0].verdicts.indices.filter {
      evidence[0].verdicts[$0].objective.severity == .fail
    }
    judgements = required.map { position in
      test.judge(evidence.map { $0.verdicts[position] }, look: look, objectives: required.count)
    }
  }

  /// Whether more replications would not matter to the search.
  var isSettled: Bool {
    let (apart, hurt) = (judgements.filter { !$0.isHurt }, judgements.filter(\.isHurt))
    if apart.contains(where: { $0.outcome == .breaks }) { return true }
    guard !apart.contains(where: { $0.outcome == .open }) else { return false }
    return hurt.contains { $0.outcome == .breaks } || !hurt.contains { $0.outcome == .open }
  }

  /// Whether all hold but those that more shards hurt: what a bisection asks.
  var hasEnough: Bool { judgements.allSatisfy { $0.isHurt || $0.outcome == .holds } }

  /// Whether every objective holds.
  var isFeasible: Bool { judgements.allSatisfy { $0.outcome == .holds } }

  /// The mean cost of a month; nil when something has no price.
  var monthlyCost: Double? {
    let costs = evidence.compactMap(\.monthlyCost)
    return costs.count == evidence.count ? Statistics.mean(costs) : nil
  }

  /// As part of a plan.
  func option(_ candidate: Candidate, confidence: Double) -> Plan.Option {
    let latencies = evidence.compactMap(\.latency)
    return Plan.Option(
      choices: candidate.choices, monthlyCost: monthlyCost, throttling: Statistics.mean(evidence.map(\.throttling)),
      latency: latencies.count == evidence.count ? Statistics.mean(latencies) : nil,
      shards: evidence.map(\.shards).max() ?? 0, isFeasible: isFeasible, judgements: judgements,
      figures: FigureEstimate.all(of: evidence.first?.figures ?? [], evidence.map(\.sample), level: confidence),
      replications: evidence.count)
  }

  /// Why it is not shown to hold: the first objective that breaks, those that more shards help first; else the first that
  /// is open. Nil when it is feasible.
  func excuse(_ candidate: Candidate) -> Excuse? {
    let order = judgements.filter { !$0.isHurt } + judgements.filter(\.isHurt)
    if let broken = order.first(where: { $0.outcome == .breaks }) { return excuse(candidate, broken) }
    guard let open = order.first(where: { $0.outcome == .open }) else { return nil }
    return Excuse(
      candidate.choices, .undecided, subject: open.objective.id, needs: open.objective.threshold, has: open.bound,
      unit: open.objective.noun, basis: .simulation,
      remark:
        "the mean of \(open.replications) replications is \(Self.text(open.mean)), its bound \(Self.text(open.bound))")
  }

  private func excuse(_ candidate: Candidate, _ broken: ObjectiveJudgement) -> Excuse {
    let objective = broken.objective
    let cause = evidence.lazy.compactMap { $0.cause(of: objective.id) }.first
    if let cause {
      return Excuse(
        candidate.choices, cause.limit, subject: cause.name, needs: cause.needs, has: cause.has, unit: cause.unit,
        basis: .simulation, remark: cause.remark)
    }
    var limit = Excuse.Limit.objective
    if case .monthlyCost = objective.metric { limit = .budget }
    return Excuse(
      candidate.choices, limit, subject: objective.id, needs: objective.threshold, has: broken.mean,
      unit: objective.noun, basis: .simulation,
      remark: "held in \(broken.held) of \(broken.replications) replications")
  }

  private static func text(_ value: Double?) -> String { value.map { DecimalText.rounded($0, digits: 4) } ?? "unknown" }
}

extension ObjectiveJudgement {
  /// Whether more shards hurt it.
  var isHurt: Bool { ObjectiveTrend(objective) == .hurt }
}

extension Evidence {
  /// The limit that broke an objective in this replication; nil when it held, or when no limit was hit.
  func cause(of objective: String) -> Pressure? {
    for (verdict, cause) in zip(verdicts, causes) where verdict.objective.id == objective {
      return verdict.isPassing ? nil : cause
    }
    return nil
  }
}

extension Objective {
  /// What its threshold counts, in a word.
  var noun: String {
    if case .monthlyCost = metric { return "\(unit.word)/month" }
    return unit.word
  }
}
