import Experiment
import KinesisCore
import Simulation
import Testing
import Units

@testable import Models

private func call(
  _ mode: SDKRetrySpec, rate: Double = 100, seconds: Int64 = 30, batching: Batching = .putRecord,
  retry: RetrySpec = RetrySpec(), arrivals: ArrivalPattern = .paced, events: [ScheduledEvent] = []
) -> Experiment {
  var producer = Fixture.producer(processes: 1, rate: rate, arrivals: arrivals, batching: batching, retry: retry)
  producer.sdkRetry = mode
  var experiment = Fixture.experiment(seconds: seconds, shards: 1, producers: [producer], events: events)
  experiment.serviceTimes.put = .constant(10e6)
  return experiment
}

private func outage(_ share: Double = 1, from: Int64 = 0, to: Int64 = 30) -> ScheduledEvent {
  ScheduledEvent(at: .seconds(from), length: .seconds(to - from), action: .errorBurst(stream: nil, share: share))
}

@Suite("The SDK's retries")
struct SDKRetryTests {
  private func ceilings(_ mode: SDKRetrySpec.Mode, _ failure: CallFailure) -> [Double] {
    let plan = SDKPlan(SDKRetrySpec(mode: mode), .current)
    return (1...7).map { plan.ceiling(after: Int32($0), failure).inSeconds }
  }

  @Test(
    "delays double: from a second in the earlier modes, for ever in legacy; from 50 ms and after throttles from 1 s in standard"
  )
  func law() {
    #expect(ceilings(.legacy, .service) == [1, 2, 4, 8, 16, 32, 64])
    #expect(ceilings(.standard2025, .service) == [1, 2, 4, 8, 16, 20, 20])
    for mode in [SDKRetrySpec.Mode.standard, .adaptive] {
      #expect(ceilings(mode, .service) == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2])
      #expect(ceilings(mode, .throttle) == [1, 2, 4, 8, 16, 20, 20])
    }
    #expect(ceilings(.javaLegacy, .service) == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4])
    #expect(ceilings(.javaLegacy, .throttle) == [0.5, 1, 2, 4, 8, 16, 20])
    let connector = SDKPlan(flink: .current)
    #expect((1...5).map { connector.ceiling(after: $0, .throttle).inMilliseconds } == [300, 450, 675, 1_000, 1_000])
    #expect(connector.attempts == 4)
  }

  /// The pauses measured of botocore 1.44.8 (N§1), and those of the SDK for Java.
  static let pauses: [(SDKRetrySpec.Mode, CallFailure, attempt: Int32, ClosedRange<Double>)] = [
    (.standard, .throttle, 1, 0...1), (.standard, .throttle, 2, 0...2), (.standard, .service, 1, 0...0.05),
    (.standard, .service, 2, 0...0.1), (.standard, .timeout, 1, 0...0.05), (.standard2025, .service, 3, 0...4),
    (.legacy, .throttle, 4, 0...8), (.javaLegacy, .throttle, 1, 0.25...0.5), (.javaLegacy, .throttle, 2, 0.5...1),
    (.javaLegacy, .throttle, 3, 1...2), (.javaLegacy, .service, 2, 0...0.2),
  ]

  @Test("a pause is anything in its range, all equally likely", arguments: pauses.indices)
  func uniform(number: Int) {
    let (mode, failure, attempt, range) = Self.pauses[number]
    let plan = SDKPlan(SDKRetrySpec(mode: mode), .current)
    var draws = RandomStream(seed: 1, replication: 0, purpose: .retryJitter, entity: "tests.sdk")
    var bins = Array(repeating: 0, count: 10)
    for _ in 0..<20_000 {
      let delay = plan.delay(after: attempt, failure, &draws).inSeconds
      #expect(range.contains(delay))
      bins[min(9, Int((delay - range.lowerBound) / (range.upperBound - range.lowerBound) * 10))] += 1
    }
    let chi = bins.reduce(0.0) { $0 + (Double($1) - 2_000) * (Double($1) - 2_000) / 2_000 }
    #expect(chi < 27.9, "χ² of nine degrees of freedom, p = 0.001: \(bins); seed 1")
  }

