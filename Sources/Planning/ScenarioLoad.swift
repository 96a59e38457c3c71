internal import KinesisCore
internal import Models
internal import Units

/// What the producers of a scenario bring its streams and delivery streams, on average: every record stored at its first try.
struct ScenarioLoad: Sendable {
  /// Averages a second of one stream or delivery stream, and the most of some of them.
  struct Flow: Sendable, Hashable {
    /// User records; Kinesis records; bytes with and without partition keys.
    var users = 0.0, records = 0.0, bytes = 0.0, dataBytes = 0.0
    /// Payload units, and bytes rounded up to 1 KiB and to Firehose's 5 KiB, record by record.
    var payloadUnits = 0.0, roundedBytes = 0.0, deliveryBytes = 0.0
    /// Calls that bring them, at the least.
    var calls = 0.0
    /// The highest of Kinesis records, of bytes, of bytes rounded up to 1 KiB.
    var peakRecords = 0.0, peakBytes = 0.0, peakRoundedBytes = 0.0
  }

  private let experiment: Experiment
  private let rates: ProducerRates
  private let means: [Double]

  init(_ experiment: Experiment) {
    (self.experiment, rates) = (experiment, ProducerRates(experiment))
    let rates = rates
    means = experiment.producers.indices.map { rates.mean(of: $0) }
  }

  /// What a stream of so many shards takes in.
  func flow(ofStream stream: Int, shards: Int) -> Flow {
    let producers = experiment.producers.indices.filter {
      experiment.producers[$0].firehose == nil && experiment.producers[$0].stream == stream
    }
    return flow(of: producers, largest: experiment.streams[stream].maxRecord.count, shards: shards)
  }

  /// What Direct PUT brings a delivery stream.
  func flow(ofFirehose firehose: Int) -> Flow {
    let producers = experiment.producers.indices.filter { experiment.producers[$0].firehose == firehose }
    return flow(of: producers, largest: experiment.limits[.deliveryRecordBytes], shards: 1)
  }

  private func flow(of producers: [Int], largest: Int64, shards: Int) -> Flow {
    let shapes = producers.map { index in
      WireShape(
        experiment.producers[index], largestRecord: largest, rate: means[index], shards: shards,
        limits: experiment.limits)
    }
    var flow = Flow()
    for (index, shape) in zip(producers, shapes) { flow.add(shape, times: means[index]) }
    flow.calls = producers.reduce(0) { $0 + calls(of: $1) }
    func peak(_ path: KeyPath<WireShape, Double>) -> Double {
      rates.peak(of: zip(producers, shapes).map { ($0, $1[keyPath: path]) })
    }
    (flow.peakRecords, flow.peakBytes, flow.peakRoundedBytes) = (peak(\.records), peak(\.bytes), peak(\.roundedBytes))
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

extension ScenarioLoad.Flow {
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

extension StreamLoad {
  /// A scenario's stream: its flow, and who reads it.
  init(name: String, _ flow: ScenarioLoad.Flow, pollers: Int, fanOut: Int, retention: Interval) {
    self.init(
      name: name, meanRecords: flow.records, peakRecords: flow.peakRecords, size: Bytes(1), pollers: pollers,
      fanOut: fanOut, retention: retention)
    (meanBytes, peakBytes, peakRoundedBytes) = (flow.bytes, flow.peakBytes, flow.peakRoundedBytes)
    (payloadUnits, roundedBytes) = (flow.payloadUnits, flow.roundedBytes)
  }
}
