import Experiment
import KinesisCore
import Simulation
import Testing
import Units

@testable import Models

@Suite("Session windows")
struct SessionWindowTests {
  private static func at(_ seconds: Int64) -> Instant { Instant(seconds: seconds) }

  @Test("a session ends a gap after the last record of its key, and no sooner")
  func gap() {
    var sessions = SessionWindows(gap: .seconds(10)), times = LatencyHistogram()
    sessions.take(1, arrived: Self.at(0), at: Self.at(0), into: &times)
    sessions.take(1, arrived: Self.at(8), at: Self.at(8), into: &times)
    sessions.take(2, arrived: Self.at(9), at: Self.at(9), into: &times)
    sessions.form(until: Self.at(17), into: &times)
    #expect(times.count == 0 && sessions.held == 3)
    sessions.form(until: Self.at(18), into: &times)
    #expect(times.count == 2 && sessions.held == 1 && times.max >= .seconds(18) && times.max < .milliseconds(18_050))
    sessions.form(until: Self.at(19), into: &times)
    #expect(times.count == 3 && sessions.held == 0 && sessions.peak == 3)
  }

  @Test("every record is in one session, and none is held after a gap's quiet, over ten thousand of them")
  func conservation() {
    var sessions = SessionWindows(gap: .seconds(3)), times = LatencyHistogram()
    var random = RandomStream(seed: 5, replication: 0, purpose: .key, entity: EntityName("sessions", index: 0))
    var now = Instant.epoch
    for _ in 0..<10_000 {
      now = now + Interval(nanoseconds: Int64(random.below(1_000_000_000)))
      sessions.take(UInt32(random.below(40)), arrived: now, at: now, into: &times)
    }
    #expect(times.count + sessions.held == 10_000)
    sessions.form(until: now + .seconds(3), into: &times)
    #expect(times.count == 10_000 && sessions.held == 0)
  }

  @Test("a job with sessions forms each record's result no sooner than the gap, and counts what it holds")
  func job() {
    var consumer = Fixture.consumer(.sdkPolling, every: .milliseconds(200))
    consumer.application = .flink(FlinkSpec(ratePerKPU: 1_000, window: .session(gap: .seconds(5))))
    var producer = Fixture.single(curve: .constant(RecordsPerSecond(100)))
    producer.keys = KeySpec(.uniform(cardinality: 2_000))
    let result = Fixture.result(
      of: Fixture.experiment(seconds: 120, shards: 2, producers: [producer], consumers: [consumer]))
    let flink = result.consumers[0].flink
    #expect((flink?.windowLatency.count ?? 0) > 5_000)
    #expect((flink?.windowLatency.percentile(1) ?? .zero) >= .milliseconds(4_990))
    #expect((flink?.heldPeak ?? 0) > 300)
  }
}
