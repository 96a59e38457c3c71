internal import Experiment
public import Models
internal import Units

extension StreamLoad {
  /// What a stream carried in a run: means over the whole run, and as the peak the fullest stretch of shard minutes, by
  /// what was tried for the first time. Readers are the run's consumers and delivery streams.
  ///
  /// Nil when nothing was simulated. Without shard minutes (replications but the first) the peak is the mean.
  public init?(measured stream: StreamResult, in run: RunResult) {
    let seconds = run.simulated.inSeconds
    guard seconds > 0 else { return nil }
    let position = run.experiment.streams.firstIndex { $0.name == stream.name } ?? 0
    let readers = run.experiment.consumers.filter { $0.stream == position }
    let fanOut = readers.count { $0.isFanOut }
    let sources = run.experiment.firehoses.count { $0.stream == position }
    let intake = stream.intake
    var mean = Flow()
    (mean.records, mean.bytes) = (Double(stream.incomingRecords) / seconds, Double(intake.bytes.count) / seconds)
    (mean.roundedBytes, mean.payloadUnits) =
      (Double(intake.roundedBytes.count) / seconds, Double(intake.payloadUnits) / seconds)
    let most = Self.peak(of: stream.minutes), bytes = max(mean.bytes, most.bytes)
    let peak = PeakFlow(
      records: max(mean.records, most.records), bytes: bytes,
      roundedBytes: intake.bytes > .zero ? bytes * mean.roundedBytes / mean.bytes : bytes)
    self.init(
      name: stream.name, mean: mean, peak: peak, pollers: readers.count(where: \.isPolling) + sources, fanOut: fanOut,
      retention: run.experiment.streams[position].retention)
  }

  /// The most records and bytes a second that were first asked for in any stretch, each for itself.
  private static func peak(of minutes: [ShardMinute]) -> (records: Double, bytes: Double) {
    var peak = (records: 0.0, bytes: 0.0), sum = (records: Int64(0), bytes: Int64(0))
    for (position, row) in minutes.enumerated() {
      if position > 0, minutes[position - 1].begin != row.begin { sum = (0, 0) }
      sum = (sum.records + row.demandedRecords, sum.bytes + row.demandedBytes.count)
      let seconds = max(1, row.length.inSeconds)
      peak = (max(peak.records, Double(sum.records) / seconds), max(peak.bytes, Double(sum.bytes) / seconds))
    }
    return peak
  }
}
