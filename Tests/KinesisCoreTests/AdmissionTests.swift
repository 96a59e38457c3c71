import Testing
import Units

@testable import KinesisCore

struct AdmissionTests {
  @Test("the 1001st record of a second is throttled and consumes nothing")
  func the1001st() {
    var stream = stream(1)
    for _ in 0..<1_000 { _ = stream.put(record(10), at: start) }
    let full = stream
    let refused = stream.put(record(10), at: start)
    #expect(refused == PutOutcome(shard: ShardID(0), accepted: 0, limit: .records, first: 1_000))
    #expect(stream == full)
    let next = stream.put(record(10), at: at(milliseconds: 1))
    #expect(next.accepted == 1 && next.first == 1_000)
  }

  @Test("1 MiB a second is the other limit: whichever is first is named")
  func bytes() {
    var stream = stream(1)
    let outcomes = [600 << 10, 500 << 10, 424 << 10, 1].map { stream.put(record(Int32($0)), at: start) }
    #expect(outcomes.map(\.accepted) == [1, 0, 1, 0])
    #expect(outcomes.map(\.limit) == [nil, .bytes, nil, .bytes])
    let later = stream.put(record(1 << 20, count: 2), at: at(1))
    #expect(later.accepted == 1 && later.limit == .bytes)
  }

  @Test("a stream of large records bursts to its largest record, then refills at 1 MiB/s")
  func largeRecords() {
    var stream = stream(1, maxRecord: .mebibytes(10))
    let outcomes = [(10 << 20, 0), (1, 0), (1 << 20, 1), (1 << 20, 1), (10 << 20, 10), (10 << 20, 11)].map {
      size, second in
      stream.put(record(Int32(size)), at: at(Int64(second))).accepted
    }
    #expect(outcomes == [1, 0, 1, 0, 0, 1])
  }

  @Test("slack lets through as much more as it says, and no more")
  func slack() {
    var limits = LimitsProfile.current
    limits[.shard.writeSlack] = 1_250
    var stream = stream(1, limits: limits)
    #expect(stream.put(record(1, count: 2_000), at: start).accepted == 1_250)
  }

  @Test("one shard's load leaves the others alone")
  func independence() {
    var stream = stream(2)
    _ = stream.put(record(100, to: 0, count: 2_000), at: start)
    let other = stream.put(record(100, to: .max, count: 1_000), at: start)
    #expect(other == PutOutcome(shard: ShardID(1), accepted: 1_000, limit: nil, first: 0))
  }

  @Test("a run of equal records admitted at once equals single ones", arguments: 0..<60)
  func runsEqualSingles(seed: Int) {
    var dice = Dice(seed: seed)
    var whole = stream(2, maxRecord: .mebibytes(Int64(dice.within(1...10))))
    var singles = whole
    var now = start
    for _ in 0..<40 {
      now = now + Interval(nanoseconds: Int64(dice.below(300_000_000)))
      let header = record(
        Int32(dice.pick([1, 100, 2_000, 50_000])), to: dice.ring(), count: Int32(dice.within(1...500)))
      let run = whole.put(header, at: now)
      var accepted: Int32 = 0
      for _ in 0..<header.count {
        let one = singles.put(record(header.size, to: header.hashKey.value), at: now)
        #expect(one.limit == (accepted < run.accepted ? nil : run.limit), "seed \(seed)")
        accepted += one.accepted
      }
      #expect(accepted == run.accepted, "seed \(seed)")
      #expect(whole == singles, "seed \(seed)")
    }
  }

  @Test("no window of one second admits more than depth and rate, in records or bytes", arguments: 0..<40)
  func windows(seed: Int) {
    var dice = Dice(seed: seed)
    let maxRecord = Int64(dice.pick([1, 3, 10]) << 20)
    var stream = stream(1, maxRecord: Bytes(maxRecord))
    var admitted: [(at: Instant, records: Int64, bytes: Int64)] = []
    var now = start
    for _ in 0..<400 {
      now = now + Interval(nanoseconds: Int64(dice.below(dice.pick([1, 2_000_000, 400_000_000]))))
      let size = dice.pick([1, 900, 30_000, 900_000]), count = dice.within(1...800)
      let taken = Int64(stream.put(record(Int32(size), count: Int32(count)), at: now).accepted)
      admitted.append((now, taken, taken * Int64(size)))
    }
    var oldest = 0
    for newest in admitted.indices {
      while admitted[newest].at - admitted[oldest].at > .seconds(1) { oldest += 1 }
      let window = admitted[oldest...newest]
      #expect(window.reduce(0) { $0 + $1.records } <= 2_000, "seed \(seed)")
      #expect(window.reduce(0) { $0 + $1.bytes } <= maxRecord + 1 << 20, "seed \(seed)")
    }
  }

  @Test("a run of two thousand million records is one operation")
  func runIsConstant() {
    var stream = stream(1)
    let outcome = stream.put(record(1, count: .max), at: start)
    #expect(outcome.accepted == 1_000 && outcome.limit == .records)
    #expect(stream.shards[0].log.runCount == 1)
  }

  @Test("records without bytes are held by the other limit only")
  func empty() {
    var stream = stream(1)
    #expect(stream.put(record(0, count: 5_000), at: start).accepted == 1_000)
  }
}
