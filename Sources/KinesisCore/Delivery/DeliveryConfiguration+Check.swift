internal import Units

extension DeliveryConfiguration {
  /// Everything AWS would refuse, in the order of the settings; empty when it would create the stream.
  public func flaws(_ limits: LimitsProfile = .current) -> [DeliveryFlaw] {
    nameFlaws + sourceFlaws(limits) + bufferFlaws(limits) + formatFlaws + partitioningFlaws + transformFlaws
      + retryFlaws + backupFlaws + names.flaws(self)
  }

  private var nameFlaws: [DeliveryFlaw] {
    guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(Self.isNameByte) else {
      return [DeliveryFlaw(.name, "DeliveryStreamName must be 1 to 64 of [a-zA-Z0-9_.-].")]
    }
    return []
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private func sourceFlaws(_ limits: LimitsProfile) -> [DeliveryFlaw] {
    switch source {
    case .directPut(.some(let quota)):
      let base = limits.directPut(region: region).bytes, most = limits[.firehose.quotaMaximum]
      guard (base...most).contains(quota.count) else {
        return [
          DeliveryFlaw(
            .quota,
            "The quota of Direct PUT is raised from the region's \(Bytes(base)) a second, to \(Bytes(most)) at most.")
        ]
      }
      return []
    case .directPut(.none): return []
    case .stream(let retention):
      let hours = limits[.stream.retentionMinimum]...limits[.stream.retentionMaximum]
      guard retention >= .hours(hours.lowerBound), retention <= .hours(hours.upperBound) else {
        return [
          DeliveryFlaw(.retention, "A data stream keeps records \(hours.lowerBound) to \(hours.upperBound) hours.")
        ]
      }
      return []
    }
  }

  private func bufferFlaws(_ limits: LimitsProfile) -> [DeliveryFlaw] {
    let range = destination.hintRange(limits)
    var flaws: [DeliveryFlaw] = []
    let least = limits[.firehose.conversionSizeMinimum]
    if let size = buffer.size {
      if !Self.isWhole(size, in: range.sizes) {
        flaws.append(DeliveryFlaw(.size, "BufferingHints.SizeInMBs must be a whole number \(Self.text(range.sizes))."))
      } else if size < .mebibytes(least), isConverting {
        flaws.append(
          DeliveryFlaw(
            .size, "BufferingHints.SizeInMBs must be at least \(least) when data format conversion is enabled."))
      } else if size < .mebibytes(least), partitioning != nil {
        flaws.append(
          DeliveryFlaw(
            .size, "BufferingHints.SizeInMBs must be at least \(least) when Dynamic Partitioning is enabled."))
      }
    }
    if let interval = buffer.interval, !Self.isWhole(interval, in: range.intervals) {
      flaws.append(
        DeliveryFlaw(
          .interval, "BufferingHints.IntervalInSeconds must be a whole number \(Self.text(range.intervals))."))
    }
    return flaws
  }

  private var formatFlaws: [DeliveryFlaw] {
    var flaws: [DeliveryFlaw] = []
    if isConverting, destination != .s3 {
      flaws.append(DeliveryFlaw(.format, "Data format conversion is available for S3 destinations only."))
    }
    if isConverting, compression != .none {
      flaws.append(
        DeliveryFlaw(.format, "CompressionFormat must be UNCOMPRESSED when data format conversion is enabled."))
    }
    if let flaw = compressionFlaw { flaws.append(flaw) }
    if !(1...1_000_000).contains(compressionPermille) {
      flaws.append(DeliveryFlaw(.compressionPermille, "A compression ratio must lie between 0.001 and 1000."))
    }
    return flaws
  }

  /// What the destination's API has no member for (API model): HTTP's ContentEncoding is NONE or GZIP, and Splunk,
  /// OpenSearch, Iceberg and Snowflake have none; what their backup in S3 holds is another matter.
  private var compressionFlaw: DeliveryFlaw? {
    switch destination {
    case .s3: return nil
    case .redshift:
      guard ![.none, .gzip].contains(compression) else { return nil }
      return DeliveryFlaw(.format, "CompressionFormat must be UNCOMPRESSED or GZIP for Redshift.")
    case .http:
      guard ![.none, .gzip].contains(compression) else { return nil }
      return DeliveryFlaw(.format, "ContentEncoding must be NONE or GZIP for an HTTP endpoint.")
    case .iceberg, .openSearch, .splunk, .snowflake:
      guard compression != .none else { return nil }
      return DeliveryFlaw(.format, "Delivery to \(destination.product) has no compression.")
    }
  }

  private var partitioningFlaws: [DeliveryFlaw] {
    guard let partitioning else { return [] }
    var flaws: [DeliveryFlaw] = []
    if destination != .s3 {
      flaws.append(DeliveryFlaw(.partitioning, "Dynamic partitioning is available for S3 destinations only."))
    }
    if buffer.interval == .zero {
      flaws.append(DeliveryFlaw(.interval, "Zero buffering is not available with dynamic partitioning."))
    }
    if let active = partitioning.maxActive, !(1...1_000_000).contains(active) {
      flaws.append(DeliveryFlaw(.maxActive, "The quota of active partitions must lie between 1 and 1,000,000."))
    }
    return flaws
  }

  private var transformFlaws: [DeliveryFlaw] {
    guard let transform else { return [] }
    var flaws: [DeliveryFlaw] = []
    // From 0.2 MB as it is written to 3 MB as Firehose counts them: AWS does not say which MB it means.
    if let size = transform.bufferSize, !(200_000...3 << 20).contains(size.count) {
      flaws.append(DeliveryFlaw(.transformSize, "BufferSizeInMBs must be between 0.2 and 3."))
    }
    if let interval = transform.bufferInterval, !Self.isWhole(interval, in: 0...900) {
      flaws.append(DeliveryFlaw(.transformInterval, "BufferIntervalInSeconds must be a whole number from 0 to 900."))
    }
    if let retries = transform.retries, !(0...300).contains(retries) {
      flaws.append(DeliveryFlaw(.transformRetries, "NumberOfRetries must be between 0 and 300."))
    }
    if !(0...1_000_000).contains(transform.outputPermille) {
      flaws.append(DeliveryFlaw(.outputPermille, "What a function puts out is 0 to 1,000 times what it is given."))
    }
    return flaws
  }

  private var retryFlaws: [DeliveryFlaw] {
    guard let retryDuration else { return [] }
    guard destination != .s3 else {
      return [DeliveryFlaw(.retryDuration, "S3 takes no RetryOptions: it is tried until the data is too old.")]
    }
    guard Self.isWhole(retryDuration, in: 0...7_200) else {
      return [DeliveryFlaw(.retryDuration, "RetryOptions.DurationInSeconds must be a whole number from 0 to 7200.")]
    }
    return []
  }

  private var backupFlaws: [DeliveryFlaw] {
    var flaws: [DeliveryFlaw] = []
    if destination == .iceberg, backup == .all {
      flaws.append(DeliveryFlaw(.backup, "S3BackupMode must be FailedDataOnly for Iceberg."))
    }
    if let size = backupBuffer.size, !Self.isWhole(size, in: 1...128) {
      flaws.append(DeliveryFlaw(.backupSize, "The backup's SizeInMBs must be a whole number \(Self.text(1...128))."))
    }
    if let interval = backupBuffer.interval, !Self.isWhole(interval, in: 60...900) {
      flaws.append(
        DeliveryFlaw(.backupInterval, "The backup's IntervalInSeconds must be a whole number \(Self.text(60...900))."))
    }
    return flaws
  }

  private static func isWhole(_ size: Bytes, in range: ClosedRange<Int64>) -> Bool {
    size.count % (1 << 20) == 0 && range.contains(size.count >> 20)
  }

  private static func isWhole(_ interval: Interval, in range: ClosedRange<Int64>) -> Bool {
    interval.nanoseconds % 1_000_000_000 == 0 && range.contains(interval.nanoseconds / 1_000_000_000)
  }

  private static func text(_ range: ClosedRange<Int64>) -> String { "from \(range.lowerBound) to \(range.upperBound)" }
}

/// What Direct PUT takes in a second; all three rise together (F§1).
public struct DirectPutQuota: Sendable, Hashable {
  /// Bytes, records, and PutRecord and PutRecordBatch calls a second.
  public let bytes: Int64, records: Int64, requests: Int64
}

extension LimitsProfile {
  /// The quota of Direct PUT in a region, for each delivery stream (F§1).
  public func directPut(region: String) -> DirectPutQuota {
    Self.isLarge(region)
      ? DirectPutQuota(
        bytes: self[.firehose.bytesLarge], records: self[.firehose.recordsLarge],
        requests: self[.firehose.requestsLarge])
      : DirectPutQuota(
        bytes: self[.firehose.bytesOther], records: self[.firehose.recordsOther],
        requests: self[.firehose.requestsOther])
  }
}
