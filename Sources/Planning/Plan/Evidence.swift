internal import Experiment
public import Models
internal import Pricing
internal import Simulation
internal import Units

/// What one replication of a design shows: its figures, and what a plan weighs.
public struct Evidence: Sendable {
  /// Its figures.
  let figures: [Figure]
  /// Their values.
  let sample: FigureSample
  /// One for each objective.
  public let verdicts: [ObjectiveVerdict]
  /// What a month of 730 hours costs, in US dollars; nil when something it uses has no price.
  public let monthlyCost: Double?
  /// What has no price, and why.
  public let unpriced: [String]
  /// Refused attempts over all attempts, of all streams together.
  public let throttling: Double
  /// The longest 99th percentile of a consumer's propagation, in milliseconds; without consumers that of a producer's put
  /// latency; nil when nothing was measured.
  public let latency: Double?
  /// Open shards of all streams at their peak.
  public let shards: Int
  /// Whether no record was offered.
  let isIdle: Bool
  /// Records given up over those offered, and records under way at the end over those offered.
  let lost: Double, underWay: Double
  /// The consumers that were further behind at the end than a few seconds' worth of records.
  let behind: [String]
  /// For each verdict the limit that was hit and may have broken it.
  let causes: [Pressure?]

  /// What a result shows.
  public init(_ result: RunResult) {
    figures = Figure.all(of: result.experiment)
    (sample, verdicts) = (FigureSample(result, figures: figures), result.verdicts)
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
}
