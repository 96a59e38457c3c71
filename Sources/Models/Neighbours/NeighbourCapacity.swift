internal import Experiment
public import KinesisCore

/// What a neighbour needs of each of its limits, and what it amounts to.
public struct NeighbourCapacity: Sendable, Hashable {
  /// One limit: what is needed, what there is.
  public struct Check: Sendable, Hashable {
    /// Which way it bounds.
    public enum Bound: Sendable, Hashable {
      /// The need must not exceed it.
      case atMost
      /// The need must not stay below it.
      case atLeast
    }
    /// Which limit; its figure, source and confidence are the profile's.
    public var limit: Limit.Key
    /// The need, an exact fraction in the limit's unit.
    public var needs: Fraction
    /// What there is.
    public var has: Int64
    /// Which way it bounds.
    public var bound: Bound

    /// Whether there is enough.
    public var holds: Bool {
      switch bound {
      case .atMost: needs.numerator <= has * needs.denominator
      case .atLeast: needs.numerator >= has * needs.denominator
      }
    }
  }

  /// A whole number over a whole number: decided exactly, shown as a decimal.
  public struct Fraction: Sendable, Hashable {
    /// Over `denominator`.
    public var numerator: Int64
    /// At least 1.
    public var denominator: Int64

    init(_ numerator: Int64, over denominator: Int64 = 1) {
      precondition(denominator >= 1, "a fraction over nothing")
      (self.numerator, self.denominator) = (numerator, denominator)
    }

    /// As a decimal.
    public var value: Double { Double(numerator) / Double(denominator) }
  }

  /// A quantity that follows: bytes of a month, a wait.
  public struct Figure: Sendable, Hashable {
    /// What it is, in words for a table.
    public var meaning: String
    /// Its name in JSON, its unit last.
    public var name: String
    /// Its value in that unit.
    public var value: Double
  }

  /// Every limit that the neighbour touches.
  public var checks: [Check]
  /// What it amounts to.
  public var figures: [Figure]

  /// Whether every limit holds.
  public var holds: Bool { checks.allSatisfy(\.holds) }
}