  @Test("legacy: five attempts a call; the SDK for Java: four; the others: three, while there are tokens")
  func attempts() throws {
    // Twelve calls, so that the 500 tokens do not run out.
    let cases: [(SDKRetrySpec.Mode, Int64)] = [
      (.none, 0), (.legacy, 4), (.standard2025, 2), (.standard, 2), (.adaptive, 2), (.javaLegacy, 3),
    ]
    for (mode, retries) in cases {
      let result = Fixture.result(
        of: call(SDKRetrySpec(mode: mode), rate: 0.2, seconds: 60, events: [outage(from: 0, to: 60)]))
      let client = try #require(result.producers[0].client)
      let calls = result.producers[0]
      #expect(client.sdkRetries >= calls.lost * retries, "\(mode)")
      #expect(client.sdkRetries <= calls.offered * retries, "\(mode)")
      if mode != .none { #expect(client.sdkGaveUp == calls.lost, "\(mode)") }
    }
  }

  @Test("the quota is 500 tokens: 35 retries of 14, or 100 of 5; legacy has none")
  func quota() {
    func retries(_ mode: SDKRetrySpec.Mode) -> Int64? {
      Fixture.result(of: call(SDKRetrySpec(mode: mode), events: [outage()])).producers[0].client?.sdkRetries
    }
    #expect(retries(.standard2025) == 100)
    #expect(retries(.standard) == 35)
    #expect(retries(.javaLegacy) == 100)
    #expect((retries(.legacy) ?? 0) > 5_000)
  }

  @Test("without a success 100 retries after throttles are had, or 35 others; then a failure is the caller's at once")
  func exhaustion() {
    func retries(_ mode: SDKRetrySpec.Mode, _ failure: CallFailure) -> Int {
      let plan = SDKPlan(SDKRetrySpec(mode: mode), .current)
      var call = SDKCall(), retries = 0
      var client = SDKClient(
        plan, RandomStream(seed: 1, replication: 0, purpose: .retryJitter, entity: "tests.sdk"), at: .epoch)
      for _ in 0..<1_000 {
        if case .again = client.answer(&call, failure, plan, at: .epoch) { retries += 1 }
      }
      #expect(client.answer(&call, failure, plan, at: .epoch) == .givenUp)
      return retries
    }
    #expect(retries(.standard, .throttle) == 100)
    #expect(retries(.standard, .service) == 35)
    #expect(retries(.standard, .timeout) == 35)
    #expect(retries(.standard2025, .timeout) == 50)
  }

  @Test("the SDK for Java takes no token after a throttle: four attempts a call, for ever")
  func javaThrottles() {
    let plan = SDKPlan(SDKRetrySpec(mode: .javaLegacy), .current)
    var client = SDKClient(
      plan, RandomStream(seed: 1, replication: 0, purpose: .retryJitter, entity: "tests.sdk"), at: .epoch)
    var call = SDKCall()
    let given = (0..<4_000).filter { _ in client.answer(&call, .throttle, plan, at: .epoch) == .givenUp }
    #expect(given.count == 1_000 && client.tokens == 500)
  }

  @Test("a time-out costs 10 tokens in the earlier form: 50 retries; 14 in the new one: 35")
  func timeouts() {
    let spike = ScheduledEvent(at: .zero, action: .latencySpike(stream: nil, factor: 1_000))
    func result(_ mode: SDKRetrySpec.Mode) -> RunResult {
      Fixture.result(of: call(SDKRetrySpec(mode: mode, timeout: .seconds(1)), events: [spike]))
    }
    #expect(result(.standard2025).producers[0].client?.sdkRetries == 50)
    #expect(result(.standard).producers[0].client?.sdkRetries == 35)
    #expect(result(.standard).records.accepted == 0)
  }

  @Test("a success gives a token back, one after a retry what the retry took")
  func refill() {
    var client = SDKClient(
      SDKPlan(SDKRetrySpec(mode: .standard), .current),
      RandomStream(seed: 1, replication: 0, purpose: .retryJitter, entity: "tests.sdk"), at: .epoch)
    let taken = (0..<101).map { _ in client.take(5) }
    #expect(taken == Array(repeating: true, count: 100) + [false])
    client.succeed(held: 0)
    #expect(client.tokens == 1)
    client.succeed(held: 10)
    #expect(client.tokens == 11)
    for _ in 0..<600 { client.succeed(held: 0) }
    #expect(client.tokens == 500)
  }

  @Test("no failed entry of a PutRecords answer is ever tried again by the SDK", arguments: SDKRetrySpec.Mode.allCases)
  func entries(mode: SDKRetrySpec.Mode) {
    let result = Fixture.result(
      of: call(SDKRetrySpec(mode: mode), rate: 2_500, batching: .putRecords(linger: .milliseconds(50))))
    #expect(result.records.throttledAttempts > 10_000)
    #expect(result.producers[0].retries == 0)
    #expect((result.producers[0].client?.sdkRetries ?? 0) == 0)
    #expect(result.producers[0].lostByAttempts == result.records.throttledAttempts)
  }

  @Test("a refused PutRecord is a failed call, which the SDK tries again")
  func throttle() throws {
    let plain = Fixture.result(of: call(SDKRetrySpec(), rate: 1_200, arrivals: .poisson))
    let legacy = Fixture.result(of: call(SDKRetrySpec(mode: .legacy), rate: 1_200, arrivals: .poisson))
    #expect(plain.producers[0].client == nil)
    #expect(try #require(legacy.producers[0].client).sdkRetries > 0)
    #expect(legacy.records.lost < plain.records.lost)
  }

  @Test("what the SDK gives up is the caller's: its own retry follows")
  func caller() throws {
    let retry = RetrySpec(policy: .exponential, maxAttempts: 30, base: .seconds(1), cap: .seconds(2))
    let result = Fixture.result(
      of: call(
        SDKRetrySpec(mode: .standard), rate: 20, seconds: 60, batching: .putRecords(), retry: retry,
        events: [outage(from: 5, to: 25)]))
    #expect(result.records.lost == 0)
    #expect(try #require(result.producers[0].client).sdkGaveUp > 0)
  }

  @Test("a call that is answered too late is stored and tried again: a duplicate, not a loss")
  func duplicates() {
    // 3 s there and back, 2 s of patience: the records are stored after 1.5 s.
    let spike = ScheduledEvent(at: .seconds(5), length: .seconds(5), action: .latencySpike(stream: 0, factor: 300))
    for mode in [SDKRetrySpec.Mode.none, .legacy] {
      let result = Fixture.result(of: call(SDKRetrySpec(mode: mode, timeout: .seconds(2)), events: [spike]))
      #expect(result.records.lost == 0)
      #expect(mode == .none ? result.records.duplicates == 0 : result.records.duplicates > 300)
      #expect(result.streams[0].incomingRecords == result.records.accepted + result.records.duplicates)
    }
  }
}

@Suite("Faults of the service")
struct FaultTests {
  @Test("a share of the calls fails whole and stores nothing", arguments: [0.1, 0.5, 1])
  func share(share: Double) {
    let result = Fixture.result(of: call(SDKRetrySpec(), rate: 400, events: [outage(share)]))
    let lost = Double(result.records.lost) / Double(result.records.offered)
    #expect(abs(lost - share) < 0.02)
    #expect(result.records.throttledAttempts == 0)
    #expect(result.producers[0].client?.failedCalls == result.records.lost)
  }

