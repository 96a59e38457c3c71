public import KinesisCore
internal import Models
public import Pricing
internal import Units

/// Shards and bills by arithmetic: the service's own limits, headroom, and the three modes; AWS's sizing formula beside them.
///
/// The limits count bytes as they are; AWS's formula rounds each record up to 1 KiB and leaves records a second out (facts §12).
/// It knows averages only. Bursts within a second, hot keys and retries are what `weir run` is for.
public struct Estimate: Sendable, Hashable {
  /// One limit, and the shards it asks for.
  public struct Need: Sendable, Hashable {
    /// Which limit.
    public enum Name: String, Sendable, Hashable, CaseIterable {
      /// 1 MiB/s in, data and partition keys.
      case writeBytes = "write_bytes"
      /// 1,000 records/s in: not in AWS's formula.
      case writeRecords = "write_records"
      /// 2 MiB/s out, shared by all that poll.
      case readBytes = "read_bytes"
    }
    /// Which limit.
    public var name: Name
    /// What is asked of it, at the peak and without headroom: bytes or records a second.
    public var demand: Double
    /// What one shard gives.
    public var capacity: Double
    /// Shards for that, unrounded and without headroom.
    public var shards: Double { demand / capacity }
  }

  /// The load it is for.
  public let load: StreamLoad
  /// Room above the peak, as a share of it; 0.25 is a quarter more.
  public let headroom: Double
  /// What each limit asks for, largest first.
  public let needs: [Need]
  /// Shards that hold the peak with its headroom; at least 1.
  public let shards: Int
  /// What a month of 730 hours costs in each mode, in the order of `BillingMode.allCases`.
  public let bills: [Bill]
  /// What arithmetic already shows to be impossible or unwise, a sentence each.
  public let warnings: [String]
  /// Why a stream of a mode cannot be read like that; nil where it can, in the order of `BillingMode.allCases`.
  public let impossible: [String?]

  /// What a month costs in each mode, in the order of `BillingMode.allCases`; nil where it is impossible or has no price.
  public var monthlyCosts: [Double?] {
    zip(bills, impossible).map { $1 == nil && !$0.isPartial(nil) ? $0.total.inDollars : nil }
  }

  /// Shards by AWS's sizing formula, with the same headroom; at least 1. Nothing else here is made of it.
  public var shardsByFormula: Int { Self.shards(formula, headroom: headroom) }

  /// What AWS's sizing formula asks for, largest first: bytes in and out, each record rounded up to 1 KiB.
  public let formula: [Need]

  /// The estimate of a load. `headroom` is 0 or more.
  public init(_ load: StreamLoad, headroom: Double, limits: LimitsProfile, prices: PriceBook, region: String) {
    precondition(headroom >= 0, "headroom is a share above the peak")
    let needs = Self.needs(load, limits), shards = Self.shards(for: load, headroom: headroom, limits: limits)
    (self.load, self.headroom, self.shards) = (load, headroom, shards)
    self.needs = needs.sorted { $0.shards > $1.shards }
    formula = Self.formula(load, limits).sorted { $0.shards > $1.shards }
    bills = BillingMode.allCases.map { mode in
      Bill(load.usage(mode, shards: shards, for: .month730h), for: .month730h, book: prices, region: region)
    }
    warnings = Self.warnings(load, shards, limits, region)
    impossible = BillingMode.allCases.map { mode in
      let most = limits[mode == .onDemandAdvantage ? .fanOut.consumersAdvantage : .fanOut.consumers]
      return load.fanOut > most ? "at most \(most) consumers with enhanced fan-out" : nil
    }
  }

  /// Shards that hold a load's peak with its headroom; at least 1.
  public static func shards(for load: StreamLoad, headroom: Double, limits: LimitsProfile) -> Int {
    shards(needs(load, limits), headroom: headroom)
  }

  private static func shards(_ needs: [Need], headroom: Double) -> Int {
    let most = needs.map(\.shards).max() ?? 0
    return max(1, Int(clamping: (most * (1 + headroom) - 1e-9).rounded(.up)))
  }

  /// The limit that decides.
  public var binding: Need.Name { needs[0].name }

  private static func needs(_ load: StreamLoad, _ limits: LimitsProfile) -> [Need] {
    let records = Need(name: .writeRecords, demand: load.peak.records, capacity: Double(limits[.shard.writeRecords]))
    return bytes(load.peak.bytes, load, limits) + [records]
  }

  /// AWS's "number_of_shards = max(incoming_write_bandwidth_in_KiB / 1024, outgoing_read_bandwidth_in_KiB / 2048)".
  private static func formula(_ load: StreamLoad, _ limits: LimitsProfile) -> [Need] {
    bytes(load.peak.roundedBytes, load, limits)
  }

  private static func bytes(_ incoming: Double, _ load: StreamLoad, _ limits: LimitsProfile) -> [Need] {
    [
      Need(name: .writeBytes, demand: incoming, capacity: Double(limits[.shard.writeBytes])),
      Need(
        name: .readBytes, demand: incoming * Double(load.pollers), capacity: Double(limits[.shard.readBytes])),
    ]
  }

  private static func warnings(
    _ load: StreamLoad, _ shards: Int, _ limits: LimitsProfile, _ region: String
  ) -> [String] {
    var warnings: [String] = []
    if load.pollers > limits[.shard.readCalls] {
      warnings.append(
        "\(load.pollers) consumers that poll once a second need more than the \(limits[.shard.readCalls]) calls a second "
          + "that a shard answers: move some to enhanced fan-out")
    }
    if load.fanOut > limits[.fanOut.consumers] {
      warnings.append(
        "\(load.fanOut) consumers with enhanced fan-out are more than the \(limits[.fanOut.consumers]) of a stream; on-demand "
          + "Advantage allows \(limits[.fanOut.consumersAdvantage])")
    }
    if Int64(shards) > limits.shardQuota(region: region) {
      warnings.append("\(shards) shards are more than the account's quota of \(limits.shardQuota(region: region))")
    }
    return warnings
  }
}
