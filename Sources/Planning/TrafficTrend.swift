internal import Experiment
internal import Simulation
internal import Units

/// Traffic that grows or shrinks from the beginning of the data to its end.
///
/// A straight line through the counts, by least squares: through whole days where there are three or more, so that the hour of
/// the day does not pass for growth, else through the bins. Told when the line's slope is four standard errors from zero, and its
/// ends are apart by a quarter or more.
public struct TrafficTrend: Sendable, Hashable {
  /// Records a second where the line begins, and where it ends.
  public let start: Double, end: Double
  /// Whether whole days were looked at; otherwise a season may pass for a trend.
  public let isOfDays: Bool

  /// The end over the start: 3 is a threefold growth.
  public var factor: Double { end / start }
  /// What the last bins must be multiplied with if it goes on for as long again.
  public var again: Double { max(0, (2 * end - start) / end) }

  /// The fewest points of a line, and the fewest days.
  private static let fewest = (points: 8, days: 3)
  private static let errors = 4.0, least = 1.25

  /// The trend of some traffic; nil when there is none to tell.
  init?(_ traffic: ObservedMetrics) {
    guard let counts = traffic[.incomingRecords] else { return nil }
    let day = Interval.days(1).nanoseconds, perDay = Int(day / traffic.width.nanoseconds)
    let isWhole = day % traffic.width.nanoseconds == 0 && counts.count >= Self.fewest.days * perDay
    let points = isWhole ? Statistics.gathered(counts, by: perDay) : counts
    guard points.count >= (isWhole ? Self.fewest.days : Self.fewest.points),
      let line = Self.line(points), line.isSure
    else { return nil }
    let seconds = isWhole ? 86_400 : traffic.width.inSeconds
    // Less than nothing is no traffic: what begins with none has grown from a hundredth of its mean.
    let floor = Statistics.mean(points) / 100
    (start, end) = (max(line.start, floor) / seconds, max(line.end, floor) / seconds)
    isOfDays = isWhole
    guard max(end / start, start / end) >= Self.least else { return nil }
  }

  /// The ends of the line through points at equal distances, and whether its slope is not chance.
  private static func line(_ points: [Double]) -> (start: Double, end: Double, isSure: Bool)? {
    let n = Double(points.count), middle = (n - 1) / 2, mean = Statistics.mean(points)
    let spread = n * (n * n - 1) / 12
    let slope = points.enumerated().reduce(0) { $0 + (Double($1.offset) - middle) * $1.element } / spread
    let rest = points.enumerated().reduce(0) { sum, point in
      let error = point.element - mean - slope * (Double(point.offset) - middle)
      return sum + error * error
    }
    let error = (rest / max(1, n - 2) / spread).squareRoot()
    guard mean > 0 else { return nil }
    return (mean - slope * n / 2, mean + slope * n / 2, slope.magnitude > errors * error)
  }
}
