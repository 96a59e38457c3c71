internal import KinesisCore

/// What CloudWatch counts, since the process began: by stream, by CloudWatch's name, in Prometheus' text.
struct Meters: Sendable {
  /// CloudWatch's names; a dot in one is an underscore here.
  enum Name: String, CaseIterable {
    case incomingRecords = "IncomingRecords"
    case incomingBytes = "IncomingBytes"
    case throttledRecords = "WriteProvisionedThroughputExceeded"
    case readRecords = "GetRecords_Records"
    case readBytes = "GetRecords_Bytes"
    case readCalls = "GetRecords_Success"
    case throttledReads = "ReadProvisionedThroughputExceeded"
    case pushedRecords = "SubscribeToShardEvent_Records"
    case pushedBytes = "SubscribeToShardEvent_Bytes"
  }

  /// By stream, then by name.
  private var counts: [Int: [Name: Int64]] = [:]

  mutating func add(_ count: Int64, to name: Name, of stream: Int) {
    counts[stream, default: [:]][name, default: 0] += count
  }

  mutating func forget(_ stream: Int) { counts[stream] = nil }

  /// What a put came to: refused records count one by one, as CloudWatch has it.
  mutating func note(_ outcomes: [PutOutcome], sizes: [Int64], of stream: Int) {
    var records: Int64 = 0, bytes: Int64 = 0
    for (outcome, size) in zip(outcomes, sizes) where outcome.limit == nil {
      (records, bytes) = (records + 1, bytes + size)
    }
    add(records, to: .incomingRecords, of: stream)
    add(bytes, to: .incomingBytes, of: stream)
    add(Int64(outcomes.count) - records, to: .throttledRecords, of: stream)
  }

  /// All of it, streams in order of their ids.
  func text(_ streamName: (Int) -> String) -> String {
    Name.allCases.map { name in
      let rows = counts.keys.sorted().compactMap { stream in
        counts[stream]?[name].map { "\(name.rawValue){StreamName=\"\(streamName(stream))\"} \($0)\n" }
      }
      return "# TYPE \(name.rawValue) counter\n" + rows.joined()
    }.joined()
  }
}
