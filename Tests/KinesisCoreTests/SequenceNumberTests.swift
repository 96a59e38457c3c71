import Testing
import Units

@testable import KinesisCore

struct SequenceNumberTests {
  @Test("a number from AWS's documentation is shard 6's, made 2018-11-21T04:57:38Z, the 1734642199th, of 1545084650")
  func sample() throws {
    let text = "49590338271490256608559692538361571095921575989136588898"
    let number = try #require(SequenceNumber(text))
    #expect(number.shard == ShardID(6))
    #expect(CivilTime.text(Instant(seconds: number.shardCreated)) == "2018-11-21T04:57:38Z")
    #expect(number.index == 1_734_642_199)
    #expect(number.arrived == 1_545_084_650)
    #expect(number.description == text)
  }

  @Test("numbers survive being written and read, and have 56 digits", arguments: 0..<20)
  func roundTrip(seed: Int) throws {
    var dice = Dice(seed: seed)
    for _ in 0..<200 {
      let number = SequenceNumber(
        shard: ShardID(dice.below(Int(Int32.max))), shardCreated: Instant(seconds: Int64(dice.below(9_000_000_000))),
        index: dice.next() >> UInt64(dice.within(1...63)), arrived: Instant(seconds: Int64(dice.below(9_000_000_000))))
      #expect(number.description.utf8.count == 56, "seed \(seed): \(number)")
      #expect(SequenceNumber(number.description) == number, "seed \(seed): \(number)")
    }
  }

  @Test("numbers of one shard increase with position and time, as text too", arguments: 0..<20)
  func order(seed: Int) {
    var dice = Dice(seed: seed)
    let shard = stream(3).shards[2]
    var (last, arrived) = (shard.startingSequenceNumber, start)
    for position in Int64(0)..<300 {
      arrived = arrived + .milliseconds(Int64(dice.below(5_000)))
      let number = shard.sequenceNumber(at: position, arrived: arrived)
      #expect(last < number && last.description < number.description, "seed \(seed)")
      last = number
    }
  }

  @Test("a closed shard ends with index 0x7fffffffffffffff, above all its records")
  func ending() throws {
    var account = Account(region: "us-east-1", streams: [stream(1)], at: start)
    try account.splitShard(ShardID(0), at: HashKey(1 << 127), of: 0, now: start)
    account.wake(at: at(60))
    let shard = account[0].shards[0]
    let end = try #require(shard.endingSequenceNumber)
    #expect(end.index == 0x7fff_ffff_ffff_ffff)
    #expect(end > shard.sequenceNumber(at: 1 << 60, arrived: at(1)))
    #expect(account[0].shards[1].endingSequenceNumber == nil)
  }

  @Test(
    "text that is no sequence number of this layout is refused",
    arguments: [
      "", "0", "1", "-1", "abc", "4959033827149025660855969253836157109592157598913658889a",
      "49579844037727333356165064238440708846556371693205002258",
      "049590338271490256608559692538361571095921575989136588898", String(repeating: "9", count: 129),
      String(repeating: "9", count: 130),
    ])
  func refused(text: String) { #expect(SequenceNumber(text) == nil) }

  @Test("shard ids are shardId- and twelve digits")
  func shardIDs() {
    #expect(ShardID(7).description == "shardId-000000000007")
    for number in [0, 1, 9_999, Int(Int32.max)] { #expect(ShardID(ShardID(number).description) == ShardID(number)) }
    for text in ["", "shardId-7", "shardId-00000000007", "shardId-00000000000x", "shardId--00000000007", "7"] {
      #expect(ShardID(text) == nil, "\(text)")
    }
  }
}
