public import Units

/// How AWS rounds what it bills, record by record or call by call. Firehose's 5 KB is a limit (`firehose.record.billed_bytes`), as
/// what it bills is counted by the core.
public enum Rounding {
  /// A PUT payload unit of provisioned streams: 25 KB, a KB being 1,024 bytes (facts §10.2).
  @inlinable public static var payloadUnit: Int64 { 25 << 10 }

  /// What on-demand streams round each record up to, and AWS's sizing formula too: 1 KB (facts §10.2, §12).
  @inlinable public static var kilobyte: Int64 { 1_024 }

  /// PUT payload units of a record of so many bytes, data and partition key together.
  @inlinable public static func payloadUnits(_ bytes: Int64) -> Int64 { bytes.steps(of: payloadUnit) }

  /// A record's bytes rounded up to whole KB.
  @inlinable public static func kilobytes(_ bytes: Int64) -> Int64 { (bytes + 1_023) & ~1_023 }

  /// A function's time, rounded up to whole milliseconds as Lambda bills it (F§8).
  public static func milliseconds(_ time: Interval) -> Interval {
    Interval(nanoseconds: time.nanoseconds.roundedUp(to: 1_000_000))
  }
}