  @Test("it begins and ends when it is told, on the stream it is told")
  func bounds() {
    var experiment = call(SDKRetrySpec(), events: [])
    experiment.streams.append(StreamSpec(name: "other", shards: 1))
    var other = Fixture.producer("other", processes: 1, rate: 100, arrivals: .paced, batching: .putRecord)
    other.stream = 1
    experiment.producers.append(other)
    experiment.events = [
      ScheduledEvent(at: .seconds(10), length: .seconds(5), action: .errorBurst(stream: 0, share: 1))
    ]
    let result = Fixture.result(of: experiment)
    #expect(abs(result.producers[0].lost - 500) <= 1)
    #expect(result.producers[1].lost == 0)
    #expect(result.notes.filter { $0.kind == .faultBegan || $0.kind == .faultEnded }.count == 2)
  }

  @Test("polling readers fail, too: they fall behind, catch up and lose nothing; fan-out goes on")
  func reads() {
    var experiment = call(SDKRetrySpec(), seconds: 60, events: [outage(from: 20, to: 40)])
    experiment.streams.append(StreamSpec(name: "other", shards: 1))
    experiment.producers[0].retry = RetrySpec(policy: .exponential, maxAttempts: 99, cap: .seconds(1))
    experiment.consumers = [
      Fixture.consumer("polls", .sdkPolling), Fixture.consumer("is-pushed-to", .kclFanOut),
    ]
    experiment.events = [
      ScheduledEvent(at: .seconds(20), length: .seconds(20), action: .errorBurst(stream: 0, share: 1))
    ]
    let result = Fixture.result(of: experiment)
    let (polls, pushed) = (result.consumers[0], result.consumers[1])
    #expect(polls.iteratorAgeMax > .seconds(19))
    #expect(pushed.iteratorAgeMax < .seconds(2))
    #expect(polls.iteratorAgeLast < .seconds(3))
    #expect(polls.throttledCalls == 0)
    #expect(polls.records + polls.backlog == result.records.accepted)
  }

  @Test("of several the last begun counts, and each ends by itself")
  func overlap() {
    let events = [
      outage(1, from: 0, to: 20),
      ScheduledEvent(at: .seconds(5), length: .seconds(5), action: .errorBurst(stream: 0, share: 0)),
    ]
    let result = Fixture.result(of: call(SDKRetrySpec(), events: events))
    #expect(abs(result.producers[0].lost - 1_500) <= 2)
  }

