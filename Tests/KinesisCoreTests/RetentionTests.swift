import Testing
import Units

@testable import KinesisCore

struct RetentionTests {
  @Test("records leave when they are older than the retention period, not before")
  func trimming() {
    var stream = stream(1)
    for hour in 0..<3 { _ = stream.put(record(10, count: 5), at: start + .hours(Int64(hour))) }
    stream.trim(at: start + .hours(24))
    #expect(stream.shards[0].log.trimHorizon == 0)
    stream.trim(at: start + .hours(24) + Interval(nanoseconds: 1))
    #expect(stream.shards[0].log.trimHorizon == 5)
    stream.trim(at: start + .hours(48))
    #expect(stream.shards[0].log.trimHorizon == 15 && stream.shards[0].log.tip == 15)
    #expect(stream.shards[0].log.runCount == 0)
  }

  @Test("a position whose record has left goes on at the horizon and says how many it missed")
  func expiredPositions() throws {
    var stream = stream(1)
    for hour in 0..<3 { _ = stream.put(record(10, count: 5), at: start + .hours(Int64(hour))) }
    let answer = try stream.read(2, at: start + .hours(25) + .seconds(1))
    #expect(answer.first == 10 && answer.expired == 8 && answer.count == 5)
    let empty = try stream.read(2, at: start + .hours(72))
    #expect(empty.first == 15 && empty.expired == 13 && empty.count == 0 && empty.next?.next == 15)
  }

  @Test("lengthening the period does not bring back what has left, shortening takes at once")
  func changing() throws {
    var account = Account(region: "us-east-1", streams: [stream(1)], at: start)
    for hour in 0..<30 { _ = account[0].put(record(10), at: start + .hours(Int64(hour))) }
    try account.setRetention(of: 0, hours: 48, isIncrease: true, now: start + .hours(29))
    #expect(account[0].shards[0].log.trimHorizon == 5)
    account[0].trim(at: start + .hours(40))
    #expect(account[0].shards[0].log.trimHorizon == 5)
    try account.setRetention(of: 0, hours: 24, isIncrease: false, now: start + .hours(40))
    #expect(account[0].shards[0].log.trimHorizon == 16)
  }

  @Test("the period is 24 to 8,760 hours, and each action goes its own way only")
  func bounds() {
    var account = Account(region: "us-east-1", streams: [stream(1)], at: start)
    func codes(_ changes: [(Int64, Bool)]) -> [String?] {
      changes.enumerated().map { index, change in
        code { try account.setRetention(of: 0, hours: change.0, isIncrease: change.1, now: at(Int64(index))) }
      }
    }
    #expect(codes([(8_760, true), (8_761, true), (.max, true), (48, true)]) == [nil, invalid, invalid, invalid])
    #expect(codes([(48, false), (23, false), (-1, false), (72, false)]) == [nil, invalid, invalid, invalid])
  }

  @Test("five changes of the period a second")
  func rate() {
    var account = Account(region: "us-east-1", streams: [stream(1)], at: start)
    let codes = (0..<6).map { hour in
      code { try account.setRetention(of: 0, hours: 25 + hour, isIncrease: true, now: start) }
    }
    #expect(codes == [nil, nil, nil, nil, nil, limitExceeded])
  }

  @Test("memory is bounded by what is kept, not by what was ever written", arguments: [0, 1])
  func memory(settles: Int) {
    var log = ShardLog()
    for second in Int64(0)..<50_000 {
      log.append(count: 1, size: second % 7, at: at(second))
      if settles == 1 { log.settle(before: log.tip - 3, width: .seconds(1)) }
      log.trim(before: at(second - 100))
      #expect(log.runCount <= 102)
    }
    #expect(log.trimHorizon == 49_899)
  }
}

struct SettleTests {
  /// A log of random runs, and the same log with everything before a random position settled.
  private func pair(_ seed: Int) -> (exact: ShardLog, settled: ShardLog, position: Int64) {
    var dice = Dice(seed: seed)
    var log = ShardLog()
    var now = start
    for _ in 0..<dice.within(1...300) {
      now = now + .milliseconds(Int64(dice.below(700)))
      log.append(count: Int64(dice.within(1...30)), size: Int64(dice.below(2_000)), at: now)
    }
    var settled = log
    let position = Int64(dice.below(Int(log.tip) + 1))
    settled.settle(before: position, width: .seconds(Int64(dice.within(1...20))))
    return (log, settled, position)
  }

  private func totals(_ log: ShardLog) -> (Int64, Int64) {
    log.runs(from: 0, to: log.tip).reduce((0, 0)) { ($0.0 + $1.count, $0.1 + $1.bytes) }
  }

  @Test("settling keeps the totals, and whoever reads on from there gets the same", arguments: 0..<200)
  func settling(seed: Int) {
    let (exact, settled, position) = pair(seed)
    #expect(totals(exact) == totals(settled), "seed \(seed)")
    #expect(settled.runCount <= exact.runCount, "seed \(seed)")
    #expect(settled.tip == exact.tip && settled.trimHorizon == exact.trimHorizon, "seed \(seed)")
    #expect(Array(exact.runs(from: position, to: exact.tip)) == Array(settled.runs(from: position, to: exact.tip)))
    for at in position..<exact.tip { #expect(exact.run(holding: at) == settled.run(holding: at), "seed \(seed)") }
  }

  @Test("settled blocks give every record and byte once, however they are read", arguments: 0..<200)
  func pieces(seed: Int) {
    let (_, settled, _) = pair(seed)
    var dice = Dice(seed: seed + 1_000)
    var (position, bytes) = (Int64(0), Int64(0))
    while position < settled.tip {
      let room = Int64(dice.within(1...20_000))
      let part = settled.prefix(from: position, records: Int64(dice.within(1...40)), bytes: room)
      #expect(part.count >= 1 && (part.bytes <= room || part.count == 1), "seed \(seed)")
      (position, bytes) = (position + part.count, bytes + part.bytes)
    }
    #expect(position == settled.tip && bytes == totals(settled).1, "seed \(seed)")
  }

  @Test("exact runs are given out as far as the room goes, and not a record less", arguments: 0..<200)
  func greedy(seed: Int) {
    let (exact, _, _) = pair(seed)
    var dice = Dice(seed: seed + 2_000)
    let sizes = exact.runs(from: 0, to: exact.tip).flatMap {
      Array(repeating: $0.bytes / $0.count, count: Int($0.count))
    }
    for _ in 0..<20 {
      let first = dice.below(sizes.count), room = Int64(dice.below(20_000)), most = dice.within(1...100)
      let part = exact.prefix(from: Int64(first), records: Int64(most), bytes: room)
      let expected = Self.greedy(sizes[first...].prefix(most), room)
      #expect(part.count == expected.0 && part.bytes == expected.1, "seed \(seed), from \(first), room \(room)")
    }
  }

  private static func greedy(_ sizes: ArraySlice<Int64>, _ room: Int64) -> (Int64, Int64) {
    var (count, bytes) = (Int64(0), Int64(0))
    for size in sizes {
      guard bytes + size <= room || count == 0 else { break }
      (count, bytes) = (count + 1, bytes + size)
    }
    return (count, bytes)
  }

  @Test("a settled block leaves as a whole, when its last record is old enough")
  func blocksLeaveWhole() {
    var log = ShardLog()
    for second in Int64(0)..<10 { log.append(count: 1, size: 10, at: at(second)) }
    log.settle(before: 10, width: .seconds(1_000_000))
    log.trim(before: at(9))
    #expect(log.trimHorizon == 0)
    log.trim(before: at(10))
    #expect(log.trimHorizon == 10)
  }
}
