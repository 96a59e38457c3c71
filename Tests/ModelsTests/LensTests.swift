import Experiment
import KinesisCore
import Simulation
import Testing
import Units

@testable import Models

@Suite struct LensTests {
  /// Two shards, one key that is more than its shard takes, a reader.
  static let hot = Fixture.experiment(
    seconds: 40,
    producers: [Fixture.producer(rate: 2_500, keys: KeySpec(.hotSet(cardinality: 50, hot: 1, hotShare: 0.6)))],
    consumers: [Fixture.consumer(.kclFanOut)])

  private func record(_ from: Int64, _ until: Int64, of experiment: Experiment = hot) -> Recording? {
    let start = experiment.horizon.start
    return World.recording(
      of: PreparedExperiment(experiment), replication: 0, from: start + .seconds(from), until: start + .seconds(until),
      isInterrupted: { false })
  }

  @Test func `a whole run recorded adds up to its result`() throws {
    let recording = try #require(record(0, 40)), result = Fixture.result(of: Self.hot)
    #expect(recording.seconds == 40)
    for shard in result.streams[0].shards {
      let track = recording.streams[0].shards[shard.id.index]
      #expect(track.seconds.count == 40 && track.range == shard.range)
      #expect(track.seconds.reduce(0) { $0 + $1.takenRecords } == shard.acceptedRecords)
      #expect(track.seconds.reduce(0) { $0 + $1.askedRecords } == shard.demandedRecords)
      #expect(track.seconds.reduce(0) { $0 + $1.askedBytes } == shard.demandedBytes.count)
      #expect(track.seconds.reduce(0) { $0 + $1.refused } == shard.throttled)
      #expect(track.seconds.map(recording.streams[0].demand).max() == shard.worstDemand)
    }
    #expect(recording.producers[0].offered.reduce(0, +) == result.producers[0].offered)
    #expect(recording.producers[0].retries.reduce(0, +) == result.producers[0].retries)
    #expect(recording.producers[0].lost.reduce(0, +) == result.producers[0].lost)
    #expect(recording.consumers[0].ages.max() == result.consumers[0].iteratorAgeMax)
  }

  @Test func `a part is the same part of the whole`() throws {
    let whole = try #require(record(0, 40)), part = try #require(record(12, 20))
    #expect(part.seconds == 8 && part.from == Self.hot.horizon.start + .seconds(12))
    for shard in 0..<2 {
      #expect(part.streams[0].shards[shard].seconds == Array(whole.streams[0].shards[shard].seconds[12..<20]))
    }
    #expect(part.producers[0].retries == Array(whole.producers[0].retries[12..<20]))
    #expect(part.consumers[0].ages == Array(whole.consumers[0].ages[12..<20]))
  }

  @Test func `the hot key is named with its share`() throws {
    let recording = try #require(record(12, 20))
    let hottest = Fixture.result(of: Self.hot).streams[0].shards.compactMap(\.hottestKey).max { $0.share < $1.share }
    let named = recording.streams[0].shards.compactMap(\.keys.first).max { $0.share < $1.share }
    #expect(named?.key == hottest?.key && abs((named?.share ?? 0) - (hottest?.share ?? 1)) < 0.02)
    for shard in recording.streams[0].shards {
      #expect(
        shard.keys.count <= Recording.mostKeys && shard.keys.map(\.share) == shard.keys.map(\.share).sorted(by: >))
    }
  }

  @Test func `looking changes nothing`() throws {
    let prepared = PreparedExperiment(Self.hot)
    func hash(_ lens: Lens?) -> UInt64 {
      var run = World(prepared, replication: 0)
      if let lens { run.look(through: lens) }
      while !run.advance(limit: 1_000) {}
      return run.finish(isComplete: true).trajectoryHash
    }
    let start = Self.hot.horizon.start
    let blank = Recording(
      from: start, streams: [.init(name: "clicks", recordsLimit: 1, bytesLimit: 1)], producers: [.init(name: "web")],
      consumers: [.init(name: "reader")])
    #expect(hash(nil) == hash(Lens(from: start, until: start + .seconds(40), recording: blank)))
  }

  @Test func `shards that open and close keep their seconds`() throws {
    let split = ScheduledEvent(at: .seconds(5), action: .splitShard(stream: 0, shard: ShardID(0), at: nil))
    let experiment = Fixture.experiment(seconds: 90, events: [split])
    let recording = try #require(record(0, 90, of: experiment))
    #expect(recording.streams[0].shards.count == 4)
    #expect(recording.streams[0].shards.allSatisfy { $0.seconds.count == 90 })
    #expect(recording.streams[0].shards[2].seconds[0] == Recording.Second())
    #expect(recording.streams[0].shards[0].seconds[89] == Recording.Second())
    #expect(recording.streams[0].shards[2].seconds[89].askedRecords > 0)
  }

  @Test func `a stretch is kept within the run, and one outside it is none`() throws {
    #expect(record(50, 60) == nil && record(-10, 0) == nil)
    let late = try #require(record(35, 100)), early = try #require(record(-10, 3))
    #expect(late.seconds == 5 && early.seconds == 3 && early.from == Self.hot.horizon.start)
    let prepared = PreparedExperiment(Self.hot), start = Self.hot.horizon.start
    let stopped = World.recording(
      of: prepared, replication: 0, from: start, until: start + .seconds(9), isInterrupted: { true })
    #expect(stopped == nil)
  }
}
