public import Experiment
public import KinesisCore
internal import Models

/// What files say about traffic: counts over time, keys, or both.
public struct TraceInput: Sendable {
  /// What the bytes of the traffic are.
  public enum ByteMeaning: Sendable, Hashable {
    /// Data and partition key together, as CloudWatch counts them.
    case withKeys
    /// Data alone, as a trace's column `bytes` has them.
    case dataOnly
  }

  /// Keys seen, without their order.
  public struct KeySample: Sendable {
    /// A key and how often it was seen.
    public struct Entry: Sendable, Hashable {
      /// The partition key.
      public var key: String
      /// How often; at least once.
      public var count: Int

      /// A key seen so often.
      public init(key: String, count: Int) { (self.key, self.count) = (key, count) }
    }
    /// Each key once, in the order of their first appearance.
    public internal(set) var entries: [Entry] = []
    /// The sizes of the records' data in bytes, as far as they were given; ascending.
    public internal(set) var sizes: [Double] = []

    /// How many records.
    public var records: Int { entries.reduce(0) { $0 + $1.count } }

    /// A sample of keys, one for each record.
    public init(_ keys: some Sequence<String>, sizes: [Double] = []) {
      var positions: [String: Int] = [:]
      for key in keys {
        if let position = positions[key] {
          entries[position].count += 1
        } else {
          positions[key] = entries.count
          entries.append(Entry(key: key, count: 1))
        }
      }
      self.sizes = sizes.sorted()
    }
  }

  /// What CloudWatch counted of one shard, over the whole time.
  public struct ShardTotals: Sendable, Hashable {
    /// AWS's id of it, or that of the query that asked for it.
    public var name: String
    /// Its part of the ring: as listed, or as CreateStream cuts so many.
    public var range: HashKeyRange
    /// Records stored.
    public var records: Double
    /// Records refused; nil when that was not counted by shard.
    public var throttled: Double?

    /// A shard and what it had.
    public init(name: String, range: HashKeyRange, records: Double, throttled: Double? = nil) {
      (self.name, self.range, self.records, self.throttled) = (name, range, records, throttled)
    }
  }

  /// What was counted, in even bins; nil when there are keys alone. Of single events, bins of a second.
  public var traffic: ObservedMetrics?
  /// What its bytes are.
  public var bytes = ByteMeaning.withKeys
  /// What each shard had of the records, in the order of the ring; empty unless that was counted by shard.
  public var shards: [ShardTotals] = []
  /// The stream's shards as they were listed; nil when they were not.
  public var listing: ShardListing?
  /// Keys seen; nil when none were given.
  public var keys: KeySample?
  /// The files read, as they were named.
  public var files: [String]
  /// What may not be as their owner thinks.
  public var warnings: [Diagnostic]

  /// An input of given parts.
  public init(
    traffic: ObservedMetrics? = nil, bytes: ByteMeaning = .withKeys, keys: KeySample? = nil, files: [String] = [],
    warnings: [Diagnostic] = []
  ) {
    (self.traffic, self.bytes, self.keys, self.files, self.warnings) = (traffic, bytes, keys, files, warnings)
  }
}

/// What stands in for bins that a CSV file leaves out. (What CloudWatch leaves out is zero: it has no data where nothing
/// was counted.)
public enum MissingBins: String, Sendable, Hashable, CaseIterable {
  /// Nothing: they are errors.
  case refuse
  /// Nothing happened.
  case zero
  /// What happened in the bin before.
  case previous
  /// A straight line between the ends of the hole.
  case interpolate

  var holes: TraceTable.Holes? { TraceTable.Holes(rawValue: rawValue) }
}
