import Experiment
import Foundation
import Models
import Scenario
import Testing
import Units

@Suite struct `Decoding` {
  private let rps = { (x: Double) in RecordsPerSecond(x) }

  @Test("what the file leaves out has the documented defaults") func defaults() throws {
    let experiment = try Sample.experiment(Sample.base)
    #expect(experiment.seed == 1)
    #expect(experiment.region == "us-east-1")
    #expect(experiment.horizon == Horizon(duration: .hours(1), warmup: .minutes(1)))
    #expect(experiment.streams == [StreamSpec(name: "clicks", shards: 4)])
    let producer = experiment.producers[0]
    #expect(producer.rate == .constant(rps(100)))
    #expect(producer.arrivals == .poisson)
    #expect(producer.size == .drawn(.constant(900)))
    #expect(producer.keyBytes == 36)
    #expect(producer.batching == .putRecords())
    #expect(producer.retry == RetrySpec())
    let consumer = experiment.consumers[0]
    #expect(consumer.application == .recordProcessors && consumer.reading == .polling)
    #expect(consumer.pollInterval == .milliseconds(1_500))
    #expect(consumer.maxRecords == 10_000)
    #expect(consumer.concurrency == nil)
    #expect(consumer.start == .trimHorizon)
    #expect(experiment.outputs == Outputs())
  }

