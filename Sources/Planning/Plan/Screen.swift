internal import Experiment
internal import KinesisCore
internal import Models
internal import Pricing
internal import Units

/// Rejects what arithmetic alone shows to be impossible. It never rejects what could hold.
struct Screen {
  /// Room for what chance takes from the mean: Poisson noise of the counts, cut sizes.
  private static let doubt = 0.9

  private let candidate: Candidate, experiment: Experiment, floor: CostFloor
  /// By stream that keeps its shards.
  private let loads: [Int: ShardLoad]

  init(_ candidate: Candidate, _ experiment: Experiment, _ floor: CostFloor, _ loads: [Int: ShardLoad]) {
    (self.candidate, self.experiment, self.floor, self.loads) = (candidate, experiment, floor, loads)
  }

  /// The first reason why it cannot hold; nil when there is none.
  var excuse: Excuse? {
    for objective in experiment.objectives where objective.severity == .fail && Self.isCeiling(objective) {
      if let excuse = budget(objective) ?? refusal(objective) ?? loss(objective) { return excuse }
    }
    return nil
  }

  /// Nothing may be is a ceiling too.
  private static func isCeiling(_ objective: Objective) -> Bool {
    objective.comparison.isCeiling || (objective.comparison == .equal && objective.threshold == 0)
  }

  /// What shards and streams cost by the hour already breaks the budget.
  private func budget(_ objective: Objective) -> Excuse? {
    guard case .monthlyCost(let scope) = objective.metric else { return nil }
    let least = (scope.map(floor.bill.total(of:)) ?? floor.total).inDollars
    guard !objective.comparison.holds(least, objective.threshold) else { return nil }
    return Excuse(
      candidate.choices, .budget, subject: objective.id, needs: objective.threshold, has: least, unit: "USD/month",
      basis: .arithmetic, remark: "hours of shards and streams alone")
  }

  /// More records or bytes than the shards can take: what is not taken was refused at least once. In this run, or in any
  /// run that is long enough.
  private func refusal(_ objective: Objective) -> Excuse? {
    guard let stream = objective.throttledStream(in: experiment), let load = loads[stream], triesAll(stream) else {
      return nil
    }
    let seconds = (experiment.horizon.duration - experiment.horizon.warmup).inSeconds
    let spec = experiment.streams[stream], limits = experiment.limits
    // A bucket may be full when statistics begin: a few seconds' worth of a limit.
    let depth = 1 + Double(max(limits[.shard.writeBurst], spec.maxRecord.count >> 20)) / max(1, seconds)
    if let found = load.refused(doubt: Self.doubt, depth: depth),
      !objective.comparison.holds(found.share, objective.threshold)
    {
      return excuse(stream, load, found.demand, "the mean of the whole run on the fullest shard")
    }
    guard let found = load.refused(), !objective.comparison.holds(found.share, objective.threshold) else { return nil }
    return excuse(stream, load, found.demand, Self.everLonger)
  }

  /// A mean load at or above a shard's limit loses records for ever: none may be, and a run that is long enough shows some.
  /// Evenly spaced records may fill a shard and be taken.
  private func loss(_ objective: Objective) -> Excuse? {
    // Who allows some loss in a run of this length has said how much.
    guard case .recordsLost(let producer) = objective.metric, !objective.comparison.holds(1, objective.threshold) else {
      return nil
    }
    for stream in loads.keys.sorted() where isSteady(stream) {
      let writers = experiment.writers(of: stream)
      let isPaced = writers.allSatisfy { experiment.producers[$0].arrivals == .paced }
      guard producer.map(writers.contains) ?? true, let load = loads[stream],
        let demand = load.refused()?.demand ?? (isPaced ? nil : load.full),
        writers.allSatisfy({ experiment.producers[$0].retry.overflow != .block })
      else { continue }
      return excuse(stream, load, demand, Self.everLonger)
    }
    return nil
  }

  private static let everLonger =
    "the mean load of the fullest shard is not below its limit: a short run may hide that, a longer one cannot"

  private func excuse(_ stream: Int, _ load: ShardLoad, _ demand: ShardLoad.Demand, _ remark: String) -> Excuse {
    if let key = load.hottestKey, key.share * demand.mean > demand.capacity {
      return Excuse(
        candidate.choices, .hotKey, subject: "key \(key.name) of \(experiment.streams[stream].name)",
        needs: key.share * demand.mean, has: demand.capacity, unit: demand.unit, basis: .arithmetic,
        remark: Pressure.remedy(key.share * demand.mean / demand.capacity, of: stream, experiment))
    }
    return Excuse(
      candidate.choices, demand.limit, subject: "\(experiment.streams[stream].name), the fullest shard",
      needs: demand.mean * load.hottest, has: demand.capacity, unit: demand.unit, basis: .arithmetic, remark: remark)
  }

  /// Whether every record offered to a stream is tried at least once, after the warm-up as before: nobody drops new records,
  /// blocks its source, or counts on a rate that changes while statistics are not taken.
  private func triesAll(_ stream: Int) -> Bool {
    isSteady(stream)
      && experiment.writers(of: stream).allSatisfy {
        let retry = experiment.producers[$0].retry
        return retry.overflow == .dropOldest || retry.policy == .none
      }
  }

  /// Whether what is offered to a stream is the same at all times, record by record.
  private func isSteady(_ stream: Int) -> Bool {
    experiment.writers(of: stream).map { experiment.producers[$0] }.allSatisfy {
      $0.rate.isConstant && $0.batching.isPlain
    }
      && !experiment.events.contains {
        guard case .setRateFactor = $0.action else { return false }
        return true
      }
  }
}

extension Objective {
  /// The stream whose refused writes it bounds; nil when it is about anything else, or about several streams.
  fileprivate func throttledStream(in experiment: Experiment) -> Int? {
    switch metric {
    case .putThrottleRate(let one), .firstAttemptThrottleRate(let one):
      one ?? (experiment.streams.count == 1 ? 0 : nil)
    default: nil
    }
  }
}
