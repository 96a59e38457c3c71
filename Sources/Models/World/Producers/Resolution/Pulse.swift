internal import Simulation
internal import Units

/// How many records of a producer are expected to have reached the service by an instant, given when its calls are made.
///
/// Which of them fall to a shard is drawn when somebody looks: counts of single records over any stretch are Poisson, with the
/// stretch's part of the sum times the shard's share as their mean.
struct Pulse {
  /// A call that reaches the service; or, by rate, a corner of the curve.
  struct Knot {
    let at: Instant
    /// Records expected up to it, its own included.
    var sum: Double
    /// How long its records gathered, and half its round trip.
    let window: Interval, half: Interval
  }

  /// How long some records took until they were answered, as a law: `calls` of them waited for all of the window, the others
  /// for a part of it, and all of them for the round trip.
  struct Law {
    var records: Double, calls: Double, window: Interval, trip: Interval
  }

  /// Where knots come from.
  enum Source {
    case calls(CallSourceBox)
    case rates(RateSource)
  }

  /// Where knots come from: one of them.
  private var calls: CallSourceBox?, rates: RateSource?
  /// In order of time, those long past dropped.
  private var knots: [Knot]
  /// Up to when all knots were made, now and before, and how many there are by then: what all shards ask for.
  private var reached = (at: Instant.never, place: 0), before = (at: Instant.never, place: 0)
  /// So many calls a second, or twice as many, tell how long records take.
  private static let told = 32
  /// So many knots are kept behind the newest.
  private static let kept = 65_536

  init(_ source: Source, from start: Instant) {
    switch source {
    case .calls(let source): calls = source
    case .rates(let source): rates = source
    }
    knots = [Knot(at: start, sum: 0, window: .zero, half: .zero)]
  }

  /// Whether records come along the curve rather than in calls.
  var isByRate: Bool { rates != nil }

  /// Records of a call, along a curve.
  private var perCall: Double { rates?.perCall ?? 1 }

  /// Makes all knots up to an instant.
  mutating func extend(to instant: Instant) {
    guard instant != reached.at else { return }
    calls?.extend(to: instant, &knots)
    rates?.extend(to: instant, &knots)
    (before, reached) = (reached, (instant, place(behind: instant)))
  }

  /// Records expected by an instant up to which knots were made.
  func sum(at instant: Instant) -> Double {
    let next = place(behind: instant)
    guard isByRate, next < knots.count else { return knots[next - 1].sum }
    let (a, b) = (knots[next - 1], knots[next])
    return a.sum + (b.sum - a.sum) * Double((instant - a.at).nanoseconds) / Double((b.at - a.at).nanoseconds)
  }

  /// How many calls arrive behind one instant and up to another; none along a curve.
  func calls(from begin: Instant, to end: Instant) -> Int {
    isByRate ? 0 : place(behind: end) - place(behind: begin)
  }

  /// The first and the last of the calls that arrive behind one instant and up to another.
  func ends(from begin: Instant, to end: Instant) -> (first: Instant, last: Instant) {
    (knots[place(behind: begin)].at, knots[place(behind: end) - 1].at)
  }

  /// The next corner of a curve.
  func corner(behind instant: Instant) -> Instant? {
    let next = place(behind: instant)
    return next < knots.count ? knots[next].at : nil
  }

  /// The call that arrived last by an instant.
  func knot(at instant: Instant) -> Knot { knots[place(behind: instant) - 1] }

  /// The index of the first knot behind an instant, at least 1. It is mostly among the last ones.
  private func place(behind instant: Instant) -> Int {
    if instant == reached.at { return reached.place }
    if instant == before.at { return before.place }
    var place = knots.count
    let near = max(1, place - 8)
    while place > near, knots[place - 1].at > instant { place -= 1 }
    guard place == near, place > 1, knots[place - 1].at > instant else { return place }
    return max(1, knots[..<place].partitioningIndex { $0.at > instant })
  }

