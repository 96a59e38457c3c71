internal import KinesisCore
internal import Units

/// What CloudWatch counts, since the process began: by stream or delivery stream, by CloudWatch's name, in Prometheus' text.
struct Meters: Sendable {
  /// Whose counts.
  enum Subject: Sendable, Hashable {
    /// A data stream, a delivery stream, a channel, by id.
    case stream(Int), delivery(Int), channel(Int)

    /// In the order in which they are told.
    fileprivate var order: (Int, Int) {
      switch self {
      case .stream(let id): (0, id)
      case .delivery(let id): (1, id)
      case .channel(let id): (2, id)
      }
    }

    /// CloudWatch's dimension, of a channel the first of three.
    fileprivate var dimension: String {
      switch self {
      case .stream: "StreamName"
      case .delivery: "DeliveryStreamName"
      case .channel: "ChannelName"
      }
    }
  }

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
    // Of delivery streams.
    case throttledPuts = "ThrottledRecords"
    case objectRecords = "DeliveryToS3_Records"
    case objectBytes = "DeliveryToS3_Bytes"
    case requestedRecords = "DeliveryToHttpEndpoint_Records"
    case requestedBytes = "DeliveryToHttpEndpoint_Bytes"
    // Of channels. Bytes are those ahead of the compression.
    case channelRecords = "DeliveryToS3_RecordCount"
    case channelBytesIn = "DeliveryToS3_BytesIn"
    case channelBytesProcessed = "DeliveryToS3_BytesProcessed"
    case channelBytesOut = "DeliveryToS3_BytesOut"
    case channelDelivered = "DeliveryToS3_SuccessfulRecordCount"
    case channelFailed = "DeliveryToS3_FailedRecordCount"
    case channelObjects = "DeliveryToS3_DeliverySuccess"
    case channelLetters = "DeliveryToS3_DLQDeliverySuccess"
    case channelFreshness = "DeliveryToS3_DataFreshness"

    /// As CloudWatch spells it.
    var metric: String { rawValue.replacing("_", with: ".") }
  }

  /// By subject, then by name.
  private var counts: [Subject: [Name: Int64]] = [:]
  /// The same by the minute.
  private var history: [Subject: [Name: MetricMinutes]] = [:]
  private var now = Instant.epoch

  /// What is counted from now on is counted at an instant.
  mutating func pass(to instant: Instant) { now = instant }

  mutating func add(_ count: Int64, to name: Name, of subject: Subject) {
    counts[subject, default: [:]][name, default: 0] += count
    history[subject, default: [:]][name, default: MetricMinutes()].add(count, at: now)
  }

  /// What a channel's records came to: at the destination, as dead letters, or nowhere.
  mutating func note(_ receipt: ChannelLine.Receipt, of channel: Int) {
    let subject = Subject.channel(channel), records = receipt.attempt.records
    add(receipt.bytes, to: .channelBytesProcessed, of: subject)
    let isRecords = receipt.attempt.content == .records
    if !isRecords || !receipt.isDelivered { add(records, to: .channelFailed, of: subject) }
    guard receipt.isDelivered else { return }
    guard isRecords else { return add(records, to: .channelLetters, of: subject) }
    add(receipt.bytes, to: .channelBytesOut, of: subject)
    add(1, to: .channelObjects, of: subject)
    add(records, to: .channelDelivered, of: subject)
  }

  /// When the oldest record arrived that a channel has not delivered.
  mutating func note(oldest: Instant, of channel: Int) {
    let age = (now - oldest).nanoseconds / 1_000_000_000
    history[.channel(channel), default: [:]][.channelFreshness, default: MetricMinutes()].add(age, at: now)
  }

  mutating func forget(_ subject: Subject) {
    counts[subject] = nil
    history[subject] = nil
  }

  /// The minutes of a metric by CloudWatch's name of it; nil where there are none.
  func minutes(of metric: String, _ subject: Subject?) -> MetricMinutes? {
    guard let subject, let name = Name.allCases.first(where: { $0.metric == metric }) else { return nil }
    return history[subject]?[name]
  }

  /// What a read of a stream brought.
  mutating func note(_ page: ReadAnswer, of stream: Int) {
    add(1, to: .readCalls, of: .stream(stream))
    add(page.count, to: .readRecords, of: .stream(stream))
    add(page.bytes, to: .readBytes, of: .stream(stream))
  }

  /// What a put came to: refused records count one by one, as CloudWatch has it.
  mutating func note(_ outcomes: [PutOutcome], sizes: [Int64], of stream: Subject) {
    var records: Int64 = 0, bytes: Int64 = 0
    for (outcome, size) in zip(outcomes, sizes) where outcome.limit == nil {
      (records, bytes) = (records + 1, bytes + size)
    }
    add(records, to: .incomingRecords, of: stream)
    add(bytes, to: .incomingBytes, of: stream)
    add(Int64(outcomes.count) - records, to: .throttledRecords, of: stream)
  }

  /// All of it, in the order of their ids.
  func text(_ name: (Subject) -> String) -> String {
    let subjects = counts.keys.sorted { $0.order < $1.order }
    // An age is no count.
    return Name.allCases.filter { $0 != .channelFreshness }.map { metric in
      let rows = subjects.compactMap { subject in
        counts[subject]?[metric].map { "\(metric.rawValue){\(subject.dimension)=\"\(name(subject))\"} \($0)\n" }
      }
      return "# TYPE \(metric.rawValue) counter\n" + rows.joined()
    }.joined()
  }
}
