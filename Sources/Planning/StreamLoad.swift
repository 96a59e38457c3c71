public import Models
public import Pricing
public import Units

/// What one stream carries, in averages: all that a closed form needs.
public struct StreamLoad: Sendable, Hashable {
  /// Its name; the bill's scopes end in it.
  public var name: String
  /// A second on average: what is billed.
  public var mean: Flow
  /// A second at the peak: what shards must hold. Its rounded bytes are what AWS's sizing formula takes (facts §12).
  public var peak: PeakFlow
  /// How many applications poll it, and how many read by enhanced fan-out.
  public var pollers: Int, fanOut: Int
  /// How long records are kept.
  public var retention: Interval

  /// A stream that carries so much and is read by so many.
  public init(name: String, mean: Flow, peak: PeakFlow, pollers: Int, fanOut: Int, retention: Interval) {
    (self.name, self.mean, self.peak) = (name, mean, peak)
    (self.pollers, self.fanOut, self.retention) = (pollers, fanOut, retention)
  }

  /// Records of one size at a mean and a peak rate; `size` is data and partition key together.
  public init(
    name: String, meanRecords: Double, peakRecords: Double, size: Bytes, pollers: Int, fanOut: Int,
    retention: Interval = .hours(24)
  ) {
    let rounded = Double(Rounding.kilobytes(size.count))
    var mean = Flow()
    (mean.records, mean.bytes) = (meanRecords, meanRecords * Double(size.count))
    mean.payloadUnits = meanRecords * Double(Rounding.payloadUnits(size.count))
    mean.roundedBytes = meanRecords * rounded
    let peak = PeakFlow(
      records: peakRecords, bytes: peakRecords * Double(size.count), roundedBytes: peakRecords * rounded)
    self.init(name: name, mean: mean, peak: peak, pollers: pollers, fanOut: fanOut, retention: retention)
  }

  /// So many times the records, of the same sizes.
  public func scaled(by factor: Double) -> StreamLoad {
    var load = self
    (load.mean, load.peak) = (mean.scaled(by: factor), peak.scaled(by: factor))
    return load
  }
}

extension StreamLoad {
  /// A period's use of the stream in a mode; `shards` counts only when provisioned.
  public func usage(_ mode: BillingMode, shards: Int, for period: BillingPeriod) -> Usage {
    let span = period.length ?? .hours(730)
    var use = Use()
    use.streams = [self.use(mode, shards: shards, over: span)]
    return use.usage(over: span)
  }

  /// What the stream uses in a span of time in a mode; `shards` counts only when provisioned.
  func use(_ mode: BillingMode, shards: Int, over span: Interval) -> StreamUse {
    func amount(_ perSecond: Double) -> Amount { .steady(perSecond: perSecond, over: span) }
    var use = StreamUse(name, mode, retention: retention)
    (use.time, use.shardTime) = (span, Int128(shards) * Int128(span.nanoseconds))
    use.payloadUnits = amount(mean.payloadUnits).whole
    (use.bytes, use.roundedBytes) = (amount(mean.bytes), amount(mean.roundedBytes))
    use.polledBytes = amount(Double(pollers) * mean.bytes).whole
    let pushed = amount(Double(fanOut) * mean.bytes).whole
    use.fanOut = [StreamUse.FanOut(Scope(.stream, name), consumers: fanOut, bytes: pushed)]
    return use
  }
}
