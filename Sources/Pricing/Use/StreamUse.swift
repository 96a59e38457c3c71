public import Units

/// How a stream can be bought.
public enum BillingMode: String, Sendable, Hashable, CaseIterable {
  /// Shards by the hour, payload units by the million.
  case provisioned
  /// On-demand Standard: bytes in and out.
  case onDemandStandard = "on_demand_standard"
  /// On-demand Advantage: cheaper bytes, and a commitment of 25 MiB/s in and out for the account.
  case onDemandAdvantage = "on_demand_advantage"
}

/// What one stream used while it was in one mode (facts §10).
public struct StreamUse: Sendable, Hashable {
  /// Who reads it by enhanced fan-out.
  public struct FanOut: Sendable, Hashable {
    /// To whom it is billed: a consumer, or the stream when consumers have no names.
    public var scope: Scope
    /// How many consumers.
    public var consumers: Int
    /// Bytes pushed to them.
    public var bytes: Int128

    /// Consumers that were pushed so many bytes.
    public init(_ scope: Scope, consumers: Int = 1, bytes: Int128) {
      (self.scope, self.consumers, self.bytes) = (scope, consumers, bytes)
    }
  }
  /// Who pays for what the stream falls short of on-demand Advantage's commitment.
  public enum Commitment: Sendable, Hashable {
    /// The stream counts towards it, and its account pays the rest.
    case borne
    /// Other streams of the account use it up.
    case shared
  }

  /// The stream's name.
  public var name: String
  /// The mode whose prices hold.
  public var mode: BillingMode
  /// How long it was in the mode.
  public var time = Interval.zero
  /// Open shards times nanoseconds.
  public var shardTime: Int128 = 0
  /// How long records are kept.
  public var retention: Interval
  /// Who pays for a shortfall; on-demand Advantage only.
  public var commitment = Commitment.borne
  /// Payload units accepted, cut record by record.
  public var payloadUnits: Int128 = 0
  /// Bytes accepted, with partition keys; and those with each record rounded up to 1 KB.
  public var bytes = Amount.counted(0), roundedBytes = Amount.counted(0)
  /// Bytes that polling took out, and of those the bytes of records older than a week.
  public var polledBytes: Int128 = 0, retrievedBytes: Int128 = 0
  /// Who reads it by enhanced fan-out.
  public var fanOut: [FanOut] = []

  /// A stream that was in a mode.
  public init(_ name: String, _ mode: BillingMode, retention: Interval) {
    (self.name, self.mode, self.retention) = (name, mode, retention)
  }

  private var scope: Scope { Scope(.stream, name) }

  /// Adds its lines.
  public func add(to usage: inout Usage) {
    switch mode {
    case .provisioned: addProvisioned(to: &usage)
    case .onDemandStandard:
      usage.add(.onDemandStreamHour, scope: scope, Int128(time.nanoseconds))
      addOnDemand(.standard, to: &usage)
    case .onDemandAdvantage:
      if commitment == .borne { commit(&usage) }
      addOnDemand(.advantage, to: &usage)
    }
  }

  /// What its fan-out consumers are pushed counts towards the commitment as what is polled does, whoever is billed (N§5.1).
  private func commit(_ usage: inout Usage) {
    for scope in [scope] + fanOut.map(\.scope) where !usage.committed.contains(scope) { usage.committed.append(scope) }
  }

  private func addProvisioned(to usage: inout Usage) {
    usage.add(.shardHour, scope: scope, shardTime)
    usage.add(.putPayloadUnit, scope: scope, payloadUnits)
    if retention > .hours(24) { usage.add(.extendedRetention, scope: scope, shardTime) }
    usage.add(.longTermRetention, scope: scope, stored(bytes, from: .days(7), to: retention))
    usage.add(.longTermRetrieval, scope: scope, retrievedBytes)
    for reader in fanOut {
      usage.add(.fanOutHour, scope: reader.scope, shardTime.timesClamped(Int128(reader.consumers)))
      usage.add(.fanOutData, scope: reader.scope, reader.bytes)
    }
  }

  /// What on-demand terms call their items.
  private struct Items {
    let dataIn: PriceItem, dataOut: PriceItem, fanOut: PriceItem, retention: PriceItem

    static let standard = Items(
      dataIn: .onDemandDataIn, dataOut: .onDemandDataOut, fanOut: .onDemandFanOut, retention: .onDemandRetention)
    static let advantage = Items(
      dataIn: .advantageDataIn, dataOut: .advantageDataOut, fanOut: .advantageFanOut, retention: .advantageRetention)
  }

  /// The stream's own lines stand together, those of its consumers behind them.
  private func addOnDemand(_ items: Items, to usage: inout Usage) {
    usage.add(items.dataIn, scope: scope, roundedBytes.whole)
    usage.add(items.dataOut, scope: scope, polledBytes)
    for reader in fanOut where reader.scope == scope { usage.add(items.fanOut, scope: scope, reader.bytes) }
    usage.add(items.retention, scope: scope, stored(roundedBytes, from: .hours(24), to: min(retention, .days(7))))
    usage.add(.longTermRetention, scope: scope, stored(roundedBytes, from: .days(7), to: retention))
    for reader in fanOut where reader.scope != scope { usage.add(items.fanOut, scope: reader.scope, reader.bytes) }
  }

  /// Byte-seconds that bytes will have taken up from one age to another, when they have reached it: a steady stream's storage.
  private func stored(_ bytes: Amount, from young: Interval, to old: Interval) -> Int128 {
    bytes.times(seconds: max(0, (old - young).nanoseconds / 1_000_000_000))
  }
}

/// A stream's shard-level metrics, charged as CloudWatch's custom metrics (facts §8).
public struct MetricsUse: Sendable, Hashable {
  /// The stream's name.
  public var stream: String
  /// Metrics times open shards times nanoseconds.
  public var time: Int128

  /// So many metrics of each open shard.
  public init(of stream: String, count: Int, shardTime: Int128) {
    (self.stream, time) = (stream, shardTime.timesClamped(Int128(count)))
  }

  /// Adds its line.
  public func add(to usage: inout Usage) { usage.add(.shardMetric, scope: Scope(.stream, stream), time) }
}
