/// A dated set of limits: data that the rules read, one source a line.
public struct LimitsProfile: Sendable, Hashable {
  /// The profile's name, a year and month.
  public let name: String
  /// Beside them, their values alone: rules read these all the time.
  private var rows: [Limit]
  @usableFromInline var values: [Int64]

  private init(name: String, rows: [Limit], values: [Int64]) {
    (self.name, self.rows, self.values) = (name, rows, values)
  }

  /// What AWS documented by September 2026, and what was measured where it is silent.
  public static let current = LimitsProfile(
    name: "2026-09", rows: Limit.builtIn, values: Limit.builtIn.map(\.value))

  /// Every limit, in the order of `Limit.Key.allCases`.
  public var limits: [Limit] {
    zip(rows, values).map { row, value in
      var limit = row
      limit.value = value
      return limit
    }
  }

  /// The value of a limit. O(1).
  @inlinable public subscript(key: Limit.Key) -> Int64 {
    get { values[key.index] }
    set { values[key.index] = newValue }
  }

  /// The same limits under another name.
  public func renamed(_ name: String) -> LimitsProfile { LimitsProfile(name: name, rows: rows, values: values) }

  /// Puts another figure in a limit's place; what it means stays.
  public mutating func replace(_ key: Limit.Key, with value: Int64, source: String) {
    values[key.index] = value
    rows[key.index].source = source
    rows[key.index].confidence = .assumed
  }

  /// Whether a region is one of the three with larger quotas (facts §0).
  public static func isLarge(_ region: String) -> Bool { ["us-east-1", "us-west-2", "eu-west-1"].contains(region) }

  /// How many shards an account may have in a region.
  public func shardQuota(region: String) -> Int64 {
    self[Self.isLarge(region) ? .account.shardsLargeRegions : .account.shardsOtherRegions]
  }
}
