import Testing
import Units

@testable import KinesisCore

/// Spans of records settled at once, held against the same records put one by one.
@Suite("Spans") struct SpanTests {
  /// Draws that are the same on every machine.
  private struct Dice {
    var state: UInt64
    mutating func roll(_ most: Int64) -> Int64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64(state >> 33) % most
    }
  }

  private static let start = Instant(seconds: 1_767_571_200)
  private static let shard = ShardID(0)

  /// Arrivals in a stretch, in order of time.
  private static func arrivals(_ dice: inout Dice, from: Instant, length: Interval, most: Int64) -> [RecordArrival] {
    let count = dice.roll(most)
    return (0..<count).map { _ in
      let at = from + Interval(nanoseconds: 1 + dice.roll(length.nanoseconds))
      return RecordArrival(at: at, count: Int32(1 + dice.roll(3)), size: Int32(1 + dice.roll(2_000)))
    }.sorted { $0.at < $1.at }
  }

  @Test("what is settled is what is put one by one, and the gate is the same once it is replayed")
  func equalsRecordByRecord() {
    var dice = Dice(state: 7), settled = 0, refused = 0
    for round in 0..<60 {
      var whole = Stream.active(name: "s", shards: 1, at: Self.start), single = whole
      var gate = whole.gate(of: Self.shard), since: [RecordArrival] = [], from = Self.start
      for _ in 0..<40 {
        let length = Interval(nanoseconds: 1 + dice.roll(700_000_000)), to = from + length
        let some = Self.arrivals(&dice, from: from, length: length, most: Int64(20 + round * 12))
        let count = some.reduce(0) { $0 + Int64($1.count) }
        let bytes = some.reduce(0) { $0 + Int64($1.count) * Int64($1.size) }
        let before = single.shards[0].log.tip
        for arrival in some { _ = single.put(arrival, in: Self.shard) }
        let taken = single.shards[0].log.tip - before
        let span = RecordSpan(count: count, bytes: bytes, from: from, to: to)
        let run = ArrivalRun(count: count, first: some.first?.at ?? to, last: some.last?.at ?? to)
        if count > 0, whole.settle(span, [run], in: Self.shard) {
          settled += 1
          #expect(taken == count, "what is settled is never refused")
          since += some
        } else {
          // The driver finds out where the gate stands, and puts one by one.
          refused += 1
          whole.replay(since, from: gate, in: Self.shard)
          for arrival in some { _ = whole.put(arrival, in: Self.shard) }
          (gate, since) = (whole.gate(of: Self.shard), [])
        }
        #expect(whole.shards[0].log.tip == single.shards[0].log.tip)
        from = to
      }
      whole.replay(since, from: gate, in: Self.shard)
      #expect(whole.gate(of: Self.shard) == single.gate(of: Self.shard))
      #expect(whole.shards[0].log.written == single.shards[0].log.written)
    }
    #expect(settled > 500 && refused > 100)
  }

  @Test("what is refused changes nothing") func refusalChangesNothing() {
    var stream = Stream.active(name: "s", shards: 1, at: Self.start)
    let before = stream
    let span = RecordSpan(count: 1_001, bytes: 1_001, from: Self.start, to: Self.start + .seconds(1))
    let run = ArrivalRun(count: 1_001, first: Self.start, last: Self.start + .seconds(1))
    let isSettled = stream.settle(span, [run], in: Self.shard)
    #expect(!isSettled)
    #expect(stream.shards == before.shards)
  }

  @Test("a read that lies back gives what GetRecords gave then, and what GetRecords refuses it does not give")
  func readsThatLieBack() throws {
    var dice = Dice(state: 11), answered = 0, refused = 0
    for round in 0..<40 {
      var forward = Stream.active(name: "s", shards: 1, at: Self.start), back = forward
      var next = Int64(0), behind = Int64(0), from = Self.start
      for _ in 0..<20 {
        let second = Interval.seconds(1),
          some = Self.arrivals(&dice, from: from, length: second, most: Int64(10 + round * 10))
        let polls = (0..<Int(1 + dice.roll(14))).map { _ in from + Interval(nanoseconds: dice.roll(second.nanoseconds))
        }
        .sorted()
        var left = some[...], answers: [ReadAnswer?] = []
        for poll in polls {
          while let arrival = left.first, arrival.at <= poll { _ = forward.put(left.removeFirst(), in: Self.shard) }
          let iterator = ShardIterator(shard: Self.shard, next: next, issuedAt: poll)
          let answer = try? forward.getRecords(iterator, limit: 10_000, at: poll)
          answers.append(answer)
          next = answer?.end ?? next
        }
        for arrival in left { _ = forward.put(arrival, in: Self.shard) }
        for arrival in some { _ = back.put(arrival, in: Self.shard) }
        for (poll, answer) in zip(polls, answers) {
          let read = back.settledRead(from: behind, limit: 10_000, in: Self.shard, at: poll)
          #expect(read?.end == answer?.end && read?.bytes == answer?.bytes && read?.count == answer?.count)
          behind = read?.end ?? behind
          if read == nil { refused += 1 } else { answered += 1 }
        }
        from = from + second
      }
    }
    #expect(answered > 1_000 && refused > 100, "\(answered) answered, \(refused) refused")
  }

  @Test("a run tells how many of its records had arrived by an instant") func partOfARun() {
    for (count, length) in [(Int64(1), Int64(0)), (2, 1), (7, 1_000), (1_000, 999_999_937), (5, 3)] {
      let last = Self.start + Interval(nanoseconds: length)
      let run = RecordRun(first: 10, count: count, bytes: count, arrival: Self.start, lastArrival: last)
      for part in 0...20 {
        let instant = Self.start + Interval(nanoseconds: length * Int64(part) / 20)
        let there = (run.first..<run.end).filter { run.arrival(of: $0) <= instant || instant >= last }.count
        #expect(run.position(behindThoseBy: instant) == run.first + Int64(there), "\(count) in \(length), \(part)")
      }
    }
  }

  @Test("a run's records arrive evenly between the first and the last") func runsAreSpread() {
    var stream = Stream.active(name: "s", shards: 1, at: Self.start)
    let first = Self.start + .milliseconds(100), last = Self.start + .milliseconds(500)
    let span = RecordSpan(count: 5, bytes: 53, from: Self.start, to: Self.start + .seconds(1))
    let isSettled = stream.settle(span, [ArrivalRun(count: 5, first: first, last: last)], in: Self.shard)
    #expect(isSettled)
    let runs = Array(stream.shards[0].log.runs(from: 1, to: 4))
    #expect(runs.count == 1 && runs[0].count == 3)
    #expect(
      runs[0].arrival == Self.start + .milliseconds(200) && runs[0].lastArrival == Self.start + .milliseconds(400))
    #expect(stream.lag(behind: 3, in: Self.shard, at: Self.start + .seconds(1)) == 700)
  }
}
