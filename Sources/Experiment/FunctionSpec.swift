public import Units

/// A Lambda event source mapping on a stream, and what its function does (facts §9.5).
public struct FunctionSpec: Sendable, Hashable, Codable {
  /// AWS's BatchSize: the most records of an invocation; 1 to 10,000, default 100.
  public var batchSize: Int
  /// AWS's MaximumBatchingWindowInSeconds: how long records gather; 0 to 300 s, default 0.
  public var window: Interval
  /// AWS's ParallelizationFactor: batches of one shard in work at once; 1 to 10, default 1. Order holds per partition key.
  public var factor: Int
  /// Memory of the function in MiB, 128 to 10,240: only for the bill.
  public var memory: Int
  /// When it fails, and what the mapping then does.
  public var failures: Failures

  /// When a function fails, and what the mapping does about it.
  public struct Failures: Sendable, Hashable, Codable {
    /// The chance that an invocation fails for no reason of its records; 0 to 1.
    public var errorRate: Double
    /// From when on the next record that the mapping reads is poison: every invocation with it fails. Counted from the
    /// start of the run; nil for never.
    public var poisonAt: Interval?
    /// AWS's MaximumRetryAttempts: 0 to 10,000; nil is AWS's −1, until the records expire.
    public var maxRetries: Int?
    /// What happens to a failed batch of more than one record.
    public var batch: FailedBatch
    /// AWS's MaximumRecordAgeInSeconds: older records are given up; 60 s to 7 days; nil is AWS's −1.
    public var maxRecordAge: Interval?

    /// Nothing fails unless told.
    public init(
      errorRate: Double = 0, poisonAt: Interval? = nil, maxRetries: Int? = nil, batch: FailedBatch = .whole,
      maxRecordAge: Interval? = nil
    ) {
      self.errorRate = errorRate
      self.poisonAt = poisonAt
      self.maxRetries = maxRetries
      self.batch = batch
      self.maxRecordAge = maxRecordAge
    }
  }

  /// AWS's BisectBatchOnFunctionError.
  public enum FailedBatch: Sendable, Hashable, Codable {
    /// It is tried again as it is.
    case whole
    /// It is split in two, which are tried one after the other; a split costs no retry.
    case bisected
  }

  /// A mapping with AWS's defaults unless told.
  public init(
    batchSize: Int = 100, window: Interval = .zero, factor: Int = 1, memory: Int = 128, failures: Failures = Failures()
  ) {
    self.batchSize = batchSize
    self.window = window
    self.factor = factor
    self.memory = memory
    self.failures = failures
  }
}
