import Foundation
import Testing
import Units

@testable import KinesisCore

struct TokenBucketTests {
  @Test("a full bucket gives its depth and then its rate, to the nanosecond")
  func depthThenRate() {
    var bucket = TokenBucket(rate: 1_000, depth: 5, at: start)
    let taken = [(5, 0), (1, 0), (1, 999_999), (1, 1_000_000), (1, 1_999_999), (1, 2_000_000)].map { tokens, later in
      bucket.take(tokens, at: start + Interval(nanoseconds: later))
    }
    #expect(taken == [true, false, false, true, false, true])
  }

  @Test("a bucket never holds more than its depth, and time that runs backwards adds nothing")
  func bounded() {
    var bucket = TokenBucket(rate: 1 << 20, depth: 100, at: start)
    let late = start + .days(30_000)
    let (held, taken, left) = (bucket.available(at: late), bucket.take(100, at: late), bucket.available(at: start))
    #expect(held == 100 && taken && left == 0)
  }

  @Test("a run of takes equals one take of the run, and looking changes nothing", arguments: 0..<50)
  func runs(seed: Int) {
    var dice = Dice(seed: seed)
    var (whole, single) = (
      TokenBucket(rate: 777, depth: 1_234, at: start), TokenBucket(rate: 777, depth: 1_234, at: start)
    )
    var now = start
    for _ in 0..<200 {
      now = now + Interval(nanoseconds: Int64(dice.below(1_000_000_000)))
      let n = Int64(dice.below(400))
      let taken = min(n, whole.available(at: now))
      let isTaken = whole.take(taken, at: now)
      _ = single.available(at: now - Interval(nanoseconds: Int64(dice.below(1_000_000))))
      let singles = (0..<n).count { _ in single.take(1, at: now) }
      #expect(isTaken && Int64(singles) == taken, "seed \(seed)")
      #expect(whole == single || n == 0, "seed \(seed)")
    }
  }

  @Test("the instant at which tokens are there is the first such instant", arguments: 0..<50)
  func firstInstant(seed: Int) {
    var dice = Dice(seed: seed)
    for _ in 0..<100 {
      let rate = Int64(dice.within(1...3_000_000)), depth = Int64(dice.within(1...3_000_000))
      var bucket = TokenBucket(rate: rate, depth: depth, at: start)
      bucket.overdraw(Int64(dice.within(1...10_000_000)), at: start)
      let wanted = Int64(dice.within(1...Int(depth)))
      let due = bucket.instant(holding: wanted, from: start)
      let early = bucket.available(at: due - Interval(nanoseconds: 1))
      #expect(early < wanted || due == start, "seed \(seed)")
      let held = bucket.available(at: due)
      #expect(held >= wanted, "seed \(seed)")
    }
  }

  @Test("what never fits is never there")
  func neverThere() {
    #expect(TokenBucket(rate: 5, depth: 5, at: start).instant(holding: 6, from: start) == .never)
  }

  @Test("an overdraft forfeits what was left: 10 MiB at 2 MiB/s is five seconds of debt from whatever level")
  func overdraft() {
    var bucket = TokenBucket(rate: 2 << 20, depth: 2 << 20, at: start)
    bucket.overdraw(10 << 20, at: start)
    let early = bucket.isSolvent(at: at(5) - Interval(nanoseconds: 1))
    let (due, left) = (bucket.isSolvent(at: at(5)), bucket.available(at: at(5)))
    #expect(!early && due && left == 0)
    bucket.overdraw(1, at: at(5))
    let again = bucket.isSolvent(at: at(5))
    #expect(!again)
  }
}

/// The stationary loss of an M/D/1/b queue, computed elsewhere to ten digits.
struct QueueLoss: CustomTestStringConvertible, Sendable {
  let load: Double, depth: Int64, loss: Double, seed: Int
  var testDescription: String { "ρ \(load), b \(depth), seed \(seed)" }

  static let known = [
    QueueLoss(load: 0.8, depth: 5, loss: 0.0352903964, seed: 21),
    QueueLoss(load: 0.9, depth: 10, loss: 0.0166317478, seed: 12),
    QueueLoss(load: 1.0, depth: 10, loss: 0.0508474576, seed: 13),
    QueueLoss(load: 0.95, depth: 20, loss: 0.0080686496, seed: 14),
    QueueLoss(load: 1.05, depth: 20, loss: 0.0555091836, seed: 15),
  ]

  /// The share refused in each batch of Poisson arrivals to a bucket of 1,000 tokens a second, after a warm-up.
  func batches(_ count: Int, of arrivals: Int) -> [Double] {
    var dice = Dice(seed: seed)
    var bucket = TokenBucket(rate: 1_000, depth: depth, at: start)
    var now = start
    let mean = 1e6 / load
    func refusals() -> Double {
      var refused = 0
      for _ in 0..<arrivals {
        now = now + Interval(nanoseconds: Int64((-log(dice.unit()) * mean).rounded()))
        if !bucket.take(1, at: now) { refused += 1 }
      }
      return Double(refused) / Double(arrivals)
    }
    _ = refusals()
    return (0..<count).map { _ in refusals() }
  }
}

extension TokenBucketTests {
  /// A token bucket's deficit is the work in a queue with constant service, so that it refuses what such a queue with b
  /// places loses. Losses are correlated, hence the standard error from 100 batches of 20,000 arrivals.
  @Test("a bucket of depth b under Poisson arrivals loses what an M/D/1/b queue loses", arguments: QueueLoss.known)
  func loss(_ queue: QueueLoss) {
    let batches = queue.batches(100, of: 20_000)
    let mean = batches.reduce(0, +) / 100
    let variance = batches.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 99
    let z = (mean - queue.loss) / (variance / 100).squareRoot()
    // The residuals of docs/validation.md: WEIR_SHOW_ORACLES=1 swift test --filter TokenBucketTests | grep oracle:
    if getenv("WEIR_SHOW_ORACLES") != nil {
      print("oracle: \(queue.testDescription) \(queue.loss) measured \(mean), z \(z)")
    }
    #expect(abs(z) < 3, "\(queue.testDescription): measured \(mean), expected \(queue.loss), z \(z)")
    #expect((variance / 100).squareRoot() < queue.loss * 0.03, "an interval too wide to prove anything")
  }
}
