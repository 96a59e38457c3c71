internal import Experiment

/// CloudWatch's metrics of a queue, by AWS's names in namespace AWS/Kinesis, dimension QueueName (Q§6).
enum QueueMetric: Int, CaseIterable {
  case received, acknowledged, emptyReceives, visible, inFlight, deadVisible

  var name: String {
    switch self {
    case .received: "ReceivedQueueRecords"
    case .acknowledged: "AcknowledgedQueueRecords"
    case .emptyReceives: "EmptyReceives"
    case .visible: "VisibleQueueRecords"
    case .inFlight: "InFlightQueueRecords"
    case .deadVisible: "VisibleDeadLetterQueueRecords"
    }
  }

  /// The empty series of a consumer's queue, in the order of the cases; a queue's metrics have no stream.
  static func series(of spec: ConsumerSpec) -> [MetricSeries] {
    allCases.map { MetricSeries(metric: $0.name, unit: "Count", stream: "", consumer: spec.name, samples: []) }
  }
}
