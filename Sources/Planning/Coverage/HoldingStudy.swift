internal import Experiment
internal import Models
public import Scenario
internal import Simulation

/// Measures whether a plan's words are true where they are hardest to keep: on streams whose bursts are rare.
///
/// Runs of five families are simulated once. Each family's limit is moved to the value that a known share of its runs meets;
/// many seeds then draw runs from them, and it is counted how often the limit is said to hold, and how often the interval of the
/// mean holds the mean of all runs.
public struct HoldingStudy: Sendable {
  /// A kind of stream and the figure that is judged.
  public struct Family: Sendable, Hashable {
    /// What it is.
    public let name: String
    let producer: String, duration: String, objective: String
    var window: String?
  }
  /// How often a limit that a known share of runs meets was said to hold.
  public struct Verdict: Sendable, Hashable {
    /// Which family, and the share of its runs that meet the limit.
    public let family: String, met: Double
    /// In how many seeds of how many it was said to hold.
    public let good: Int, seeds: Int
  }
  /// How often the interval of a mean held the truth.
  public struct Coverage: Sendable, Hashable {
    /// Which family, and replications behind each interval.
    public let family: String, replications: Int
    /// Intervals that were printed, and those that held the mean, of so many seeds.
    public let printed: Int, held: Int, seeds: Int
  }
  /// What came out.
  public struct Outcome: Sendable, Hashable {
    /// In the order of the families and of the shares.
    public var verdicts: [Verdict] = []
    /// In the order of the families and of the replications; differences of two designs last.
    public var coverages: [Coverage] = []
  }

  /// The shares of runs that a limit is met in, and the replications of an interval.
  public static let shares = [0.8, 0.85, 0.95, 0.99], counts = [10, 20, 30, 40, 74, 100, 150]

  /// Runs simulated of each family, seeds that draw from them, and the seed of both.
  public let runs: Int, seeds: Int, seed: UInt64
  /// The share of runs that must hold, and how surely.
  public let test: FeasibilityTest

  /// A study.
  public init(
    runs: Int = 1_000, seeds: Int = 200, seed: UInt64 = 1, confidence: Double = 0.95, reliability: Double = 0.9
  ) {
    precondition(runs >= 2 && seeds >= 1, "too few to say anything")
    (self.runs, self.seeds, self.seed) = (runs, seeds, seed)
    test = FeasibilityTest(confidence: confidence, reliability: reliability)
  }

  /// Records of 10 KiB, so that a hundred a second fill a shard: bursts as they are, at a tenth of the work.
  public static let families = [
    Family(
      name: "one process, bursts of 5 s",
      producer: "count: 1, rate: 40, arrivals: mmpp, burst: {'on': 5s, 'off': 15s, factor: 4}", duration: "60s",
      objective: "put_throttle_rate(stream=s).rate <= 1 %"),
    Family(
      name: "a rare burst, 3 s of 120 s",
      producer: "count: 1, rate: 25, arrivals: mmpp, burst: {'on': 3s, 'off': 117s, factor: 8}", duration: "60s",
      objective: "put_throttle_rate(stream=s).rate <= 1 %"),
    Family(
      name: "20 processes, bursts of 4 s",
      producer: "count: 20, rate: 60, arrivals: mmpp, burst: {'on': 4s, 'off': 56s, factor: 9}", duration: "120s",
      objective: "put_throttle_rate(stream=s).rate <= 1 %"),
    Family(
      name: "their worst 10 seconds",
      producer: "count: 20, rate: 60, arrivals: mmpp, burst: {'on': 4s, 'off': 56s, factor: 9}", duration: "120s",
      objective: "put_throttle_rate(stream=s).rate <= 1 %", window: "10s"),
    Family(
      name: "p99 of put latency, 2 processes",
      producer: "count: 2, rate: 30, arrivals: mmpp, burst: {'on': 4s, 'off': 56s, factor: 9}", duration: "120s",
      objective: "put_latency(producer=p).p99 <= 1 s"),
  ]

  /// The experiment of a family.
  static func experiment(_ family: Family, seed: UInt64) throws(ScenarioFailure) -> Experiment {
    var experiment = try ScenarioFile.load(text: text(family)).experiment
    experiment.seed = seed
    return experiment
  }

  private static func text(_ family: Family) -> String {
    """
    schema: weir/v1
    name: holding
    clock: {duration: \(family.duration), warmup: 2s, report_bin: 1s}
    streams: {s: {mode: provisioned, shards: 1}}
    producers:
      p: {to: s, \(family.producer), record: {size: 10KiB, key_bytes: 24},
          retry: {policy: exponential_full_jitter, max_attempts: 8, base: 100ms, cap: 2s, ttl: 30s}}
    slo: [{id: o, expr: '\(family.objective)'\(family.window.map { ", window: \($0)" } ?? "")}]
    """
  }

  /// Simulates and draws; the result does not depend on the number of workers. Throws when a family cannot be read.
  public func run(workers: Int) async throws(ScenarioFailure) -> Outcome {
    var outcome = Outcome()
    for (index, family) in Self.families.enumerated() {
      let experiment = try Self.experiment(family, seed: seed)
      let values = await Replications.run(
        (0..<runs).map { .init(experiment: 0, replication: $0) }, of: [PreparedExperiment(experiment)],
        workers: workers,
        isInterrupted: { false }, report: { _ in }, digest: { $0.verdicts[0].value ?? 0 }
      ).compactMap(\.self)
      for share in Self.shares { outcome.verdicts.append(verdict(family, index, values, share)) }
      for count in Self.counts { outcome.coverages.append(coverage(family.name, index, values, count)) }
    }
    outcome.coverages += try await differences(workers: workers)
    return outcome
  }

  private func draws(_ family: Int, _ seed: Int, _ purpose: String) -> RandomStream {
    RandomStream(seed: self.seed, replication: seed, purpose: .service, entity: EntityName(purpose, index: family))
  }

  private func verdict(_ family: Family, _ index: Int, _ values: [Double], _ share: Double) -> Verdict {
    let sorted = values.sorted()
    let limit = sorted[min(sorted.count, Int((share * Double(sorted.count) - 1e-9).rounded(.up))) - 1]
    let met = Double(values.count { $0 <= limit }) / Double(values.count)
    let good = (0..<seeds).count { seed in
      var draws = draws(index, seed, "holding")
      let runs = (0..<test.replications).map { _ in values[draws.below(values.count)] <= limit }
      return test.outcome(of: runs) == .holds
    }
    return Verdict(family: family.name, met: met, good: good, seeds: seeds)
  }

  /// How often the interval of so many values, drawn from all, holds the mean of all; `index` numbers what draws.
  func coverage(_ family: String, _ index: Int, _ values: [Double], _ count: Int) -> Coverage {
    let truth = Statistics.mean(values)
    var (printed, held) = (0, 0)
    for seed in 0..<seeds {
      var draws = draws(index, seed, "coverage")
      let sample = (0..<count).map { _ in values[draws.below(values.count)] }
      guard case .known(let interval) = FigureEstimate.interval(sample, level: 0.95) else { continue }
      (printed, held) = (printed + 1, held + (interval.contains(truth) ? 1 : 0))
    }
    return Coverage(family: family, replications: count, printed: printed, held: held, seeds: seeds)
  }
}

extension RandomStream {
  fileprivate mutating func below(_ count: Int) -> Int { Int(below(UInt64(count))) }
}
