internal import Experiment
internal import KinesisCore
internal import Models
internal import Pricing
internal import Units

/// Rejects what arithmetic alone shows to be impossible. It never rejects what could hold.
enum Screen {
  /// Room for what chance takes from the mean: Poisson noise of the counts, cut sizes.
  private static let doubt = 0.9

  static func excuse(_ candidate: Candidate, _ experiment: Experiment, _ floor: CostFloor) -> Excuse? {
    for objective in experiment.objectives where objective.severity == .fail && isCeiling(objective) {
      if let excuse = budget(objective, candidate, floor) ?? demand(objective, candidate, experiment) { return excuse }
    }
    return nil
  }

  /// Nothing may be is a ceiling too.
  private static func isCeiling(_ objective: Objective) -> Bool {
    objective.comparison.isCeiling || (objective.comparison == .equal && objective.threshold == 0)
  }

  /// What shards and streams cost by the hour already breaks the budget.
  private static func budget(_ objective: Objective, _ candidate: Candidate, _ floor: CostFloor) -> Excuse? {
    guard case .monthlyCost(let scope) = objective.metric else { return nil }
    let least = (scope.map(floor.bill.total(of:)) ?? floor.total).inDollars
    guard !objective.comparison.holds(least, objective.threshold) else { return nil }
    return Excuse(
      candidate.choices, .budget, subject: objective.id, needs: objective.threshold, has: least, unit: "USD/month",
      basis: .arithmetic, remark: "hours of shards and streams alone")
  }

  /// More records or bytes than the shards can take, on average over the run: what is not taken was refused at least once.
  private static func demand(_ objective: Objective, _ candidate: Candidate, _ experiment: Experiment) -> Excuse? {
    let stream: Int?
    switch objective.metric {
    case .putThrottleRate(let one), .firstAttemptThrottleRate(let one): stream = one
    case .recordsLost, .putLatency, .propagation, .iteratorAge, .shardUtilization, .throttledCalls, .openShards,
      .dataFreshness, .monthlyCost, .figure:
      return nil
    }
    guard let index = stream ?? (experiment.streams.count == 1 ? 0 : nil) else { return nil }
    return demand(objective, on: index, candidate, experiment)
  }

  private static func demand(
    _ objective: Objective, on index: Int, _ candidate: Candidate, _ experiment: Experiment
  ) -> Excuse? {
    guard experiment.hasFixedShards(index), keepsWhatItIsGiven(index, experiment) else { return nil }
    let stream = experiment.streams[index], limits = experiment.limits
    let demand = Flows(experiment).flow(ofStream: index, shards: stream.shards, from: .plain)
    let slack = Double(limits[.shard.writeSlack]) / 1_000
    let seconds = (experiment.horizon.duration - experiment.horizon.warmup).inSeconds
    // A bucket may be full when statistics begin: a few seconds' worth of a limit.
    let depth = 1 + Double(max(limits[.shard.writeBurst], stream.maxRecord.count >> 20)) / seconds
    let limitsHit: [(Excuse.Limit, Double, Int64, String)] = [
      (.writeRecords, demand.records, limits[.shard.writeRecords], "records/s"),
      (.writeBytes, demand.bytes, limits[.shard.writeBytes], "bytes/s"),
    ]
    for (limit, needs, perShard, unit) in limitsHit {
      let has = Double(stream.shards) * Double(perShard) * slack
      let refused = max(0, doubt * needs - has * depth) / max(doubt * needs, 1)
      guard !objective.comparison.holds(refused, objective.threshold) else { continue }
      return Excuse(
        candidate.choices, limit, subject: "stream \(stream.name)", needs: needs, has: has, unit: unit,
        basis: .arithmetic, remark: "the mean of the whole run, spread evenly over the shards")
    }
    return nil
  }

  /// Whether every record offered to a stream is tried at least once, after the warm-up as before: nobody drops new records,
  /// blocks its source, or counts on a rate that changes while statistics are not taken.
  private static func keepsWhatItIsGiven(_ stream: Int, _ experiment: Experiment) -> Bool {
    experiment.writers(of: stream).map { experiment.producers[$0] }.allSatisfy { producer in
      guard case .constant = producer.rate, producer.batching.isPlain else { return false }
      return producer.retry.overflow == .dropOldest || producer.retry.policy == .none
    }
      && !experiment.events.contains {
        guard case .setRateFactor = $0.action else { return false }
        return true
      }
  }
}