  @Test("every curve is decoded") func curves() throws {
    let wave = RateCurve.DiurnalWave(mean: rps(9), peakToMean: 1.8, troughToMean: 0.35, peakHour: 20)
    let factors = [1, 1, 1, 1, 1, 0.5, 0.5].map { $0 / (6.0 / 7) }
    let cases: [(String, RateCurve)] = [
      ("{curve: constant, mean: 9}", .constant(rps(9))),
      ("{curve: ramp, from: 1, to: 1e3, over: 5m}", .ramp(from: rps(1), to: rps(1_000), over: .minutes(5))),
      (
        "{curve: stages, stages: [{for: 1m, rate: 5}, {for: 2m, rate: 7, shape: linear}]}",
        .stages([
          .init(length: .minutes(1), rate: rps(5), shape: .hold),
          .init(length: .minutes(2), rate: rps(7), shape: .linear),
        ])
      ),
      ("{curve: diurnal, mean: 9}", .diurnal(wave)),
      (
        "{curve: diurnal, mean: 9, peak_to_mean: 2, trough_to_mean: 0.1, peak_hour: 6.5}",
        .diurnal(.init(mean: rps(9), peakToMean: 2, troughToMean: 0.1, peakHour: 6.5))
      ),
      ("{curve: weekly, mean: 9, weekend_factor: 0.5}", .weekly(wave, dayFactors: factors)),
      (
        "{curve: weekly, mean: 9, day_factors: [2, 2, 2, 2, 2, 2, 2]}",
        .weekly(wave, dayFactors: [1, 1, 1, 1, 1, 1, 1])
      ),
      (
        "{curve: square, low: 1, high: 9, period: 10m, on: 1m}",
        .square(low: rps(1), high: rps(9), period: .minutes(10), on: .minutes(1))
      ),
    ]
    for (text, curve) in cases { #expect(try Sample.producer("rate: 100", "rate: \(text)").rate == curve) }
  }

  @Test("every law of sizes is decoded") func sizes() throws {
    let cases: [(String, Distribution)] = [
      ("1KiB", .constant(1_024)), ("{dist: constant, value: 1KB}", .constant(1_000)),
      ("{dist: uniform, low: 1, high: 9B}", .uniform(low: 1, high: 9)),
      ("{dist: exponential, mean: 2KiB}", .exponential(mean: 2_048)),
      ("{dist: lognormal, median: 900B, p99: 6KiB}", .lognormal(mu: 6.80239476332, sigma: 0.825687565019)),
      ("{dist: lognormal, median: 1, sigma: 0.5}", .lognormal(mu: 0, sigma: 0.5)),
      ("{dist: gamma, mean: 100, cv: 0.5}", .gamma(shape: 4, scale: 25)),
      ("{dist: gamma, shape: 2, scale: 50}", .gamma(shape: 2, scale: 50)),
      ("{dist: empirical, values: [1, 2KiB]}", .empirical(values: [1, 2_048], weights: [1, 1])),
      ("{dist: empirical, values: [1, 2], weights: [1, 3]}", .empirical(values: [1, 2], weights: [1, 3])),
      (
        "{dist: mixture, parts: [{weight: 1, dist: constant, value: 5}, {weight: 2, dist: exponential, mean: 7}]}",
        .mixture(parts: [.constant(5), .exponential(mean: 7)], weights: [1, 2])
      ),
    ]
    for (text, law) in cases { #expect(try Sample.producer("size: 900B", "size: \(text)").size == .drawn(law)) }
  }

  @Test("a lognormal by mean and cv has that mean") func lognormalByMean() throws {
    guard
      case .drawn(.lognormal(let mu, let sigma)) =
        try Sample.producer("size: 900B", "size: {dist: lognormal, mean: 1000, cv: 1}").size
    else { return #expect(Bool(false)) }
    #expect(abs(exp(mu + sigma * sigma / 2) - 1_000) < 1e-6)
  }

  @Test("times are decoded in nanoseconds") func times() throws {
    let text = Sample.with(
      "type: kcl_polling",
      "type: sdk_polling, service: {per_batch: {dist: gamma, mean: 180ms, cv: 0.5}, per_record: 0.05ms}")
    let consumer = try Sample.experiment(text).consumers[0]
    #expect(consumer.perBatch == .gamma(shape: 4, scale: 45_000_000))
    #expect(consumer.perRecord == .constant(50_000))
    #expect(consumer.pollInterval == .seconds(1))
  }

  @Test("every law of keys is decoded") func keys() throws {
    let cases: [(String, KeySpec)] = [
      ("{dist: uniform}", KeySpec(.uniform(cardinality: 1_000_000))),
      ("{dist: zipf, cardinality: 2e6, s: 0.99}", KeySpec(.zipf(cardinality: 2_000_000, s: 0.99))),
      (
        "{dist: hotset, cardinality: 50000, hot_fraction: 0.00002, hot_share: 0.06}",
        KeySpec(.hotSet(cardinality: 50_000, hot: 1, hotShare: 0.06))
      ),
      (
        "{dist: hotset, cardinality: 1000, hot_fraction: 0.0101, hot_share: 0.6}",
        KeySpec(.hotSet(cardinality: 1_000, hot: 10, hotShare: 0.6))
      ),
      ("{dist: single, salt: 8}", KeySpec(.single, salt: 8)),
      ("{dist: round_robin_ehk}", KeySpec(.roundRobinExplicit)),
    ]
    for (text, spec) in cases {
      #expect(try Sample.producer("{dist: uniform, cardinality: 1000}", text).keys == spec)
    }
  }

  @Test("arrivals and bursts are decoded") func arrivals() throws {
    let cases: [(String, ArrivalPattern)] = [
      ("arrivals: paced", .paced),
      (
        "arrivals: mmpp\n    burst: {on: 10s, off: 50s, factor: 6}",
        .mmpp(on: .seconds(10), off: .seconds(50), factor: 6)
      ),
      (
        "arrivals: batch\n    burst: {every: 60s, on: 4s, factor: 12, jitter: 1500ms}",
        .batch(every: .minutes(1), on: .seconds(4), factor: 12, jitter: .milliseconds(1_500))
      ),
    ]
    for (text, pattern) in cases {
      #expect(try Sample.producer("rate: 100", "rate: 100\n    " + text).arrivals == pattern)
    }
  }

  // One mistake a line.
  // swift-format-ignore
  static let bursts: [(String, String)] = [
    ("mmpp\n    burst: {on: 10s, off: 50s, factor: 6.1}", "11:40 producers.web.burst.factor: factor 6.1 with on 10s and off 50s cannot keep the mean: at most 6; lower factor to 6 or shorten on"),
    ("batch\n    burst: {every: 60s, on: 7s, factor: 9}", "11:41 producers.web.burst.factor: factor 9 with on 7s of every 1m cannot keep the mean: at most 8.571; lower factor to 8.571 or shorten on"),
    ("batch\n    burst: {every: 60s, on: 4s, factor: 2, jitter: 57s}", "11:52 producers.web.burst.jitter: jitter 57s with on 4s does not fit into every 1m: at most 56s"),
    ("batch\n    burst: {every: 4s, on: 60s, factor: 2}", #"11:28 producers.web.burst.on: on "60s" is longer than every "4s" (line 11)"#),
    ("batch\n    burst: {every: 60s, on: 4s, factor: 0.5}", #"11:41 producers.web.burst.factor: expected a factor of at least 1, such as 8, found "0.5"; allowed are 1 to 1000000000"#),
    ("poisson\n    burst: {every: 60s}", "11:12 producers.web.burst: burst applies to arrivals mmpp and batch only; say arrivals: batch, or remove it"),
    ("batch", #"10:15 producers.web.arrivals: arrivals batch needs a map "burst""#),
    ("mmpp\n    burst: {on: 1s, off: 1s, factor: 2, every: 1s}", #"11:41 producers.web.burst.every: "every" does not apply to arrivals mmpp; remove it"#),
  ]

  @Test("a burst that cannot keep the mean is refused with the largest that can", arguments: bursts)
  func impossibleBurst(_ text: String, _ says: String) {
    #expect(Sample.errors(Sample.with("rate: 100", "rate: 100\n    arrivals: " + text)) == ["s.yaml:" + says])
  }

  @Test("every retry policy and every overflow is decoded") func retries() throws {
    let text =
      "policy: exponential_full_jitter, max_attempts: 10, base: 1s, cap: 5s, ttl: 2m, buffer: 1MiB, on_overflow: drop_oldest"
    #expect(
      try Sample.producer("policy: none", text).retry
        == RetrySpec(
          policy: .exponentialFullJitter, maxAttempts: 10, base: .seconds(1), cap: .seconds(5), ttl: .minutes(2),
          buffer: .mebibytes(1), overflow: .dropOldest))
    for (name, policy) in [("immediate", RetrySpec.Policy.immediate), ("exponential", .exponential)] {
      #expect(try Sample.producer("policy: none", "policy: \(name)").retry.policy == policy)
    }
  }

  @Test("every event is decoded") func events() throws {
    let cases: [(String, String)] = [
      ("{at: T+10m, do: reshard, target: clicks, value: 8}", "10m updateShardCount(stream: 0, target: 8)"),
      ("{at: 10m, do: split_shard, target: clicks}", "10m splitShard(stream: 0, shard: nil, at: nil)"),
      (
        "{at: 1m, do: split_shard, target: clicks, value: shardId-000000000003}",
        "1m splitShard(stream: 0, shard: Optional(shardId-000000000003), at: nil)"
      ),
      (
        "{at: 1m, do: split_shard, target: clicks, value: 340282366920938463463374607431768211455}",
        "1m splitShard(stream: 0, shard: nil, at: Optional(340282366920938463463374607431768211455))"
      ),
      (
        "{at: 1m, do: split_shard, target: clicks, value: {shard: shardId-000000000001, hash_key: 7}}",
        "1m splitShard(stream: 0, shard: Optional(shardId-000000000001), at: Optional(7))"
      ),
      (
        "{at: '2026-01-05T00:30:00Z', do: merge_shards, target: clicks, value: [shardId-000000000000, shardId-000000000001]}",
        "30m mergeShards(stream: 0, shard: shardId-000000000000, adjacent: shardId-000000000001)"
      ),
      ("{at: 1m, do: consumer_stop, target: reader, for: 5m}", "1m stopConsumer(0) for 5m"),
      ("{at: 1m, do: consumer_start, target: reader}", "1m startConsumer(0)"),
      (
        "{at: 1m, do: set_rate_factor, target: web, value: 2.5, for: 15m}",
        "1m setRateFactor(producer: 0, factor: 2.5) for 15m"
      ),
    ]
    for (text, says) in cases {
      let event = try #require(try Sample.experiment(Sample.plus("events: [\(text)]")).events.first)
      #expect("\(event.at) \(event.action)" + (event.length.map { " for \($0)" } ?? "") == says)
    }
  }

  // One mistake a line.
  // swift-format-ignore
  static let mistakenEvents: [(String, String)] = [
    ("{at: T+1h, do: reshard, target: clicks, value: 8}", #"15 events[0].at: "T+1h" lies outside the run, which starts at 2026-01-05T00:00:00Z for 1h"#),
    ("{at: '2025-01-05T00:30:00Z', do: reshard, target: clicks, value: 8}", #"15 events[0].at: "2025-01-05T00:30:00Z" lies outside the run, which starts at 2026-01-05T00:00:00Z for 1h"#),
    ("{at: noon, do: reshard, target: clicks, value: 8}", #"15 events[0].at: expected a time such as T+20h or 2026-03-06T20:00:00Z, found "noon""#),
    ("{at: 1m, do: reshard, target: web, value: 8}", #"40 events[0].target: there is no stream "web"; streams are clicks"#),
    ("{at: 1m, do: reshard, target: clicks, value: 8, for: 1m}", #"58 events[0].for: "for" does not apply to reshard; remove it"#),
    ("{at: 1m, do: reshard, target: clicks}", #"10 events[0]: "value" is missing: expected a number of shards"#),
    ("{at: 1m, do: consumer_stop, target: reader, value: 3}", #"54 events[0].value: "value" does not apply to consumer_stop; remove it"#),
    ("{at: 1m, do: set_rate_factor, target: web, value: -1}", #"60 events[0].value: expected a factor such as 2.5, found "-1"; it cannot be negative"#),
    ("{at: 1m, do: merge_shards, target: clicks, value: [a]}", #"60 events[0].value: expected a list of two adjacent shards, the lower first, found a list"#),
    ("{at: 1m, do: split_shard, target: clicks, value: x}", #"59 events[0].value: expected a shard such as shardId-000000000003 or a hash key, found "x""#),
    ("{at: 1m, do: resard, target: clicks, value: 8}", #"23 events[0].do: expected one of reshard, split_shard, merge_shards, consumer_stop, consumer_start, set_rate_factor, consumer_crash, destination_outage, destination_slowdown, firehose_failover, switch_mode, set_warm_throughput, region_error_burst, latency_spike, found "resard"; did you mean "reshard"?"#),
  ]

  @Test("a mistaken event is told with its place", arguments: mistakenEvents)
  func mistakenEvent(_ text: String, _ says: String) {
    #expect(Sample.errors(Sample.plus("events: [\(text)]")) == ["s.yaml:17:" + says])
  }

  @Test("outputs are decoded in a fixed order") func outputs() throws {
    let outputs = try Sample.experiment(Sample.plus("outputs: {csv: [slo, summary], percentiles: [99.9, 50, 50]}"))
      .outputs
    #expect(outputs == Outputs(csv: [.summary, .slo], percentiles: [50, 99.9]))
    #expect(Sample.errors(Sample.plus("outputs: {percentiles: [0]}")).count == 1)
    #expect(Sample.errors(Sample.plus("outputs: {percentiles: [101]}")).count == 1)
  }
}
