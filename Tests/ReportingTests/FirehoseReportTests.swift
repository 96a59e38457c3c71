import Experiment
import Foundation
import KinesisCore
import Simulation
import Testing
import Units

@testable import Models
@testable import Reporting

@Suite struct FirehoseReportTests {
  /// Eight shards that get 1 KiB a second each, for two hours; every object holds 300 s of it, a fourth in size.
  static func small() -> FirehoseResult {
    var delivery = DeliveryFigures(), ledger = FirehoseLedger()
    var objects: [DeliveredObject] = []
    for position in 0..<192 as Range<Int64> {
      let at = Fixture.at(300 + position * 30)
      delivery.sizes.record(.kibibytes(75))
      delivery.bufferedBytes += .kibibytes(300)
      objects.append(
        DeliveredObject(
          firstArrival: at - .seconds(301), deliveredAt: at, unit: "shardId-000000000000", records: 300,
          bufferedBytes: .kibibytes(300), storedBytes: .kibibytes(75), reason: "interval", attempts: 1))
    }
    (delivery.objects, delivery.buffers, delivery.flushedByInterval) = (192, 8, 192)
    (ledger.records, ledger.delivered, ledger.held) = (57_700, 57_600, 100)
    return FirehoseResult(
      name: "lake", bufferSize: .mebibytes(64), bufferInterval: .seconds(300), ledger: ledger,
      bytes: .kibibytes(57_700), billedBytes: .kibibytes(288_500), delivery: delivery,
      freshness: Fixture.times(10_000), ingest: nil, reading: ReadFigures(), transform: nil, partitions: nil,
      objects: objects, objectsOmitted: 0)
  }

  private static func report(_ firehose: FirehoseResult) -> Report {
    var result = Fixture.calm()
    result.firehoses = [firehose]
    result.experiment.firehoses = [
      FirehoseSpec(
        .init(name: "lake", region: "us-east-1", source: .directPut(quota: nil), destination: .s3), stream: nil)
    ]
    return Fixture.report([result])
  }

  @Test func `small objects are explained by their interval and by what a buffer gets`() {
    let story = FirehoseStory(Self.small(), simulated: Fixture.duration)
    #expect(
      story.objects
        == "Firehose `lake` delivered 192 objects of 75 KiB on average: all buffers were handed on after their 5 min, "
        + "before they held 64 MiB; the stream is spread over 8 buffers, and one gets 1 KiB a second on average.")
  }

  @Test func `full buffers are explained by compression`() {
    var firehose = Self.small()
    (firehose.delivery.flushedBySize, firehose.delivery.flushedByInterval) = (180, 12)
    let story = FirehoseStory(firehose, simulated: Fixture.duration)
    #expect(
      story.objects
        == "Firehose `lake` delivered 192 objects of 75 KiB on average: 93.8 % of buffers were handed on full, at "
        + "64 MiB, which conversion and compression make 4 × smaller.")
  }

  @Test func `what did not arrive is said, and nothing otherwise`() {
    var firehose = Self.small()
    #expect(FirehoseStory(firehose, simulated: Fixture.duration).sentences.count == 2)
    (firehose.ledger.lost, firehose.ledger.failed, firehose.ledger.failedByPartitions) = (3, 12, 7)
    #expect(
      FirehoseStory(firehose, simulated: Fixture.duration).sentences.last
        == "Of `lake`: 3 records lost for good; 7 records in the error output, for partitions too many; 5 records in "
        + "the error output or backup instead.")
    firehose.delivery = DeliveryFigures()
    #expect(
      FirehoseStory(firehose, simulated: Fixture.duration).objects
        == "Firehose `lake` delivered nothing; 100 records wait in it.")
  }

  @Test func `refusals are held against the quota`() {
    var firehose = Self.small()
    var ingest = IngestFigures()
    (ingest.throttledRecords, ingest.throttledSeconds) = (1_204, 61)
    (ingest.quotaStart, ingest.quotaEnd) = (.mebibytes(1), .mebibytes(2))
    firehose.ingest = ingest
    #expect(
      FirehoseStory(firehose, simulated: Fixture.duration).sentences[0]
        == "Firehose `lake` throttled 1,204 records in 61 seconds (\"Slow down.\"), although the run's average was "
        + "0.78 % of its quota of 1 MiB a second; AWS had raised it to 2 MiB at the end.")
    firehose.bytes = .mebibytes(8_000)
    firehose.ingest?.quotaEnd = .mebibytes(1)
    #expect(
      FirehoseStory(firehose, simulated: Fixture.duration).sentences[0]
        == "Firehose `lake` throttled 1,204 records in 61 seconds (\"Slow down.\"): the run's average was 111.1 % of its "
        + "quota of 1 MiB a second.")
  }

  @Test func `run json has the contract's figures of a delivery stream`() throws {
    let text = Self.report(Self.small()).json
    let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let lake = try #require((document?["firehoses"] as? [String: Any])?["lake"] as? [String: Any])
    for key in [
      "records", "bytes", "objects", "object_bytes", "data_freshness_s", "flushes", "retries", "failed_records",
    ] { #expect(lake[key] != nil, "\(key)") }
    #expect((lake["object_bytes"] as? [String: Any])?["mean"] as? Double == 76_800)
    #expect((lake["flushes"] as? [String: Any])?["interval"] as? Int == 192)
    #expect(lake["ingest"] is NSNull)
  }

  @Test func `the report and firehose_objects have every object once`() {
    let report = Self.report(Self.small())
    let rows = RunCSV(report).text(.firehoseObjects).split(separator: "\n")
    #expect(rows.count == 193)
    #expect(
      rows[1]
        == "lake,300,2026-03-06T20:05:00Z,shardId-000000000000,300,307200,76800,interval,-1,2026-03-06T19:59:59Z,301,1")
    let text = report.markdown
    #expect(text.contains("## Delivery streams"))
    for limit in LimitsProfile.current.limits where limit.confidence != .documented && limit.family == "firehose" {
      #expect(text.contains("`\(limit.name)`"))
    }
    #expect(
      report.text.contains("  firehose lake: 57,700 records → 192 objects, 75 KiB on average; freshness p99 "))
    #expect(ReportFiles(report).all().map(\.name).contains("firehose_objects.csv"))
  }
}
