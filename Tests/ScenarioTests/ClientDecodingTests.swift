import Experiment
import Foundation
import KinesisCore
import Models
import Testing
import Units

@testable import Scenario

@Suite struct `Decoding of clients` {
  private func producer(_ lines: String) throws -> ProducerSpec {
    try Sample.producer(
      "    retry: {policy: none}", lines.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
  }

  private func errors(_ lines: String) -> [String] {
    Sample.errors(
      Sample.with("    retry: {policy: none}", lines.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
    )
  }

  @Test("the KPL as it comes") func defaults() throws {
    let producer = try producer("api: kpl")
    #expect(producer.batching == .kpl(KPLSpec()))
    #expect(producer.retry == RetrySpec(policy: .kplTokenBucket, ttl: .seconds(30)))
  }

  @Test("every setting of the KPL") func settings() throws {
    let producer = try producer(
      """
      api: kpl
      aggregation: {enabled: false, max_bytes: 64B, max_buffered: 250ms, compression_ratio: 2.5}
      retry: {policy: kpl_token_bucket, ttl: 5m, buffer: 8MiB, on_overflow: block}
      """)
    #expect(
      producer.batching
        == .kpl(
          KPLSpec(
            aggregation: .disabled, maxBytes: Bytes(64), maxBuffered: .milliseconds(250), compressionRatio: 2.5,
            ttl: .minutes(5))))
    #expect(
      producer.retry
        == RetrySpec(policy: .kplTokenBucket, ttl: .minutes(5), buffer: .mebibytes(8), overflow: .block))
  }

  private func automatic(_ aggregation: String) -> String {
    Sample.with("    retry: {policy: none}", "    api: kpl\n" + aggregation).replacing(
      "mode: provisioned, shards: 4", with: "mode: on_demand_standard, record_distribution: auto")
  }

  @Test("on a stream under AUTO the KPL packs nothing, and that is said; asked for, it is refused") func autoStream()
    throws
  {
    let file = try ScenarioFile.load(text: automatic(""), file: "s.yaml", settings: [])
    guard case .kpl(let settings) = file.experiment.producers[0].batching else { throw SetUpFailure() }
    #expect(settings.aggregation == .disabled && file.warnings.count == 1)
    #expect(file.warnings[0].description.contains("the KPL packs nothing, if it may call DescribeStreamSummary"))
    let errors = Sample.errors(automatic("    aggregation: {enabled: true}"))
    #expect(errors.count == 1 && errors[0].contains("takes no aggregates: AWS's readers drop them"), "\(errors)")
    #expect(errors[0].hasSuffix("aggregation: {enabled: false}"))
    let quiet = try ScenarioFile.load(
      text: automatic("    aggregation: {enabled: false}"), file: "s.yaml", settings: [])
    #expect(quiet.warnings.isEmpty)
  }

  private struct SetUpFailure: Error {}

  @Test("a key is up to 256 characters, which are up to 1,024 bytes") func longKeys() throws {
    for bytes in [257, 1_024] {
      #expect(try Sample.producer("size: 900B", "size: 900B, key_bytes: \(bytes)").keyBytes == bytes)
    }
    let errors = Sample.errors(Sample.with("size: 900B", "size: 900B, key_bytes: 1025"))
    #expect(errors.count == 1 && errors[0].contains("a key's length in bytes from 1 to 1024"), "\(errors)")
  }

  @Test("the Agent brings its own settings") func agent() throws {
    let text = Sample.with(
      "    keys: {dist: uniform, cardinality: 1000}\n    retry: {policy: none}", "    api: kinesis_agent")
    let producer = try #require(try Sample.experiment(text).producers.first)
    #expect(producer.batching == .agent)
    #expect(producer.retry.overflow == .block)
    #expect((producer.retry.base, producer.retry.cap) == (.milliseconds(100), .seconds(10)))
  }

  @Test("every retry mode of the SDK", arguments: SDKRetrySpec.Mode.allCases) func sdk(mode: SDKRetrySpec.Mode) throws {
    #expect(try producer("sdk_retry: \(mode.rawValue)").sdkRetry == SDKRetrySpec(mode: mode))
    let full = try producer("sdk_retry: {mode: \(mode.rawValue), max_attempts: 7, timeout: 3s}")
    #expect(full.sdkRetry == SDKRetrySpec(mode: mode, maxAttempts: 7, timeout: .seconds(3)))
  }

  @Test("`default` is what an SDK does today, by language; python without one") func today() throws {
    #expect(try producer("sdk_retry: default").sdkRetry == SDKRetrySpec(mode: .standard))
    #expect(try producer("sdk_retry: {mode: default, timeout: 2s}").sdkRetry.mode == .standard)
    for sdk in SDKLanguage.allCases {
      #expect(try producer("sdk: \(sdk.rawValue)\nsdk_retry: default").sdkRetry.mode == sdk.today)
      #expect(try producer("sdk: \(sdk.rawValue)").sdkRetry.mode == sdk.today)
    }
    #expect(SDKLanguage.allCases.filter { $0.today != .standard } == [.java, .kotlin])
    #expect(SDKLanguage.java.today == .javaLegacy)
    #expect(try producer("api: put_record").sdkRetry.mode == SDKRetrySpec.Mode.none)
  }

