internal import Experiment
internal import KinesisCore
internal import Models

extension RunResult {
  /// Whether a limit can have had a part in this run, by what it is of: those of what the design does not have are no assumption of it.
  func concerns(_ limit: Limit) -> Bool {
    let consumers = experiment.consumers, clients = experiment.producers.map(\.batching)
    return switch limit.family {
    case "sqs", "create_stream": false
    case "firehose": !firehoses.isEmpty
    case "channel": !channels.isEmpty
    case "video": !experiment.neighbours.videoStreams.isEmpty
    case "sql": !experiment.neighbours.sqlApplications.isEmpty
    case "queue": consumers.contains { $0.queue != nil }
    case "fan_out": consumers.contains(where: \.isFanOut)
    case "lambda": consumers.contains { $0.function != nil }
    case "flink": consumers.contains { $0.flink != nil }
    case "kcl": consumers.contains(where: \.hasLeases)
    case "reader" where limit.name.hasPrefix("reader.refused"):
      consumers.contains { $0.function != nil } || firehoses.contains { $0.reading != nil }
    case "reader": consumers.contains(where: \.isPolling) || firehoses.contains { $0.reading != nil }
    case "kpl": clients.contains { if case .kpl = $0 { true } else { false } }
    case "agent": clients.contains(.agent)
    case "reshard", "update_shard_count": streams.contains { !$0.reshards.isEmpty }
    case "update_stream_mode": streams.contains { $0.reshards.contains { $0.kind == .updateStreamMode } }
    case "on_demand", "warm_throughput", "commitment":
      streams.contains { $0.modeStart != .provisioned || $0.modeEnd != .provisioned }
    default: true
    }
  }
}
