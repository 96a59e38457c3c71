public import KinesisCore
public import Units

/// The three ways to run a stream, by the names scenarios use: a stream's mode and its account's terms in one.
public enum CapacityMode: String, Sendable, Hashable, Codable, CaseIterable {
  /// Shards are the customer's.
  case provisioned
  /// The service scales the shards.
  case onDemandStandard = "on_demand_standard"
  /// The same under the account's commitment: warm throughput, 50 fan-out consumers.
  case onDemandAdvantage = "on_demand_advantage"

  /// AWS's StreamMode.
  public var mode: StreamMode { self == .provisioned ? .provisioned : .onDemand }

  /// What the stream's account has agreed to.
  public var terms: OnDemandTerms { self == .onDemandAdvantage ? .advantage : .standard }

  /// As a person says it.
  public var words: String {
    switch self {
    case .provisioned: "provisioned"
    case .onDemandStandard: "on-demand Standard"
    case .onDemandAdvantage: "on-demand Advantage"
    }
  }

  /// The way of a stream in a mode and an account under terms.
  public init(_ mode: StreamMode, _ terms: OnDemandTerms) {
    switch (mode, terms) {
    case (.provisioned, _): self = .provisioned
    case (.onDemand, .standard): self = .onDemandStandard
    case (.onDemand, .advantage): self = .onDemandAdvantage
    }
  }
}

/// How a stream's capacity is managed when the run begins.
public struct StreamCapacity: Sendable, Hashable, Codable {
  /// Who bears the commitment's minimum of 25 MiB/s each way: a matter of prices, not of the service.
  public enum Minimum: Sendable, Hashable, Codable {
    /// This stream alone: the worst case.
    case alone
    /// Other streams of the account use it up.
    case shared
  }

  /// Mode and terms.
  public var mode: CapacityMode
  /// Warm throughput in MiB a second, 0 for none; on-demand Advantage only.
  public var warmThroughput: Int64
  /// The highest write peak of the 30 days before the run, bytes a second; 0 when it is new. On-demand only.
  public var peakHistory: Bytes
  /// Who chooses a record's shard; `.auto` is on-demand only.
  public var distribution: RecordDistribution
  /// Who bears the commitment's minimum.
  public var minimum: Minimum

  /// Provisioned.
  public static let provisioned = StreamCapacity(mode: .provisioned)

  /// A capacity; nothing warm, no history, shards by partition key unless told.
  public init(
    mode: CapacityMode, warmThroughput: Int64 = 0, peakHistory: Bytes = .zero,
    distribution: RecordDistribution = .userPartitionKey, minimum: Minimum = .alone
  ) {
    self.mode = mode
    self.warmThroughput = warmThroughput
    self.peakHistory = peakHistory
    self.distribution = distribution
    self.minimum = minimum
  }

  /// How many shards an on-demand stream of this capacity begins with.
  public func shards(_ limits: LimitsProfile, region: String) -> Int {
    limits.onDemandShards(warmThroughput: warmThroughput, peak: peakHistory.count, region: region)
  }
}

/// CloudWatch's shard-level metrics: enhanced monitoring, charged as custom metrics (facts §8). Raw values are AWS's names.
public enum ShardLevelMetric: String, Sendable, Hashable, Codable, CaseIterable {
  /// Bytes put.
  case incomingBytes = "IncomingBytes"
  /// Records put.
  case incomingRecords = "IncomingRecords"
  /// Age of the last record read.
  case iteratorAge = "IteratorAgeMilliseconds"
  /// Bytes read.
  case outgoingBytes = "OutgoingBytes"
  /// Records read.
  case outgoingRecords = "OutgoingRecords"
  /// GetRecords calls refused.
  case readExceeded = "ReadProvisionedThroughputExceeded"
  /// Records refused.
  case writeExceeded = "WriteProvisionedThroughputExceeded"
}
