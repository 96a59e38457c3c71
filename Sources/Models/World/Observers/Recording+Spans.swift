public import Units

extension Recording {
  /// Something that took its time: a call, a delivery, what a buffer held until it was handed over.
  public struct Span: Sendable, Hashable {
    /// Whose it is, by position in the experiment.
    public enum Owner: Sendable, Hashable {
      /// A producer's.
      case producer(Int)
      /// A consumer's.
      case consumer(Int)
      /// A delivery stream's.
      case firehose(Int)
    }
    /// What it is.
    public enum Kind: String, Sendable, Hashable {
      /// A call that writes, from when it leaves until it is answered.
      case putRecord = "PutRecord"
      /// Likewise.
      case putRecords = "PutRecords"
      /// Likewise, into a delivery stream.
      case putRecordBatch = "PutRecordBatch"
      /// A call that reads, likewise.
      case getRecords = "GetRecords"
      /// What a delivery held, from the arrival of its oldest record until the first attempt began.
      case buffer
      /// An attempt to deliver.
      case delivery
    }

    /// Whose it is.
    public var owner: Owner
    /// What it is.
    public var kind: Kind
    /// When it began and ended.
    public var from: Instant, until: Instant
    /// Records it held, and how many of them were throttled or failed.
    public var records: Int64, failed: Int64
  }

  /// The most spans of a recording; of what comes behind them only the number is kept.
  public static let mostSpans = 50_000
}
