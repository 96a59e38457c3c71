internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

extension ScenarioDecoder {
  /// How a producer fills the calls to a delivery stream: at most 500 records and 4 MiB (F§1).
  /// The client of a producer that writes to a firehose.
  func firehoseClient(_ fields: inout Fields, record: RecordShape?) -> ClientParts {
    fields.inapplicable(["aggregation", "sdk_retry", "sdk"], to: "a producer that writes to a firehose")
    let batching = firehoseBatching(&fields)
    let retry = fields.take("retry").flatMap { $0.map() }.map { self.retry($0, record: record) } ?? RetrySpec()
    return ClientParts(batching: batching, retry: retry)
  }

  private func firehoseBatching(_ fields: inout Fields) -> Batching {
    let api = fields.take("api")
    let streamOnly = ["put_record", "put_records", "kpl", "kinesis_agent"]
    if let api, let text = api.text, streamOnly.contains(text) {
      let remedy = "use api firehose_put_record_batch" + (text == "put_record" ? " with batch.max_records 1" : "")
      api.refuse("a firehose is not written with \(text)", remedy: remedy)
    } else {
      _ = api?.choice(["firehose_put_record_batch"], what: "api")
    }
    guard var batch = fields.take("batch")?.map() else { return .putRecordBatch() }
    let (most, size) = (Int(limits[.firehose.recordsPerCall]), Bytes(limits[.firehose.bytesPerCall]))
    let records = batch.take("max_records")?.integer(1...most, expecting: "a number of records") ?? most
    let bytes = batch.take("max_bytes")?.bytes(Bytes(1)...size) ?? size
    let linger = batch.take("linger")?.duration(.zero ... .hours(1)) ?? .milliseconds(100)
    batch.finish()
    return .putRecordBatch(maxRecords: records, maxBytes: bytes, linger: linger)
  }
}