  @Test("`adaptive_2026` is still understood, as `standard`") func alias() throws {
    #expect(try producer("sdk_retry: adaptive_2026").sdkRetry == SDKRetrySpec(mode: .standard))
  }

  @Test("a file with `standard` is told once what it means now, one with `default` is not") func warned() throws {
    func warnings(_ retry: String) throws -> [String] {
      let both = ["first", "second"].map { "  \($0): {to: clicks, rate: 1, record: {size: 1KiB}, \(retry)}\n" }.joined()
      let text = Sample.with("producers:\n", "producers:\n\(both)")
      return try ScenarioFile.load(text: text, file: "s.yaml").warnings.map(\.description)
    }
    let told = try warnings("sdk_retry: standard")
    #expect(told.count == 1)
    #expect(told[0].contains("10 November 2026") && told[0].contains("standard_2025"))
    for silent in ["sdk_retry: default", "sdk_retry: adaptive_2026", "sdk_retry: standard_2025"] {
      #expect(try warnings(silent).isEmpty)
    }
    #expect(try warnings("sdk: go, sdk_retry: legacy")[0].contains("sdk has no effect"))
  }

  @Test("faults, of one stream or of all") func faults() throws {
    let experiment = try Sample.experiment(
      Sample.plus(
        """
        events:
          - {at: T+1m, do: region_error_burst, target: clicks, value: 0.3, for: 10s}
          - {at: T+2m, do: latency_spike, value: 20}
        """))
    #expect(
      experiment.events == [
        ScheduledEvent(at: .minutes(1), length: .seconds(10), action: .errorBurst(stream: 0, share: 0.3)),
        ScheduledEvent(at: .minutes(2), action: .latencySpike(stream: nil, factor: 20)),
      ])
  }

  @Test(
    "what the KPL refuses is refused",
    arguments: [
      ("api: kpl\naggregation: {max_bytes: 63B}", "a size from 64B to 10MiB"),
      ("api: kpl\naggregation: {max_bytes: 11MiB}", "a size from 64B to 10MiB"),
      ("api: kpl\naggregation: {max_bytes: 1MiB}", "exceed the stream's max_record 1MiB"),
      ("api: kpl\naggregation: {compression_ratio: 0.5}", "a ratio such as 3"),
      ("api: kpl\nretry: {ttl: 99ms}", "a duration from 100ms"),
      ("api: kpl\naggregation: {max_buffered: 40s}", "max_buffered 40s is longer than ttl 30s"),
      ("api: kpl\nretry: {policy: exponential}", "the KPL retries in its own way"),
      ("api: kpl\nretry: {max_attempts: 3}", "\"max_attempts\" does not apply to policy kpl_token_bucket"),
      ("api: kpl\nbatch: {linger: 1s}", "\"batch\" does not apply to api kpl"),
      ("api: kpl\nsdk_retry: legacy", "\"sdk_retry\" does not apply to api kpl"),
      ("retry: {policy: kpl_token_bucket}", "kpl_token_bucket is the KPL's own retry"),
      ("aggregation: {enabled: true}", "only the KPL packs records"),
      ("api: kinesis_agent\nretry: {ttl: 3s}", "\"retry\" does not apply to api kinesis_agent"),
      ("api: kpl\ncount: 100000\nretry: {buffer: 10B}", "cannot hold one record"),
      ("sdk_retry: adaptve", "did you mean \"adaptive\"?"),
      ("sdk_retry: {max_attempts: 3}", "\"mode\" is missing"),
      ("sdk_retry: {mode: legacy, timeout: 0s}", "a duration from 1ms"),
    ])
  func refused(lines: String, message: String) {
    let found = errors(lines)
    #expect(found.contains { $0.contains(message) }, "\(found)")
  }

  @Test("faults need a sound value and a stream that is there") func unsoundFaults() {
    let found = Sample.errors(
      Sample.plus(
        """
        events:
          - {at: T+1m, do: region_error_burst, value: 1.2}
          - {at: T+1m, do: latency_spike, value: 0.5}
          - {at: T+1m, do: latency_spike, target: web, value: 2}
          - {at: T+1m, do: region_error_burst}
        """))
    #expect(found.count == 4)
    #expect(found.contains { $0.contains("there is no stream \"web\"") })
  }

  @Test("a limiter for each process and shard is bounded") func lanes() {
    let text = Sample.with("shards: 4", "shards: 1000").replacing(
      "    retry: {policy: none}", with: "    api: kpl\n    count: 1001")
    #expect(Sample.errors(text).contains { $0.contains("are more than 1000000") })
  }
}
