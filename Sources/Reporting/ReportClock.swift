internal import Models
internal import Units

/// Times as a report writes them: the time of day alone when the whole run lies within one day of UTC.
struct ReportClock {
  /// When the run began.
  let start: Instant
  private let isOneDay: Bool

  init(_ result: RunResult) {
    start = result.experiment.horizon.start
    let end = start + result.experiment.horizon.duration - Interval(nanoseconds: 1)
    isOneDay = start.seconds / 86_400 == end.seconds / 86_400
  }

  /// `20:14:31`, or `2026-03-06 20:14:31`.
  func text(_ instant: Instant) -> String {
    isOneDay ? String(clock(instant)) : "\(date(instant)) \(clock(instant))"
  }

  /// `20:14`, or `03-06 20:14`: for an axis.
  func label(_ instant: Instant) -> String {
    isOneDay ? String(clock(instant).prefix(5)) : "\(date(instant).dropFirst(5)) \(clock(instant).prefix(5))"
  }

  /// `2026-03-06 20:14:31 UTC`, always.
  func full(_ instant: Instant) -> String { "\(date(instant)) \(clock(instant)) UTC" }

  /// Both labels at the ends of a line of `width` columns.
  func axis(from: Instant, to: Instant, width: Int) -> String {
    let (left, right) = (label(from), label(to))
    return left + String(repeating: " ", count: max(1, width - left.count - right.count)) + right
  }

  /// Seconds since the run began.
  func offset(_ instant: Instant) -> Double { (instant - start).inSeconds }

  private func date(_ instant: Instant) -> Substring { CivilTime.text(instant).prefix(10) }

  private func clock(_ instant: Instant) -> Substring { CivilTime.text(instant).dropFirst(11).prefix(8) }
}
