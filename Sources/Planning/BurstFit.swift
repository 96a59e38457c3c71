internal import Experiment
public import KinesisCore
internal import Models
internal import Scenario
internal import Simulation
public import Units

/// Which burst would explain the throttles that were observed: a few factors, each tried by a short run over the bins with
/// the most throttles. A fit: bursts of other shapes may explain them as well.
public struct BurstFit: Sendable {
  /// One factor, tried.
  public struct Trial: Sendable, Hashable {
    /// The burst's rate over its minute's mean.
    public var factor: Double
    /// Throttles of the run over the compared bins.
    public var simulated: Double
    /// The part of observed and simulated throttles in the same bins, over the larger total; 0 to 1.
    public var overlap: Double
  }

  /// The factors tried, ascending, as far as the bins have seconds.
  public static let factors = [1.0, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 60]
  /// A window has at most so many bins, and so many records unless it has only two.
  static let most = (bins: 8, records: 400_000.0)
  /// Above so many keys nothing is tried: each run hashes them all.
  static let tooManyKeys = 1_000_000
  /// Above so many records in a window of two bins nothing is tried.
  static let tooMany = 2e6

  /// A shorter burst that explains them as well.
  public struct Shape: Sendable, Hashable {
    /// The burst's rate over its minute's mean.
    public var factor: Double
    /// How long it lasts; the rest of the minute has the rest of its records.
    public var length: Interval
  }

  /// Lengths tried beside the longest, as parts of the burst's period.
  static let parts: [Int64] = [10, 30]
  /// Halvings of the factor for each of them.
  private static let halvings = 7

  /// When the compared bins begin, since the first bin of the traffic, and how many they are.
  public let from: Interval, bins: Int
  /// Throttles observed in them.
  public let observed: Double
  /// In the order of `factors`.
  public let trials: [Trial]
  /// Shorter bursts that reproduce the throttles within the backtest's tolerance, the longest first: where there are any, the
  /// bins cannot tell which is true.
  public private(set) var shapes: [Shape] = []

  /// The trial that overlaps most; the smallest factor of equals, nil when none overlaps.
  public var best: Trial? {
    trials.reduce(nil) { best, trial in trial.overlap > (best?.overlap ?? 0) ? trial : best }
  }

  /// Whether the best trial reproduces the throttles, by the backtest's tolerance.
  public var isClose: Bool {
    best.map { Self.isClose($0, observed) } ?? false
  }

  private static func isClose(_ trial: Trial, _ observed: Double) -> Bool {
    let tolerance = Backtest.tolerance
    return trial.overlap >= tolerance.overlap && trial.simulated <= observed * tolerance.factor
      && observed <= trial.simulated * tolerance.factor
  }

  /// The factor of a burst of some length that gives as many throttles as were observed, halved down to; nil when it does not
  /// reproduce them.
  private static func shape(
    _ length: Interval, most: Double, observed: Double, trial: (StatedBurst, Double) -> Trial?, width: Interval
  ) -> Shape? {
    var (low, high) = (1.0, most)
    for _ in 0..<halvings {
      let middle = (low + high) / 2
      guard let burst = try? StatedBurst(factor: middle, length: length, width: width),
        let tried = trial(burst, middle)
      else { return nil }
      if tried.simulated < observed { low = middle } else { high = middle }
    }
    let factor = ((low + high) / 2 * 10).rounded() / 10
    guard let burst = try? StatedBurst(factor: min(factor, most), length: length, width: width),
      let last = trial(burst, burst.factor), isClose(last, observed)
    else { return nil }
    return Shape(factor: burst.factor, length: length)
  }

  /// The fit of a model; nil when no shards or no throttles are known, when bins hide nothing, or when a run would be long.
  ///
  /// A dozen runs of at most 400,000 records each, unless two bins have more: a second or two in a release build.
  public init?(_ model: TraceModel, limits: LimitsProfile) {
    let traffic = model.traffic
    guard model.profile.shards != nil, model.profile.input.bytes == .withKeys, traffic.width > .seconds(1),
      let throttles = traffic[.writeExceeded] ?? traffic[.putRecordsThrottled],
      model.profile.keys?.fit?.cardinality ?? 0 <= Self.tooManyKeys,
      let window = Self.window(throttles, model.offered)
    else { return nil }
    // The bin before warms the buckets up and is not compared.
    let compared = window.dropFirst()
    from = traffic.width * Int64(compared.startIndex)
    bins = compared.count
    observed = throttles[compared].reduce(0, +)
    trials = Self.factors.compactMap { factor in
      guard let burst = try? StatedBurst(factor: factor, length: nil, width: traffic.width) else { return nil }
      return Self.trial(model.experiment(bins: window, burst: burst, limits: limits), factor)
    }
    guard let period = (try? StatedBurst(factor: 1, length: nil, width: traffic.width))?.every else { return }
    // A shape is tried on everything where that is little: what fits the worst bins may throttle in others.
    let isShort = model.offered.reduce(0, +) <= Self.most.records
    let wide = isShort ? model.offered.indices : window, observed = throttles[wide.dropFirst()].reduce(0, +)
    shapes = Self.parts.compactMap { part in
      Self.shape(
        Interval(nanoseconds: period.nanoseconds / part), most: Double(part), observed: observed,
        trial: { Self.trial(model.experiment(bins: wide, burst: $0, limits: limits), $1) }, width: traffic.width)
    }
  }

  /// The bins around the one with the most throttles, grown to the side that has more, after one that warms up.
  static func window(_ throttles: [Double], _ offered: [Double]) -> Range<Int>? {
    guard let most = throttles.max(), most > 0, let peak = throttles.firstIndex(of: most) else { return nil }
    var window = max(0, peak - 1)..<(peak + 1)
    if peak == 0 { window = 0..<min(2, throttles.count) }
    var records = offered[window].reduce(0, +)
    guard window.count == 2, records <= tooMany else { return nil }
    while window.count < Self.most.bins {
      let before = window.lowerBound > 0 ? throttles[window.lowerBound - 1] : -1
      let after = window.upperBound < throttles.count ? throttles[window.upperBound] : -1
      guard before >= 0 || after >= 0 else { break }
      let next = after >= before ? window.upperBound : window.lowerBound - 1
      records += offered[next]
      guard records <= Self.most.records else { break }
      window = min(window.lowerBound, next)..<max(window.upperBound, next + 1)
    }
    return window
  }

  private static func trial(_ experiment: Experiment, _ factor: Double) -> Trial? {
    var run = World(PreparedExperiment(experiment), replication: 0)
    while !run.advance(limit: 1_000_000) {}
    let result = run.finish(isComplete: true)
    guard let throttles = Backtest(experiment.streams[0], in: result)?.throttles else { return nil }
    let compared = Backtest.Comparison(
      metric: throttles.metric, observed: Array(throttles.observed.dropFirst()),
      simulated: Array(throttles.simulated.dropFirst()))
    return Trial(factor: factor, simulated: compared.simulatedTotal, overlap: compared.overlap)
  }
}
