public import Units

/// The stretch of time a bill is for.
public enum BillingPeriod: String, Sendable, Hashable, Codable, CaseIterable {
  /// What was simulated, as long as it was.
  case none
  /// 730 hours: AWS's Pricing Calculator.
  case month730h
  /// 30 days: the examples of AWS's pricing pages.
  case month30d
  /// 8,760 hours.
  case year

  /// How long it is; nil for `none`.
  public var length: Interval? {
    switch self {
    case .none: nil
    case .month730h: .hours(730)
    case .month30d: .days(30)
    case .year: .hours(8_760)
    }
  }

  /// What a GB-month is measured against: 30 days in `month30d`, 730 hours otherwise.
  public var month: Interval { self == .month30d ? .days(30) : .hours(730) }

  /// In words: `a month of 730 h`.
  public var words: String {
    switch self {
    case .none: "the simulated time"
    case .month730h: "a month of 730 h"
    case .month30d: "a month of 30 d"
    case .year: "a year of 8,760 h"
    }
  }
}

/// What a price is for.
public enum BillingUnit: String, Sendable, Hashable, Codable, CaseIterable {
  /// One of something counted.
  case each
  /// A thousand of them.
  case thousand
  /// A million of them.
  case million
  /// 2³⁰ bytes, which AWS's prices call a GB (facts §10.2).
  case gibibyte = "GB"
  /// An hour of something, counted in nanoseconds.
  case hour
  /// A month of something, counted in nanoseconds.
  case month
  /// 2³⁰ bytes for a month, counted in byte-seconds.
  case gibibyteMonth = "GB-month"
  /// 2³⁰ bytes of memory for a second, counted in MiB-nanoseconds: Lambda's.
  case gibibyteSecond = "GB-second"

  /// How many base units it holds: things, bytes, nanoseconds, byte-seconds or MiB-nanoseconds.
  public func size(in period: BillingPeriod) -> Int128 {
    switch self {
    case .each: 1
    case .thousand: 1_000
    case .million: 1_000_000
    case .gibibyte: 1 << 30
    case .hour: 3_600_000_000_000
    case .month: Int128(period.month.nanoseconds)
    case .gibibyteMonth: Int128(1 << 30) * Int128(period.month.nanoseconds / 1_000_000_000)
    case .gibibyteSecond: 1_024 * 1_000_000_000
    }
  }
}
