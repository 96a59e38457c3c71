public import Units

/// What CloudWatch counted of a stream: sums in bins of equal width, one series a metric; of ages the largest.
public struct ObservedMetrics: Sendable, Hashable, Codable {
  /// A metric of a stream by AWS's name (facts §8).
  public enum Metric: String, Sendable, Hashable, Codable, CaseIterable {
    /// Records stored.
    case incomingRecords = "IncomingRecords"
    /// Their bytes, partition keys included.
    case incomingBytes = "IncomingBytes"
    /// Records refused, every attempt counted.
    case writeExceeded = "WriteProvisionedThroughputExceeded"
    /// Records sent by PutRecords, refused or not.
    case putRecordsTotal = "PutRecords.TotalRecords"
    /// Records refused by PutRecords.
    case putRecordsThrottled = "PutRecords.ThrottledRecords"
    /// Records that GetRecords gave, to all who poll.
    case getRecords = "GetRecords.Records"
    /// How old the last record of an answer of GetRecords was, in milliseconds: the largest of the bin.
    case iteratorAge = "GetRecords.IteratorAgeMilliseconds"
    /// Calls of GetRecords refused.
    case readExceeded = "ReadProvisionedThroughputExceeded"

    /// How values of one bin become one: CloudWatch's statistic.
    public enum Gathering: Sendable, Hashable {
      /// Sum.
      case sum
      /// Maximum.
      case most

      /// Two values as one.
      public func of(_ a: Double, _ b: Double) -> Double { self == .sum ? a + b : max(a, b) }
    }

    /// Sum, and of an age Maximum.
    public var gathering: Gathering { self == .iteratorAge ? .most : .sum }
    /// Whether it is about those who read.
    public var isOfReaders: Bool { [.getRecords, .iteratorAge, .readExceeded].contains(self) }
  }
  /// One metric's sums (of an age: maxima), in order of time.
  public struct Series: Sendable, Hashable, Codable {
    /// Which.
    public var metric: Metric
    /// A sum a bin; not negative.
    public var sums: [Double]

    /// A series.
    public init(_ metric: Metric, _ sums: [Double]) { (self.metric, self.sums) = (metric, sums) }
  }

  /// When the first bin begins; nil when the file counts from zero.
  public var start: Instant?
  /// How wide a bin is; whole seconds, at least one.
  public var width: Interval
  /// How many shards the stream had then; nil when nobody said. A run with another number is another stream.
  public var shards: Int?
  /// In the order of `Metric.allCases`, each at most once, all equally long.
  public private(set) var series: [Series]

  /// Metrics in any order; they must be equally long and differ.
  public init(start: Instant?, width: Interval, series: [Series]) {
    precondition(Set(series.map(\.sums.count)).count <= 1, "series of one length")
    precondition(Set(series.map(\.metric)).count == series.count, "each metric once")
    (self.start, self.width) = (start, width)
    self.series = Metric.allCases.compactMap { metric in series.first { $0.metric == metric } }
  }

  /// How many bins.
  public var bins: Int { series.first?.sums.count ?? 0 }

  /// The sums of a metric; nil when it was not given.
  public subscript(metric: Metric) -> [Double]? { series.first { $0.metric == metric }?.sums }
}
