internal import Units
internal import KinesisCore
internal import Experiment

/// CloudWatch's metrics of a stream, by AWS's names (facts §8).
enum StreamMetric: Int, CaseIterable {
  case incomingBytes, incomingRecords
  case putRecordBytes, putRecordLatency, putRecordSuccess
  case putRecordsBytes, putRecordsLatency, putRecordsSuccess
  case putRecordsTotal, putRecordsSuccessful, putRecordsThrottled, putRecordsFailed
  case writeExceeded
  case getBytes, getRecords, getLatency, getSuccess, getAge
  case readExceeded

  var name: String {
    switch self {
    case .incomingBytes: "IncomingBytes"
    case .incomingRecords: "IncomingRecords"
    case .putRecordBytes: "PutRecord.Bytes"
    case .putRecordLatency: "PutRecord.Latency"
    case .putRecordSuccess: "PutRecord.Success"
    case .putRecordsBytes: "PutRecords.Bytes"
    case .putRecordsLatency: "PutRecords.Latency"
    case .putRecordsSuccess: "PutRecords.Success"
    case .putRecordsTotal: "PutRecords.TotalRecords"
    case .putRecordsSuccessful: "PutRecords.SuccessfulRecords"
    case .putRecordsThrottled: "PutRecords.ThrottledRecords"
    case .putRecordsFailed: "PutRecords.FailedRecords"
    case .writeExceeded: "WriteProvisionedThroughputExceeded"
    case .getBytes: "GetRecords.Bytes"
    case .getRecords: "GetRecords.Records"
    case .getLatency: "GetRecords.Latency"
    case .getSuccess: "GetRecords.Success"
    case .getAge: "GetRecords.IteratorAgeMilliseconds"
    case .readExceeded: "ReadProvisionedThroughputExceeded"
    }
  }

  var unit: String {
    switch self {
    case .incomingBytes, .putRecordBytes, .putRecordsBytes, .getBytes: "Bytes"
    case .putRecordLatency, .putRecordsLatency, .getLatency, .getAge: "Milliseconds"
    default: "Count"
    }
  }
}

/// CloudWatch's metrics of an enhanced fan-out consumer (facts §8).
enum FanOutMetric: Int, CaseIterable {
  case bytes, records, behind, success

  var name: String {
    switch self {
    case .bytes: "SubscribeToShardEvent.Bytes"
    case .records: "SubscribeToShardEvent.Records"
    case .behind: "SubscribeToShardEvent.MillisBehindLatest"
    case .success: "SubscribeToShardEvent.Success"
    }
  }

  var unit: String {
    switch self {
    case .bytes: "Bytes"
    case .behind: "Milliseconds"
    case .records, .success: "Count"
    }
  }
}

/// One CloudWatch statistic set for each metric of a stream, consumer, queue or delivery stream, cut into report bins.
struct MetricBook: Sendable {
  private var series: [MetricSeries]
  private var open: [MetricSeries.Sample]
  private let streams: Int
  /// Where the metrics of the first delivery stream begin, and those of each consumer's queue; nil without a queue.
  private let firehoses: Int
  private let queues: [Int?]

  init(streams: [StreamSpec], consumers: [ConsumerSpec], firehoses specs: [FirehoseSpec] = []) {
    self.streams = streams.count
    firehoses = streams.count * StreamMetric.allCases.count + consumers.count * FanOutMetric.allCases.count
    series = streams.flatMap { stream in
      StreamMetric.allCases.map {
        MetricSeries(metric: $0.name, unit: $0.unit, stream: stream.name, consumer: nil, samples: [])
      }
    }
    series += consumers.flatMap { consumer in
      FanOutMetric.allCases.map {
        MetricSeries(
          metric: $0.name, unit: $0.unit, stream: streams[consumer.stream].name, consumer: consumer.name, samples: [])
      }
    }
    series += specs.flatMap { FirehoseMetric.series(of: $0) }
    var places: [Int?] = []
    for consumer in consumers {
      places.append(consumer.queue == nil ? nil : series.count)
      if consumer.queue != nil { series += QueueMetric.series(of: consumer) }
    }
    queues = places
    open = series.map { _ in Self.empty }
  }

  private static let empty = MetricSeries.Sample(bin: 0, sum: 0, minimum: .infinity, maximum: -.infinity, count: 0)

  /// Adds a value of one operation.
  mutating func note(_ metric: StreamMetric, _ value: Double, stream: Int) {
    note(value, at: Self.place(metric, stream))
  }

  /// Adds a value of one push.
  mutating func note(_ metric: FanOutMetric, _ value: Double, consumer: Int) {
    note(value, at: streams * StreamMetric.allCases.count + consumer * FanOutMetric.allCases.count + metric.rawValue)
  }

  /// Adds a value of one operation of a delivery stream.
  mutating func note(_ metric: FirehoseMetric, _ value: Double, firehose: Int) {
    note(value, at: firehoses + firehose * FirehoseMetric.allCases.count + metric.rawValue)
  }

