import Experiment
import KinesisCore
import Simulation
import Testing
import Units

@testable import Models

/// One client that calls without a pause, each call 45 ms long: refused until `until`, answered from then on.
private struct LoneCaller {
  private let plan = SDKPlan(SDKRetrySpec(mode: .adaptive), .current)
  private(set) var sent: [Instant] = []

  init(refusedUntil until: Instant, seconds: Int64, seed: UInt64 = 1) {
    var client = SDKClient(
      plan, RandomStream(seed: seed, replication: 0, purpose: .retryJitter, entity: "tests.adaptive"), at: .epoch)
    var (now, call) = (Instant.epoch, SDKCall())
    while now < .epoch + .seconds(seconds) {
      let wait = client.hold(at: now)
      now = now + wait
      guard wait == .zero else { continue }
      sent.append(now)
      let failure: CallFailure = now < until ? .throttle : .none
      now = now + .milliseconds(45)
      if case .again(let pause) = client.answer(&call, failure, plan, at: now) { now = now + pause }
    }
  }

  func count(_ second: Int64, after instant: Instant) -> Int {
    sent.count { $0 >= instant + .seconds(second) && $0 < instant + .seconds(second + 1) }
  }
}

@Suite("AWS's adaptive mode, the client's own limiter (N§8)")
struct AdaptiveRetryTests {
  @Test("under steady throttles an attempt is sent every two seconds")
  func steady() {
    let sent = LoneCaller(refusedUntil: .never, seconds: 120).sent.filter { $0 > .epoch + .seconds(10) }
    for (earlier, later) in zip(sent, sent.dropFirst()) {
      #expect(abs((later - earlier).inSeconds - 2) < 0.06, "\(earlier) to \(later)")
    }
    #expect(sent.count >= 53)
  }

  @Test(
    "when throttles end it takes about five seconds until twenty calls a second go, slowly at first",
    arguments: UInt64(1)...5)
  func recovery(seed: UInt64) {
    let end = Instant.epoch + .seconds(60), caller = LoneCaller(refusedUntil: end, seconds: 75, seed: seed)
    let calls = (0..<9).map { caller.count(Int64($0), after: end) }
    #expect(calls[0] + calls[1] <= 4 && calls[2] <= 4, "\(calls)")
    #expect(calls[3...5].contains { (4...20).contains($0) }, "\(calls)")
    #expect(calls[6] >= 15 && calls[7] >= 20 && calls[8] <= 23, "\(calls)")
  }

  @Test("before the first throttle nothing is held back")
  func free() {
    let caller = LoneCaller(refusedUntil: .epoch, seconds: 10)
    #expect(caller.sent.count == 223)
  }

  @Test(
    "a producer in adaptive mode sends at most what its shard takes, where standard sends all it has, and loses nothing more"
  )
  func producer() {
    func result(_ mode: SDKRetrySpec.Mode) -> RunResult {
      var producer = Fixture.producer(processes: 2, rate: 1_400, arrivals: .poisson, batching: .putRecord)
      producer.sdkRetry = SDKRetrySpec(mode: mode)
      return Fixture.result(of: Fixture.experiment(seconds: 60, shards: 1, producers: [producer]))
    }
    let (standard, adaptive) = (result(.standard), result(.adaptive))
    #expect(adaptive.records.throttledAttempts < standard.records.throttledAttempts / 2)
    #expect(adaptive.records.throttledAttempts > 0)
    #expect(adaptive.records.offered == adaptive.records.accepted + adaptive.records.lost + adaptive.records.inFlight)
  }
}
