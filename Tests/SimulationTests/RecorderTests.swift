import Foundation
import Testing
import Units

@testable import Simulation

@Suite struct RecorderTests {
  @Test func `utilisation keeps exact means, hundredths and the largest share`() {
    var shares = UtilizationHistogram()
    #expect(shares.p99 == 0 && shares.mean == 0)
    for i in 1...100 as ClosedRange<Int64> { shares.record(i * 10, of: 1_000) }
    #expect(shares.count == 100)
    #expect(shares.mean == 0.505)
    #expect(shares.p99 == 0.99 && shares.percentile(50) == 0.5 && shares.max == 1)
    shares.record(Ratio(250), times: 1)
    #expect(shares.max == 250 && shares.percentile(100) == 100)
  }

  @Test func `merged histograms equal one that saw everything, in any order`() {
    var draws = stream("shares")
    var (all, left, right) = (UtilizationHistogram(), UtilizationHistogram(), UtilizationHistogram())
    for i in 0..<1_000 {
      let share = Ratio(draws.exponential())
      all.record(share, times: 1)
      if i % 3 == 0 { left.record(share, times: 1) } else { right.record(share, times: 1) }
    }
    var (a, b) = (left, right)
    a.add(right)
    b.add(left)
    #expect(a == all && b == all)
  }

  @Test func `a histogram of times keeps three digits`() {
    var times = LatencyHistogram()
    for i in 1...1_000 as ClosedRange<Int64> { times.record(.milliseconds(i)) }
    #expect(times.count == 1_000)
    #expect(abs(times.percentile(99).inMilliseconds - 990) <= 1)
    #expect(times.mean == .microseconds(500_500))
  }

  @Test func `the mean of times is exact, and never above the largest, merged and written or not`() throws {
    var one = LatencyHistogram()
    one.record(.microseconds(5_009_514))
    #expect(one.mean == .microseconds(5_009_514) && one.max == one.mean && one.percentile(50) <= one.max)
    var draws = stream("times"), (all, left, right) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
    var sum: Int64 = 0
    for i in 0..<2_000 as Range<Int64> {
      let time = Int64(draws.exponential() * 1e7)
      sum += time
      all.record(.microseconds(time))
      if i % 3 == 0 { left.record(.microseconds(time)) } else { right.record(.microseconds(time)) }
    }
    left.add(right)
    #expect(left == all && all.mean.nanoseconds == (sum * 1_000 + 1_000) / 2_000)
    let written = try JSONEncoder().encode(all)
    let pairs = (try JSONSerialization.jsonObject(with: written) as? [String: Any])?["counts"] as? [Int64]
    #expect(pairs == all.levels.flatMap { [$0.value, $0.count] }, "levels are what HdrHistogram iterates over")
    let read = try JSONDecoder().decode(LatencyHistogram.self, from: written)
    #expect(read == all && read.mean == all.mean)
  }

  @Test func `times beyond what sums of 64 bits hold have a mean`() {
    var times = LatencyHistogram()
    times.record(Interval(nanoseconds: .max), count: 1_000_000)
    #expect(times.mean <= times.max && times.mean > .days(36_500))
  }
}

@Suite struct DrawLedgerTests {
  private func record(_ digests: [UInt64], limit: Int) -> DrawRecording {
    var ledger = DrawLedger(mode: .record(limit: limit))
    for digest in digests { _ = ledger.note(digest) }
    return ledger.recording
  }

  private func divergence(_ digests: [UInt64], from first: DrawRecording) -> Int64? {
    var ledger = DrawLedger(mode: .compare(with: first))
    for digest in digests { if !ledger.note(digest) { break } }
    return ledger.finish()
  }

  @Test func `equal runs do not diverge`() {
    let run = (0..<500).map { UInt64($0) * 7 }
    let first = record(run, limit: 1_000)
    #expect(first.isComplete)
    #expect(divergence(run, from: first) == nil)
  }

  @Test func `the first changed event is named`() {
    let run = (0..<500).map { UInt64($0) * 7 }
    let first = record(run, limit: 1_000)
    for place in [0, 1, 250, 499] {
      var other = run
      other[place] ^= 1
      #expect(divergence(other, from: first) == Int64(place))
    }
  }

  @Test func `a run that is shorter or longer diverges where it ends`() {
    let run = (0..<500).map { UInt64($0) }
    let first = record(run, limit: 1_000)
    #expect(divergence(Array(run.dropLast(3)), from: first) == 497)
    #expect(divergence(run + [9], from: first) == 500)
  }

  @Test func `beyond the limit nothing is kept, and the recording says so`() {
    let run = (0..<500).map { UInt64($0) }
    let first = record(run, limit: 100)
    #expect(!first.isComplete && first.bytes.count == 100 && first.count == 500)
    var other = run
    other[200] = 0
    #expect(divergence(other, from: first) == nil)
    #expect(divergence(Array(run.dropLast()), from: first) == 499)
  }
}
