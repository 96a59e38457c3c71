public import Units

/// When a delivery stream's buffers are handed on, defaults and limits put in: what a closed form needs.
public struct DeliveryRhythm: Sendable, Hashable {
  /// A buffer: its bytes, and how long it is kept from its first record on.
  public struct Buffer: Sendable, Hashable {
    /// Bytes, and age.
    public var size: Bytes, interval: Interval
  }
  /// The destination's, the backup's and error output's, and the transform's.
  public var main: Buffer, backup: Buffer, transform: Buffer
  /// How long records wait ahead of dynamic partitions; zero without.
  public var staging: Interval
  /// The most records of a buffer of the destination.
  public var mostRecords: Int64
}

extension DeliveryStream {
  /// When its buffers are handed on.
  public var rhythm: DeliveryRhythm {
    DeliveryRhythm(
      main: .init(size: Bytes(terms.size), interval: terms.interval),
      backup: .init(size: Bytes(terms.backupSize), interval: terms.backupInterval),
      transform: .init(size: Bytes(terms.transformSize), interval: terms.transformInterval),
      staging: terms.staging, mostRecords: terms.mostRecords)
  }
}
