public import Units

/// How S3 objects are named: prefixes, time zone, extension (F§3.4).
public struct ObjectNaming: Sendable, Hashable, Codable {
  /// Prefix; may hold `!{timestamp:…}`, `!{firehose:random-string}` and the partition key expressions.
  public var prefix = ""
  /// ErrorOutputPrefix; may hold `!{timestamp:…}`, `!{firehose:random-string}` and `!{firehose:error-output-type}`.
  /// Nil is none; dynamic partitioning and a prefix with expressions need one.
  public var errorPrefix: String?
  /// FileExtension, such as `.json.gz`; nil is the format's own.
  public var fileExtension: String?
  /// CustomTimeZone as a fixed offset from UTC in whole minutes; zones with daylight saving are not known here.
  public var timeZone = Interval.zero
  /// The delivery stream's VersionId: 1 at birth, one more with each change of its configuration.
  public var version: Int64 = 1

  /// AWS's default names.
  public init() {}

  /// What stands in for AWS's defaults under dynamic partitioning, where it demands both prefixes.
  public static var partitioned: ObjectNaming {
    var naming = ObjectNaming()
    naming.prefix = "!{partitionKeyFromQuery:key}/"
    naming.errorPrefix = "errors/!{firehose:error-output-type}/"
    return naming
  }
}

/// What a key needs that no rule gives: chance and the records' own contents.
public struct ObjectKeyParts: Sendable, Hashable {
  /// The UUID that ends the name.
  public var uuid: String
  /// 11 characters for each `!{firehose:random-string}`, in order; they are used again from the first when there are fewer.
  public var randomStrings: [String]
  /// What the partition key expressions stand for, by name.
  public var partitionKeys: [String: String]

  /// The parts of one key.
  public init(uuid: String, randomStrings: [String] = [], partitionKeys: [String: String] = [:]) {
    (self.uuid, self.randomStrings, self.partitionKeys) = (uuid, randomStrings, partitionKeys)
  }
}

extension DeliveryConfiguration {
  /// Its names; left at AWS's defaults, under dynamic partitioning `ObjectNaming.partitioned`.
  var names: ObjectNaming { partitioning != nil && naming == ObjectNaming() ? .partitioned : naming }

  /// The key of an object: `<prefix><stream>-<version>-<yyyy>-<MM>-<dd>-<HH>-<mm>-<ss>-<uuid><extension>` (F§3.4).
  ///
  /// All times are the approximate arrival of the oldest record in it; that the name's own is, too, is assumed.
  public func objectKey(of delivery: Delivery, _ parts: ObjectKeyParts) -> String {
    let time = delivery.oldestArrival + names.timeZone
    let stamp = TimestampPattern.render("yyyy-MM-dd-HH-mm-ss", time)
    let name = "\(self.name)-\(names.version)-\(stamp)-\(parts.uuid)"
    switch delivery.target {
    case .destination: return mainPrefix(time, parts) + name + fileExtension
    case .backup: return TimestampPattern.render("yyyy/MM/dd/HH/", time) + name
    case .errorOutput(let output): return errorPrefix(output, time, parts) + name
    }
  }

  /// Without a timestamp expression `yyyy/MM/dd/HH/` is appended, with no separator ahead of it.
  private func mainPrefix(_ time: Instant, _ parts: ObjectKeyParts) -> String {
    let expressions = PrefixExpression.read(names.prefix)
    let text = PrefixExpression.render(expressions, time, parts, output: nil, offset: names.timeZone)
    let hasTime = expressions.contains { if case .timestamp = $0 { true } else { false } }
    return hasTime ? text : text + TimestampPattern.render("yyyy/MM/dd/HH/", time)
  }

  /// Without expressions the reason and `yyyy/MM/dd/HH/` are appended: AWS's examples, not its rule, which says DDD
  /// (F§0.1 row 12).
  private func errorPrefix(_ output: ErrorOutput, _ time: Instant, _ parts: ObjectKeyParts) -> String {
    let expressions = PrefixExpression.read(names.errorPrefix ?? "")
    let text = PrefixExpression.render(expressions, time, parts, output: output, offset: names.timeZone)
    guard !expressions.contains(where: { !$0.isLiteral }) else { return text }
    return text + output.word + "/" + TimestampPattern.render("yyyy/MM/dd/HH/", time)
  }

  private var fileExtension: String {
    if let own = names.fileExtension { return own }
    switch format {
    case .parquet: return ".parquet"
    case .orc: return ".orc"
    case .raw(let compression): return compression.fileExtension
    }
  }
}

extension DeliveryConfiguration.Compression {
  var fileExtension: String {
    switch self {
    case .none: ""
    case .gzip: ".gz"
    case .zip: ".zip"
    case .snappy: ".snappy"
    case .hadoopSnappy: ".hsnappy"
    }
  }
}
