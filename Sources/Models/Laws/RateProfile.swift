internal import Experiment
internal import Simulation
internal import Units

/// A `RateCurve` cut into pieces of constant rate, with the scenario's rate factors multiplied in.
///
/// Smooth curves are cut finely enough that the error is far below the noise of the arrivals: every second for lines,
/// every ten seconds for waves. A new curve is a case of `RateCurve` and a case of `piece`.
final class RateProfile: Sendable {
  /// A stretch of constant rate.
  struct Piece {
    /// Records a nanosecond of the whole fleet.
    var rate: Double
    /// Where it ends; always after the instant asked for.
    var end: Instant
  }
  /// From when on the curve is multiplied by what.
  struct Factor: Sendable {
    var from: Instant
    var value: Double
  }

  private static let line = Interval.seconds(1)
  static let wave = Interval.seconds(10)

  let curve: RateCurve
  let start: Instant
  let factors: [Factor]
  /// For waves: records a second for every `wave` of a day.
  let day: [Double]

  /// The curve from `start` on; `factors` in order of time, the first at or before `start`.
  init(_ curve: RateCurve, start: Instant, factors: [Factor]) {
    (self.curve, self.start, self.factors) = (curve, start, factors)
    switch curve {
    case .diurnal(let wave), .weekly(let wave, _): day = DiurnalShape(wave).rates(every: Self.wave)
    default: day = []
    }
  }

  /// The factor that holds at an instant.
  func factor(at now: Instant) -> Double { factors.last { $0.from <= now }?.value ?? 1 }

  /// The piece that holds at an instant.
  func piece(at now: Instant) -> Piece {
    let (perSecond, end) = piece(offset: now - start, at: now)
    let change = factors.first { $0.from > now }?.from ?? .never
    return Piece(rate: perSecond * factor(at: now) / 1e9, end: min(end, change))
  }

  private func piece(offset: Interval, at now: Instant) -> (Double, Instant) {
    switch curve {
    case .constant(let rate): (rate.value, .never)
    case .ramp(let from, let to, let over): ramp(from.value, to.value, over, offset)
    case .stages(let stages): stage(stages, offset)
    case .diurnal: (ofDay(now), next(Self.wave, now - .epoch, from: .epoch))
    case .weekly(_, let factors):
      (ofDay(now) * factors[CivilTime.weekday(now)], next(Self.wave, now - .epoch, from: .epoch))
    case .square(let low, let high, let period, let on): square(low.value, high.value, period, on, offset)
    case .polyline(let line): polyline(line, offset)
    case .bins(let trace): bin(trace, offset)
    case .events: (0, .never)
    }
  }

  /// The next multiple of `step` after `offset`, counted from `origin`.
  private func next(_ step: Interval, _ offset: Interval, from origin: Instant) -> Instant {
    origin + step * (offset.nanoseconds / step.nanoseconds + 1)
  }

  private func ofDay(_ now: Instant) -> Double {
    day[Int(now.nanoseconds % Interval.days(1).nanoseconds / Self.wave.nanoseconds)]
  }

  private func ramp(_ from: Double, _ to: Double, _ over: Interval, _ offset: Interval) -> (Double, Instant) {
    guard offset < over else { return (to, .never) }
    let end = min(next(Self.line, offset, from: start), start + over)
    let middle = Double((offset + (end - start)).nanoseconds) / 2 / Double(over.nanoseconds)
    return (from + (to - from) * middle, end)
  }

  private func stage(_ stages: [RateCurve.Stage], _ offset: Interval) -> (Double, Instant) {
    var (begin, previous) = (Interval.zero, stages.first?.rate.value ?? 0)
    for stage in stages {
      let end = begin + stage.length
      if offset < end {
        guard stage.shape == .linear else { return (stage.rate.value, start + end) }
        let (rate, until) = ramp(previous, stage.rate.value, stage.length, offset - begin)
        return (rate, min(until, start + stage.length) + begin)
      }
      (begin, previous) = (end, stage.rate.value)
    }
    return (previous, .never)
  }

  private func square(
    _ low: Double, _ high: Double, _ period: Interval, _ on: Interval, _ offset: Interval
  ) -> (Double, Instant) {
    let phase = Interval(nanoseconds: offset.nanoseconds % period.nanoseconds)
    let begin = start + (offset - phase)
    return phase < on ? (high, begin + on) : (low, begin + period)
  }

  /// The rate in the middle of a second stands for all of it.
  private func polyline(_ line: RateCurve.Polyline, _ offset: Interval) -> (Double, Instant) {
    let end = next(Self.line, offset, from: start)
    return (line.rate(at: end - start - .milliseconds(500), start: start), end)
  }

  private func bin(_ trace: BinnedTrace, _ offset: Interval) -> (Double, Instant) {
    let index = offset.nanoseconds / trace.width.nanoseconds
    guard trace.repeats || index < trace.counts.count else { return (0, .never) }
    let count = trace.counts[Int(index % Int64(trace.counts.count))]
    return (count * trace.scale / trace.width.inSeconds, next(trace.width, offset, from: start))
  }
}

extension RateCurve.Polyline {
  /// Records a second so long after the run's `start`. O(log n).
  func rate(at offset: Interval, start: Instant) -> Double {
    let day = Interval.days(1)
    let time =
      anchor == .start ? offset : Interval(nanoseconds: (start + offset).nanoseconds % day.nanoseconds)
    let behind = points.partitioningIndex { $0.at > time }
    if anchor == .start, behind == 0 { return points[0].rate.value }
    if anchor == .start, behind == points.count { return points[behind - 1].rate.value }
    let left = points[(behind + points.count - 1) % points.count], right = points[behind % points.count]
    let begin = behind == 0 ? left.at - day : left.at, end = behind == points.count ? right.at + day : right.at
    let share = (time - begin).inSeconds / (end - begin).inSeconds
    return left.rate.value + (right.rate.value - left.rate.value) * share
  }
}

/// The wave of a day: trough + (peak − trough) · ((1 + cos) / 2)^k, with k such that the mean comes out right.
struct DiurnalShape {
  private let wave: RateCurve.DiurnalWave
  private let exponent: Double

  init(_ wave: RateCurve.DiurnalWave) {
    self.wave = wave
    let span = wave.peakToMean - wave.troughToMean
    exponent = span <= 0 ? 0 : Self.exponent(forMean: (1 - wave.troughToMean) / span)
  }

  /// Records a second at the middle of every `step` of a day, from midnight UTC.
  func rates(every step: Interval) -> [Double] {
    let count = Int(Interval.days(1).nanoseconds / step.nanoseconds)
    return (0..<count).map { index in
      let turns = (Double(index) + 0.5) / Double(count) - wave.peakHour / 24
      let bump = Self.bump(turns: turns, exponent: exponent)
      return wave.mean.value * (wave.troughToMean + (wave.peakToMean - wave.troughToMean) * bump)
    }
  }

  private static func bump(turns: Double, exponent: Double) -> Double {
    let base = (1 + DeterministicMath.cos(turns: turns)) / 2
    return base <= 1e-300 ? (exponent == 0 ? 1 : 0) : DeterministicMath.pow(base, exponent)
  }

  /// The exponent with which the bump has a given mean, by bisection: the mean falls as the exponent grows.
  private static func exponent(forMean mean: Double) -> Double {
    var (low, high) = (0.0, 1_024.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      let value = (0..<720).reduce(0) { $0 + bump(turns: (Double($1) + 0.5) / 720, exponent: middle) } / 720
      if value > mean { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
