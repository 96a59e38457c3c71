/// What AWS bills of the records a stream took: each record is rounded up by itself (facts §10.2).
struct BilledRecords: Sendable {
  /// Chunks of 25 KB of provisioned streams, a KB being 1,024 bytes; data and partition key together (assumed).
  private(set) var payloadUnits: Int64 = 0
  /// Bytes of on-demand streams, each record rounded up to 1 KB.
  private(set) var roundedBytes: Int64 = 0

  private static let payloadUnit: Int64 = 25 << 10

  /// Counts equal records.
  @inline(__always)
  mutating func add(_ count: Int64, of size: Int64) {
    payloadUnits += count * ((size + Self.payloadUnit - 1) / Self.payloadUnit)
    roundedBytes += count * (((size + 1_023) >> 10) << 10)
  }
}
