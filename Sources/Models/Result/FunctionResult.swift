public import Units

/// What a Lambda event source mapping and its function did, warm-up included.
public struct FunctionResult: Sendable, Hashable {
  /// Invocations that ran, and of those failed.
  public var invocations: Int64 = 0, errors: Int64 = 0
  /// Invocations refused because the account's concurrency was used up.
  public var throttles: Int64 = 0
  /// Failed batches split in two.
  public var bisects: Int64 = 0
  /// Records the mapping gave up: out of retries, or too old.
  public var givenUp: Int64 = 0
  /// How long its invocations ran together, each rounded up to a millisecond as Lambda bills it.
  public var duration: Interval = .zero
  /// The most that ran at once.
  public var concurrencyPeak = 0
  /// Its memory in MiB.
  public var memory = 128

  /// Nothing yet.
  public init(memory: Int = 128) { self.memory = memory }

  /// Gigabyte-seconds: duration times memory, 1,024 MiB being one gigabyte.
  public var gigabyteSeconds: Double { duration.inSeconds * Double(memory) / 1_024 }
}
