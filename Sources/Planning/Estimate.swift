public import KinesisCore
internal import Models
public import Pricing
internal import Units

/// Shards and bills by arithmetic: AWS's sizing formula, the limit it leaves out, headroom, and the three modes.
///
/// It knows averages only. Bursts within a second, hot keys and retries are what `weir run` is for.
public struct Estimate: Sendable, Hashable {
  /// One limit, and the shards it asks for.
  public struct Need: Sendable, Hashable {
    /// Which limit.
    public enum Name: String, Sendable, Hashable, CaseIterable {
      /// 1 MiB/s in, records rounded up to 1 KiB as in AWS's formula.
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

  /// The estimate of a load. `headroom` is 0 or more.
  public init(_ load: StreamLoad, headroom: Double, limits: LimitsProfile, prices: PriceBook, region: String) {
    precondition(headroom >= 0, "headroom is a share above the peak")
    let needs = Self.needs(load, limits), shards = Self.shards(for: load, headroom: headroom, limits: limits)
    (self.load, self.headroom, self.shards) = (load, headroom, shards)
    self.needs = needs.sorted { $0.shards > $1.shards }
    bills = BillingMode.allCases.map { mode in
      Bill(load.usage(mode, shards: shards, for: .month730h), for: .month730h, book: prices, region: region)
    }
    warnings = Self.warnings(load, shards, limits, region)
  }

  /// Shards that hold a load's peak with its headroom; at least 1.
  public static func shards(for load: StreamLoad, headroom: Double, limits: LimitsProfile) -> Int {
    let most = needs(load, limits).map(\.shards).max() ?? 0
    return max(1, Int((most * (1 + headroom) - 1e-9).rounded(.up)))
  }

  /// The limit that decides.
  public var binding: Need.Name { needs[0].name }

  private static func needs(_ load: StreamLoad, _ limits: LimitsProfile) -> [Need] {
    [
      Need(name: .writeBytes, demand: load.peak.roundedBytes, capacity: Double(limits[.shard.writeBytes])),
      Need(name: .writeRecords, demand: load.peak.records, capacity: Double(limits[.shard.writeRecords])),
      Need(
        name: .readBytes, demand: load.peak.roundedBytes * Double(load.pollers),
        capacity: Double(limits[.shard.readBytes])),
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
        "\(load.fanOut) fan-out consumers are more than the \(limits[.fanOut.consumers]) of a stream; on-demand Advantage "
          + "allows \(limits[.fanOut.consumersAdvantage])")
    }
    if Int64(shards) > limits.shardQuota(region: region) {
      warnings.append("\(shards) shards are more than the account's quota of \(limits.shardQuota(region: region))")
    }
    return warnings
  }
}
