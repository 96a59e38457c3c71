internal import Experiment
internal import Pricing
internal import Units

/// What a stream used that AWS bills, as long as it was in one mode; a switch of modes begins another.
struct Tariff: Sendable {
  /// The mode whose prices hold.
  let mode: CapacityMode
  /// From when on, and until when; nil while it holds.
  let since: Instant
  var until: Instant?
  /// What was accepted.
  private(set) var intake = Intake()
  /// Bytes that polling took out, and of those the bytes of records older than a week.
  var polledBytes: Int64 = 0, retrievedBytes: Int64 = 0
  /// Bytes pushed to each consumer of the run, by position; zeros for those of other streams.
  var pushedBytes: [Int64]

  init(_ mode: CapacityMode, since: Instant, consumers: Int) {
    (self.mode, self.since, pushedBytes) = (mode, since, Array(repeating: 0, count: consumers))
  }

  /// Counts what was accepted.
  @inline(__always)
  mutating func add(_ more: Intake) {
    intake += more
  }

  /// Records accepted, as AWS bills them.
  struct Intake: Sendable {
    /// Data and partition key together (assumed: §10.2 says "record size").
    var bytes: Int64 = 0
    /// Chunks of 25 KB of provisioned streams, record by record; a KB is 1,024 bytes (facts §10.2).
    var payloadUnits: Int64 = 0
    /// Bytes of on-demand streams, each record rounded up to 1 KB.
    var roundedBytes: Int64 = 0

    /// Counts equal records.
    @inline(__always)
    mutating func add(_ count: Int64, of size: Int64) {
      bytes += count * size
      payloadUnits += count * Rounding.payloadUnits(size)
      roundedBytes += count * Rounding.kilobytes(size)
    }

    @inline(__always)
    static func += (sum: inout Intake, more: Intake) {
      sum.bytes += more.bytes
      sum.payloadUnits += more.payloadUnits
      sum.roundedBytes += more.roundedBytes
    }
  }
}
