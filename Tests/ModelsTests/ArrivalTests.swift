import Experiment
import KinesisCore
import Testing
import Units

@testable import Models

@Suite("Arrivals follow the curve")
struct ArrivalTests {
  private static func rate(_ value: Double) -> RecordsPerSecond { RecordsPerSecond(value) }

  /// A curve over 40 seconds, and the records expected in each second.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let curve: RateCurve
    let expected: @Sendable (Double) -> Double
    var testDescription: String { name }
  }

  private static let stages: [RateCurve.Stage] = [
    .init(length: .seconds(10), rate: rate(100), shape: .hold),
    .init(length: .seconds(10), rate: rate(300), shape: .linear),
    .init(length: .seconds(7), rate: rate(50), shape: .hold),
    .init(length: .seconds(4), rate: rate(250), shape: .linear),
  ]

  static let curves: [Case] = [
    Case(name: "constant", curve: .constant(rate(200))) { _ in 200 },
    Case(name: "ramp", curve: .ramp(from: rate(20), to: rate(420), over: .seconds(20))) {
      $0 < 20 ? 20 + 20 * ($0 + 0.5) : 420
    },
    Case(name: "stages", curve: .stages(stages)) {
      switch $0 {
      case ..<10: 100
      case ..<20: 100 + 20 * ($0 - 10 + 0.5)
      case ..<27: 50
      case ..<31: 50 + 50 * ($0 - 27 + 0.5)
      default: 250
      }
    },
    Case(name: "square", curve: .square(low: rate(40), high: rate(400), period: .seconds(7), on: .seconds(2))) {
      Int($0) % 7 < 2 ? 400 : 40
    },
    Case(
      name: "bins",
      curve: .bins(BinnedTrace(width: .seconds(4), counts: [200, 0, 100], scale: 2.5, repeats: true, source: ""))
    ) { [125, 0, 62.5][Int($0) / 4 % 3] },
    Case(
      name: "bins once",
      curve: .bins(BinnedTrace(width: .seconds(4), counts: [400, 800], scale: 1, repeats: false, source: ""))
    ) { $0 < 4 ? 100 : $0 < 8 ? 200 : 0 },
  ]

  @Test("each second's count is the integral of the rate, within four deviations", arguments: curves)
  func poissonFollowsTheCurve(_ it: Case) {
    let counts = Fixture.counts(of: Fixture.plain(seconds: 40, [Fixture.single(processes: 3, curve: it.curve)]))
    #expect(counts.count == 40)
    for (second, count) in counts.enumerated() {
      let mean = it.expected(Double(second))
      #expect(abs(Fixture.z(count, mean)) < 4, "\(it.name), second \(second): \(count) of \(mean); seed 1")
      if mean == 0 { #expect(count == 0) }
    }
    let total = (0..<40).reduce(0) { $0 + it.expected(Double($1)) }
    #expect(abs(Fixture.z(counts.reduce(0, +), total)) < 4, "\(it.name): \(counts.reduce(0, +)) of \(total); seed 1")
  }

  @Test("paced counts miss the integral by less than a record a process", arguments: curves)
  func pacedFollowsTheCurve(_ it: Case) {
    let producer = Fixture.single(processes: 2, curve: it.curve, arrivals: .paced)
    let counts = Fixture.counts(of: Fixture.plain(seconds: 40, [producer]))
    var (sum, expected) = (0.0, 0.0)
    for (second, count) in counts.enumerated() {
      (sum, expected) = (sum + count, expected + it.expected(Double(second)))
      #expect(abs(sum - expected) <= 2.5, "\(it.name) after second \(second): \(sum) of \(expected); seed 1")
    }
  }

  @Test("paced records are evenly spaced in each process, and there are exactly as many as the rate says")
  func pacedIsEven() {
    let experiment = Fixture.plain(seconds: 30, [Fixture.single(processes: 1, rate: 40, arrivals: .paced)])
    let instants = Fixture.instants(of: "arrival", in: experiment)
    #expect(instants.count == 1_200)
    for (a, b) in zip(instants, instants.dropFirst()) { #expect(abs(b - a - 25_000_000) <= 1) }
    #expect(instants[0] < 25_000_000)
  }

  @Test("Poisson counts are as dispersed as Poisson counts")
  func poissonDispersion() {
    let counts = Fixture.counts(of: Fixture.plain(seconds: 400, [Fixture.single(processes: 4, rate: 60)]))
    #expect(abs(Fixture.dispersion(counts) - 1) < 4 * (2.0 / 399).squareRoot(), "seed 1")
    #expect(abs(Fixture.z(counts.reduce(0, +), 24_000)) < 4)
  }

  @Test("a switching rate keeps the curve's mean and is burstier than Poisson")
  func mmpp() {
    let pattern = ArrivalPattern.mmpp(on: .seconds(2), off: .seconds(6), factor: 3)
    let counts = Fixture.counts(
      of: Fixture.plain(seconds: 600, [Fixture.single(processes: 8, rate: 48, arrivals: pattern)]))
    #expect(Fixture.dispersion(counts) > 2, "seed 1")
    // Per process the rate has variance (6·2)² · 1/4·3/4 · (4/3)² and correlation time 1.5 s.
    let deviation = (8 * 12.0 * 12 / 3 * 2 * 1.5 * 600 * 4 / 9 * 9 / 4 + 28_800).squareRoot()
    #expect(abs(counts.reduce(0, +) - 28_800) < 4 * deviation, "seed 1")
  }

  @Test("a batch pattern runs at its factor while on, and keeps the mean")
  func batch() {
    let pattern = ArrivalPattern.batch(every: .seconds(10), on: .seconds(2), factor: 4, jitter: .zero)
    let counts = Fixture.counts(
      of: Fixture.plain(seconds: 100, [Fixture.single(processes: 3, rate: 100, arrivals: pattern)]))
    for (second, count) in counts.enumerated() {
      #expect(abs(Fixture.z(count, second % 10 < 2 ? 400 : 25)) < 4.5, "second \(second): \(count); seed 1")
    }
    #expect(abs(Fixture.z(counts.reduce(0, +), 10_000)) < 4)
  }

  @Test("jitter delays each burst by no more than it says, each process by its own, and keeps the mean")
  func batchJitter() {
    let pattern = ArrivalPattern.batch(every: .seconds(10), on: .seconds(1), factor: 10, jitter: .seconds(4))
    let counts = Fixture.counts(
      of: Fixture.plain(seconds: 200, [Fixture.single(processes: 5, rate: 50, arrivals: pattern)]))
    for (second, count) in counts.enumerated() where second % 10 >= 5 { #expect(count == 0, "second \(second)") }
    let spread = (0..<5).map { phase in stride(from: phase, to: 200, by: 10).count { counts[$0] > 0 } }
    #expect(spread.allSatisfy { $0 > 3 }, "bursts fell on \(spread); seed 1")
    #expect(abs(Fixture.z(counts.reduce(0, +), 10_000)) < 4)
  }

  @Test("a day's wave has the mean, peak and trough it was told, the peak at its hour")
  func diurnal() {
    let wave = RateCurve.DiurnalWave(mean: Self.rate(0.5), peakToMean: 2, troughToMean: 0.25, peakHour: 15.5)
    let start = Instant(seconds: 1_767_571_200 + 6 * 3_600)
    let producer = Fixture.single(curve: .diurnal(wave), arrivals: .paced)
    let counts = Fixture.counts(of: Fixture.plain(seconds: 86_400, bin: 3_600, start: start, shards: 1, [producer]))
    #expect(abs(counts.reduce(0, +) - 43_200) < 0.001 * 43_200)
    #expect(counts.firstIndex(of: counts.max() ?? 0) == 9)
    #expect(abs(counts[9] - 3_600) < 0.01 * 3_600)
    #expect(counts.firstIndex(of: counts.min() ?? 0) == 21)
    #expect(abs(counts[21] - 450) < 0.02 * 450)
  }

  @Test("a week's factors change at midnight, Monday's being the first")
  func weekly() {
    let wave = RateCurve.DiurnalWave(mean: Self.rate(20), peakToMean: 1, troughToMean: 1, peakHour: 0)
    let curve = RateCurve.weekly(wave, dayFactors: [1.5, 1, 1, 1, 1, 1, 0.5])
    let sunday = Instant(seconds: 1_767_571_200 - 300)
    let producer = Fixture.single(curve: curve, arrivals: .paced)
    let counts = Fixture.counts(of: Fixture.plain(seconds: 600, bin: 300, start: sunday, [producer]))
    #expect(abs(counts[0] - 3_000) <= 1)
    #expect(abs(counts[1] - 9_000) <= 1)
  }

  @Test("a rate factor holds from its instant, for ever or for as long as it says")
  func rateFactors() {
    let events = [
      ScheduledEvent(at: .seconds(10), length: .seconds(5), action: .setRateFactor(producer: 0, factor: 3)),
      ScheduledEvent(at: .seconds(20), action: .setRateFactor(producer: 0, factor: 0)),
      ScheduledEvent(at: .seconds(25), action: .setRateFactor(producer: 0, factor: 0.5)),
    ]
    let producer = Fixture.single(rate: 100, arrivals: .paced)
    let counts = Fixture.counts(of: Fixture.plain(seconds: 30, [producer], events: events))
    for (second, count) in counts.enumerated() {
      let factor = [(25, 0.5), (20, 0), (15, 1), (10, 3), (0, 1)].first { second >= $0.0 }?.1 ?? 1
      #expect(abs(count - 100 * factor) <= 1, "second \(second): \(count)")
    }
  }

  @Test("a factor that begins when another ends holds, whichever the file names first", arguments: [false, true])
  func touchingFactors(isReversed: Bool) {
    let events = [
      ScheduledEvent(at: .seconds(5), length: .seconds(5), action: .setRateFactor(producer: 0, factor: 2)),
      ScheduledEvent(at: .seconds(10), action: .setRateFactor(producer: 0, factor: 3)),
    ]
    let producer = Fixture.single(rate: 100, arrivals: .paced)
    let counts = Fixture.counts(
      of: Fixture.plain(seconds: 15, [producer], events: isReversed ? events.reversed() : events))
    #expect(abs(counts[7] - 200) <= 1)
    #expect(abs(counts[12] - 300) <= 1)
  }
}

@Suite("Recorded events")
struct EventTraceTests {
  private static func trace(
    _ offsets: [Int64], scale: Double = 1, spread: Interval = .zero, repeats: Bool = false
  ) -> EventTrace {
    EventTrace(offsets: offsets, scale: scale, spread: spread, repeats: repeats, source: "")
  }

  private static func experiment(_ trace: EventTrace, seconds: Int64 = 10, processes: Int = 1) -> Experiment {
    Fixture.plain(seconds: seconds, [Fixture.single(processes: processes, curve: .events(trace), arrivals: .trace)])
  }

  @Test("arrive at their instants, to the nanosecond")
  func exactInstants() {
    let offsets: [Int64] = [0, 1, 1, 1_000_000_007, 9_999_999_999]
    let instants = Fixture.instants(of: "arrival", in: Self.experiment(Self.trace(offsets)))
    #expect(instants == offsets)
  }

  @Test("stand for as many records as the scale says, the fraction by chance")
  func scaled() {
    let offsets = (0..<4_000).map { Int64($0) * 2_000_000 }
    let result = Fixture.result(of: Self.experiment(Self.trace(offsets, scale: 2.25)))
    let deviation = (4_000 * 0.25 * 0.75).squareRoot()
    #expect(abs(Double(result.records.offered) - 9_000) < 4 * deviation, "seed 1")
  }

  @Test("are spread over no more than they are told")
  func spread() {
    let trace = Self.trace([1_000_000_000], scale: 2_000, spread: .milliseconds(500))
    let instants = Fixture.instants(of: "traceCopy", in: Self.experiment(trace))
    #expect(instants.count == 2_000)
    #expect(instants.allSatisfy { (1_000_000_000..<1_500_000_000).contains($0) })
    let mean = instants.reduce(0) { $0 + Double($1) } / 2_000 - 1e9
    #expect(abs(mean - 250e6) < 4 * 500e6 / (12.0 * 2_000).squareRoot(), "seed 1")
  }

  @Test("start again a mean gap after the last")
  func repeats() {
    let slow = Self.trace([0, 1_000_000_000, 2_000_000_000], repeats: true)
    let all = Fixture.instants(of: "arrival", in: Self.experiment(slow))
    #expect(all == (0..<10).map { $0 * 1_000_000_000 })
  }

  @Test("a rate factor multiplies them")
  func factor() {
    var experiment = Self.experiment(Self.trace((0..<10).map { Int64($0) * 1_000_000_000 }))
    experiment.events = [
      ScheduledEvent(at: .milliseconds(4_500), length: .seconds(2), action: .setRateFactor(producer: 0, factor: 7))
    ]
    #expect(Fixture.result(of: experiment).streams[0].bins.map(\.incomingRecords) == [1, 1, 1, 1, 1, 7, 7, 1, 1, 1])
  }

  @Test("go on behind a full buffer, spread or not", arguments: [0, 1])
  func blocked(spread: Int64) {
    let trace = Self.trace((0..<10).map { Int64($0) * 900_000_000 }, scale: 4, spread: .milliseconds(spread))
    var experiment = Self.experiment(trace)
    experiment.producers[0].retry.overflow = .block
    experiment.producers[0].retry.buffer = Bytes(500)
    experiment.serviceTimes.put = .constant(20e6)
    let result = Fixture.result(of: experiment)
    #expect(result.records.offered == 40)
    #expect(result.records.accepted == 30)
    #expect(result.producers[0].dropped == 10)
  }
}

@Suite("Lines from point to point")
struct PolylineTests {
  private static func line(_ points: [(seconds: Int64, rate: Double)], _ anchor: RateCurve.Polyline.Anchor)
    -> RateCurve.Polyline
  {
    RateCurve.Polyline(
      points: points.map { .init(at: .seconds($0.seconds), rate: RecordsPerSecond($0.rate)) }, anchor: anchor)
  }

  @Test("from the start: the ends hold, between points it is straight")
  func start() {
    let line = Self.line([(10, 100), (20, 300)], .start)
    let rates = [0, 10, 15, 20, 99].map { line.rate(at: .seconds($0), start: .epoch) }
    #expect(rates == [100, 100, 200, 300, 300])
  }

  @Test("from midnight: the last point is joined to the first of the next day")
  func midnight() {
    let line = Self.line([(3_600, 100), (82_800, 300)], .midnight)
    let start = Instant(seconds: 5 * 86_400 + 79_200)
    #expect(abs(line.rate(at: .hours(1), start: start) - 300) < 1e-9)
    #expect(abs(line.rate(at: .hours(2), start: start) - 200) < 1e-9)
    #expect(abs(line.rate(at: .hours(3), start: start) - 100) < 1e-9)
  }

  @Test("an intensity's records are those of its integral, within five standard deviations")
  func integral() {
    let curve = RateCurve.polyline(Self.line([(0, 0), (100, 400), (200, 0)], .start))
    var experiment = Fixture.experiment(seconds: 200, shards: 4, producers: [Fixture.single(curve: curve)])
    experiment.serviceTimes = Fixture.instantService
    let offered = Double(Fixture.result(of: experiment).records.offered)
    #expect(abs(offered - 40_000) < 5 * 200)
  }
}