  /// Adds what a queue, that of a consumer, came to.
  mutating func note(_ metric: QueueMetric, _ value: Int64, consumer: Int) {
    if let first = queues[consumer] { note(Double(value), at: first + metric.rawValue) }
  }

  // MARK: Calls

  /// A put call is over.
  mutating func note(_ call: PutCall, accepted: (count: Int32, bytes: Int64), took: Interval) {
    let stream = call.stream, throttled = Double(call.records - accepted.count)
    note(.writeExceeded, throttled, stream: stream)
    note(call.isSingle ? .putRecordLatency : .putRecordsLatency, took.inMilliseconds, stream: stream)
    note(call.isSingle ? .putRecordSuccess : .putRecordsSuccess, accepted.count > 0 ? 1 : 0, stream: stream)
    if accepted.count > 0 {
      note(.incomingBytes, Double(accepted.bytes), stream: stream)
      note(.incomingRecords, Double(accepted.count), stream: stream)
      note(call.isSingle ? .putRecordBytes : .putRecordsBytes, Double(accepted.bytes), stream: stream)
    }
    guard !call.isSingle else { return }
    note(.putRecordsTotal, Double(call.records), stream: stream)
    note(.putRecordsSuccessful, Double(accepted.count), stream: stream)
    note(.putRecordsThrottled, throttled, stream: stream)
  }

  /// Put calls are over. What a call holds at least and at most counts as the mean.
  mutating func note(_ calls: PutCalls) {
    guard calls.count > 0 else { return }
    let stream = calls.stream, tried = calls.accepted + calls.refused
    add(calls, .writeExceeded, Double(calls.refused))
    add(
      calls, calls.isSingle ? .putRecordSuccess : .putRecordsSuccess,
      Double(calls.isSingle ? calls.accepted : calls.count))
    let latency = calls.isSingle ? StreamMetric.putRecordLatency : .putRecordsLatency
    note(calls.time, count: calls.count, between: calls.shortest, calls.longest, at: Self.place(latency, stream))
    if calls.accepted > 0 {
      add(calls, .incomingBytes, Double(calls.bytes))
      add(calls, .incomingRecords, Double(calls.accepted))
      add(calls, calls.isSingle ? .putRecordBytes : .putRecordsBytes, Double(calls.bytes))
    }
    guard !calls.isSingle else { return }
    add(calls, .putRecordsTotal, Double(tried))
    add(calls, .putRecordsSuccessful, Double(calls.accepted))
    add(calls, .putRecordsThrottled, Double(calls.refused))
  }

  private mutating func add(_ calls: PutCalls, _ metric: StreamMetric, _ sum: Double) {
    let each = sum / Double(calls.count)
    note(sum, count: calls.count, between: each, each, at: Self.place(metric, calls.stream))
  }

  private static func place(_ metric: StreamMetric, _ stream: Int) -> Int {
    stream * StreamMetric.allCases.count + metric.rawValue
  }

  @inline(__always)
  private mutating func note(_ sum: Double, count: Int64, between low: Double, _ high: Double, at index: Int) {
    open[index].sum += sum
    open[index].minimum = min(open[index].minimum, low)
    open[index].maximum = max(open[index].maximum, high)
    open[index].count += count
  }

  /// A put call has failed as a whole, because the service did.
  mutating func noteFailed(_ call: PutCall) {
    note(call.isSingle ? .putRecordSuccess : .putRecordsSuccess, 0, stream: call.stream)
    guard !call.isSingle else { return }
    note(.putRecordsTotal, Double(call.records), stream: call.stream)
    note(.putRecordsFailed, Double(call.records), stream: call.stream)
  }

  /// GetRecords was answered.
  mutating func note(_ answer: ReadAnswer, took: Interval, stream: Int) {
    note(.getBytes, Double(answer.bytes), stream: stream)
    note(.getRecords, Double(answer.count), stream: stream)
    note(.getLatency, took.inMilliseconds, stream: stream)
    note(.getSuccess, 1, stream: stream)
    note(.getAge, Double(answer.millisBehindLatest), stream: stream)
    note(.readExceeded, 0, stream: stream)
  }

  /// The service has pushed to a consumer.
  mutating func note(_ event: FanOutEvent, consumer: Int) {
    note(.bytes, Double(event.bytes), consumer: consumer)
    note(.records, Double(event.count), consumer: consumer)
    note(.behind, Double(event.millisBehindLatest), consumer: consumer)
    note(.success, 1, consumer: consumer)
  }

  private mutating func note(_ value: Double, at index: Int) { note(value, count: 1, between: value, value, at: index) }

  /// Ends a report bin.
  mutating func closeBin(_ bin: Int) {
    for index in open.indices where open[index].count > 0 {
      open[index].bin = bin
      series[index].samples.append(open[index])
      open[index] = Self.empty
    }
  }

  /// The series that have any sample.
  var results: [MetricSeries] { series.filter { !$0.samples.isEmpty } }
}
