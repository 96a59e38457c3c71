public import Units

/// Everything that was used of what has a price, as plain quantities: a run counts them, a closed form works them out, and the
/// same rules make the lines of a bill of both.
public struct Use: Sendable, Hashable {
  /// Each stream in each mode that it was in.
  public var streams: [StreamUse] = []
  /// Shard-level metrics of each stream.
  public var metrics: [MetricsUse] = []
  /// Consumers.
  public var applications: [ApplicationUse] = []
  /// Delivery channels.
  public var channels: [ChannelUse] = []
  /// Delivery streams.
  public var deliveries: [DeliveryUse] = []
  /// What stands beside Data Streams.
  public var neighbours: [NeighbourUse] = []

  /// Nothing yet.
  public init() {}

  /// The lines of it, used up over a span of time, in the order in which a bill is read.
  public func usage(over span: Interval) -> Usage {
    var usage = Usage(over: span)
    for use in streams { use.add(to: &usage) }
    for use in metrics { use.add(to: &usage) }
    for use in applications { use.add(to: &usage) }
    for use in channels { use.add(to: &usage) }
    for use in deliveries { use.add(to: &usage) }
    for use in neighbours { use.add(to: &usage) }
    return usage
  }
}

/// A quantity in whole base units: counted, or at a steady rate over a span of time.
public enum Amount: Sendable, Hashable {
  /// So many.
  case counted(Int128)
  /// So many a second, on average.
  case steady(perSecond: Double, over: Interval)

  /// All of it, rounded to a whole unit.
  public var whole: Int128 { times(seconds: 1) }

  /// All of it for so many seconds each: byte-seconds of bytes. Rounded once.
  public func times(seconds: Int64) -> Int128 {
    switch self {
    case .counted(let count): count.timesClamped(Int128(seconds))
    case .steady(let rate, let span): Int128(clamping: (rate * Double(seconds) * span.inSeconds).rounded())
    }
  }
}
