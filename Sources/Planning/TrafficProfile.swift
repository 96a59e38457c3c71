internal import Experiment
public import KinesisCore
internal import Models
public import Scenario
internal import Simulation
public import Units

/// What recorded traffic says: how much, how uneven at each width of time, which seasons, which sizes, which keys, and
/// what bins as wide as these cannot show.
public struct TrafficProfile: Sendable {
  /// How much there is.
  public struct Volume: Sendable, Hashable {
    /// Records in all; of CloudWatch, those stored.
    public var records: Double
    /// Records a second, on average and in the busiest bin.
    public var mean: Double, peak: Double
    /// When the busiest bin begins, since the first one.
    public var busiest: Interval
    /// Bytes in all, as given; nil when they were not.
    public var bytes: Double?
    /// Refused records and the bins with any; nil when they were not given.
    public var throttled: Double?, throttledBins: Int?
  }
  /// How uneven counts are at one width of time.
  public struct Burstiness: Sendable, Hashable {
    /// Why there is no figure.
    public enum Unknown: String, Sendable, Hashable {
      /// The data's bins are wider.
      case finerThanTheData = "finer_than_the_data"
      /// It is no multiple of the data's bins.
      case notAMultiple = "not_a_multiple"
      /// There are fewer than two bins of it, or no records.
      case tooShort = "too_short"
    }
    /// The width.
    public var width: Interval
    /// The busiest bin over the mean one; the index of dispersion for counts.
    public var peakToMean: Double?, dispersion: Double?
    /// Why there are none.
    public var unknown: Unknown?
  }
  /// How much of the hourly variance goes with the hour of a day or week.
  public struct Season: Sendable, Hashable {
    /// The period.
    public enum Period: String, Sendable, Hashable, CaseIterable {
      /// 24 hours.
      case day
      /// 168 hours.
      case week

      /// Its hours.
      public var hours: Int { self == .day ? 24 : 168 }
    }
    /// Which.
    public var period: Period
    /// How many whole periods the data covers.
    public var periods: Int
    /// The share of the variance that the means by hour explain, 0 to 1; nil with fewer than two periods, when bins are
    /// wider than an hour, or when nothing varies.
    public var strength: Double?
    /// The correlation of hours one period apart; nil like `strength`.
    public var autocorrelation: Double?
  }

  /// What was read.
  public let input: TraceInput
  /// The stream's shards, as its owner says; nil when not told.
  public let shards: Int?
  /// What the commonest key asks of its shard in the busiest bin, 1 being all it takes: records or bytes, whichever is
  /// more; nil without counts or keys.
  public let commonestKeyLoad: Double?
  /// Nil when there are keys alone.
  public let volume: Volume?
  /// At a second, a minute, five minutes, and at the data's own width.
  public let burstiness: [Burstiness]
  /// Nil when there is none, when there are keys alone, or when the data is too short to say.
  public let trend: TrafficTrend?
  /// A day and a week; empty when there are keys alone.
  public let seasons: [Season]
  /// Nil when neither bytes nor sizes were given.
  public let sizes: SizeProfile?
  /// Nil when no keys were given.
  public let keys: KeyProfile?
  /// Nil when nothing was counted by shard, or of another number of shards than the stream is said to have.
  public let byShard: ShardProfile?
  /// What bins hide; nil when there are keys alone, no records, or bins of a second.
  public let hidden: HiddenBursts?

  /// The profile of what was read, for a stream of so many shards, at least 1, if that is known.
  public init(_ input: TraceInput, shards: Int?, limits: LimitsProfile) {
    precondition(shards ?? 1 >= 1, "a stream without shards")
    (self.input, self.shards) = (input, shards)
    let traffic = input.traffic
    let volume = traffic.flatMap(Self.volume)
    self.volume = volume
    burstiness = traffic.map(Self.burstiness) ?? []
    trend = traffic.flatMap(TrafficTrend.init)
    seasons = traffic.map { traffic in Season.Period.allCases.map { Self.season($0, traffic) } } ?? []
    let sizes = SizeProfile(input)
    self.sizes = sizes
    let keys = input.keys.flatMap { KeyProfile($0, shards: shards) }
    self.keys = keys
    let counted = input.shards.count == shards ?? input.shards.count ? ShardProfile(input) : nil
    byShard = counted
    // Without keys, what is known of shards is their part of the ring.
    let listed = input.listing.flatMap { $0.open.count == shards ? $0.open.map(\.range.share) : nil }
    let shares =
      counted?.shares
      ?? shards.map { keys?.shares(ofShards: $0) ?? listed ?? [Double](repeating: 1 / Double($0), count: $0) }
    commonestKeyLoad = Self.load(ofCommonestKey: keys, volume, sizes, limits)
    hidden = traffic.flatMap { HiddenBursts($0, shares: shares, limits: limits) }
  }

  private static func load(
    ofCommonestKey keys: KeyProfile?, _ volume: Volume?, _ sizes: SizeProfile?, _ limits: LimitsProfile
  ) -> Double? {
    guard let keys, let volume else { return nil }
    let records = volume.peak * keys.top[0].share
    let size = sizes.map { $0.mean + Double($0.keyBytes) } ?? 0
    return ShardRates(limits).share(records: records, bytes: records * size, seconds: 1)
  }

  private static func volume(_ traffic: ObservedMetrics) -> Volume? {
    guard let counts = traffic[.incomingRecords] else { return nil }
    let seconds = traffic.width.inSeconds
    let records = counts.reduce(0, +), peak = counts.max() ?? 0
    let busiest = traffic.width * Int64(counts.firstIndex(of: peak) ?? 0)
    let throttled = traffic[.writeExceeded] ?? traffic[.putRecordsThrottled]
    return Volume(
      records: records, mean: records / (Double(counts.count) * seconds), peak: peak / seconds, busiest: busiest,
      bytes: traffic[.incomingBytes]?.reduce(0, +), throttled: throttled?.reduce(0, +),
      throttledBins: throttled?.count { $0 > 0 })
  }

  private static func burstiness(_ traffic: ObservedMetrics) -> [Burstiness] {
    let usual = [Interval.seconds(1), .seconds(60), .seconds(300)]
    let widths = usual.contains(traffic.width) ? usual : (usual + [traffic.width]).sorted()
    return widths.map { width in
      var result = Burstiness(width: width)
      if width < traffic.width {
        result.unknown = .finerThanTheData
      } else if width.nanoseconds % traffic.width.nanoseconds != 0 {
        result.unknown = .notAMultiple
      } else {
        let by = Int(width.nanoseconds / traffic.width.nanoseconds)
        let counts = Statistics.gathered(traffic[.incomingRecords] ?? [], by: by)
        result.dispersion = Statistics.dispersion(counts)
        result.peakToMean = result.dispersion == nil ? nil : Statistics.peakToMean(counts)
        result.unknown = result.dispersion == nil ? .tooShort : nil
      }
      return result
    }
  }

  private static func season(_ period: Season.Period, _ traffic: ObservedMetrics) -> Season {
    let hour = Interval.hours(1).nanoseconds
    let covered = traffic.width.nanoseconds * Int64(traffic.bins) / hour / Int64(period.hours)
    var season = Season(period: period, periods: Int(covered))
    guard covered >= 2, hour % traffic.width.nanoseconds == 0 else { return season }
    let hours = Statistics.gathered(traffic[.incomingRecords] ?? [], by: Int(hour / traffic.width.nanoseconds))
    season.strength = Statistics.seasonStrength(hours, period: period.hours)
    season.autocorrelation = Statistics.autocorrelation(hours, lag: period.hours)
    return season
  }
}
