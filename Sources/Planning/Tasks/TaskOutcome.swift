internal import Experiment
public import Models
internal import Pricing
internal import Simulation
internal import Units

/// What one replication of a design came to, as a value that travels: everything that a comparison, a sweep, a gate or a plan
/// asks of it, and nothing of the experiment that it belongs to.
public struct TaskOutcome: Sendable, Equatable, Codable {
  /// Whether an objective held: a verdict without the objective.
  struct Verdict: Sendable, Equatable, Codable {
    var value: Double?
    var isPassing: Bool
    var firstBrokenAt: Instant?
    var windows: Int, windowsBroken: Int
  }

  /// Which replication, from 0.
  public let replication: Int
  /// Folded over every event: equal trajectories have equal hashes.
  public let trajectoryHash: UInt64
  /// Whether no objective of severity `fail` was broken.
  let isPassing: Bool
  /// The values of all figures of the experiment, in their order.
  let values: [Double?]
  /// One for each objective, in the order of the experiment.
  let verdicts: [Verdict]
  /// What warm-up is judged by; of the first replications only.
  let paths: [SteadyPath]
  /// What a month of 730 hours costs, in US dollars; nil when something it uses has no price.
  let monthlyCost: Double?
  /// What has no price, and why.
  let unpriced: [String]
  /// Refused attempts over all attempts, of all streams together.
  let throttling: Double
  /// The longest 99th percentile of a consumer's propagation, in milliseconds; without consumers that of a producer's put
  /// latency; nil when nothing was measured.
  let latency: Double?
  /// Open shards of all streams at their peak.
  let shards: Int
  /// Whether no record was offered.
  let isIdle: Bool
  /// Records given up over those offered, and records under way at the end over those offered.
  let lost: Double, underWay: Double
  /// The consumers that were further behind at the end than a few seconds' worth of records.
  let behind: [String]
  /// For each verdict the limit that was hit and may have broken it.
  let causes: [Pressure?]

  /// What a result shows.
  public init(_ result: RunResult) { self.init(result, figures: Figure.all(of: result.experiment)) }

  /// The same, where the experiment's figures are at hand.
  init(_ result: RunResult, figures: [Figure]) {
    (replication, trajectoryHash, isPassing) = (result.replication, result.trajectoryHash, result.isPassing)
    values = result.values(of: figures)
    verdicts = result.verdicts.map(Verdict.init)
    paths = result.replication < WarmUpCheck.most ? SteadyPath.all(of: result) : []
    let ledger = result.records, offered = Double(max(1, ledger.offered))
    isIdle = ledger.offered == 0
    (lost, underWay) = (Double(ledger.lost) / offered, Double(ledger.inFlight) / offered)
    behind = result.consumers.indices.filter { Pressure.isBehind($0, in: result) }.map { result.consumers[$0].name }
    let bill = Bill(
      result.usage, for: .month730h, book: result.experiment.prices, region: result.experiment.region)
    monthlyCost = bill.isPartial(nil) ? nil : bill.total.inDollars
    unpriced = bill.unpriced.map { "\($0.item.rawValue) of \($0.scope): \($0.reason)" }
    let attempts = result.streams.reduce(0) { $0 + $1.attempts }
    let refused = result.streams.reduce(0) { $0 + $1.throttledAttempts }
    throttling = attempts > 0 ? Double(refused) / Double(attempts) : 0
    latency = Self.latency(of: result)
    shards = result.streams.reduce(0) { $0 + $1.shardsPeak }
    let pressures = Pressure.all(in: result)
    causes = result.verdicts.map { verdict in
      pressures.first { verdict.objective.isPressed(by: $0, in: result.experiment) }
    }
  }

  private static func latency(of result: RunResult) -> Double? {
    let times = result.consumers.isEmpty ? result.producers.map(\.putLatency) : result.consumers.map(\.propagation)
    return times.filter { $0.count > 0 }.map { $0.percentile(99).inMilliseconds }.max()
  }

  /// Whether it can be what an experiment of so many figures and objectives came to: a value for each figure, a verdict for each
  /// objective.
  public func fits(figures: Int, objectives: Int) -> Bool {
    values.count == figures && verdicts.count == objectives && causes.count == objectives
  }
}

extension TaskOutcome.Verdict {
  init(_ verdict: ObjectiveVerdict) {
    self.init(
      value: verdict.value, isPassing: verdict.isPassing, firstBrokenAt: verdict.firstBrokenAt,
      windows: verdict.windows, windowsBroken: verdict.windowsBroken)
  }
}
