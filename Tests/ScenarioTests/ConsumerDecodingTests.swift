import Experiment
import KinesisCore
import Models
import Scenario
import Testing
import Units

@Suite("Decoding of mappings, applications and crashes")
struct ConsumerDecodingTests {
  private static func reader(_ keys: String) -> String {
    Sample.with("{from: clicks, type: kcl_polling}", "{from: clicks, \(keys)}")
  }

  private static func spec(_ keys: String) throws -> ConsumerSpec {
    try #require(try Sample.experiment(reader(keys)).consumers.first)
  }

  @Test("a mapping has AWS's defaults")
  func defaults() throws {
    let spec = try Self.spec("type: lambda_polling")
    #expect(spec.reading == .polling)
    #expect(spec.function == FunctionSpec(batchSize: 100, window: .zero, factor: 1, memory: 128))
    #expect(spec.pollInterval == .seconds(1))
    #expect(try Sample.experiment(Self.reader("type: lambda_efo")).limits[.lambda.concurrency] == 1_000)
  }

  @Test("who polls: an SDK as the user says, the KCL's, Flink's connector, or the service")
  func poller() throws {
    #expect(try Self.spec("type: sdk_polling").poller == .sdk(SDKRetrySpec(mode: .standard)))
    #expect(try Self.spec("type: sdk_polling, sdk: java").poller == .sdk(SDKRetrySpec(mode: .javaLegacy)))
    #expect(
      try Self.spec("type: sdk_polling, sdk_retry: {mode: legacy, max_attempts: 2}").poller
        == .sdk(SDKRetrySpec(mode: .legacy, maxAttempts: 2)))
    #expect(try Self.spec("type: kcl_polling").poller == .sdk(SDKRetrySpec(mode: .javaLegacy)))
    #expect(try Self.spec("type: managed_flink, rate_per_kpu: 100").poller == .connector)
    #expect(try Self.spec("type: lambda_polling").poller == .service)
    #expect(try Self.spec("type: firehose").poller == .service)
    let errors = Sample.errors(Self.reader("type: lambda_polling, sdk_retry: standard"))
    #expect(errors.count == 1 && errors[0].contains("polls in its own way"), "\(errors)")
  }

  @Test("a mapping's keys arrive")
  func mapping() throws {
    let spec = try Self.spec(
      "type: lambda_efo, batch_size: 500, batch_window: 30s, parallelization_factor: 10, memory_mb: 512, "
        + "failures: {batch_error_rate: 0.25, poison_at: T+5m, max_retries: 7, bisect: true, max_record_age: 2m}")
    #expect(spec.reading == .fanOut)
    let failures = FunctionSpec.Failures(
      errorRate: 0.25, poisonAt: .minutes(5), maxRetries: 7, batch: .bisected, maxRecordAge: .minutes(2))
    #expect(
      spec.function
        == FunctionSpec(batchSize: 500, window: .seconds(30), factor: 10, memory: 512, failures: failures))
    #expect(try Self.spec("type: lambda_efo, failures: {max_retries: -1}").function?.failures.maxRetries == nil)
    let text = Sample.with("name: sample", "name: sample\naccount_concurrency: 12")
    #expect(try Sample.experiment(text).limits[.lambda.concurrency] == 12)
  }

  @Test("the KCL is version 3 unless told, 2 or 3, and of KCL consumers alone")
  func library() throws {
    #expect(try Self.spec("type: kcl_polling").libraryVersion == .three)
    #expect(try Self.spec("type: kcl_efo, kcl: {version: 2}").libraryVersion == .two)
    for wrong in [
      "type: kcl_polling, kcl: {version: 4}", "type: kcl_polling, kcl: 2", "type: sdk_polling, kcl: {version: 2}",
    ] {
      #expect(throws: ScenarioFailure.self) { try Self.spec(wrong) }
    }
  }

  @Test("an application's keys arrive")
  func flink() throws {
    let slow = try Self.spec("type: managed_flink, rate_per_kpu: 1, autoscale: true, rescale: 20m")
    #expect(slow.flink?.rescale == .minutes(20))
    #expect(try Self.spec("type: managed_flink, rate_per_kpu: 1, autoscale: true").flink?.rescale == nil)
    let spec = try Self.spec(
      "type: managed_flink, parallelism: 8, parallelism_per_kpu: 2, rate_per_kpu: 4000, autoscale: true, "
        + "window: {kind: sliding, size: 5m, slide: 10s}")
    #expect(spec.reading == .polling && spec.pollInterval == .milliseconds(200))
    #expect(
      spec.flink
        == FlinkSpec(
          parallelism: 8, parallelismPerKPU: 2, ratePerKPU: 4_000, scaling: .automatic(upTo: 128),
          window: .sliding(size: .minutes(5), slide: .seconds(10))))
    let pushed = try Self.spec(
      "type: managed_flink, retrieval: efo, rate_per_kpu: 1, autoscale: true, max_parallelism: 9, "
        + "window: {kind: tumbling, size: 1m}")
    #expect(pushed.reading == .fanOut && pushed.flink?.scaling == .automatic(upTo: 9))
    #expect(pushed.flink?.window == .tumbling(size: .minutes(1)))
    // 128 is capped by 64 KPUs of one.
    #expect(
      try Self.spec("type: managed_flink, rate_per_kpu: 1, autoscale: true").flink?.scaling == .automatic(upTo: 64))
  }

  static let mistakes: [(keys: String, says: String)] = [
    ("type: kcl_efo, batch_size: 3", #"reader.batch_size: "batch_size" does not apply to type kcl_efo; remove it"#),
    (
      "type: kcl_polling, parallelization_factor: 2",
      #"reader.parallelization_factor: "parallelization_factor" does not apply to type kcl_polling; remove it"#
    ),
    ("type: sdk_polling, failures: {}", #"reader.failures: "failures" does not apply to type sdk_polling; remove it"#),
    ("type: lambda_efo, workers: 2", #"reader.workers: "workers" does not apply to type lambda_efo; remove it"#),
    (
      "type: lambda_polling, poll_interval: 1s",
      #"reader.poll_interval: "poll_interval" does not apply to type lambda_polling; remove it"#
    ),
    (
      "type: lambda_efo, batch_size: 10001",
      #"reader.batch_size: expected AWS's BatchSize from 1 to 10000, found "10001""#
    ),
    ("type: lambda_efo, batch_window: 301s", #"reader.batch_window: expected a duration from 0s to 5m, found "301s""#),
    (
      "type: lambda_efo, batch_window: 1500ms",
      "reader.batch_window: AWS counts a batching window in whole seconds; write 2s"
    ),
    (
      "type: lambda_efo, parallelization_factor: 11",
      #"reader.parallelization_factor: expected AWS's ParallelizationFactor from 1 to 10, found "11""#
    ),
    (
      "type: lambda_efo, failures: {max_retries: -2}",
      #"reader.failures.max_retries: expected AWS's MaximumRetryAttempts from -1 to 10000, found "-2""#
    ),
    (
      "type: lambda_efo, failures: {max_record_age: 59s}",
      #"reader.failures.max_record_age: expected a duration from 1m to 7d, found "59s""#
    ),
    (
      "type: lambda_efo, failures: {bisect: yes}",
      #"reader.failures.bisect: expected true or false, found "yes""#
    ),
    (
      "type: lambda_efo, failures: {poison_at: T+2h}",
      #"reader.failures.poison_at: "T+2h" lies outside the run, which starts at 2026-01-05T00:00:00Z for 1h"#
    ),
    (
      "type: managed_flink",
      #"reader: "rate_per_kpu" is missing: expected the records a second that you measured one KPU to take"#
    ),
    (
      "type: managed_flink, rate_per_kpu: 5, service: {}",
      #"reader.service: "service" does not apply to type managed_flink; remove it"#
    ),
    (
      "type: managed_flink, rate_per_kpu: 5, parallelism: 65",
      "reader.parallelism: parallelism 65 at 1 per KPU needs 65 KPUs; the account's quota is 64"
    ),
    (
      "type: managed_flink, rate_per_kpu: 5, max_parallelism: 65",
      #"reader.max_parallelism: "max_parallelism" does not apply to an application without autoscale; remove it"#
    ),
    (
      "type: managed_flink, rate_per_kpu: 5, window: {kind: session, size: 1m, gap: 5s}",
      #"reader.window.size: "size" does not apply to session windows, which end after a gap; remove it"#
    ),
    (
      "type: managed_flink, rate_per_kpu: 5, window: {kind: sliding, size: 1m}",
      "reader.window: sliding windows need a slide"
    ),
    (
      "type: managed_flink, rate_per_kpu: 5, window: {kind: sliding, size: 1m, slide: 2m}",
      "reader.window.slide: the slide must be at most the size, and at least a ten-thousandth of it"
    ),
    (
      "type: managed_flink, rate_per_kpu: 5, retrieval: efo, poll_interval: 1s",
      #"reader.poll_interval: "poll_interval" does not apply to retrieval efo; remove it"#
    ),
    (
      "type: kcl_efo, rate_per_kpu: 5",
      #"reader.rate_per_kpu: "rate_per_kpu" does not apply to type kcl_efo; remove it"#
    ),
  ]

  @Test("a mistake in a consumer is told with its place and reason", arguments: mistakes)
  func mistake(_ keys: String, _ says: String) {
    let errors = Sample.errors(Self.reader(keys))
    #expect(errors.count == 1 && errors[0].hasPrefix("s.yaml:14:"), "\(errors)")
    #expect(errors.first.map { $0.hasSuffix("consumers." + says) } ?? false, "\(errors)")
  }

  @Test("a crash needs a KCL consumer and no more workers than it has")
  func crash() throws {
    func errors(_ keys: String, _ event: String) -> [String] {
      Sample.errors(Self.reader(keys) + "\nevents: [\(event)]")
    }
    let text =
      Self.reader("type: kcl_efo, workers: 3")
      + "\nevents: [{at: 1m, do: consumer_crash, target: reader, value: 2, for: 90s}]"
    let event = try #require(try Sample.experiment(text).events.first)
    #expect(event.action == .crashWorkers(consumer: 0, count: 2) && event.length == .seconds(90))
    let many = errors("type: kcl_efo, workers: 3", "{at: 1m, do: consumer_crash, target: reader, value: 4}")
    #expect(many.count == 1 && many[0].hasSuffix(#"events[0].value: "reader" has 3 workers"#), "\(many)")
    let other = errors("type: lambda_efo", "{at: 1m, do: consumer_crash, target: reader, value: 1}")
    #expect(
      other.count == 1
        && other[0].hasSuffix(
          "events[0].target: only kcl_polling and kcl_efo consumers have workers whose leases others can take"),
      "\(other)")
    let missing = errors("type: kcl_efo", "{at: 1m, do: consumer_crash, target: reader}")
    #expect(missing.count == 1 && missing[0].hasSuffix(#"events[0]: "value" is missing: expected a number of workers"#))
  }
}
