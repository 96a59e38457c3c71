internal import Experiment
internal import KinesisCore
internal import Models
internal import Pricing
internal import Scenario
internal import Units

extension Planner {
  /// How to get from the scenario's streams to those of the best design.
  static func advice(_ plan: inout Plan, _ desk: inout Desk) async throws(ScenarioFailure) -> [ReshardAdvice] {
    guard let best = plan.best, let index = desk.space.candidates.firstIndex(where: { $0.choices == best.choices })
    else { return [] }
    let settings = desk.space.candidates[index].settings
    let (now, wanted) = (try desk.bench.load([]).experiment, try desk.bench.load(settings).experiment)
    var advice: [ReshardAdvice] = []
    for stream in wanted.streams.indices where now.streams.count == wanted.streams.count {
      let change = Change(stream: stream, now: now, wanted: wanted, settings: settings, cost: best.monthlyCost)
      plan.notes += change.hotKeys
      advice += change.direct
      guard var split = change.split else { continue }
      if let trial = change.trial(of: split.plan) {
        let assessment = try await desk.bench.measure(trial)
        split.advice.proof = assessment.map { $0.isFeasible ? .holds : .fails } ?? .none
      }
      advice.append(split.advice)
    }
    return advice
  }

  /// What one stream is, and what it is to be.
  private struct Change {
    let stream: Int
    let now: Experiment, wanted: Experiment
    let settings: [Setting]
    let cost: Double?

    private var name: String { wanted.streams[stream].name }
    private var before: StreamSpec { now.streams[stream] }
    private var after: StreamSpec { wanted.streams[stream] }

    /// UpdateShardCount or UpdateStreamMode; nothing when nothing changes.
    var direct: [ReshardAdvice] {
      guard before.capacity.mode == after.capacity.mode else {
        let isProvisioned = after.capacity.mode == .provisioned
        return [
          ReshardAdvice(
            stream: name, way: .mode, before: 0, after: isProvisioned ? after.shards : 0,
            commands: ReshardAdvice.mode(name, after.capacity.mode), proof: .chosen,
            remark: isProvisioned
              ? "the stream keeps the shards AWS gave it: go on with update-shard-count to \(after.shards)" : "")
        ]
      }
      guard after.capacity.mode == .provisioned, before.shards != after.shards else { return [] }
      let perDay = Int(wanted.limits[.stream.reshardCallsPerDay]), most = Int(wanted.limits[.stream.shardsMaximum])
      return [
        ReshardAdvice(
          stream: name, way: .uniform, before: before.shards, after: after.shards,
          commands: ReshardAdvice.uniform(name, from: before.shards, to: after.shards, perDay: perDay, most: most),
          hottest: hottest, proof: .chosen)
      ]
    }

    private var ring: Ring { Ring(of: stream, in: wanted) }

    /// The hottest shard's share of the records when the shards are even.
    private var hottest: Double { ring.hottest(ofShards: after.shards) }

    /// Keys that alone pass a shard's limit, on average: no shard count parts them.
    var hotKeys: [String] {
      guard after.capacity.mode == .provisioned else { return [] }
      let rate = Flows(wanted).flow(ofStream: stream, shards: after.shards, from: .all).users
      let limit = Double(wanted.limits[.shard.writeRecords])
      guard let key = ring.hottestKey(in: .whole), key.share * rate > limit else { return [] }
      return [
        "\(key.name) alone sends \(Int(clamping: key.share * rate)) records/s to \(name), and one shard takes "
          + "\(Int(clamping: limit)): neither a split nor more shards part it, only keys.salt does"
      ]
    }

    /// Fewer shards by splits where the load lies, no hotter than the even shards of the best design.
    var split: (plan: SplitPlan, advice: ReshardAdvice)? {
      guard before.capacity.mode == .provisioned, after.capacity.mode == .provisioned, before.shards < after.shards,
        wanted.hasFixedShards(stream)
      else { return nil }
      let plan = SplitPlan(
        ring, from: before.ranges(of: before.shards), target: hottest, most: after.shards - before.shards - 1)
      guard !plan.steps.isEmpty, plan.hottest <= hottest * (1 + 1e-9) else { return nil }
      var advice = ReshardAdvice(
        stream: name, way: .split, before: before.shards, after: plan.shards,
        commands: ReshardAdvice.splits(name, plan), hottest: plan.hottest, proof: .none)
      var smaller = wanted
      smaller.streams[stream].shards = plan.shards
      let saved = (CostFloor(wanted).total - CostFloor(smaller).total).inDollars
      advice.monthlyCost = cost.map { $0 - saved }
      return (plan, advice)
    }

    /// Settings that make the splits happen while nothing is measured yet; nil when the scenario has events of its own.
    func trial(of plan: SplitPlan) -> [Setting]? {
      guard wanted.events.isEmpty else { return nil }
      let pace = wanted.limits[.stream.reshardStepDuration] + 1
      let lead = Interval.seconds(pace * Int64(plan.steps.count) + 60)
      let events = plan.steps.enumerated().map { index, step in
        "{at: T+\(Int64(index) * pace)s, do: split_shard, target: \"\(name)\", "
          + "value: {shard: \(step.shard), hash_key: \"\(step.key)\"}}"
      }
      let horizon = wanted.horizon
      return settings + [
        Setting(path: "streams.\(name).shards", value: String(before.shards)),
        Setting(path: "events", value: "[\(events.joined(separator: ", "))]"),
        Setting(path: "clock.duration", value: Self.text(horizon.duration + lead)),
        Setting(path: "clock.warmup", value: Self.text(horizon.warmup + lead)),
      ]
    }

    private static func text(_ length: Interval) -> String { "\(length.nanoseconds / 1_000_000)ms" }
  }
}
