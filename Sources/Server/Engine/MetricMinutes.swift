internal import Units

/// What CloudWatch keeps of a metric: for each minute how many samples there were, their sum, least and most. Fifteen days of it, as
/// CloudWatch keeps minutes.
struct MetricMinutes: Sendable {
  /// The samples of a stretch of time.
  struct Sample: Sendable, Hashable {
    var count: Int64, sum: Int64, least: Int64, most: Int64

    init(_ value: Int64) { (count, sum, least, most) = (1, value, value, value) }

    mutating func add(_ other: Sample) {
      (count, sum) = (count + other.count, sum + other.sum)
      (least, most) = (min(least, other.least), max(most, other.most))
    }

    /// One of CloudWatch's statistics; nil for one that is not kept.
    func value(_ statistic: String) -> Double? {
      switch statistic {
      case "Sum": Double(sum)
      case "SampleCount": Double(count)
      case "Average": Double(sum) / Double(count)
      case "Minimum": Double(least)
      case "Maximum": Double(most)
      default: nil
      }
    }
  }

  private static let kept: Int64 = 15 * 24 * 60

  /// Minutes since 1970 that have samples, oldest first.
  private var minutes: [(minute: Int64, sample: Sample)] = []

  mutating func add(_ value: Int64, at now: Instant) {
    let minute = now.seconds / 60
    guard let last = minutes.last, last.minute >= minute else {
      minutes.append((minute, Sample(value)))
      let old = minutes.prefix { $0.minute < minute - Self.kept }.count
      if old > Int(Self.kept) / 10 || old == minutes.count { minutes.removeFirst(old) }
      return
    }
    minutes[minutes.count - 1].sample.add(Sample(value))
  }

  /// The samples from a minute on, ahead of another, by periods of whole minutes; oldest first, empty periods left out.
  func periods(from start: Int64, to end: Int64, of length: Int64) -> [(start: Int64, sample: Sample)] {
    var periods: [(start: Int64, sample: Sample)] = []
    for (minute, sample) in minutes where minute >= start && minute < end {
      let period = minute / length * length
      if periods.last?.start == period {
        periods[periods.count - 1].sample.add(sample)
      } else {
        periods.append((period, sample))
      }
    }
    return periods
  }
}
