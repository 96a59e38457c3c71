import Experiment
import KinesisCore
import Models
import Simulation
import Testing
import Units

private func busy(seed: UInt64 = 1, size: Int = 2_000) -> Experiment {
  let retry = RetrySpec(policy: .exponentialFullJitter, maxAttempts: 5)
  return Fixture.experiment(
    seconds: 20, shards: 1, seed: seed, producers: [Fixture.producer(rate: 560, size: size, retry: retry)],
    consumers: [Fixture.consumer("sdk", .sdkPolling), Fixture.consumer("efo", .kclFanOut)])
}

@Suite("Equal experiments give equal runs")
struct DeterminismTests {
  @Test("the same experiment twice: equal trajectories, equal figures")
  func twice() {
    let (a, b) = (Fixture.result(of: busy()), Fixture.result(of: busy()))
    #expect(a.trajectoryHash == b.trajectoryHash)
    #expect(a.eventCount == b.eventCount)
    #expect(a.records == b.records)
    #expect(a.series.map(\.samples) == b.series.map(\.samples))
    #expect(a.notes == b.notes)
    #expect(a.streams[0].bins == b.streams[0].bins)
  }

  @Test("it does not matter how many events are taken at once")
  func steps() {
    var run = World(PreparedExperiment(busy()), replication: 0)
    while !run.advance(limit: 7) {}
    #expect(run.finish(isComplete: true).trajectoryHash == Fixture.result(of: busy()).trajectoryHash)
  }

  @Test("another seed or replication is another run")
  func others() {
    let hashes = [
      Fixture.result(of: busy()), Fixture.result(of: busy(seed: 2)), Fixture.result(of: busy(), replication: 1),
    ].map(\.trajectoryHash)
    #expect(Set(hashes).count == 3)
  }

  @Test("replications do not depend on workers, nor on how many there are")
  func replications() async {
    let prepared = PreparedExperiment(busy())
    func hashes(_ count: Int, _ workers: Int) async -> [UInt64] {
      await Replications.run(prepared, count: count, workers: workers, isInterrupted: { false }, report: { _ in })
        .map(\.trajectoryHash)
    }
    let one = await hashes(4, 1)
    #expect(await hashes(4, 3) == one)
    #expect(await hashes(2, 2) == Array(one.prefix(2)))
    #expect(Set(one).count == 4)
    #expect(one[2] == Fixture.result(of: busy(), replication: 2).trajectoryHash)
  }

  @Test("an interrupted set of replications has the first, incomplete")
  func interrupted() async {
    let results = await Replications.run(
      PreparedExperiment(busy()), count: 4, workers: 1, isInterrupted: { true }, report: { _ in })
    #expect(results.map(\.replication) == [0])
    #expect(!results[0].isComplete)
  }

  @Test("a consumer, a second producer or a reshard more leave a producer's arrivals as they were")
  func commonRandomNumbers() {
    func arrivals(_ experiment: Experiment) -> [Int64] { Fixture.instants(of: "arrival at process 0 ", in: experiment) }
    var base = busy()
    // Each arrival is an event of its own only where none joins a call.
    base.producers[0].batching = .putRecord
    let known = arrivals(base)
    #expect(known.count > 3_000)
    var other = base
    other.consumers.append(Fixture.consumer("third", .kclPolling))
    #expect(arrivals(other) == known)
    other.producers.append(Fixture.producer("second", rate: 100))
    #expect(arrivals(other) == known)
    other.events = [ScheduledEvent(at: .seconds(3), action: .splitShard(stream: 0, shard: nil, at: nil))]
    other.streams[0].shards = 2
    #expect(arrivals(other) == known)
  }
}

@Suite("Check mode")
struct DrawCheckTests {
  @Test("finds equal runs equal, event by event")
  func equal() {
    let prepared = PreparedExperiment(busy())
    #expect(DrawCheck.run(prepared) == .equal(events: Fixture.result(of: busy()).eventCount))
  }

  @Test("names the first event of another seed")
  func seeds() {
    guard
      case .diverged(let it) = DrawCheck.compare(
        PreparedExperiment(busy()), PreparedExperiment(busy(seed: 2)), replication: 0)
    else {
      Issue.record("seeds 1 and 2 are found equal")
      return
    }
    #expect(it.event < 3)
    #expect(it.first != it.second)
  }

  @Test("names the record whose recorded size was changed late")
  func plantedSize() {
    func traced(_ changed: Bool) -> PreparedExperiment {
      var bytes = Array(repeating: Int64(100), count: 900)
      if changed { bytes[700] = 101 }
      var experiment = busy()
      experiment.producers[0].rate = .events(
        EventTrace(offsets: (0..<900).map { Int64($0) * 20_000_000 }, bytes: bytes, source: ""))
      (experiment.producers[0].arrivals, experiment.producers[0].size) = (.trace, .trace)
      return PreparedExperiment(experiment)
    }
    #expect(DrawCheck.compare(traced(true), traced(true), replication: 0) == .equal(events: count(traced(true))))
    guard case .diverged(let it) = DrawCheck.compare(traced(false), traced(true), replication: 0) else {
      Issue.record("the change is not found")
      return
    }
    #expect(it.first.hasPrefix("arrival at process 0 at 14000000000 ns"), "\(it.first)")
    #expect(it.second.hasPrefix("arrival at process 0 at 14000000000 ns"), "\(it.second)")
  }

  private func count(_ prepared: PreparedExperiment) -> Int64 {
    Fixture.result(of: prepared.experiment).eventCount
  }

  @Test("a run that ends earlier diverges")
  func shorter() {
    var short = busy()
    short.horizon.duration = .seconds(15)
    for (a, b) in [(busy(), short), (short, busy())] {
      let outcome = DrawCheck.compare(PreparedExperiment(a), PreparedExperiment(b), replication: 0)
      guard case .diverged = outcome else {
        Issue.record("\(outcome)")
        return
      }
    }
  }
}
