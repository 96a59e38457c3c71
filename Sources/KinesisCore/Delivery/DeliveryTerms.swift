internal import Units

/// What a configuration comes to once defaults and limits are in.
struct DeliveryTerms: Sendable, Hashable {
  /// Bytes and age of a destination's buffer; the age as configured, and as it is kept.
  let size: Int64, hint: Interval, interval: Interval
  /// The largest size the destination takes: how far a buffer may grow when deliveries fall behind.
  let largestSize: Int64
  let backupSize: Int64, backupInterval: Interval
  let transformSize: Int64, transformInterval: Interval, transformRetries: Int64
  /// How long records wait ahead of dynamic partitioning; zero without.
  let staging: Interval
  let mostActive: Int64
  let mostRecords: Int64
  let mostOutstanding: Int64, mostInvocations: Int64
  let retry: DeliveryDestination.RetryRule, retryDuration: Interval?
  /// How long a record is kept from its arrival on.
  let retention: Interval

  init(_ configuration: DeliveryConfiguration, _ limits: LimitsProfile) {
    let range = configuration.hintRange(limits)
    let zero = Interval.seconds(limits[.firehose.zeroInterval])
    size = configuration.buffer.size?.count ?? range.defaultSize << 20
    largestSize = max(size, range.sizes.upperBound << 20)
    hint = configuration.buffer.interval ?? .seconds(range.defaultInterval)
    interval = max(hint, zero)
    backupSize = configuration.backupBuffer.size?.count ?? 5 << 20
    backupInterval = configuration.backupBuffer.interval ?? .seconds(300)
    transformSize = configuration.transform?.bufferSize?.count ?? configuration.defaultTransformSize(limits)
    let wait = configuration.transform?.bufferInterval ?? configuration.defaultTransformInterval(limits)
    transformInterval = max(wait, zero)
    transformRetries = configuration.transform?.retries ?? limits[.firehose.invocationRetries]
    let ahead = max(0, limits[.firehose.partitionDelay] - 1_000)
    staging = configuration.partitioning == nil ? .zero : Interval(nanoseconds: hint.nanoseconds / 1_000 * ahead)
    mostActive = configuration.partitioning?.maxActive ?? limits[.firehose.partitionsActive]
    mostRecords = configuration.destination.isHTTP ? limits[.firehose.recordsPerRequest] : .max
    let isRedshift = configuration.destination == .redshift, isSplunk = configuration.destination == .splunk
    mostOutstanding = limits[isRedshift ? .firehose.outstandingRedshift : .firehose.outstanding]
    mostInvocations = limits[isSplunk ? .firehose.invocationsSplunk : .firehose.invocations]
    retry = configuration.destination.retryRule(limits)
    retryDuration = retry.defaultDuration.map { configuration.retryDuration ?? $0 }
    retention = configuration.retention(limits)
  }
}

extension DeliveryConfiguration {
  /// The hints its destination takes; with format conversion or dynamic partitioning at least 64 MiB (F§3.2).
  public func hintRange(_ limits: LimitsProfile) -> DeliveryDestination.HintRange {
    var range = destination.hintRange(limits)
    guard isConverting || partitioning != nil else { return range }
    let least = limits[.firehose.conversionSizeMinimum]
    range.sizes = least...max(least, range.sizes.upperBound)
    range.defaultSize = limits[.firehose.conversionSizeDefault]
    return range
  }

  func defaultTransformSize(_ limits: LimitsProfile) -> Int64 {
    let isSmall = destination == .splunk || destination == .snowflake
    return limits[isSmall ? .firehose.transformSizeSmall : .firehose.transformSize] << 10
  }

  func defaultTransformInterval(_ limits: LimitsProfile) -> Interval {
    .seconds(limits[destination == .snowflake ? .firehose.transformIntervalSnowflake : .firehose.transformInterval])
  }

  func retention(_ limits: LimitsProfile) -> Interval {
    switch source {
    case .directPut: .hours(limits[.firehose.retention])
    case .stream(let retention): retention
    }
  }

  var isConverting: Bool {
    switch format {
    case .raw: false
    case .parquet, .orc: true
    }
  }

  var compression: Compression {
    switch format {
    case .raw(let compression), .parquet(let compression), .orc(let compression): compression
    }
  }
}
