internal import Units

/// What the CSV files of a report have beyond the figures of run.json.
extension Run {
  /// Fills in minutes, ages and what is billed by size.
  func addDetails(to result: inout RunResult, at instant: Instant) {
    for stream in meters.indices {
      result.streams[stream].minutes = meters[stream].minuteRows(from: start, until: instant)
      for tariff in meters[stream].tariffs { result.streams[stream].intake.add(tariff) }
    }
    for consumer in consumers.indices { result.consumers[consumer].iteratorAges = consumers[consumer].ages }
  }
}

extension BilledIntake {
  mutating func add(_ tariff: Tariff) {
    bytes += Bytes(tariff.bytes)
    roundedBytes += Bytes(tariff.roundedBytes)
    payloadUnits += tariff.payloadUnits
  }
}
