import Testing
import Units

@testable import KinesisCore

/// The first whole minute behind `start`.
private let minute = at(20)

private func on(_ seconds: Int64) -> Instant { minute + .seconds(seconds) }

/// An on-demand stream that has been ACTIVE since `minute`.
func onDemand(
  _ shards: Int = 4, _ settings: OnDemandSettings = OnDemandSettings(), terms: OnDemandTerms = .standard,
  region: String = "us-east-1", limits: LimitsProfile = .current
) -> KinesisCore.Stream {
  .activeOnDemand(
    name: "clicks", shards: shards, settings: settings, terms: terms, region: region, limits: limits, at: minute)
}

extension KinesisCore.Stream {
  /// Puts so many MiB/s from one second to another, twice a second, evenly over 128 places of the ring or to one key.
  /// Returns the refused bytes by second.
  mutating func load(
    _ mebibytes: Int64, from: Int64, to: Int64, key: UInt128? = nil
  ) -> (accepted: Int64, refused: [Int64]) {
    let places: [UInt128] = key.map { [$0] } ?? (0..<128).map { UInt128($0) << 121 }
    let size = Int32((mebibytes << 20) / 2 / Int64(places.count))
    var (accepted, refused): (Int64, [Int64]) = (0, [])
    for second in from..<to {
      var lost: Int64 = 0
      for half in 0..<2 as Range<Int64> {
        for place in places {
          let outcome = put(record(size, to: place), at: on(second) + .milliseconds(250 + half * 500))
          if outcome.limit == nil { accepted += Int64(size) } else { lost += Int64(size) }
        }
      }
      refused.append(lost)
    }
    return (accepted, refused)
  }
}

@Suite("On-demand streams scale themselves")
struct OnDemandTests {
  @Test("a minute at 500 KB/s splits nothing, a byte more splits the shard evenly three minutes later")
  func bytes() {
    for extra in [0, 1] as [Int32] {
      var stream = onDemand()
      for second in 0..<60 as Range<Int64> {
        _ = stream.put(record(512_000 + (second == 9 ? extra : 0)), at: on(second))
      }
      stream.wake(at: on(60))
      #expect(stream.pendingScaling.map(\.count) == (extra == 0 ? [] : [1]))
      stream.wake(at: on(240) - Interval(nanoseconds: 1))
      #expect(stream.openShardCount == 4)
      stream.wake(at: on(240))
      #expect(stream.openShardCount == (extra == 0 ? 4 : 5))
      #expect(stream.lastScaling?.decidedAt == (extra == 0 ? nil : on(60)))
    }
  }

  @Test("500 records/s over a minute split nothing, one record more does")
  func records() {
    for extra in [0, 1] as [Int32] {
      var stream = onDemand()
      for second in 0..<60 as Range<Int64> {
        _ = stream.put(record(10, count: 500 + (second == 0 ? extra : 0)), at: on(second))
      }
      stream.wake(at: on(600))
      #expect(stream.openShardCount == 4 + Int(extra))
    }
  }

  @Test("halves are equal, and children of the one that was split")
  func halves() {
    var stream = onDemand()
    _ = stream.load(4, from: 0, to: 60)
    stream.wake(at: on(240))
    #expect(stream.openShards.map { stream.shards[$0.index].range } == HashKeyRange.even(8))
    #expect(stream.shards[4...].map(\.parents) == (0..<4).flatMap { [[ShardID($0)], [ShardID($0)]] })
    #expect(stream.status == .active)
  }

  @Test("a minute belongs to the clock: a shard that opens within one is judged by what is left of it")
  func partOfAMinute() {
    var limits = LimitsProfile.current
    limits[.onDemand.splitDelay] = 90
    var stream = onDemand(4, limits: limits)
    _ = stream.load(4, from: 0, to: 180)
    #expect(stream.openShardCount == 8, "split at 150 s; half a minute at 512 KiB/s a shard is not busy")
    stream.wake(at: on(180))
    #expect(stream.pendingScaling.isEmpty)
    let minutes = stream.scaling?.minutes.map(\.load.bytes)
    #expect(minutes == [240 << 20, 240 << 20, 240 << 20], "what closed shards took counts, too")
  }

  @Test("doubling within the capacity throttles nothing when keys are even")
  func doubling() {
    var stream = onDemand()
    var refused: Int64 = 0
    for (number, rate) in [2, 4, 8, 16, 32].enumerated() as EnumeratedSequence<[Int64]> {
      let from = Int64(number) * 900
      refused += stream.load(rate, from: from, to: from + 900).refused.reduce(0, +)
    }
    #expect(refused == 0)
    #expect(stream.openShardCount == 128, "half a MiB/s on each of 64 is above 500 KB/s")
  }

