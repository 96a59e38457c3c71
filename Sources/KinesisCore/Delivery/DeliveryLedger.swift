/// A double entry for every record: what was taken has exactly one end, or is still held. Counted in users' records.
public struct DeliveryLedger: Sendable, Hashable {
  /// What became of records.
  public struct Ends: Sendable, Hashable {
    /// Taken in: admitted by PutRecord(Batch), or read.
    public internal(set) var taken: Int64 = 0
    /// At the destination.
    public internal(set) var delivered: Int64 = 0
    /// Dropped by the transform, as it may.
    public internal(set) var dropped: Int64 = 0
    /// Given up: older than the delivery stream or its source keeps them, or refused for good (HTTP 413).
    public internal(set) var lost: Int64 = 0
    /// Under the error prefix, by `ErrorOutput`'s raw value.
    var outputs = [Int64](repeating: 0, count: ErrorOutput.allCases.count)

    /// Written under the error prefix for this reason.
    public subscript(output: ErrorOutput) -> Int64 { outputs[output.rawValue] }
    /// Written under the error prefix.
    public var failed: Int64 { outputs.reduce(0, +) }
    /// All that have come to an end.
    public var settled: Int64 { delivered + dropped + lost + failed }
    /// Still on the way.
    public var held: Int64 { taken - settled }
  }

  /// Records met for the first time.
  public internal(set) var records = Ends()
  /// Records met again after a failover although they had come to an end before: duplicates.
  public internal(set) var repeats = Ends()
  /// Copies of source records for the backup of everything.
  public internal(set) var copies = Ends()
  /// Records that a failover took out of memory unsettled; they are in no other count until they are read again.
  public internal(set) var givenBack: Int64 = 0
  /// Records of the stream, not of users, that expired there before they were read.
  public internal(set) var missed: Int64 = 0

  /// Bytes taken in, repeats included.
  public internal(set) var bytesTaken: Int64 = 0
  /// Bytes at the destination before compression, repeats included.
  public internal(set) var bytesDelivered: Int64 = 0
  /// Bytes the ingestion is billed for: each record rounded up to 5 KiB, or as they are, as the destination has it. Repeats
  /// are not billed again.
  public internal(set) var bytesBilled: Int64 = 0
}
