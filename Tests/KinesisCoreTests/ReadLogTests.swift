import Testing
import Units

@testable import KinesisCore

@Suite("How far a shard was read")
struct ReadLogTests {
  static func parcel(_ read: Int64, _ records: Int64) -> DeliveryParcel {
    DeliveryParcel(
      records: records, bytes: 0, arrival: start, received: start, partition: 0, origin: 0, read: read, isRepeat: false)
  }

  @Test("more reads than 4,096 are merged, and the checkpoint still passes only what has ended", arguments: 0..<6)
  func merging(seed: Int) {
    var dice = Dice(seed: seed)
    var log = ReadLog(from: 0)
    var open: [Int64] = []
    var ended = Set<Int64>()
    for read in 0..<Int64(10_000) {
      log.open(upTo: (read + 1) * 10)
      log.note(10, isRepeat: false)
      open.append(read)
      guard dice.below(4) == 0 else { continue }
      let one = open.remove(at: dice.below(open.count))
      log.settle(Self.parcel(one, 10))
      ended.insert(one)
      if let checkpoint = log.advance() { #expect((0..<checkpoint / 10).allSatisfy { ended.contains($0) }) }
    }
    #expect(log.sections.count <= ReadLog.mostSections + 1)
    for read in open { log.settle(Self.parcel(read, 10)) }
    _ = log.advance()
    #expect(log.checkpoint == 100_000)
  }

  @Test("after a rewind the first records of each read are the duplicates, as many as had ended")
  func rewind() {
    var log = ReadLog(from: 0)
    for read in 0..<Int64(3) {
      log.open(upTo: (read + 1) * 100)
      log.note(200, isRepeat: false)
    }
    for (read, ended) in [(Int64(0), Int64(200)), (1, 30), (2, 200)] { log.settle(Self.parcel(read, ended)) }
    #expect(log.advance() == 100)
    log.rewind()
    #expect(log.next == 100)
    log.open(upTo: 350)
    let first = log.repeats(at: 100, count: 250, records: 500)
    #expect(first == (100, 30))
    #expect(log.repeats(at: 200, count: 150, records: 300) == (100, 200))
    #expect(log.repeats(at: 300, count: 50, records: 100) == (50, 0), "never read before")
  }
}
