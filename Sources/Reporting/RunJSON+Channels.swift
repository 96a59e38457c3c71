internal import KinesisCore
internal import Models
internal import Units

// `channels` of run.json, only where a scenario has some.
extension RunJSON {
  static func channels(_ run: RunResult) -> JSONValue {
    let pairs = zip(run.experiment.channels, run.channels).map { (spec: $0, result: $1) }
    return .object(byName(pairs, \.spec.name) { channel($0.spec, $0.result, of: run) })
  }

  private static func channel(_ spec: ChannelSpec, _ result: ChannelResult, of run: RunResult) -> JSONValue {
    [
      "stream": .string(run.experiment.streams[spec.stream].name), "destination": .string(spec.destination.rawValue),
      "configured_freshness_s": .number(spec.freshness.inSeconds), "records": .count(result.records),
      "bytes": .count(result.bytes.count), "deliveries": .count(result.deliveries),
      "largest_bytes": .count(result.largest.count),
      "data_freshness_s": result.deliveries > 0 ? .number(result.freshness.inSeconds) : .null,
      "held_records": .count(result.heldRecords), "held_bytes": .count(result.heldBytes.count),
    ]
  }
}
