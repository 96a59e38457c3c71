import Experiment
import KinesisCore
import Simulation
import Testing
import Units

@testable import Models

/// The fault that the method of settling exists to avoid (docs/decisions/0095): draw what arrives in a stretch, and cut the stretch
/// up when that does not fit. Kept as a test that finds it: where sizes vary near the byte limit it refuses too much.
@Suite("A planted fault of settling") struct PlantedFaultTests {
  private static let shard = ShardID(0), start = Horizon(duration: .seconds(1)).start
  private static let rate = 174.0, sigma = 1.2, seconds = 200, seeds = 60
  private static let mu = DeterministicMath.log(6_000) - sigma * sigma / 2

  private static func stream(_ purpose: Purpose, _ seed: Int) -> RandomStream {
    RandomStream(seed: UInt64(seed), replication: 0, purpose: purpose, entity: EntityName("planted"))
  }

  /// Bytes of a record: lognormal, mean 6,000.
  private static func size(_ draws: inout RandomStream) -> Int32 {
    Int32(min(1_048_576, max(1, draws.lognormal(mu: mu, sigma: sigma))))
  }

  private static func empty() -> Stream {
    Stream(beginning: 0, of: Fixture.experiment(shards: 1), at: start)
  }

  /// Records refused, put one by one.
  private static func refusedByRecord(seed: Int) -> Double {
    var state = empty(), gaps = stream(.arrival, seed), sizes = stream(.size, seed)
    var at = 0.0, refused = 0.0
    while true {
      at += gaps.exponential() / rate
      guard at < Double(seconds) else { return refused }
      let arrival = RecordArrival(at: start + Interval(nanoseconds: Int64(at * 1e9)), count: 1, size: size(&sizes))
      if state.put(arrival, in: shard).accepted == 0 { refused += 1 }
    }
  }

  /// A stretch of which it is drawn what arrives in it.
  private struct Stretch {
    var from: Instant, to: Instant, count: Int64, bytes: Int64
  }

  /// Records refused, when a stretch is drawn first and then split until it fits or is short.
  private static func refusedDrawnFirst(seed: Int) -> Double {
    var state = empty(), draws = stream(.arrival, seed), sizes = stream(.size, seed), refused = 0.0
    var known = state.gate(of: shard), since: [RecordArrival] = []
    func arrivals(_ stretch: Stretch) -> [RecordArrival] {
      let length = UInt64((stretch.to - stretch.from).nanoseconds)
      let instants = (0..<stretch.count).map { _ in Int64(1 + draws.below(length)) }.sorted()
      return instants.map {
        RecordArrival(
          at: stretch.from + Interval(nanoseconds: $0), count: 1, size: Int32(stretch.bytes / stretch.count))
      }
    }
    func put(_ stretch: Stretch) {
      guard stretch.count > 0 else { return }
      let span = RecordSpan(count: stretch.count, bytes: stretch.bytes, from: stretch.from, to: stretch.to)
      let run = ArrivalRun(count: stretch.count, first: stretch.to, last: stretch.to)
      if state.settle(span, [run], in: shard) {
        since += arrivals(stretch)
        return
      }
      let length = (stretch.to - stretch.from).nanoseconds
      guard length < 125_000_000 else {
        let first = Int64(draws.binomial(n: Int(stretch.count), p: 0.5)),
          middle = stretch.from + Interval(nanoseconds: length / 2)
        let bytes = stretch.bytes * first / stretch.count
        put(Stretch(from: stretch.from, to: middle, count: first, bytes: bytes))
        return put(Stretch(from: middle, to: stretch.to, count: stretch.count - first, bytes: stretch.bytes - bytes))
      }
      state.replay(since, from: known, in: shard)
      for arrival in arrivals(stretch) where state.put(arrival, in: shard).accepted == 0 { refused += 1 }
      (known, since) = (state.gate(of: shard), [])
    }
    for second in 0..<seconds {
      let from = start + .seconds(Int64(second)), count = Int64(draws.poisson(mean: rate))
      let bytes = (0..<count).reduce(Int64(0)) { sum, _ in sum + Int64(size(&sizes)) }
      put(Stretch(from: from, to: from + .seconds(1), count: count, bytes: bytes))
    }
    return refused
  }

  @Test("draw first, then split, is found") func drawFirst() {
    let records = (0..<Self.seeds).map { Self.refusedByRecord(seed: 1_000 + $0) }
    let planted = (0..<Self.seeds).map { Self.refusedDrawnFirst(seed: 500_000 + $0) }
    let p = ResolutionTests.kolmogorovSmirnov(records, planted)
    #expect(p < 0.001, "p = \(p), means \(records.reduce(0, +) / 60) and \(planted.reduce(0, +) / 60)")
  }
}
