import Experiment
import KinesisCore
import Models
import Simulation
import Testing
import Units

@Suite("Faults of a stream, and who reads it")
struct StreamFaultTests {
  /// A delivery stream that buffers as little as it can, a loop and a fan-out consumer. Nine calls of ten fail in a burst, of
  /// puts, too: a tenth of the records is there to be read.
  private static func result(_ action: ScheduledEvent.Action?, from: Int64 = 60) -> RunResult {
    let event = action.map { ScheduledEvent(at: .seconds(from), length: .seconds(120), action: $0) }
    var experiment = Fixture.delivering(
      [Fixture.firehose(interval: 0)], seconds: 420, rate: 20, events: event.map { [$0] } ?? [], times: .measured2026)
    experiment.consumers = [Fixture.consumer("loop", .sdkPolling), Fixture.consumer("pushed", .kclFanOut)]
    return Fixture.result(of: experiment)
  }

  @Test("an error burst makes what Firehose reads late, as it does to a consumer that polls; nothing read is lost")
  func errorBurst() {
    let (quiet, burst) = (Self.result(nil), Self.result(.errorBurst(stream: 0, share: 0.9)))
    #expect(quiet.firehoses[0].freshness.max < .seconds(4))
    #expect(burst.firehoses[0].freshness.max > .seconds(10))
    #expect(burst.consumers[0].iteratorAgeMax > .seconds(4))
    #expect(burst.firehoses[0].ledger.lost == 0)
  }

  @Test("a latency spike stretches the calls of Firehose: fewer of them, and later")
  func latencySpike() throws {
    let (quiet, spike) = (Self.result(nil), Self.result(.latencySpike(stream: 0, factor: 300)))
    let (usual, fewer) = (try #require(quiet.firehoses[0].reading), try #require(spike.firehoses[0].reading))
    #expect(fewer.calls < usual.calls - 150)
    #expect(spike.firehoses[0].freshness.max > .seconds(15))
  }

  @Test("pushes go on in an error burst; a subscription that ends within it is renewed only when a call succeeds")
  func subscription() {
    let early = Self.result(.errorBurst(stream: 0, share: 0.9))
    #expect(early.consumers[1].iteratorAgeMax < .seconds(2))
    // Subscriptions end after five minutes.
    let renewal = Self.result(.errorBurst(stream: 0, share: 0.9), from: 290)
    #expect(renewal.consumers[1].iteratorAgeMax > .seconds(9))
  }
}
