import Experiment
import KinesisCore
import Models
import Simulation
import Testing
import Units

@Suite("A run as a whole")
struct SmokeTests {
  @Test("an easy load is all accepted and all read")
  func easyLoad() {
    let result = Fixture.result(
      of: Fixture.experiment(consumers: [
        Fixture.consumer("poll", .sdkPolling, every: .milliseconds(500)), Fixture.consumer("kcl", .kclPolling),
        Fixture.consumer("efo", .kclFanOut),
      ]))
    print(result.records, result.eventCount, result.trajectoryHash)
    for consumer in result.consumers {
      print(
        consumer.name, consumer.records, consumer.calls, consumer.throttledCalls, consumer.propagation.mean,
        consumer.propagation.percentile(99), consumer.backlog)
    }
    print(result.producers[0].putLatency.percentile(50), result.producers[0].putLatency.percentile(99))
    print(result.streams[0].utilization, result.streams[0].minuteView, result.streams[0].secondView)
    #expect(result.records.lost == 0)
    #expect(result.records.offered > 29_000)
  }

  @Test("an overload is throttled and retried")
  func overload() {
    let retry = RetrySpec(policy: .exponentialFullJitter, maxAttempts: 5)
    let result = Fixture.result(
      of: Fixture.experiment(
        producers: [Fixture.producer(rate: 2_500, retry: retry)], consumers: [Fixture.consumer("efo", .kclFanOut)],
        events: [
          ScheduledEvent(at: .seconds(10), action: .updateShardCount(stream: 0, target: 3))
        ]))
    print(result.records, result.streams[0].shards.map { ($0.id, $0.acceptedRecords, $0.throttled) })
    print(result.notes.prefix(20))
    #expect(result.records.throttledAttempts > 0)
  }
}
