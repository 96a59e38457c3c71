public import Units

/// The Kinesis Producer Library between an application and the API (facts §9.1).
///
/// What is not here is the same for every user of the library and stands in the limits profile: collection, limiter.
public struct KPLSpec: Sendable, Hashable, Codable {
  /// Whether user records are packed into aggregates: AggregationEnabled.
  public enum Aggregation: Sendable, Hashable, Codable {
    /// Many user records in one Kinesis record, by the shard they are expected in.
    case enabled
    /// One user record in each Kinesis record.
    case disabled
  }
  /// AggregationEnabled.
  public var aggregation: Aggregation
  /// AggregationMaxSize: an aggregate goes when it has about so many bytes; 64 B to 10 MiB.
  public var maxBytes: Bytes
  /// RecordMaxBufferedTime: how long a user record waits for company. A returned one waits half as long.
  public var maxBuffered: Interval
  /// The application makes the data of each record that many times smaller before it hands it over; 1 for not at all.
  public var compressionRatio: Double
  /// RecordTtl: a user record that is older when it fails is given up; at least 100 ms.
  public var ttl: Interval

  /// The library as it comes: KPL 1.0.7.
  public init(
    aggregation: Aggregation = .enabled, maxBytes: Bytes = Bytes(51_200), maxBuffered: Interval = .milliseconds(100),
    compressionRatio: Double = 1, ttl: Interval = .seconds(30)
  ) {
    self.aggregation = aggregation
    self.maxBytes = maxBytes
    self.maxBuffered = maxBuffered
    self.compressionRatio = compressionRatio
    self.ttl = ttl
  }
}

/// What the AWS SDK does by itself when a whole call fails; failed entries of a PutRecords answer are not its business.
public struct SDKRetrySpec: Sendable, Hashable, Codable {
  /// A retry mode (facts §9.4).
  public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
    /// It does nothing: retries are switched off.
    case none
    /// botocore's default: five attempts, U(0, 1) · 2ⁿ seconds between them.
    case legacy
    /// Three attempts, U(0, 1) · min(2ⁿ, 20) seconds between them, and a quota of tokens a client.
    case standard
    /// The variant of 2026: back-off from 50 ms, from 1 s when throttled; a failure costs more tokens than a throttle.
    case adaptive2026 = "adaptive_2026"
  }
  /// The mode.
  public var mode: Mode
  /// Attempts in all, the first included; nil for the mode's own.
  public var maxAttempts: Int?
  /// How long a call may take before the SDK gives it up; nil for the SDK's own 60 s.
  public var timeout: Interval?

  /// A mode with its own attempts and the SDK's own time-out, unless told.
  public init(mode: Mode = .none, maxAttempts: Int? = nil, timeout: Interval? = nil) {
    self.mode = mode
    self.maxAttempts = maxAttempts
    self.timeout = timeout
  }
}
