internal import Experiment
internal import Units

/// Whether a reader falls behind: how fast the age of its oldest unread record grows over the last half of what is measured.
///
/// By how much the least age of the half's last third is above the greatest of its first third, over the time between them: 1
/// when nothing is read, 0 when it holds its own. Ages that rise and fall with polls and batches do so within each third; a
/// difference within the reader's own rhythm counts as none.
struct AgeTrend: Sendable {
  /// Of a shorter run nothing is said.
  static let shortest = Interval.seconds(12)

  private let from: Instant, span: Int64
  private let rhythm: Interval
  private var before: Interval?, after: Interval?

  /// `rhythm` is how old records grow before a reader that keeps up takes them.
  init(_ horizon: Horizon, rhythm: Interval = .seconds(1)) {
    (from, self.rhythm) = (horizon.start + horizon.warmup, rhythm)
    span = (horizon.duration - horizon.warmup).nanoseconds
  }

  /// The age at an instant; once a second.
  mutating func note(_ age: Interval, at instant: Instant) {
    let sixths = (instant - from).nanoseconds * 6
    if sixths > 3 * span, sixths <= 4 * span { before = max(before ?? .zero, age) }
    if sixths >= 5 * span { after = min(after ?? Interval(nanoseconds: .max), age) }
  }

  /// Seconds of age gained in a second; nil when the run is too short to say.
  var growth: Double? {
    guard let before, let after else { return nil }
    let gained = after - before
    return gained > rhythm ? Double(gained.nanoseconds) * 6 / Double(span) : 0
  }
}
