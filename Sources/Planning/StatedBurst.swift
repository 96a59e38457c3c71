public import Units

/// A burst that somebody states because their bins cannot show it: once in every minute, or bin of less, the rate stands
/// so many times above the mean for a while, and lower for the rest.
public struct StatedBurst: Sendable, Hashable {
  /// Why it cannot be.
  public enum Flaw: Error, Sendable, Hashable {
    /// Bins of a second hide nothing.
    case nothingHidden
    /// The factor is below 1 or above what this period holds.
    case factor(most: Double)
    /// So long a burst would carry more than everything.
    case length(most: Interval)

    /// It in the words of the options that state a burst, over bins of a width.
    public func words(width: Interval) -> String {
      switch self {
      case .nothingHidden: "--burst is for bins wider than a second: these hide none."
      case .factor(let most): "--burst takes 1 to \(Int(clamping: most)) with bins of \(width)."
      case .length(let most): "--burst-for takes 1ms to \(most) with this factor."
      }
    }
  }

  /// The burst's rate over the mean.
  public let factor: Double
  /// How long it lasts.
  public let length: Interval
  /// How often it comes: a minute, or the bins' width when that is no multiple of it.
  public let every: Interval

  /// A burst of a factor in bins of a width. Without a length it is the longest the factor allows, `every` over `factor`:
  /// then all records come in bursts, which is the hardest traffic with that peak.
  public init(factor: Double, length: Interval?, width: Interval) throws(Flaw) {
    let minute = Interval.minutes(1)
    guard width > .seconds(1) else { throw .nothingHidden }
    every = width.nanoseconds % minute.nanoseconds == 0 ? minute : width
    guard factor >= 1, factor <= every.inSeconds else { throw .factor(most: every.inSeconds) }
    let most = Interval.milliseconds(Int64(clamping: every.inMilliseconds / factor))
    if let length, length > most || length < .milliseconds(1) { throw .length(most: most) }
    (self.factor, self.length) = (factor, length ?? most)
  }
}
