/// How many records a second, on average; a finite number, never negative.
@frozen public struct RecordsPerSecond: Hashable, Comparable, Sendable, Codable {
  /// Records a second.
  public var value: Double

  /// That many records a second.
  @inlinable public init(_ value: Double) { self.value = value }

  /// Orders by value.
  @inlinable public static func < (a: RecordsPerSecond, b: RecordsPerSecond) -> Bool { a.value < b.value }
}

/// A factor or a share: 1 is all of it, 0.25 a quarter.
@frozen public struct Ratio: Hashable, Comparable, Sendable, Codable {
  /// The share, 1 being the whole.
  public var value: Double

  /// That share.
  @inlinable public init(_ value: Double) { self.value = value }

  /// `part` of `whole`; 0 when there is no whole.
  @inlinable public init(_ part: Int64, of whole: Int64) {
    self.value = whole == 0 ? 0 : Double(part) / Double(whole)
  }

  /// The share in percent.
  @inlinable public var percent: Double { value * 100 }

  /// Orders by value.
  @inlinable public static func < (a: Ratio, b: Ratio) -> Bool { a.value < b.value }
}
