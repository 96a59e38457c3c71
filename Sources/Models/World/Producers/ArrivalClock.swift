internal import Experiment
internal import Simulation
internal import Units

/// When one process hands over its next record.
///
/// Every pattern is a point process on the same footing: a wait of so many expected records (1 when paced, Exp(1)
/// otherwise) is spent along the process's rate, piece by piece. A new arrival process is a case of `ArrivalPattern` and,
/// if it bends the rate, a case of `Modulation`.
struct ArrivalClock: Sendable {
  /// When the next record is handed over; `.never` when none will be.
  private(set) var next: Instant
  private var fraction = 0.0
  private var rate = 0.0
  private var pieceEnd: Instant
  private var modulation: Modulation
  private var isPaced: Bool
  private let share: Double

  /// A clock that starts at `start`, for one of `processes` that share the profile's rate.
  init(
    _ pattern: ArrivalPattern, processes: Int, profile: RateProfile, start: Instant, end: Instant,
    arrivals: inout RandomStream, phases: inout RandomStream
  ) {
    (next, pieceEnd, share, isPaced) = (start, start, 1 / Double(processes), pattern == .paced)
    modulation = Modulation(pattern, start: start, stream: &phases)
    wait(isPaced ? phases.uniform() : arrivals.exponential(), profile: profile, end: end, phases: &phases)
  }

  /// A clock that stands at `start` and tells rates: no record is due.
  init(
    rateOf pattern: ArrivalPattern, processes: Int, profile: RateProfile, start: Instant, end: Instant,
    phases: inout RandomStream
  ) {
    (next, pieceEnd, share, isPaced) = (start, start, 1 / Double(processes), false)
    modulation = Modulation(pattern, start: start, stream: &phases)
  }

  /// Moves on to the next record.
  @inline(__always)
  mutating func advance(
    profile: RateProfile, end: Instant, arrivals: inout RandomStream, phases: inout RandomStream
  ) {
    wait(isPaced ? 1 : arrivals.exponential(), profile: profile, end: end, phases: &phases)
  }

  /// Starts again at `now` after its source was blocked.
  mutating func resume(
    at now: Instant, profile: RateProfile, end: Instant, arrivals: inout RandomStream, phases: inout RandomStream
  ) {
    (next, pieceEnd, fraction) = (now, now, 0)
    modulation.advance(to: now, stream: &phases)
    advance(profile: profile, end: end, arrivals: &arrivals, phases: &phases)
  }

  /// Goes on from the record that is due, for as long as others gather behind it: `length`, or until `most` are expected.
  /// Returns how many that is and how long it took. The next record is due once `advance` was called.
  mutating func gather(
    for length: Interval, most: Double, profile: RateProfile, phases: inout RandomStream
  ) -> (expected: Double, took: Interval) {
    let begin = next, end = next + length
    var expected = 0.0
    fraction = 0
    while next < end {
      if next >= pieceEnd { loadPiece(profile, phases: &phases) }
      let stop = min(end, pieceEnd), room = Double((stop - next).nanoseconds)
      guard expected + rate * room < most else {
        next = next + Interval(nanoseconds: Int64((most - expected) / rate))
        return (most, next - begin)
      }
      expected += rate * room
      next = stop
    }
    return (expected, length)
  }

  /// The rate from `next` on, in records a nanosecond, and until when it holds; goes on to there.
  mutating func takePiece(profile: RateProfile, phases: inout RandomStream) -> (rate: Double, end: Instant) {
    loadPiece(profile, phases: &phases)
    (next, fraction) = (pieceEnd, 0)
    return (rate, pieceEnd)
  }

  private mutating func wait(_ expected: Double, profile: RateProfile, end: Instant, phases: inout RandomStream) {
    var left = expected
    while true {
      if next >= pieceEnd { loadPiece(profile, phases: &phases) }
      let room = Double((pieceEnd - next).nanoseconds) - fraction
      if left < rate * room { return step(left / rate) }
      left -= rate * room
      (next, fraction) = (pieceEnd, 0)
      guard next < end else {
        next = .never
        return
      }
    }
  }

  private mutating func step(_ nanoseconds: Double) {
    let total = fraction + nanoseconds
    let whole = total.rounded(.down)
    fraction = total - whole
    next = next + Interval(nanoseconds: Int64(clamping: whole))
  }

  private mutating func loadPiece(_ profile: RateProfile, phases: inout RandomStream) {
    modulation.advance(to: next, stream: &phases)
    let piece = profile.piece(at: next)
    rate = piece.rate * share * modulation.factor
    pieceEnd = min(piece.end, modulation.until)
  }
}

/// What bends a process's rate beside the fleet's curve.
private enum Modulation: Sendable {
  case none
  /// Two levels with exponential stays.
  case switching(Switching)
  /// A burst in every period.
  case bursting(Bursting)

  struct Switching: Sendable {
    let on: Double, off: Double, high: Double, low: Double
    var isOn: Bool
    var until: Instant
  }
  struct Bursting: Sendable {
    let start: Instant, every: Interval, on: Interval, high: Double, low: Double, jitter: Interval
    var burst: Instant
    var factor: Double
    var until: Instant
  }

  init(_ pattern: ArrivalPattern, start: Instant, stream: inout RandomStream) {
    switch pattern {
    case .paced, .poisson, .trace: self = .none
    case .mmpp(let on, let off, let factor):
      let (a, b) = (Double(on.nanoseconds), Double(off.nanoseconds))
      let isOn = stream.uniform() < a / (a + b)
      self = .switching(
        Switching(on: a, off: b, high: factor, low: max(0, (a + b - factor * a) / b), isOn: !isOn, until: start))
      advance(to: start, stream: &stream)
    case .batch(let every, let on, let factor, let jitter):
      let (a, period) = (Double(on.nanoseconds), Double(every.nanoseconds))
      let low = period > a ? max(0, (period - factor * a) / (period - a)) : factor
      let late = Interval(nanoseconds: Int64(stream.below(UInt64(jitter.nanoseconds) + 1)))
      self = .bursting(
        Bursting(
          start: start, every: every, on: on, high: factor, low: low, jitter: jitter, burst: start + late,
          factor: low, until: start))
      advance(to: start, stream: &stream)
    }
  }

  var factor: Double {
    switch self {
    case .none: 1
    case .switching(let state): state.isOn ? state.high : state.low
    case .bursting(let state): state.factor
    }
  }

  var until: Instant {
    switch self {
    case .none: .never
    case .switching(let state): state.until
    case .bursting(let state): state.until
    }
  }

  mutating func advance(to now: Instant, stream: inout RandomStream) {
    switch self {
    case .none: return
    case .switching(var state):
      while state.until <= now {
        state.isOn.toggle()
        let stay = Int64(clamping: stream.exponential() * (state.isOn ? state.on : state.off))
        state.until = state.until + Interval(nanoseconds: max(1, stay))
      }
      self = .switching(state)
    case .bursting(var state):
      while state.until <= now { state.turn(stream: &stream) }
      self = .bursting(state)
    }
  }
}

extension Modulation.Bursting {
  /// Goes on to the next edge: quiet until the burst begins, loud until it ends, quiet until the period ends.
  fileprivate mutating func turn(stream: inout RandomStream) {
    if until < burst {
      (factor, until) = (low, burst)
    } else if until < burst + on {
      (factor, until) = (high, burst + on)
    } else {
      let period = start + every * ((burst - start).nanoseconds / every.nanoseconds + 1)
      (factor, until) = (low, period)
      burst = period + Interval(nanoseconds: Int64(stream.below(UInt64(jitter.nanoseconds) + 1)))
    }
  }
}
