internal import Experiment
internal import Models
internal import Planning
internal import Scenario
internal import Simulation
internal import Units

// plan.json and plan.csv.
extension PlanDocument {
  /// `weir.plan/v1`.
  public var value: JSONValue {
    JSONValue([
      "schema": "weir.plan/v1", "scenario": plan.scenario, "seed": plan.seed, "objective": plan.goal.rawValue,
      "confidence": plan.confidence, "reliability": plan.reliability, "complete": plan.isComplete,
      "feasible": plan.best != nil,
      "best": plan.best.map(Self.json), "runners_up": plan.runnersUp.map(Self.json),
      "front": plan.front.map(Self.point), "excuses": plan.excuses.map(Self.json),
      "resharding": plan.resharding.filter { $0.way != .split }.flatMap(\.commands),
      "resharding_ways": plan.resharding.map(Self.json), "regret": regretJSON, "notes": plan.notes,
      "warnings": plan.warnings,
      "effort": JSONValue([
        "simulations": plan.effort.simulations, "designs": plan.effort.designs,
        "designs_simulated": plan.effort.simulated, "designs_screened": plan.effort.screened,
        "grid_simulations": plan.effort.grid,
      ]),
    ])
  }

  private static func params(_ choices: [Candidate.Choice]) -> JSONValue {
    .named(choices.map { ($0.path, .scalar($0.value)) })
  }

  /// To the cent: more digits would be noise.
  private static func cents(_ amount: Double) -> Double { (amount * 100).rounded() / 100 }

  /// A design on the front.
  private static func point(_ option: Plan.Option) -> JSONValue {
    JSONValue([
      "params": params(option.choices), "cost_usd_month": option.monthlyCost.map(cents),
      "put_throttle_rate": option.throttling, "latency_ms_p99": option.latency, "feasible": option.isFeasible,
      "outcome": option.outcome.word,
    ])
  }

  private static func json(_ option: Plan.Option) -> JSONValue {
    let intervals = option.figures.compactMap { figure in
      figure.halfWidth.map { (figure.path, JSONValue.number($0)) }
    }
    return point(option).merging(
      JSONValue([
        "metrics": .named(option.figures.map { ($0.path, .number($0.mean)) }), "half_widths": .named(intervals),
        "held": option.held, "replications": option.replications, "shards": option.shards,
        "slo": option.judgements.map(json),
      ]))
  }

  private static func json(_ judgement: ObjectiveJudgement) -> JSONValue {
    let half: Double? = if case .known(let interval) = judgement.interval { interval.halfWidth } else { nil }
    let withheld: String? = if case .withheld(let reason) = judgement.interval { reason.rawValue } else { nil }
    return JSONValue([
      "id": judgement.objective.id, "expr": judgement.objective.expression, "value": judgement.mean,
      "half_width": half, "withheld": withheld,
      "bound": judgement.bound, "threshold": judgement.objective.threshold, "margin": judgement.margin,
      "outcome": judgement.outcome.word, "held": judgement.held, "replications": judgement.replications,
    ])
  }

  private static func json(_ excuse: Excuse) -> JSONValue {
    let basis: (String, JSONValue) =
      switch excuse.basis {
      case .simulated: ("simulated", .null)
      case .inferred(let shards): ("simulated", .count(shards))
      case .arithmetic: ("arithmetic", .null)
      }
    return JSONValue([
      "params": params(excuse.choices), "limit": excuse.limit.rawValue, "subject": excuse.subject,
      "needs": excuse.needs, "has": excuse.has, "unit": excuse.unit, "basis": basis.0, "inferred_from_shards": basis.1,
      "remark": excuse.remark,
    ])
  }

  private static func json(_ advice: ReshardAdvice) -> JSONValue {
    JSONValue([
      "stream": advice.stream, "way": advice.way.rawValue, "shards_before": advice.before, "shards_after": advice.after,
      "commands": advice.commands, "hottest_shard_share": advice.hottest,
      "cost_usd_month": advice.monthlyCost.map(cents), "proof": advice.proof.rawValue, "remark": advice.remark,
    ])
  }

  private var regretJSON: JSONValue {
    guard let table = plan.regret else { return .null }
    return JSONValue([
      "uncertain": table.paths, "worlds": table.worlds, "worlds_without_answer": table.hopeless,
      "designs": table.rows.map { row in
        JSONValue([
          "params": Self.params(row.choices), "worlds_held": row.held,
          "worlds_simulated": row.simulated,
          "share_held": row.simulated > 0 ? Double(row.held) / Double(row.simulated) : 0,
          "mean_regret_usd_month": Self.cents(row.mean), "worst_regret_usd_month": Self.cents(row.worst),
          "mean_cost_usd_month": Self.cents(row.cost),
        ])
      },
    ])
  }

  // MARK: CSV

  /// plan.csv: a row for every design; what is not known stays empty.
  private var csv: String {
    let named = (plan.best.map { [("best", $0)] } ?? []) + plan.runnersUp.map { ("runner_up", $0) }
    let chosen = named.map { role, option in Self.row(role, option.choices).merging(Self.json(option)) }
    let others = plan.excuses.map { excuse in
      let option = plan.front.first { $0.choices == excuse.choices }
      return Self.row(option == nil ? "rejected" : "front", excuse.choices)
        .merging(option.map(Self.json) ?? [:]).merging(Self.json(excuse))
    }
    let columns = [
      "cost_usd_month", "put_throttle_rate", "latency_ms_p99", "shards", "replications", "feasible", "limit", "subject",
      "needs", "has", "unit",
    ]
    return CSVTable(["role"] + plan.dimensions.map(\.path) + columns, chosen + others).text
  }

  /// What a design is and what was chosen for it, as it was written.
  private static func row(_ role: String, _ choices: [Candidate.Choice]) -> JSONValue {
    .named([("role", .string(role))] + choices.map { ($0.path, .string($0.value)) })
  }

  /// plan.md, plan.json and plan.csv.
  public var files: [(name: String, contents: String)] {
    [("plan.md", markdown), ("plan.json", json), ("plan.csv", csv)]
  }
}
