public import Units

/// How S3 objects are named: prefixes, time zone, extension (F§3.4).
public struct ObjectNaming: Sendable, Hashable {
  /// Prefix; may hold `!{timestamp:…}`, `!{firehose:random-string}` and the partition key expressions.
  public var prefix = ""
  /// ErrorOutputPrefix; may hold `!{timestamp:…}`, `!{firehose:random-string}` and `!{firehose:error-output-type}`.
  /// Nil is none; dynamic partitioning and a prefix with expressions need one.
  public var errorPrefix: String?
  /// FileExtension, such as `.json.gz`; nil is the format's own.
  public var fileExtension: String?
  /// CustomTimeZone as a fixed offset from UTC; zones with daylight saving are not known here.
  public var timeZone = Interval.zero
  /// The delivery stream's VersionId: 1 at birth, one more with each change of its configuration.
  public var version: Int64 = 1

  /// AWS's default names.
  public init() {}
}

extension ObjectNaming {
  func flaws(_ configuration: DeliveryConfiguration) -> [DeliveryFlaw] { [] }
}