  @Test("more than double throttles for less than 15 minutes, at shards the keys spread over evenly")
  func stepPastDouble() throws {
    var stream = onDemand()
    _ = stream.load(2, from: 0, to: 600)
    let refused = stream.load(28, from: 600, to: 1_800).refused
    let last = try #require(refused.lastIndex { $0 > 0 })
    #expect(refused[0] > 0 && last < 900)
    #expect(stream.openShardCount == 64)
  }

  /// Facts §5.2: from 2 MiB/s to 28 within ten minutes and to 60 within fifteen of the first rise.
  @Test("the published experiment: warm streams throttle nothing, standard ones at both steps and not later")
  func publishedExperiment() throws {
    func run(_ stream: KinesisCore.Stream) -> [Int64] {
      var stream = stream
      return stream.load(2, from: 0, to: 300).refused + stream.load(28, from: 300, to: 900).refused
        + stream.load(60, from: 900, to: 2_400).refused
    }
    let settings = OnDemandSettings(warmThroughput: 100)
    let shards = LimitsProfile.current.onDemandShards(warmThroughput: 100, peak: 0, region: "us-east-1")
    #expect(shards == 100)
    #expect(run(onDemand(shards, settings, terms: .advantage)).allSatisfy { $0 == 0 })
    let standard = run(onDemand())
    #expect(standard[..<300].allSatisfy { $0 == 0 }, "the baseline")
    #expect(standard[300] > 0 && standard[900] > 0, "both steps")
    #expect(standard[1_500...].allSatisfy { $0 == 0 }, "ten minutes after the second")
  }

  @Test("a stream with history begins with the shards that hold twice its peak", arguments: [(0, 4), (2, 4), (22, 44)])
  func history(peak: Int64, shards: Int) {
    let limits = LimitsProfile.current
    #expect(limits.onDemandShards(warmThroughput: 0, peak: peak << 20, region: "us-east-1") == shards)
    var stream = onDemand(shards)
    #expect(stream.load(max(2, peak), from: 0, to: 30).refused.allSatisfy { $0 == 0 })
    #expect(
      limits.onDemandShards(warmThroughput: 0, peak: 900 << 20, region: "eu-north-1") == 200, "the region's ceiling")
  }

  @Test("one key above 1 MiB/s throttles for ever: splits do not part it, and each leaves an idle sibling")
  func hotKey() {
    var stream = onDemand()
    let refused = stream.load(2, from: 0, to: 1_200, key: 1).refused
    #expect(refused[60...].filter { $0 > 0 }.count > 1_000)
    #expect(stream.openShardCount == 4 + 4, "a split every four minutes")
    var warm = onDemand(100, OnDemandSettings(warmThroughput: 100), terms: .advantage)
    #expect(warm.load(2, from: 0, to: 60, key: 1).refused.allSatisfy { $0 > 0 }, "nor does warm throughput help")
  }

  @Test("under AUTO the same key throttles nothing, and every open shard takes its turn")
  func auto() {
    var stream = onDemand(4, OnDemandSettings(distribution: .auto))
    #expect(stream.load(2, from: 0, to: 1_200, key: 1).refused.allSatisfy { $0 == 0 })
    var fresh = onDemand(4, OnDemandSettings(distribution: .auto))
    let turns = (0..<8).map { _ in fresh.put(record(10), at: on(1)).shard.index }
    #expect(turns == [1, 2, 3, 0, 1, 2, 3, 0])
  }

  @Test("a stream splits no further than its region's ceiling")
  func ceiling() {
    var limits = LimitsProfile.current
    limits[.onDemand.bytesOtherRegions] = 6 << 20
    var stream = onDemand(4, region: "eu-north-1", limits: limits)
    let refused = stream.load(12, from: 0, to: 1_800).refused
    #expect(stream.openShardCount == 6 && refused[1_799] > 0)
  }

  @Test("capacity that was reached stays: nothing documents a scale-down")
  func noScaleDown() {
    var stream = onDemand()
    _ = stream.load(8, from: 0, to: 900)
    let open = stream.openShardCount
    stream.wake(at: on(40 * 86_400))
    #expect(open >= 16 && stream.openShardCount == open)
  }

  @Test("50 fan-out consumers under Advantage, 20 under Standard and provisioned")
  func consumers() throws {
    for (terms, most) in [(OnDemandTerms.standard, 20), (.advantage, 50)] {
      var stream = onDemand(terms: terms)
      for number in 0..<most { _ = try stream.registerActiveConsumer("c\(number)", at: minute) }
      #expect(code { try stream.registerConsumer("one-more", at: minute) } == limitExceeded)
    }
    var provisioned = KinesisCore.Stream.active(name: "clicks", shards: 1, at: minute)
    provisioned.agree(to: .advantage)
    for number in 0..<20 { _ = try provisioned.registerActiveConsumer("c\(number)", at: minute) }
    #expect(code { try provisioned.registerConsumer("one-more", at: minute) } == limitExceeded)
  }
}