  /// The first records of a share to come behind an instant, `luck` being an exponential that decides it: when, up to which sum
  /// they take the pulse, and how many others are expected in their call. Nil when that is not before `end`.
  ///
  /// A call of one sure record and μ others brings none of them with chance (1 − share) · e^(−share · μ).
  mutating func first(
    of share: Double, after instant: Instant, luck: Double, until end: Instant
  ) -> (at: Instant, sum: Double, others: Double)? {
    let sure = isByRate ? 0 : -DeterministicMath.log1p(-min(share, 1 - 1e-12)) - share
    var (next, reached, ahead) = (place(behind: instant), instant, Interval.milliseconds(50))
    var (spent, from) = (0.0, sum(at: instant))
    while true {
      while next < knots.count {
        let here = share * (knots[next].sum - from) + sure
        if spent + here >= luck { return due(at: next, from + (luck - spent) / share) }
        (spent, from, next) = (spent + here, knots[next].sum, next + 1)
      }
      guard reached < end else { return nil }
      reached = min(end, reached + ahead)
      extend(to: reached)
      ahead = ahead + ahead
    }
  }

  private func due(at index: Int, _ sum: Double) -> (at: Instant, sum: Double, others: Double) {
    let (a, b) = (knots[index - 1], knots[index])
    guard isByRate else { return (b.at, b.sum, b.sum - a.sum - 1) }
    guard b.sum > a.sum else { return (b.at, sum, 0) }
    let part = (sum - a.sum) / (b.sum - a.sum)
    return (a.at + Interval(nanoseconds: Int64(Double((b.at - a.at).nanoseconds) * part)), sum, 0)
  }

  /// How long the records took that have arrived behind one instant and up to another.
  mutating func laws(from begin: Instant, to end: Instant, _ body: (Law) -> Void) {
    guard !isByRate else {
      let records = sum(at: end) - sum(at: begin)
      rates?.laws(of: records, body)
      return
    }
    // Some calls stand for all where there are many.
    let first = place(behind: begin), behind = place(behind: end), step = max(1, (behind - first) / Self.told)
    for index in stride(from: first + (step - 1) / 2, to: behind, by: step) {
      let knot = knots[index], trip = Interval(nanoseconds: knot.half.nanoseconds * 2)
      let records = knot.sum - knots[index - 1].sum
      body(Law(records: records * Double(step), calls: Double(step), window: knot.window, trip: trip))
    }
  }

  /// When `count` records came that arrived behind one instant and up to another, in order: how many at which knot or, along a
  /// curve, one at a time.
  func scatter(
    _ count: Int64, from begin: Instant, to end: Instant, drawing draws: inout RandomStream,
    _ body: (_ at: Instant, _ count: Int64, _ knot: Knot, _ expected: Double) -> Void
  ) {
    let first = place(behind: begin), behind = place(behind: end)
    guard !isByRate else {
      // Stretches end at the corners of the curve: within one, all instants are alike.
      let knot = knots[min(first, knots.count - 1)]
      var gaps = (0...count).map { _ in draws.exponential() }
      let scale = Double((end - begin).nanoseconds) / gaps.reduce(0, +)
      gaps.removeLast()
      var at = 0.0
      for gap in gaps {
        at += gap * scale
        body(begin + Interval(nanoseconds: Int64(at)), 1, knot, perCall)
      }
      return
    }
    var (left, mass) = (count, sum(at: end) - sum(at: begin))
    for index in first..<behind where left > 0 {
      let part = knots[index].sum - knots[index - 1].sum
      let here = index == behind - 1 ? left : Int64(draws.binomial(n: Int(left), p: min(1, max(0, part / mass))))
      if here > 0 { body(knots[index].at, here, knots[index], part) }
      (left, mass) = (left - here, mass - part)
    }
  }

  /// Records born and not yet at the service: expected, and between when they were born.
  func airborne(at now: Instant, _ body: (_ expected: Double, _ from: Instant, _ to: Instant) -> Void) {
    if let rates { return body(rates.airborne(at: now), now - rates.lateness, now) }
    for index in place(behind: now)..<knots.count {
      Self.airborne(knots[index].sum - knots[index - 1].sum, knots[index], at: now, body)
    }
    calls?.airborne { Self.airborne($0, $1, at: now, body) }
  }

  private static func airborne(
    _ expected: Double, _ call: Knot, at now: Instant, _ body: (Double, Instant, Instant) -> Void
  ) {
    let flush = call.at - call.half, first = flush - call.window
    guard first <= now else { return }
    let part = flush <= now ? 1 : Double((now - first).nanoseconds) / Double(max(1, call.window.nanoseconds))
    body(1 + (expected - 1) * part, first, min(now, flush))
  }

  /// Forgets knots that nobody asks for any more.
  mutating func forget() {
    guard knots.count > 2 * Self.kept else { return }
    (reached, before) = ((.never, 0), (.never, 0))
    knots.removeFirst(knots.count - Self.kept)
  }
}