  @Test("a latency spike stretches the service's time and not the network's")
  func spike() {
    var experiment = call(
      SDKRetrySpec(), events: [ScheduledEvent(at: .zero, action: .latencySpike(stream: nil, factor: 7))])
    experiment.producers[0].network = .constant(30e6)
    let latency = Fixture.result(of: experiment).producers[0].putLatency
    #expect(abs(latency.mean.inMilliseconds - 100) < 0.1)
  }

  @Test("after an outage equal delays strike together, full jitter spreads them")
  func herd() {
    func worst(_ policy: RetrySpec.Policy) -> Double {
      let retry = RetrySpec(policy: policy, maxAttempts: 60, base: .seconds(1), cap: .seconds(15))
      let arrivals = ArrivalPattern.batch(every: .seconds(60), on: .seconds(2), factor: 30, jitter: .zero)
      let producer = Fixture.producer(
        processes: 20, rate: 50, arrivals: arrivals, batching: .putRecords(linger: .milliseconds(200)), retry: retry)
      let result = Fixture.result(
        of: Fixture.experiment(
          seconds: 360, shards: 2, producers: [producer], events: [outage(from: 50, to: 220)]))
      #expect(result.records.lost == 0)
      return result.streams[0].secondView.worstDemand
    }
    let (together, spread) = (worst(.exponential), worst(.exponentialFullJitter))
    #expect(together > 2, "\(together); seed 1")
    #expect(spread < 0.8 * together, "\(spread) of \(together); seed 1")
  }
}

@Suite("The Kinesis Agent")
struct AgentTests {
  private func agent(rate: Double, events: [ScheduledEvent] = [], seconds: Int64 = 300) -> RunResult {
    let retry = RetrySpec(
      policy: .exponential, maxAttempts: Int(Int32.max), base: .milliseconds(100), cap: .seconds(10),
      buffer: .mebibytes(400), overflow: .block)
    var producer = Fixture.producer(processes: 1, rate: rate, arrivals: .paced, batching: .agent, retry: retry)
    producer.keys = KeySpec(.uniform(cardinality: 1_000_000))
    return Fixture.result(
      of: Fixture.experiment(seconds: seconds, shards: 2, producers: [producer], events: events))
  }

  @Test("sends 500 records, or what 60 s brought")
  func buffers() {
    let busy = agent(rate: 500), quiet = agent(rate: 2)
    func largest(_ result: RunResult) -> Double {
      result.series.first { $0.metric == "PutRecords.TotalRecords" }?.samples.map(\.maximum).max() ?? 0
    }
    #expect(largest(busy) == 500)
    #expect((119...122).contains(largest(quiet)))
    #expect(quiet.producers[0].putLatency.max < .milliseconds(60_020))
    #expect(quiet.producers[0].putLatency.max > .seconds(59))
  }

  @Test("stops reading at 100 buffers, loses nothing and goes on")
  func queue() {
    // 1,000 records a second would be 200 buffers in the 100 seconds of the outage.
    let outage = ScheduledEvent(at: .seconds(20), length: .seconds(100), action: .errorBurst(stream: 0, share: 1))
    let result = agent(rate: 1_000, events: [outage])
    #expect(result.records.lost == 0)
    #expect(result.producers[0].peakBuffer.count == 100 * 500 * 224)
    #expect((230_000...260_000).contains(result.records.offered))
  }
}

@Suite("Meters that report on the minute")
struct HotKeyCureTests {
  /// The first burst of 50,000 meters: 30,000 records a second for four seconds, 6 % of them of one key.
  private func refused(
    shards: Int, salt: Int = 1, jitter: Interval = .milliseconds(1_500), seconds: Int64 = 8
  ) -> Double {
    let keys = KeySpec(.hotSet(cardinality: 50_000, hot: 1, hotShare: 0.06), salt: salt)
    let producer = library(
      "meters", processes: 200, rate: 2_500, size: 350,
      arrivals: .batch(every: .seconds(60), on: .seconds(4), factor: 12, jitter: jitter), keys: keys,
      settings: KPLSpec(aggregation: .disabled),
      retry: RetrySpec(policy: .kplTokenBucket, buffer: .mebibytes(256), overflow: .dropOldest))
    let result = Fixture.result(of: Fixture.experiment(seconds: seconds, shards: shards, producers: [producer]))
    return result.streams[0].firstAttemptThrottleRate.value
  }

  @Test("more shards do not cure the hot key; salt does, and so does jitter, with the shards there are")
  func cures() {
    let (few, many) = (refused(shards: 8), refused(shards: 64))
    #expect(few > 0.3)
    #expect(many > 0.01, "the hot key's shard still refuses")
    #expect(refused(shards: 64, salt: 8) < many / 5)
    #expect(refused(shards: 8, jitter: .seconds(20), seconds: 28) < few / 5)
  }
}
