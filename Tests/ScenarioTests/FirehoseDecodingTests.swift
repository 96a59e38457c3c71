import Experiment
import KinesisCore
import Models
import Scenario
import Testing
import Units

@Suite struct `Firehose decoding` {
  private static func text(_ firehose: String) -> String {
    Sample.plus("firehoses:\n  lake: {\(firehose)}")
  }

  private func spec(_ firehose: String) throws -> FirehoseSpec {
    try #require(try Sample.experiment(Self.text(firehose)).firehoses.first)
  }

  @Test("what the file leaves out is AWS's default") func defaults() throws {
    let spec = try spec("source: stream:clicks, destination: s3")
    #expect(spec.stream == 0 && spec.name == "lake")
    #expect(spec.configuration.source == .stream(retention: .hours(24)))
    #expect(spec.configuration.buffer == .init() && spec.configuration.format == .raw(.none))
    #expect(spec.configuration.transform == nil && spec.configuration.partitioning == nil)
    #expect(spec.configuration.backup == .failures && spec.errorRate == 0 && spec.partitionKeys == 1)
  }

  @Test("every key is decoded") func everyKey() throws {
    let spec = try spec(
      """
      source: direct_put, destination: s3, buffer: {size: 64MiB, interval: 120s}, compression_ratio: 4.2, error_rate: 0.1,
      dynamic_partitioning: {keys: 45, s: 0.9, max_active: 900}, destination_latency: 300ms, backup: enabled, vpc_azs: 2,
      transform: {lambda_ms: 800, buffer: 2MiB, interval: 30s, retries: 1, output_ratio: 1.5, dropped: 0.2, failed: 0.1},
      quota_mibps: 10
      """)
    #expect(spec.configuration.source == .directPut(quota: .mebibytes(10)))
    #expect(spec.configuration.buffer == .init(size: .mebibytes(64), interval: .minutes(2)))
    #expect(spec.configuration.format == .raw(.gzip) && spec.configuration.compressionPermille == 4_200)
    #expect(spec.partitionKeys == 45 && spec.partitionSkew == 0.9 && spec.configuration.partitioning?.maxActive == 900)
    #expect(spec.destinationLatency == .constant(3e8) && spec.transformTime == .constant(8e8))
    #expect(spec.configuration.backup == .all && spec.vpcZones == 2 && spec.errorRate == 0.1)
    #expect(spec.configuration.transform?.bufferSize == .mebibytes(2))
    #expect(spec.configuration.transform?.bufferInterval == .seconds(30))
    #expect(spec.configuration.transform?.outputPermille == 1_500 && spec.configuration.transform?.retries == 1)
    #expect(spec.droppedShare == 0.2 && spec.failedShare == 0.1)
  }

