public import Units

/// A managed delivery of a data stream to S3 or to S3 Tables: AWS's channel, 2026 (facts §0).
///
/// It gathers what arrives from the moment it is ACTIVE (nothing is backfilled) and delivers when the oldest record
/// it holds has waited for its data freshness, "the maximum time that Kinesis Data Streams buffers incoming records". It
/// takes no read throughput of the stream. How long the write at the destination takes is not published: none is added.
public struct DeliveryChannel: Machine, Hashable {
  /// Where it delivers; at most one channel of each on a stream.
  public enum Destination: String, Sendable, Hashable, Codable, CaseIterable {
    /// A general purpose S3 bucket.
    case s3
    /// A streaming table: Apache Iceberg on S3 Tables.
    case s3Tables = "s3_tables"
  }

  /// Records that a shard has just stored.
  public struct Arrival: Sendable, Hashable, Codable {
    /// How many, and their bytes, partition keys included.
    public var records: Int64, bytes: Int64

    /// Records and their bytes.
    public init(records: Int64, bytes: Int64) { (self.records, self.bytes) = (records, bytes) }
  }

  /// What it holds, or has delivered at once.
  public struct Batch: Sendable, Hashable, Codable {
    /// How many, and their bytes.
    public var records: Int64, bytes: Int64
    /// When the oldest of them arrived, and when they were delivered.
    public var since: Instant, at: Instant

    /// How long the oldest waited.
    public var waited: Interval { at - since }
  }

  private enum State: Sendable, Hashable {
    case empty
    case gathering(records: Int64, bytes: Int64, since: Instant)
  }

  /// Where it delivers.
  public let destination: Destination
  /// How long a record waits at most.
  public private(set) var freshness: Interval
  private var state = State.empty

  /// An ACTIVE channel that holds nothing. `check` says whether AWS would have it.
  public init(to destination: Destination, freshness: Interval) {
    (self.destination, self.freshness) = (destination, freshness)
  }

  /// When what it holds must be delivered; nil when it holds nothing.
  public var deadline: Instant? {
    guard case .gathering(_, _, let since) = state else { return nil }
    return since + freshness
  }

  /// When the oldest record arrived that it holds; nil when it holds nothing.
  public var since: Instant? {
    guard case .gathering(_, _, let since) = state else { return nil }
    return since
  }

  /// How much it holds.
  public var held: Arrival {
    switch state {
    case .empty: Arrival(records: 0, bytes: 0)
    case .gathering(let records, let bytes, _): Arrival(records: records, bytes: bytes)
    }
  }

  /// Lets time pass, then takes records that arrived at `now`; at least one.
  public mutating func step(_ input: Arrival, at now: Instant, into effects: inout [Batch]) {
    precondition(input.records > 0, "an arrival of nothing")
    wake(at: now, into: &effects)
    state =
      switch state {
      case .empty: .gathering(records: input.records, bytes: input.bytes, since: now)
      case .gathering(let records, let bytes, let since):
        .gathering(records: records + input.records, bytes: bytes + input.bytes, since: since)
      }
  }

  /// Lets time pass, then has it wait longer or shorter. What has waited that long already is delivered at `now`.
  public mutating func change(freshness: Interval, at now: Instant, into effects: inout [Batch]) {
    wake(at: now, into: &effects)
    self.freshness = freshness
    guard case .gathering(let records, let bytes, let since) = state, since + freshness <= now else { return }
    effects.append(Batch(records: records, bytes: bytes, since: since, at: now))
    state = .empty
  }

  /// Delivers what has waited long enough, as of the instant it was due.
  public mutating func wake(at now: Instant, into effects: inout [Batch]) {
    guard case .gathering(let records, let bytes, let since) = state, since + freshness <= now else { return }
    effects.append(Batch(records: records, bytes: bytes, since: since, at: since + freshness))
    state = .empty
  }
}

extension DeliveryChannel {
  /// Whether AWS would create such a channel on a stream that has the channels `others`. Nothing changes.
  public static func check(
    _ destination: Destination, freshness: Interval, on mode: StreamMode, beside others: [Destination],
    limits: LimitsProfile
  ) throws(Refusal) {
    guard mode == .onDemand else {
      throw .validation("Data delivery needs a stream in On-Demand mode; provisioned mode is not supported.")
    }
    guard !others.contains(destination) else {
      throw .limitExceeded(
        "The stream already has a delivery to \(destination.rawValue): one of each type of destination.")
    }
    guard others.count < limits[.channel.perStream] else {
      throw .limitExceeded("The stream already has \(others.count) deliveries.")
    }
    try check(freshness: freshness, limits: limits)
  }

  /// Whether AWS would take such a data freshness.
  public static func check(freshness: Interval, limits: LimitsProfile) throws(Refusal) {
    let (least, most) = (limits[.channel.freshnessMinimum], limits[.channel.freshnessMaximum])
    guard freshness >= .seconds(least), freshness <= .seconds(most) else {
      throw .validation("DataFreshnessInSeconds is not between \(least) and \(most).")
    }
  }
}
