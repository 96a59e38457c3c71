public import Experiment
internal import Units

/// The rates of an experiment's producers over its horizon, as averages: exact means, and peaks at the curves' own corners
/// and on a fine grid between them.
public struct ProducerRates: Sendable {
  private let profiles: [RateProfile]
  private let specs: [ProducerSpec]
  private let duration: Interval
  private let candidates: [Interval]

  /// Looks beside the corners of the curves, evenly over the horizon.
  public static let gridPoints = 2_048

  /// The rates of all producers, rate factors multiplied in.
  public init(_ experiment: Experiment) {
    (specs, duration) = (experiment.producers, experiment.horizon.duration)
    let (start, length) = (experiment.horizon.start, experiment.horizon.duration)
    profiles = experiment.producers.enumerated().map { index, spec in
      RateProfile(spec.rate, start: start, factors: PreparedExperiment.factors(of: index, in: experiment))
    }
    let corners = profiles.flatMap(\.corners), steps = Self.gridPoints
    let grid = corners.isEmpty ? [] : (0..<steps).map { Self.point($0, of: steps, in: length) }
    candidates = [.zero] + (corners + grid).filter { $0 > .zero && $0 < length }
  }

  private static func point(_ number: Int, of count: Int, in length: Interval) -> Interval {
    Interval(nanoseconds: length.nanoseconds / Int64(count) * Int64(number))
  }

  /// Records a second of a producer, on average over the horizon.
  public func mean(of producer: Int) -> Double {
    duration > .zero ? profiles[producer].area(from: .zero, to: duration) / duration.inSeconds : 0
  }

  /// The highest sum of some producers' rates, each times a weight of its own; bursts of their arrivals count, the noise of
  /// single arrivals does not.
  public func peak(of producers: [(index: Int, weight: Double)]) -> Double {
    candidates.reduce(0) { highest, at in
      max(highest, producers.reduce(0) { $0 + rate(of: $1.index, at: at) * $1.weight })
    }
  }

  private func rate(of producer: Int, at offset: Interval) -> Double {
    let profile = profiles[producer], now = profile.start + offset
    guard case .events(let trace) = specs[producer].rate else {
      return profile.piece(at: now).rate * 1e9 * specs[producer].arrivals.burst
    }
    let second = trace.count(before: offset + .seconds(1)) - trace.count(before: offset)
    return Double(second) * trace.scale * profile.factor(at: now)
  }
}

extension ArrivalPattern {
  /// How far its bursts rise above the curve.
  var burst: Double {
    switch self {
    case .paced, .poisson, .trace: 1
    case .mmpp(_, _, let factor), .batch(_, _, let factor, _): max(1, factor)
    }
  }
}

extension RateProfile {
  /// Where its rate may be highest, counted from the start; empty for one that never changes.
  var corners: [Interval] { factors.flatMap { [$0.from - start - .seconds(1), $0.from - start] } + ownCorners }

  private var ownCorners: [Interval] {
    switch curve {
    case .constant: []
    case .ramp(_, _, let over): [over]
    case .stages(let stages): Self.corners(of: stages)
    case .diurnal(let wave), .weekly(let wave, _): peaks(of: wave)
    case .square(_, _, let period, let on): [on, period]
    case .polyline(let line): line.corners(from: start, until: line.anchor == .midnight ? .days(2) : .days(3_650))
    case .bins(let trace): Self.highest(of: trace)
    case .events(let trace): trace.busiestSecond.map { [$0] } ?? []
    }
  }

  /// Both ends of each stage, the later one a second before.
  private static func corners(of stages: [RateCurve.Stage]) -> [Interval] {
    var end = Interval.zero
    return stages.flatMap { stage in
      end = end + stage.length
      return [end - .seconds(1), end]
    }
  }

  /// The hour of the peak, day after day for two weeks: a week's factors come round once.
  private func peaks(of wave: RateCurve.DiurnalWave) -> [Interval] {
    let day = Interval.days(1), hour = Interval(nanoseconds: Int64(clamping: wave.peakHour * 3_600e9))
    let sinceMidnight = Interval(nanoseconds: start.nanoseconds % day.nanoseconds)
    return (0..<14).map { day * $0 + hour - sinceMidnight }
  }

  private static func highest(of trace: BinnedTrace) -> [Interval] {
    let highest = trace.counts.indices.max { (trace.counts[$0], $1) < (trace.counts[$1], $0) }
    return highest.map { [trace.width * Int64($0)] } ?? []
  }
}

extension EventTrace {
  /// The whole second, counted from the first event, with most events; the earliest of equals.
  var busiestSecond: Interval? {
    var (best, most, second, count) = (Int64(0), 0, Int64(-1), 0)
    for offset in offsets {
      let at = offset / 1_000_000_000
      count = at == second ? count + 1 : 1
      second = at
      if count > most { (best, most) = (at, count) }
    }
    return most > 0 ? .seconds(best) : nil
  }
}
