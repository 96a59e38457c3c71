public import Units

/// Where a delivery stream delivers (AWS's destination types).
public enum DeliveryDestination: Sendable, Hashable, Codable {
  /// An S3 bucket.
  case s3
  /// Apache Iceberg tables in S3.
  case iceberg
  /// Redshift, by way of an S3 bucket and COPY.
  case redshift
  /// OpenSearch Service or Serverless.
  case openSearch
  /// Splunk's HTTP event collector.
  case splunk
  /// An HTTP endpoint, the user's own or a vendor's.
  case http(HTTPVendor)
  /// Snowflake.
  case snowflake

  /// Whose HTTP endpoint it is; each has its own buffering hints (F§3.1).
  public enum HTTPVendor: Sendable, Hashable, Codable, CaseIterable {
    case generic, coralogix, datadog, dynatrace, elastic, honeycomb, logicMonitor, logzio, mongoDB, newRelic
    case splunkObservability, sumoLogic
  }

  /// Whether what it takes in is billed record by record, each rounded up to whole 5 KB (F§8). For Iceberg tables bytes are billed
  /// as they are (N§5.2: AWS's guidance for game analytics, 2025-08); that Snowflake's are too is assumed.
  public var isBilledByRecord: Bool {
    switch self {
    case .iceberg, .snowflake: false
    case .s3, .redshift, .openSearch, .splunk, .http: true
    }
  }

  /// What buffering hints a destination takes: size in MiB, interval in seconds, and what it has when none is given.
  public struct HintRange: Sendable, Hashable {
    /// MiB allowed, and what is taken when none is said.
    public var sizes: ClosedRange<Int64>, defaultSize: Int64
    /// Seconds allowed, and what is taken when none is said.
    public var intervals: ClosedRange<Int64>, defaultInterval: Int64
  }

  /// How a refused delivery is tried again (F§6).
  public struct RetryRule: Sendable, Hashable {
    /// When the next attempt starts.
    public enum Spacing: Sendable, Hashable {
      /// min(120 s, 2ⁿ s) × U(0.85, 1.15), n being 0 before the first retry (F§0.1 row 6).
      case exponential
      /// A fixed time after the failure.
      case every(Interval)

      /// The wait behind the n-th attempt, n from 1. `jitter` is chance's part, in thousandths from 850 to 1150.
      func wait(after attempt: Int64, jitter: Int64, _ limits: LimitsProfile) -> Interval {
        precondition((850...1_150).contains(jitter), "a jitter is 850 to 1150 thousandths")
        switch self {
        case .every(let interval): return interval
        case .exponential:
          let most = limits[.firehose.backoffMaximum]
          let seconds = attempt > 31 ? most : min(most, 1 << (attempt - 1))
          return .milliseconds(seconds * jitter)
        }
      }
    }
    /// What the retry duration counts.
    public enum Clock: Sendable, Hashable {
      /// All time since the first attempt began.
      case elapsed
      /// The waits between attempts, not those for an answer.
      case waits
    }
    /// When the next attempt starts.
    public var spacing: Spacing
    /// What the retry duration counts.
    public var clock: Clock
    /// RetryOptions' DurationInSeconds when none is given; nil where the store's own retention is the limit (S3).
    public var defaultDuration: Interval?
  }

  /// Whether it is an HTTP endpoint.
  var isHTTP: Bool { if case .http = self { true } else { false } }

  /// How CloudWatch's metrics name it, as in `DeliveryToS3.Records` (F§7).
  public var metricsName: String {
    switch self {
    case .s3: "S3"
    case .iceberg: "Iceberg"
    case .redshift: "Redshift"
    case .openSearch: "AmazonOpenSearchService"
    case .splunk: "Splunk"
    case .http: "HttpEndpoint"
    case .snowflake: "Snowflake"
    }
  }

  /// The error prefix's word for records that could not be delivered here; nil for S3, which has no error output of its own.
  public var failedOutput: ErrorOutput? {
    switch self {
    case .s3: nil
    case .iceberg: .icebergFailed
    case .redshift: .redshiftManifest
    case .openSearch: .openSearchFailed
    case .splunk: .splunkFailed
    case .http: .httpEndpointFailed
    case .snowflake: .snowflakeFailed
    }
  }

  /// AWS's name of the product.
  public var product: String {
    switch self {
    case .s3: "S3"
    case .iceberg: "Iceberg"
    case .redshift: "Redshift"
    case .openSearch: "OpenSearch"
    case .splunk: "Splunk"
    case .http: "an HTTP endpoint"
    case .snowflake: "Snowflake"
    }
  }

