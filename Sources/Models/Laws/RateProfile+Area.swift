internal import Experiment
internal import Units

/// Records under a rate curve, exactly: no steps are walked but the curve's own corners.
extension RateProfile {
  /// The records of a stretch of time, counted from the run's start, rate factors multiplied in.
  func area(from begin: Interval, to end: Interval) -> Double {
    let inner = factors.map { $0.from - start }.filter { $0 > begin && $0 < end }
    let cuts = [begin] + inner + [end]
    return zip(cuts, cuts.dropFirst()).reduce(0) { sum, piece in
      sum + factor(at: start + piece.0) * (total(until: piece.1) - total(until: piece.0))
    }
  }

  /// The curve's records from the start to an instant, without factors.
  private func total(until offset: Interval) -> Double {
    switch curve {
    case .constant(let rate): rate.value * offset.inSeconds
    case .ramp(let from, let to, let over): Self.ramp(from.value, to.value, over, offset)
    case .stages(let stages): Self.stages(stages, offset)
    case .diurnal: waves(until: offset) { _ in 1 }
    case .weekly(_, let factors): waves(until: offset) { factors[CivilTime.weekday($0)] }
    case .square(let low, let high, let period, let on): Self.square(low.value, high.value, period, on, offset)
    case .polyline(let line): lines(line, until: offset)
    case .bins(let trace): Self.bins(trace, offset)
    case .events(let trace): Double(trace.count(before: offset)) * trace.scale
    }
  }

  private static func ramp(_ from: Double, _ to: Double, _ over: Interval, _ offset: Interval) -> Double {
    let (time, length) = (min(offset, over).inSeconds, over.inSeconds)
    let slope = length > 0 ? (to - from) / length : 0
    return from * time + slope * time * time / 2 + to * max(0, (offset - over).inSeconds)
  }

  private static func stages(_ stages: [RateCurve.Stage], _ offset: Interval) -> Double {
    var (begin, previous, sum) = (Interval.zero, stages.first?.rate.value ?? 0, 0.0)
    for stage in stages {
      let time = min(max(offset - begin, .zero), stage.length)
      switch stage.shape {
      case .hold: sum += stage.rate.value * time.inSeconds
      case .linear:
        // Up to its end, where the ramp reaches its rate.
        sum += ramp(previous, stage.rate.value, stage.length, time)
      }
      (begin, previous) = (begin + stage.length, stage.rate.value)
    }
    return sum + previous * max(0, (offset - begin).inSeconds)
  }

  private static func square(
    _ low: Double, _ high: Double, _ period: Interval, _ on: Interval, _ offset: Interval
  ) -> Double {
    let whole = offset.nanoseconds / period.nanoseconds
    let rest = Interval(nanoseconds: offset.nanoseconds % period.nanoseconds)
    let round = high * on.inSeconds + low * (period - on).inSeconds
    return Double(whole) * round + high * min(rest, on).inSeconds + low * max(0, (rest - on).inSeconds)
  }

  /// Day by day: a wave is a table of a day's rates, and a day has a factor.
  private func waves(until offset: Interval, factor: (Instant) -> Double) -> Double {
    let length = Interval.days(1), step = Self.wave.inSeconds
    let midnight = Instant(nanoseconds: start.nanoseconds / length.nanoseconds * length.nanoseconds)
    let whole = day.reduce(0, +) * step
    func part(_ time: Interval) -> Double {
      let index = Int(time.nanoseconds / Self.wave.nanoseconds)
      let rest = time.inSeconds - Double(index) * step
      return day.prefix(index).reduce(0, +) * step + (index < day.count ? day[index] * rest : 0)
    }
    let end = start + offset
    var (sum, at) = (-part(start - midnight) * factor(midnight), midnight)
    while end - at >= length {
      sum += whole * factor(at)
      at = at + length
    }
    return sum + part(end - at) * factor(at)
  }

  /// Trapezes between the corners.
  private func lines(_ line: RateCurve.Polyline, until offset: Interval) -> Double {
    let cuts = [Interval.zero] + line.corners(from: start, until: offset) + [offset]
    return zip(cuts, cuts.dropFirst()).reduce(0) { sum, piece in
      let ends = line.rate(at: piece.0, start: start) + line.rate(at: piece.1, start: start)
      return sum + ends / 2 * (piece.1 - piece.0).inSeconds
    }
  }

  private static func bins(_ trace: BinnedTrace, _ offset: Interval) -> Double {
    let index = Int(offset.nanoseconds / trace.width.nanoseconds), count = trace.counts.count
    let (rounds, last) = trace.repeats ? (index / count, index % count) : (0, min(index, count))
    let rest = Double(offset.nanoseconds % trace.width.nanoseconds) / Double(trace.width.nanoseconds)
    let part = last < count && (trace.repeats || index < count) ? trace.counts[last] * rest : 0
    let whole = rounds == 0 ? 0 : Double(rounds) * trace.counts.reduce(0, +)
    return (whole + trace.counts.prefix(last).reduce(0, +) + part) * trace.scale
  }
}

extension RateCurve.Polyline {
  /// When the points lie between the run's start and an offset, both excluded; at most a year's worth of days.
  func corners(from start: Instant, until offset: Interval) -> [Interval] {
    guard anchor == .midnight else { return points.map(\.at).filter { $0 > .zero && $0 < offset } }
    let day = Interval.days(1)
    let sinceMidnight = Interval(nanoseconds: start.nanoseconds % day.nanoseconds)
    let days = Int((offset + sinceMidnight).nanoseconds / day.nanoseconds) + 1
    return (0..<min(days, 3_700)).flatMap { number in
      points.map { $0.at + day * Int64(number) - sinceMidnight }.filter { $0 > .zero && $0 < offset }
    }
  }
}

extension EventTrace {
  /// One round of a trace that starts again: to its last event, and a mean gap behind it.
  var round: Int64 { (offsets.last ?? 0) + max(1, (offsets.last ?? 0) / Int64(max(1, offsets.count - 1))) }

  /// How many events come before an instant, counted from the run's start. O(log n).
  func count(before offset: Interval) -> Int {
    let rounds = repeats ? Int(offset.nanoseconds / round) : 0
    let rest = offset.nanoseconds - Int64(rounds) * round
    return rounds * offsets.count + offsets.partitioningIndex { $0 >= rest }
  }
}
