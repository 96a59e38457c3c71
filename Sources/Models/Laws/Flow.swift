public import Experiment
internal import KinesisCore
internal import Units

/// What producers bring a stream or a delivery stream in a second, on average: every record stored at its first try.
public struct Flow: Sendable, Hashable {
  /// User records; Kinesis records; bytes with and without partition keys.
  public var users = 0.0, records = 0.0, bytes = 0.0, dataBytes = 0.0
  /// Payload units, and bytes rounded up to 1 KiB and to Firehose's 5 KiB, record by record.
  public var payloadUnits = 0.0, roundedBytes = 0.0, deliveryBytes = 0.0
  /// Calls that bring them, at the least.
  public var calls = 0.0

  /// Nothing.
  public init() {}

  /// So many times as much of everything.
  public func scaled(by factor: Double) -> Flow {
    var flow = self
    let paths: [WritableKeyPath<Flow, Double>] = [
      \.users, \.records, \.bytes, \.dataBytes, \.payloadUnits, \.roundedBytes, \.deliveryBytes, \.calls,
    ]
    for path in paths { flow[keyPath: path] *= factor }
    return flow
  }

  fileprivate mutating func add(_ shape: WireShape, times rate: Double) {
    users += rate
    records += rate * shape.records
    bytes += rate * shape.bytes
    dataBytes += rate * shape.dataBytes
    payloadUnits += rate * shape.payloadUnits
    roundedBytes += rate * shape.roundedBytes
    deliveryBytes += rate * shape.deliveryBytes
  }
}

/// The most that producers bring a stream in a second, each figure for itself.
public struct PeakFlow: Sendable, Hashable {
  /// Kinesis records; bytes with partition keys; those bytes rounded up to 1 KiB, record by record.
  public var records: Double, bytes: Double, roundedBytes: Double

  /// So much.
  public init(records: Double, bytes: Double, roundedBytes: Double) {
    (self.records, self.bytes, self.roundedBytes) = (records, bytes, roundedBytes)
  }

  /// So many times as much of everything.
  public func scaled(by factor: Double) -> PeakFlow {
    PeakFlow(records: records * factor, bytes: bytes * factor, roundedBytes: roundedBytes * factor)
  }
}

/// What the producers of a scenario bring, by arithmetic on their rates, sizes and clients: nothing is drawn.
public struct Flows: Sendable {
  /// Which of a stream's producers count.
  public enum Writers: Sendable, Hashable {
    /// All of them.
    case all
    /// Those that call PutRecord or PutRecords themselves: a record of theirs is surely a record of the stream.
    case plain
  }

  private let experiment: Experiment
  private let rates: ProducerRates
  private let means: [Double]

  /// The flows of an experiment.
  public init(_ experiment: Experiment) {
    let rates = ProducerRates(experiment)
    (self.experiment, self.rates) = (experiment, rates)
    means = experiment.producers.indices.map { rates.mean(of: $0) }
  }

  /// What a stream of so many shards takes in.
  public func flow(ofStream stream: Int, shards: Int, from writers: Writers) -> Flow {
    flow(of: shapes(ofStream: stream, shards: shards, from: writers))
  }

  /// What Direct PUT brings a delivery stream.
  public func flow(ofFirehose firehose: Int) -> Flow {
    let producers = experiment.producers.indices.filter { experiment.producers[$0].firehose == firehose }
    let largest = experiment.limits[.firehose.recordBytes]
    return flow(of: producers.map { ($0, shape(of: $0, largest: largest, shards: 1)) })
  }

  /// The most that a stream of so many shards is brought in a second.
  public func peak(ofStream stream: Int, shards: Int) -> PeakFlow {
    let shapes = shapes(ofStream: stream, shards: shards, from: .all)
    func peak(_ path: KeyPath<WireShape, Double>) -> Double {
      rates.peak(of: shapes.map { ($0.producer, $0.shape[keyPath: path]) })
    }
    return PeakFlow(records: peak(\.records), bytes: peak(\.bytes), roundedBytes: peak(\.roundedBytes))
  }

  private func shapes(
    ofStream stream: Int, shards: Int, from writers: Writers
  ) -> [(producer: Int, shape: WireShape)] {
    let producers = experiment.writers(of: stream).filter {
      writers == .all || experiment.producers[$0].batching.isPlain
    }
    let largest = experiment.streams[stream].maxRecord.count
    return producers.map { ($0, shape(of: $0, largest: largest, shards: shards)) }
  }

  private func shape(of producer: Int, largest: Int64, shards: Int) -> WireShape {
    WireShape(
      experiment.producers[producer], largestRecord: largest, rate: means[producer], shards: shards,
      limits: experiment.limits)
  }

  private func flow(of shapes: [(producer: Int, shape: WireShape)]) -> Flow {
    var flow = Flow()
    for (producer, shape) in shapes { flow.add(shape, times: means[producer]) }
    flow.calls = shapes.reduce(0) { $0 + calls(of: $1.producer) }
    return flow
  }

  /// Calls a second: a process sends when its linger is over or the call is full.
  private func calls(of producer: Int) -> Double {
    let spec = experiment.producers[producer], rate = means[producer] / Double(spec.processes)
    guard rate > 0 else { return 0 }
    switch spec.batching {
    case .putRecord, .kpl, .agent: return means[producer]
    case .putRecords(let records, _, let linger), .putRecordBatch(let records, _, let linger):
      return Double(spec.processes) / min(linger.inSeconds + 1 / rate, Double(records) / rate)
    }
  }
}

extension Experiment {
  /// The positions of the producers that write to a stream.
  public func writers(of stream: Int) -> [Int] {
    producers.indices.filter { producers[$0].firehose == nil && producers[$0].stream == stream }
  }
}

extension Batching {
  /// Whether a record of the application is a record of the stream.
  public var isPlain: Bool {
    switch self {
    case .putRecord, .putRecords: true
    case .putRecordBatch, .kpl, .agent: false
    }
  }
}