  /// The buffering hints it takes (F§3.1; documented, two defaults disputed: F§0.1 rows 4 and 5).
  public func hintRange(_ limits: LimitsProfile) -> HintRange {
    switch self {
    case .s3, .iceberg, .redshift:
      HintRange(sizes: 1...128, defaultSize: 5, intervals: 0...900, defaultInterval: 300)
    case .openSearch:
      HintRange(sizes: 1...100, defaultSize: 5, intervals: 0...900, defaultInterval: 300)
    case .splunk:
      HintRange(sizes: 1...5, defaultSize: 5, intervals: 0...60, defaultInterval: 60)
    case .http(let vendor):
      HintRange(
        sizes: vendor.sizes, defaultSize: vendor.defaultSize, intervals: 0...900,
        defaultInterval: limits[.firehose.httpInterval])
    case .snowflake:
      HintRange(
        sizes: 1...128, defaultSize: limits[.firehose.snowflakeSize], intervals: 0...900, defaultInterval: 0)
    }
  }

  /// How it is tried again (F§6). Redshift and OpenSearch every five minutes are documented; that S3, Iceberg and Snowflake
  /// follow the HTTP endpoint's law is assumed, and so are the 300 s of Iceberg, Splunk and HTTP.
  public func retryRule(_ limits: LimitsProfile) -> RetryRule {
    let fixed = RetryRule.Spacing.every(.seconds(limits[.firehose.retryFixed]))
    return switch self {
    case .s3: RetryRule(spacing: .exponential, clock: .elapsed, defaultDuration: nil)
    case .iceberg: RetryRule(spacing: .exponential, clock: .elapsed, defaultDuration: .seconds(300))
    case .redshift: RetryRule(spacing: fixed, clock: .elapsed, defaultDuration: .seconds(3_600))
    case .openSearch: RetryRule(spacing: fixed, clock: .elapsed, defaultDuration: .seconds(300))
    case .splunk, .http: RetryRule(spacing: .exponential, clock: .waits, defaultDuration: .seconds(300))
    case .snowflake: RetryRule(spacing: .exponential, clock: .elapsed, defaultDuration: .seconds(60))
    }
  }

  /// How long an attempt waits for an answer before it counts as failed (F§6): three minutes from an HTTP endpoint, Splunk's
  /// HEC acknowledgement 180 s (the least that AWS takes); nil where AWS names none.
  public var responseTimeout: Interval? {
    switch self {
    case .http, .splunk: .seconds(180)
    case .s3, .iceberg, .redshift, .openSearch, .snowflake: nil
    }
  }

  /// Whether the data lies in S3 objects of its own, so that a delivery is a PUT.
  var writesObjects: Bool {
    switch self {
    case .s3, .iceberg, .redshift: true
    case .openSearch, .splunk, .http, .snowflake: false
    }
  }
}

extension DeliveryDestination.HTTPVendor {
  var sizes: ClosedRange<Int64> {
    switch self {
    case .datadog: 1...4
    case .elastic: 1...1
    case .mongoDB: 1...16
    case .generic, .coralogix, .dynatrace, .honeycomb, .logicMonitor, .logzio, .newRelic, .splunkObservability,
      .sumoLogic:
      1...64
    }
  }

  var defaultSize: Int64 {
    switch self {
    case .datadog: 4
    case .coralogix: 6
    case .honeycomb: 15
    case .elastic, .splunkObservability, .sumoLogic: 1
    case .generic, .dynatrace, .logicMonitor, .logzio, .mongoDB, .newRelic: 5
    }
  }
}

/// Why records end under the error prefix: AWS's error-output-type (F§3.4).
public enum ErrorOutput: Int, Sendable, Hashable, Codable, CaseIterable {
  /// The Lambda function failed, or said so of the record.
  case processingFailed
  /// More dynamic partitions than may be active.
  case activePartitionExceeded
  /// The record could not be converted to Parquet or ORC.
  case formatConversionFailed
  /// Iceberg could not commit it.
  case icebergFailed
  /// Redshift's COPY was given up; the object stays in S3, its name in a manifest under errors/.
  case redshiftManifest
  /// OpenSearch did not take it.
  case openSearchFailed
  /// Splunk did not take it.
  case splunkFailed
  /// The HTTP endpoint did not take it.
  case httpEndpointFailed
  /// Snowflake did not take it.
  case snowflakeFailed
  /// It should have been decompressed and could not be.
  case decompressionFailed

  /// The word AWS writes in place of `!{firehose:error-output-type}`; for Redshift its own folder, for dynamic partitions and
  /// Iceberg the error code, as AWS prints no other word.
  public var word: String {
    switch self {
    case .processingFailed: "processing-failed"
    case .activePartitionExceeded: "activePartitionExceeded"
    case .formatConversionFailed: "format-conversion-failed"
    case .icebergFailed: "iceberg-failed"
    case .redshiftManifest: "errors"
    case .openSearchFailed: "AmazonOpenSearchService-failed"
    case .splunkFailed: "splunk-failed"
    case .httpEndpointFailed: "http-endpoint-failed"
    case .snowflakeFailed: "snowflake-failed"
    case .decompressionFailed: "decompression-failed"
    }
  }
}
