/// When replications are enough: the sequential rule of Law & Kelton (Simulation Modeling and Analysis, ch. 9).
///
/// One looks after `least` replications and then after every further `round`, always in the order of the replications and
/// never in the middle of a round: what is decided cannot depend on how many run at once.
public struct RelativePrecision: Sendable, Hashable {
  /// The relative error wanted, in (0, 1).
  public let error: Double
  /// Replications before the first look; at least 2.
  public let least: Int
  /// Replications after which one stops, tight or not; at least `least`.
  public let most: Int

  /// Below ten replications the rule stops too early too often (Law & Kelton).
  public static let usualLeast = 10
  /// Replications between two looks.
  public static let round = 10

  /// A precision; traps outside of the ranges.
  public init(error: Double, least: Int = usualLeast, most: Int) {
    precondition(error > 0 && error < 1, "a relative error lies between 0 and 1")
    precondition(least >= 2 && most >= least, "2 ≤ least ≤ most")
    (self.error, self.least, self.most) = (error, least, most)
  }

  /// How many replications there must be at the next look after one at `count` that did not suffice; nil when `most` are
  /// there.
  public func next(after count: Int) -> Int? {
    guard count < most else { return nil }
    return count < least ? least : min(count + Self.round, most)
  }
}

extension ConfidenceInterval {
  /// Whether half the width is small beside `scale`: at most ε / (1 + ε) of it.
  ///
  /// A difference may be zero, so its own mean is no measure: give the larger of the two means it is made of.
  public func isWithin(relativeError e: Double, of scale: Double) -> Bool { halfWidth <= e / (1 + e) * scale.magnitude }
}
