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
  /// A retry mode (facts §9.4, N§1).
  public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
    /// It does nothing: retries are switched off.
    case none
    /// botocore's default before November 2026: five attempts, U(0, 1) · 2ⁿ seconds between them.
    case legacy
    /// The default of most SDKs since 10 November 2026: three attempts, U(0, 1) of 1, 2 … seconds between them after throttles,
    /// of 50, 100 … milliseconds after other failures, at most 20 s; 500 tokens a client, of which a retry takes 5 or 14.
    case standard
    /// What `standard` was before: U(0, 1) · min(2ⁿ, 20) seconds; a retry takes 5 tokens, after a time-out 10.
    case standard2025 = "standard_2025"
    /// The SDK for Java 2.x: four attempts; between a half and all of 500, 1,000 … milliseconds after throttles, U(0, 1) of 100,
    /// 200 … after other failures; a retry takes 5 tokens, after a throttle none.
    case javaLegacy = "java_legacy"
    /// `standard`, and the client holds its own attempts back to a rate that follows throttles.
    case adaptive
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

/// Whose SDK it is: what one does when nobody configures it (N§1).
public enum SDKLanguage: String, Sendable, Hashable, Codable, CaseIterable {
  /// An SDK or a tool made of one.
  case python, java, js, go, dotnet, cpp, ruby, php, swift, rust, kotlin, powershell, cli

  /// Its default since 10 November 2026. The SDK for Java has none of the new form yet; that for Kotlin neither, and that it
  /// does as `standard_2025` says is assumed.
  public var today: SDKRetrySpec.Mode {
    switch self {
    case .java: .javaLegacy
    case .kotlin: .standard2025
    case .python, .js, .go, .dotnet, .cpp, .ruby, .php, .swift, .rust, .powershell, .cli: .standard
    }
  }
}
