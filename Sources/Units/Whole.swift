// Whole numbers of what a user may write: no conversion, sum or product here traps, whatever the number.

extension FixedWidthInteger {
  /// `value` without its fraction, or the end of the type's range that it passes; 0 for what is not a number.
  ///
  /// For figures that come of a user's numbers: `Int64(_: Double)` traps beyond 9.2 × 10¹⁸.
  @inlinable public init(clamping value: Double) {
    guard value > Double(Self.min), value < Double(Self.max) else {
      self = value.isNaN ? 0 : value > 0 ? .max : .min
      return
    }
    self = Self(value)
  }

  /// The sum, or the end of the type's range that it passes.
  @inlinable public func plusClamped(_ other: Self) -> Self {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? (other < 0 ? .min : .max) : sum
  }

  /// The difference, or the end of the type's range that it passes.
  @inlinable public func minusClamped(_ other: Self) -> Self {
    let (difference, isOver) = subtractingReportingOverflow(other)
    return isOver ? (other < 0 ? .max : .min) : difference
  }

  /// The product, or the end of the type's range that it passes.
  @inlinable public func timesClamped(_ factor: Self) -> Self {
    let (product, isOver) = multipliedReportingOverflow(by: factor)
    return isOver ? ((self < 0) == (factor < 0) ? .max : .min) : product
  }
}

extension Int64 {
  /// As of every whole number; without detours, as draws come through here.
  @inlinable public init(clamping value: Double) {
    guard value > -0x1p63, value < 0x1p63 else {
      self = value.isNaN ? 0 : value > 0 ? .max : .min
      return
    }
    self = Int64(value)
  }
}

extension Int128 {
  /// How a quotient that is not whole becomes so.
  public enum Fraction: Sendable {
    /// Cut off: towards zero.
    case dropped
    /// To the nearest whole number, half away from zero.
    case nearest
  }

  /// `self` × `factor` / `divisor`, the product in 256 bits, and made whole once; the end of 128 bits where it passes that.
  /// `divisor` is above zero.
  public func times(_ factor: Int128, over divisor: Int128, _ fraction: Fraction) -> Int128 {
    precondition(divisor > 0, "a quotient has a divisor")
    let isNegative = (self < 0) != (factor < 0)
    let (high, low) = magnitude.multipliedFullWidth(by: factor.magnitude)
    guard high < divisor.magnitude else { return isNegative ? .min : .max }
    let (quotient, rest) = divisor.magnitude.dividingFullWidth((high, low))
    let isUp = fraction == .nearest && rest >= divisor.magnitude - rest
    guard let whole = Int128(exactly: quotient)?.plusClamped(isUp ? 1 : 0) else { return isNegative ? .min : .max }
    return isNegative ? -whole : whole
  }
}
