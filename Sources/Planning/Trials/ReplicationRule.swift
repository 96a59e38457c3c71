public import Simulation

/// How many replications are run.
public enum ReplicationRule: Sendable, Hashable {
  /// So many; at least 1.
  case fixed(Int)
  /// Until the intervals are narrow enough.
  case precise(RelativePrecision)

  /// The most there will be.
  public var most: Int {
    switch self {
    case .fixed(let count): count
    case .precise(let precision): precision.most
    }
  }

  /// How many there must be before the next look, after `count`; nil when there are enough in any case.
  func next(after count: Int) -> Int? {
    switch self {
    case .fixed(let goal): count < goal ? goal : nil
    case .precise(let precision): precision.next(after: count)
    }
  }
}
