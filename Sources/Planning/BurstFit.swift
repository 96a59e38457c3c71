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
    /// Records that the run gave up for each refusal: what was stored is less by that than what was offered, and the trial
    /// offers so much more.
    public var lossPerRefusal: Double
    /// Records stored by the run over the compared bins.
    var records: Double
    /// Records stored by the run over those that were: 1 when the loss is counted right.
    public var stored: Double
  }

  /// The factors tried, ascending, as far as the bins have seconds.
  public static let factors = [1.0, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 60]
  /// A window has at most so many bins, and so many records unless it has only two.
  static let most = (bins: 8, records: 400_000.0)
  /// As long as it has no more records than these it may have more bins: each tells a little more of the burst.
  private static let mostOfFew = (bins: 40, records: 40_000.0)
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
  /// Factors tried between those around the best.
  private static let refinements = 4
  /// Runs of one trial until what is offered agrees with what is lost, to this share of what was stored.
  private static let rounds = 8, agreement = 0.002
  /// How far the records stored may be off; of few, by so many roots of their number: arrivals come by chance.
  private static let storedTolerance = 0.02, storedRoots = 2.0

  /// When the compared bins begin, since the first bin of the traffic, and how many they are.
  public let from: Interval, bins: Int
  /// Throttles observed in them.
  public let observed: Double
  /// In the order of `factors`.
  public let trials: [Trial]
  /// Shorter bursts that reproduce the throttles within the backtest's tolerance, the longest first: where there are any, the
  /// bins cannot tell which is true.
  public private(set) var shapes: [Shape] = []

  /// The factors, from the least to the greatest, that chance allows at 95 %, were the burst of this kind. Nil when no trial
  /// reproduces the throttles, or when they do not say.
  public let range: ClosedRange<Double>?
  /// The factor in that range whose runs have what was observed in their middle.
  private let likeliest: Double?

  /// The trial of the likeliest factor; without one that which overlaps most, the smallest factor of equals, nil when none
  /// overlaps.
  public var best: Trial? { trials.first { $0.factor == likeliest } ?? Self.closest(trials) }

  /// Whether the bins tell one factor, to a tenth either way.
  public var tellsOneFactor: Bool {
    guard let best, let range else { return false }
    return range.lowerBound >= best.factor * (1 - Self.near) && range.upperBound <= best.factor * (1 + Self.near)
  }

  /// How near to the best the ends of a range are that stands for one factor.
  private static let near = 0.1

  private static func closest(_ trials: [Trial]) -> Trial? {
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
      && (trial.stored - 1).magnitude <= max(storedTolerance, storedRoots / max(1, trial.records).squareRoot())
  }

  /// The factor of a burst of some length that gives as many throttles as were observed, halved down to; nil when it does not
  /// reproduce them.
  private static func shape(
    _ length: Interval, most: Double, observed: Double, trial: (StatedBurst) -> Trial?, width: Interval
  ) -> Shape? {
    var (low, high) = (1.0, most)
    for _ in 0..<halvings {
      let middle = (low + high) / 2
      guard let burst = try? StatedBurst(factor: middle, length: length, width: width),
        let tried = trial(burst)
      else { return nil }
      if tried.simulated < observed { low = middle } else { high = middle }
    }
    let factor = ((low + high) / 2 * 10).rounded() / 10
    // One that has all records is no other shape: it is among the trials.
    guard factor < most * (1 - near), let burst = try? StatedBurst(factor: factor, length: length, width: width),
      let last = trial(burst), isClose(last, observed)
    else { return nil }
    return Shape(factor: burst.factor, length: length)
  }

  /// What a burst that somebody states gives up for each refusal, over the bins with the most throttles; nil where nothing can
  /// be tried, as with a fit.
  public static func lossPerRefusal(of burst: StatedBurst, in model: TraceModel, limits: LimitsProfile) -> Double? {
    guard model.profile.shards != nil, model.profile.input.bytes == .withKeys, model.retry == .backOff,
      let throttles = model.traffic[.writeExceeded] ?? model.traffic[.putRecordsThrottled],
      let window = Self.window(throttles, model.offered)
    else { return nil }
    return trial(model, window, burst, limits)?.lossPerRefusal
  }

  /// The fit of a model; nil when no shards or no throttles are known, when bins hide nothing, or when a run would be long.
  ///
  /// A dozen runs of at most 400,000 records each, unless two bins have more: a second or two in a release build.
  public init?(_ model: TraceModel, limits: LimitsProfile, tell: () -> Void = {}) {
    let traffic = model.traffic
    guard model.profile.shards != nil, model.profile.input.bytes == .withKeys, traffic.width > .seconds(1),
      let throttles = traffic[.writeExceeded] ?? traffic[.putRecordsThrottled],
      model.profile.keys?.fit?.cardinality ?? 0 <= Self.tooManyKeys,
      let window = Self.window(throttles, model.offered)
    else { return nil }
    // The bin before warms the buckets up and is not compared.
    let compared = window.dropFirst(), observed = throttles[compared].reduce(0, +)
    (from, bins, self.observed) = (traffic.width * Int64(compared.startIndex), compared.count, observed)
    // Each begins with what the one before lost, which is near.
    var model = model
    func longest(_ factor: Double) -> StatedBurst? {
      try? StatedBurst(factor: factor, length: nil, width: traffic.width)
    }
    func trial(_ bins: Range<Int>, _ burst: StatedBurst) -> Trial? {
      tell()
      let tried = Self.trial(model, bins, burst, limits)
      if model.retry == .backOff, let tried { model = model.losing(tried.lossPerRefusal) }
      return tried
    }
    let refined = Self.refined { longest($0).flatMap { trial(window, $0) } }
    let stored = (traffic[.incomingRecords] ?? [])[compared].reduce(0, +)
    let estimate = Self.closest(refined).flatMap { closest in
      BurstEstimate(around: closest.factor, most: min(traffic.width.inSeconds, Self.factors.last ?? 1)) { factor in
        longest(factor).flatMap { burst in
          trial(window, burst).flatMap { near in
            Self.score(
              model.losing(near.lossPerRefusal), window, burst, limits, .init(stored: stored, refused: observed))
          }
        }
      }
    }
    let last = estimate.flatMap { longest($0.factor) }.flatMap { trial(window, $0) }
      .flatMap { Self.isClose($0, observed) ? $0 : nil }
    likeliest = last?.factor
    range = last.flatMap { _ in estimate?.range }
    trials = (refined.filter { $0.factor != last?.factor } + [last].compactMap(\.self)).sorted { $0.factor < $1.factor }
    guard let period = longest(1)?.every else { return }
    // A shape is tried on everything where that is little: what fits the worst bins may throttle in others.
    let isShort = model.offered.reduce(0, +) <= Self.most.records
    let wide = isShort ? model.offered.indices : window, refused = throttles[wide.dropFirst()].reduce(0, +)
    shapes = Self.parts.compactMap { part in
      Self.shape(
        Interval(nanoseconds: period.nanoseconds / part), most: Double(part), observed: refused,
        trial: { trial(wide, $0) }, width: traffic.width)
    }
  }

  /// The bins around the one with the most throttles, grown to the side that has more, after one that warms up.
  static func window(_ throttles: [Double], _ offered: [Double]) -> Range<Int>? {
    guard let most = throttles.max(), most > 0, let peak = throttles.firstIndex(of: most) else { return nil }
    var window = max(0, peak - 1)..<(peak + 1)
    if peak == 0 { window = 0..<min(2, throttles.count) }
    var records = offered[window].reduce(0, +)
    guard window.count == 2, records <= tooMany else { return nil }
    while window.count < (records < mostOfFew.records ? mostOfFew : Self.most).bins {
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

  /// The trials of the usual factors, and of some between the neighbours of the best, ascending.
  private static func refined(_ trial: (Double) -> Trial?) -> [Trial] {
    var trials = factors.compactMap(trial)
    for _ in 0..<refinements {
      guard let best = trials.indices.max(by: { (trials[$0].overlap, $1) < (trials[$1].overlap, $0) }),
        trials[best].overlap > 0
      else { break }
      let near = [best - 1, best + 1].filter { trials.indices.contains($0) }
      // The wider gap is halved, to a whole factor.
      guard let other = near.max(by: { gap(trials, best, $0) < gap(trials, best, $1) }) else { break }
      let middle = ((trials[best].factor + trials[other].factor) / 2).rounded()
      guard !trials.contains(where: { $0.factor == middle }), let tried = trial(middle) else { break }
      trials.insert(tried, at: max(best, other))
    }
    return trials
  }

  private static func gap(_ trials: [Trial], _ one: Int, _ other: Int) -> Double {
    (trials[one].factor - trials[other].factor).magnitude / max(trials[one].factor, trials[other].factor)
  }

  /// A trial of one burst, offering what was stored and what such a run gives up.
  ///
  /// By secants: near saturation each record more that is offered is lost, and repeating alone would hardly move.
  private static func trial(
    _ model: TraceModel, _ bins: Range<Int>, _ burst: StatedBurst, _ limits: LimitsProfile
  ) -> Trial? {
    let stored = model.losing(0).offered[bins].reduce(0, +)
    let refused = model.losing(1).offered[bins].reduce(0, +) - stored
    var (loss, tried, before): (Double, Trial?, (loss: Double, gap: Double)?) = (model.lossPerRefusal, nil, nil)
    for _ in 0..<rounds {
      let prepared = PreparedExperiment(model.losing(loss).experiment(bins: bins, burst: burst, limits: limits))
      let one = trial(prepared, burst.factor)
      guard let one, model.retry == .backOff else { return one }
      tried = one
      let gap = one.lossPerRefusal - loss
      guard gap.magnitude * refused > agreement * stored else { return one }
      let slope = before.map { (gap - $0.gap) / (loss - $0.loss) } ?? -1
      before = (loss, gap)
      // Where the secant points nowhere, or far, one plain step.
      loss = max(0, loss - gap / min(-leastSlope, max(-1, slope)))
    }
    return tried
  }

  /// A step is at most the plain one over this.
  private static let leastSlope = 0.1

  /// How far what was observed lies from runs of a burst of what it loses, and of more.
  private static func score(
    _ model: TraceModel, _ bins: Range<Int>, _ burst: StatedBurst, _ limits: LimitsProfile,
    _ observed: BurstEstimate.Counts
  ) -> Double? {
    func runs(_ loss: Double, _ count: Int) -> [BurstEstimate.Counts] {
      let prepared = PreparedExperiment(model.losing(loss).experiment(bins: bins, burst: burst, limits: limits))
      return (0..<count).compactMap { trial(prepared, burst.factor, replication: $0) }
        .map { .init(stored: $0.records, refused: $0.simulated) }
    }
    let loss = model.lossPerRefusal
    return BurstEstimate.score(
      observed, runs: runs(loss, BurstEstimate.runs),
      beside: runs(loss * (1 + more) + 0.001, BurstEstimate.runsBeside))
  }

  /// How much more is lost where runs offer more.
  private static let more = 0.2

  private static func trial(_ prepared: PreparedExperiment, _ factor: Double, replication: Int = 0) -> Trial? {
    var run = World(prepared, replication: replication)
    while !run.advance(limit: 1_000_000) {}
    let result = run.finish(isComplete: true)
    guard let backtest = Backtest(result.experiment.streams[0], in: result), let throttles = backtest.throttles,
      let records = backtest[.incomingRecords]
    else { return nil }
    func rest(_ whole: Backtest.Comparison) -> Backtest.Comparison {
      Backtest.Comparison(
        metric: whole.metric, observed: Array(whole.observed.dropFirst()),
        simulated: Array(whole.simulated.dropFirst()))
    }
    let (compared, stored) = (rest(throttles), rest(records))
    let refused = Double(result.records.throttledAttempts)
    return Trial(
      factor: factor, simulated: compared.simulatedTotal, overlap: compared.overlap,
      lossPerRefusal: refused > 0 ? Double(result.records.lost) / refused : 0,
      records: stored.simulatedTotal,
      stored: stored.observedTotal > 0 ? stored.simulatedTotal / stored.observedTotal : 1)
  }
}
