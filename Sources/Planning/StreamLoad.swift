public import Pricing
public import Units

/// What one stream carries, in averages: all that a closed form needs.
public struct StreamLoad: Sendable, Hashable {
  /// Its name; the bill's scopes end in it.
  public var name: String
  /// Records a second: the mean, and the most that shards must hold.
  public var meanRecords: Double, peakRecords: Double
  /// Bytes a second, partition keys included: the mean, and the most.
  public var meanBytes: Double, peakBytes: Double
  /// Bytes a second at the peak with each record rounded up to 1 KiB: what AWS's sizing formula takes (facts §12).
  public var peakRoundedBytes: Double
  /// What is billed of the mean second: chunks of 25 KiB, and bytes rounded up to 1 KiB, record by record.
  public var payloadUnits: Double, roundedBytes: Double
  /// How many applications poll it, and how many read by enhanced fan-out.
  public var pollers: Int, fanOut: Int
  /// How long records are kept.
  public var retention: Interval

  /// Records of one size at a mean and a peak rate; `size` is data and partition key together.
  public init(
    name: String, meanRecords: Double, peakRecords: Double, size: Bytes, pollers: Int, fanOut: Int,
    retention: Interval = .hours(24)
  ) {
    let rounded = Double((size.count + 1_023) / 1_024 * 1_024)
    self.name = name
    (self.meanRecords, self.peakRecords) = (meanRecords, peakRecords)
    (meanBytes, peakBytes) = (meanRecords * Double(size.count), peakRecords * Double(size.count))
    peakRoundedBytes = peakRecords * rounded
    payloadUnits = meanRecords * Double((size.count + 25_599) / 25_600)
    roundedBytes = meanRecords * rounded
    (self.pollers, self.fanOut, self.retention) = (pollers, fanOut, retention)
  }
}

/// How a stream can be bought.
public enum BillingMode: String, Sendable, Hashable, CaseIterable {
  /// Shards by the hour, payload units by the million.
  case provisioned
  /// On-demand Standard: bytes in and out.
  case onDemandStandard = "on_demand_standard"
  /// On-demand Advantage: cheaper bytes, and a commitment of 25 MiB/s in and out for the account.
  case onDemandAdvantage = "on_demand_advantage"
}

extension StreamLoad {
  /// A period's use of the stream in a mode; `shards` counts only when provisioned.
  public func usage(_ mode: BillingMode, shards: Int, for period: BillingPeriod) -> Usage {
    usage(mode, shards: shards, over: period.length ?? .hours(730))
  }

  /// A span's use of the stream in a mode; `shards` counts only when provisioned.
  public func usage(_ mode: BillingMode, shards: Int, over span: Interval) -> Usage {
    var usage = Usage(over: span, committed: mode == .onDemandAdvantage ? ["stream:\(name)"] : [])
    switch mode {
    case .provisioned: addProvisioned(shards, to: &usage)
    case .onDemandStandard: addStandard(to: &usage)
    case .onDemandAdvantage: addAdvantage(to: &usage)
    }
    return usage
  }

  private func addProvisioned(_ shards: Int, to usage: inout Usage) {
    let scope = "stream:\(name)", hours = Int128(shards) * Int128(usage.span.nanoseconds)
    usage.add(.shardHour, scope: scope, hours)
    usage.add(.putPayloadUnit, scope: scope, amount(payloadUnits, usage))
    if retention > .hours(24) { usage.add(.extendedRetention, scope: scope, hours) }
    addLongTerm(meanBytes, to: &usage)
    usage.add(.fanOutHour, scope: scope, Int128(fanOut) * hours)
    usage.add(.fanOutData, scope: scope, amount(Double(fanOut) * meanBytes, usage))
  }

  private func addStandard(to usage: inout Usage) {
    let scope = "stream:\(name)"
    usage.add(.onDemandStreamHour, scope: scope, Int128(usage.span.nanoseconds))
    usage.add(.onDemandDataIn, scope: scope, amount(roundedBytes, usage))
    usage.add(.onDemandDataOut, scope: scope, amount(Double(pollers) * meanBytes, usage))
    usage.add(.onDemandFanOut, scope: scope, amount(Double(fanOut) * meanBytes, usage))
    usage.add(.onDemandRetention, scope: scope, extendedStorage(usage))
    addLongTerm(roundedBytes, to: &usage)
  }

  private func addAdvantage(to usage: inout Usage) {
    let scope = "stream:\(name)"
    usage.add(.advantageDataIn, scope: scope, amount(roundedBytes, usage))
    usage.add(.advantageDataOut, scope: scope, amount(Double(pollers) * meanBytes, usage))
    usage.add(.advantageFanOut, scope: scope, amount(Double(fanOut) * meanBytes, usage))
    usage.add(.advantageRetention, scope: scope, extendedStorage(usage))
    addLongTerm(roundedBytes, to: &usage)
  }

  private func addLongTerm(_ bytes: Double, to usage: inout Usage) {
    let beyond = max(0, (retention - .days(7)).inSeconds)
    usage.add(.longTermRetention, scope: "stream:\(name)", amount(bytes * beyond, usage))
  }

  /// Byte-seconds between the first day, which is free, and the seventh.
  private func extendedStorage(_ usage: Usage) -> Int128 {
    amount(roundedBytes * max(0, (min(retention, .days(7)) - .hours(24)).inSeconds), usage)
  }

  private func amount(_ perSecond: Double, _ usage: Usage) -> Int128 {
    Int128((perSecond * usage.span.inSeconds).rounded())
  }
}