  @Test("destinations, vendors and formats have their names") func names() throws {
    #expect(
      try spec("source: direct_put, destination: http, vendor: datadog").configuration.destination == .http(.datadog))
    #expect(try spec("source: direct_put, destination: s3_iceberg").configuration.destination == .iceberg)
    #expect(
      try spec("source: direct_put, destination: s3, format: orc, compression_ratio: 3").configuration.format
        == .orc(.none))
    let search = try spec("source: direct_put, destination: opensearch, backup: all, retry_duration: 0s").configuration
    #expect(search.backup == .all && search.retryDuration == .zero)
  }

  // One mistake a line: the keys of `lake`, and what is said of them without the place's line.
  // swift-format-ignore
  static let mistakes: [(String, String)] = [
    ("destination: s3", #"firehoses.lake: "source" is missing: expected direct_put or stream:NAME"#),
    ("source: clicks, destination: s3", #"firehoses.lake.source: expected direct_put or stream:NAME, found "clicks"; write stream:clicks"#),
    ("source: stream:click, destination: s3", #"firehoses.lake.source: there is no stream "click"; did you mean "clicks"?"#),
    ("source: direct_put, destination: s4", #"firehoses.lake.destination: expected one of s3, s3_iceberg, redshift, opensearch, splunk, http, snowflake, found "s4"; did you mean "s3"?"#),
    ("source: direct_put, destination: s3, vendor: datadog", #"firehoses.lake.vendor: "vendor" does not apply to a destination other than http; remove it"#),
    ("source: stream:clicks, destination: s3, quota_mibps: 5", #"firehoses.lake.quota_mibps: "quota_mibps" does not apply to a stream source, which scales with no limit; remove it"#),
    ("source: direct_put, destination: s3, format: parquet, buffer: {size: 32MiB, interval: 60s}", "firehoses.lake.buffer.size: BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled."),
    ("source: direct_put, destination: s3, dynamic_partitioning: {keys: 9}, buffer: {size: 32MiB, interval: 60s}", "firehoses.lake.buffer.size: BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled."),
    ("source: direct_put, destination: s3, format: parquet, compression: brotli", #"firehoses.lake.compression: expected one of none, snappy, gzip, found "brotli""#),
    ("source: direct_put, destination: splunk, compression: gzip, compression_ratio: 10", "firehoses.lake.compression: Delivery to Splunk has no compression."),
    ("source: direct_put, destination: opensearch, compression: snappy", "firehoses.lake.compression: Delivery to OpenSearch has no compression."),
    ("source: direct_put, destination: s3_iceberg, compression: zip", "firehoses.lake.compression: Delivery to Iceberg has no compression."),
    ("source: direct_put, destination: snowflake, compression_ratio: 3", "firehoses.lake.compression_ratio: Delivery to Snowflake has no compression."),
    ("source: direct_put, destination: http, compression: zip", "firehoses.lake.compression: ContentEncoding must be NONE or GZIP for an HTTP endpoint."),
    ("source: direct_put, destination: http, compression: snappy", "firehoses.lake.compression: ContentEncoding must be NONE or GZIP for an HTTP endpoint."),
    ("source: direct_put, destination: redshift, compression: snappy", "firehoses.lake.compression: CompressionFormat must be UNCOMPRESSED or GZIP for Redshift."),
    ("source: direct_put, destination: http, dynamic_partitioning: {keys: 9}", "firehoses.lake.dynamic_partitioning: Dynamic partitioning is available for S3 destinations only."),
    ("source: direct_put, destination: s3, buffer: {size: 5MiB, interval: 901s}", "firehoses.lake.buffer.interval: BufferingHints.IntervalInSeconds must be a whole number from 0 to 900."),
    ("source: direct_put, destination: splunk, buffer: {size: 6MiB, interval: 60s}", "firehoses.lake.buffer.size: BufferingHints.SizeInMBs must be a whole number from 1 to 5."),
    ("source: direct_put, destination: s3, retry_duration: 60s", "firehoses.lake.retry_duration: S3 takes no RetryOptions: it is tried until the data is too old."),
    ("source: direct_put, destination: http, retry_duration: 7201s", "firehoses.lake.retry_duration: RetryOptions.DurationInSeconds must be a whole number from 0 to 7200."),
    ("source: direct_put, destination: s3, transform: {lambda_ms: 5, buffer: 4MiB}", "firehoses.lake.transform.buffer: BufferSizeInMBs must be between 0.2 and 3."),
    ("source: direct_put, destination: s3, transform: {lambda_ms: 5, buffer: 3.1MB}", "firehoses.lake.transform.buffer: BufferSizeInMBs must be between 0.2 and 3."),
    ("source: direct_put, destination: s3, transform: {lambda_ms: 5, buffer: 0.19MiB}", "firehoses.lake.transform.buffer: BufferSizeInMBs must be between 0.2 and 3."),
    ("source: direct_put, destination: s3, transform: {buffer: 1MiB}", #"firehoses.lake.transform: "lambda_ms" is missing: expected milliseconds such as 800"#),
    ("source: direct_put, destination: s3, transform: {lambda_ms: 5, dropped: 0.7, failed: 0.7}", "firehoses.lake.transform.failed: dropped and failed are more than all records"),
    ("source: direct_put, destination: s3, dynamic_partitioning: {s: 1}", #"firehoses.lake.dynamic_partitioning: "keys" is missing: expected how many partitions there are, such as 45"#),
    ("source: direct_put, destination: s3, backup: all", #"firehoses.lake.backup: expected one of disabled, enabled, found "all""#),
    ("source: direct_put, destination: s3, bufer: {}", #"firehoses.lake.bufer: unknown key "bufer"; did you mean "buffer"?"#),
  ]

  @Test("what AWS would refuse is refused with AWS's reason and its place", arguments: mistakes)
  func mistake(_ firehose: String, _ says: String) {
    let errors = Sample.errors(Self.text(firehose))
    #expect(
      errors.count == 1 && errors.allSatisfy { $0.hasPrefix("s.yaml:18:") && $0.hasSuffix(" \(says)") }, "\(errors)")
  }

  @Test(
    "AWS's 0.2 to 3 MB of a transform's buffer are taken in any writing",
    arguments: [
      ("0.2MB", 200_000), ("0.2MiB", 209_715), ("200KiB", 204_800), ("200KB", 200_000), ("3MB", 3_000_000),
      ("3MiB", 3 << 20), ("2.9MiB", 3_040_870), ("1.5MB", 1_500_000),
    ])
  func transformBuffer(text: String, bytes: Int64) throws {
    let spec = try spec("source: direct_put, destination: s3, transform: {lambda_ms: 5, buffer: \(text)}")
    #expect(spec.configuration.transform?.bufferSize == Bytes(bytes))
  }

  @Test("HTTP endpoints take GZIP, S3 and Redshift what their APIs name", arguments: ["http", "s3", "redshift"])
  func gzip(destination: String) throws {
    let spec = try spec("source: direct_put, destination: \(destination), compression: gzip, compression_ratio: 4")
    #expect(spec.configuration.format == .raw(.gzip))
  }

  /// The sample with records of so many bytes in a stream that takes 4 MiB, and one delivery stream.
  private func large(_ firehose: String, size: String = "2MiB") -> String {
    Self.text("source: stream:clicks, \(firehose)")
      .replacing("shards: 4}", with: "shards: 4, max_record: 4MiB}").replacing("size: 900B", with: "size: \(size)")
  }

  // swift-format-ignore
  static let unsupported: [(String, String)] = [
    ("destination: s3, dynamic_partitioning: {keys: 10}", "firehoses.lake.dynamic_partitioning: Dynamic partitioning does not support records larger than 1 MiB."),
    ("destination: http", "firehoses.lake.destination: Delivery to an HTTP endpoint does not support records larger than 1 MiB."),
    ("destination: redshift", "firehoses.lake.destination: Delivery to Redshift does not support records larger than 1 MiB."),
    ("destination: snowflake", "firehoses.lake.destination: Delivery to Snowflake does not support records larger than 1 MiB."),
  ]

  @Test("records above 1 MiB are refused where Firehose cannot deliver them", arguments: unsupported)
  func largeRecords(firehose: String, says: String) throws {
    let errors = Sample.errors(large(firehose))
    #expect(errors.count == 1 && errors.allSatisfy { $0.contains(" \(says) ") }, "\(errors)")
    // Up to 1 MiB with the key nothing is said, however large the stream's records may be.
    #expect(Sample.errors(large(firehose, size: "1048540B")).isEmpty)
    #expect(Sample.errors(large(firehose, size: "1048541B")).count == 1)
  }

  @Test(
    "S3 takes records above 1 MiB, also converted; of others AWS says nothing",
    arguments: ["s3", "s3, format: parquet", "opensearch", "splunk", "s3_iceberg"])
  func largeRecordsTaken(destination: String) {
    #expect(Sample.errors(large("destination: \(destination)")).isEmpty)
  }

  @Test("sizes without an end may pass 1 MiB: that is a warning") func unboundedSizes() throws {
    let law = "{dist: lognormal, median: 900B, p99: 90KiB}"
    let file = try ScenarioFile.load(text: large("destination: http", size: law), file: "s.yaml", settings: [])
    #expect(file.warnings.count == 1 && file.warnings[0].description.contains("the law of sizes has no end"))
  }

  @Test("all that is wrong is told at once") func allAtOnce() {
    let errors = Sample.errors(
      Self.text(
        "source: direct_put, destination: http, format: orc, dynamic_partitioning: {keys: 9}, buffer: {size: 65MiB, interval: 1h}"
      ))
    #expect(errors.count == 4, "\(errors)")
  }

  private static let direct = """
    schema: weir/v1
    name: direct
    clock: {duration: 1h}
    producers:
      app: {to: lake, rate: 10, record: {size: 500B}}
    firehoses:
      lake: {source: direct_put, destination: s3}
    """

  @Test("a producer may write to a delivery stream, with no stream at all") func directPut() throws {
    let experiment = try Sample.experiment(Self.direct)
    #expect(experiment.streams.isEmpty)
    #expect(experiment.producers[0].firehose == 0 && experiment.producers[0].keyBytes == 0)
    #expect(experiment.producers[0].batching == .putRecordBatch() && experiment.producers[0].keys.law == .single)
  }

  // swift-format-ignore
  static let writes: [(String, String, String)] = [
    ("rate: 10", "rate: 10, api: put_records", "5:34 producers.app.api: a firehose is not written with put_records; use api firehose_put_record_batch"),
    ("rate: 10", "rate: 10, keys: {dist: single}", #"5:29 producers.app.keys: "keys" does not apply to a producer that writes to a firehose; remove it"#),
    ("500B", "500B, key_bytes: 3", #"5:50 producers.app.record.key_bytes: "key_bytes" does not apply to a producer that writes to a firehose; remove it"#),
    ("500B", "1025KiB", #"5:44 producers.app.record.size: a record of 1025KiB is larger than Firehose takes, 1000KiB"#),
    ("rate: 10", "rate: 10, batch: {max_bytes: 5MiB}", #"5:48 producers.app.batch.max_bytes: expected a size from 1B to 4MiB, found "5MiB""#),
    ("to: lake", "to: lakes", #"5:13 producers.app.to: there is no firehose "lakes"; did you mean "lake"?"#),
  ]

  @Test("a producer to a delivery stream is held to Firehose's rules", arguments: writes)
  func writing(_ old: String, _ new: String, _ says: String) {
    let errors = Sample.errors(Self.direct.replacing(old, with: new))
    #expect(errors == ["s.yaml:" + says], "\(errors)")
  }

  @Test("nobody puts into a delivery stream that reads a stream") func disabledPut() {
    let errors = Sample.errors(
      Sample.with("to: clicks", "to: lake") + "\nfirehoses:\n  lake: {source: stream:clicks, destination: s3}")
    #expect(
      errors == [
        #"s.yaml:8:9 producers.web.to: "lake" reads a stream: AWS disables PutRecord and PutRecordBatch on it; write to its stream, or give it source direct_put"#
      ])
  }

  @Test("data_freshness, destination_outage and consumer type firehose are understood") func others() throws {
    let text =
      Self.text("source: stream:clicks, destination: s3")
      .replacing("records_lost(producer=web).sum == 0 records", with: "data_freshness(firehose=lake).p99 < 420 s")
      .replacing("type: kcl_polling", with: "type: firehose")
      + "\nevents: [{at: 1m, do: destination_outage, target: lake, for: 5m}]"
    let experiment = try Sample.experiment(text)
    #expect(
      experiment.objectives[0].metric == .dataFreshness(firehose: 0) && experiment.objectives[0].threshold == 420_000)
    let poller = experiment.consumers[0]
    #expect(
      poller.application == .plainLoop && poller.reading == .polling && poller.pollInterval == .seconds(1))
    #expect(experiment.events[0].action == .destinationOutage(firehose: 0))
    #expect(
      Sample.errors(text.replacing("type: firehose", with: "type: firehose, workers: 2")) == [
        #"s.yaml:14:42 consumers.reader.workers: "workers" does not apply to type firehose, which reads each shard once a second; remove it"#
      ])
  }
}
