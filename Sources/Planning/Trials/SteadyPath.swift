internal import Experiment
internal import Models
public import Units

/// How a figure moved from report bin to report bin: what warm-up is judged by.
public struct SteadyPath: Sendable, Hashable, Codable {
  /// Whose it is and what, such as `the load of clicks`.
  public let subject: String
  /// A value for each point.
  public let values: [Double]
  /// The time a point stands for.
  public let width: Interval

  /// The most streams looked at, and the most points of each path.
  private static let streams = 4, points = 1_000

  /// The mean load of each stream, and how far its readers lag where that is measured in every bin; of the first streams
  /// only, and several bins in one point when there are very many.
  static func all(of result: RunResult) -> [SteadyPath] {
    let bin = result.experiment.horizon.reportBin
    return result.streams.prefix(streams).flatMap { stream in
      let load = SteadyPath("the load of \(stream.name)", stream.bins.map(\.meanUtilization), bin: bin)
      return [load] + lags(of: stream, in: result, bin: bin)
    }
  }

  private static func lags(of stream: StreamResult, in result: RunResult, bin: Interval) -> [SteadyPath] {
    let metrics = ["GetRecords.IteratorAgeMilliseconds", "SubscribeToShardEvent.MillisBehindLatest"]
    let series = result.series.filter { metrics.contains($0.metric) && $0.stream == stream.name }.prefix(streams)
    return series.compactMap { series in
      // Nothing is read in the first bins; a hole further on would be no path.
      guard let first = series.samples.first, first.bin <= 2, series.samples.count == stream.bins.count - first.bin
      else { return nil }
      let means = series.samples.map { $0.count > 0 ? $0.sum / Double($0.count) : 0 }
      let values = Array(repeating: 0, count: first.bin) + means
      let reader = series.consumer.map { "\($0)'s lag on \(stream.name)" } ?? "the lag of \(stream.name)'s readers"
      return SteadyPath(reader, values, bin: bin)
    }
  }

  init(_ subject: String, _ values: [Double], bin: Interval) {
    let step = max(1, (values.count + Self.points - 1) / Self.points)
    self.subject = subject
    self.values = stride(from: 0, to: values.count / step * step, by: step).map { start in
      values[start..<(start + step)].reduce(0, +) / Double(step)
    }
    width = Interval(nanoseconds: bin.nanoseconds * Int64(step))
  }
}
