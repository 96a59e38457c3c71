public import Units

/// A fleet of equal processes that write one stream.
public struct ProducerSpec: Sendable, Codable {
  /// Its name in the scenario.
  public var name: String
  /// The position of the stream it writes to; −1 when it writes to a delivery stream.
  public var stream: Int
  /// The position of the delivery stream it writes to, instead of a stream.
  public var firehose: Int?
  /// Independent processes that share the rate; at least 1.
  public var processes: Int
  /// Records a second of the whole fleet, over time.
  public var rate: RateCurve
  /// How single records fall around that rate.
  public var arrivals: ArrivalPattern
  /// Where the data size of a record comes from, partition key not included.
  public var size: SizeSource
  /// The partition key's length in UTF-8 bytes; 1 to 1,024, which are 256 characters. It counts towards every byte limit.
  public var keyBytes: Int
  /// Which keys, and how often each.
  public var keys: KeySpec
  /// The API called, and how records are gathered for it.
  public var batching: Batching
  /// What the caller does with refused records.
  public var retry: RetrySpec
  /// Round-trip time on the network beyond the service's own time, in nanoseconds.
  public var network: Distribution
  /// What the AWS SDK does when a whole call fails; the KPL has its own way and ignores it.
  public var sdkRetry: SDKRetrySpec

  /// A producer of the given parts.
  public init(
    name: String, stream: Int, processes: Int = 1, rate: RateCurve, arrivals: ArrivalPattern = .poisson,
    size: SizeSource, keyBytes: Int = 36, keys: KeySpec = KeySpec(.uniform(cardinality: 1_000_000)),
    batching: Batching = .putRecords(), retry: RetrySpec = RetrySpec(), network: Distribution = .constant(0),
    sdkRetry: SDKRetrySpec = SDKRetrySpec()
  ) {
    self.sdkRetry = sdkRetry
    self.name = name
    self.stream = stream
    self.processes = processes
    self.rate = rate
    self.arrivals = arrivals
    self.size = size
    self.keyBytes = keyBytes
    self.keys = keys
    self.batching = batching
    self.retry = retry
    self.network = network
  }
}

/// Records a second of a whole fleet as a function of time.
public enum RateCurve: Sendable, Hashable, Codable {
  /// Always the same.
  case constant(RecordsPerSecond)
  /// In a straight line from one rate to another over the first `over`, then constant.
  case ramp(from: RecordsPerSecond, to: RecordsPerSecond, over: Interval)
  /// One stage after another; after the last, its rate goes on.
  case stages([Stage])
  /// A day's wave: highest at `peakHour` (UTC, 0..<24), lowest twelve hours away, `mean` over the day.
  case diurnal(DiurnalWave)
  /// A day's wave times a factor for each day of the week, Monday first; the factors' mean is 1.
  case weekly(DiurnalWave, dayFactors: [Double])
  /// `high` for the first `on` of each `period`, `low` for the rest.
  case square(low: RecordsPerSecond, high: RecordsPerSecond, period: Interval, on: Interval)
  /// Straight lines from point to point: an intensity of the user's own, or a day's shape.
  case polyline(Polyline)
  /// Counts per bin of a recorded series.
  case bins(BinnedTrace)
  /// Single recorded events; the arrival pattern is `.trace`.
  case events(EventTrace)

  /// A piece of `.stages`: a rate held or reached in a straight line by the stage's end.
  public struct Stage: Sendable, Hashable, Codable {
    /// How the rate moves within the stage.
    public enum Shape: Sendable, Hashable, Codable {
      /// The rate holds from the stage's first instant.
      case hold
      /// The rate is reached in a straight line at the stage's end.
      case linear
    }
    /// How long; more than zero.
    public var length: Interval
    /// The rate held or reached.
    public var rate: RecordsPerSecond
    /// Held or reached.
    public var shape: Shape

    /// A stage.
    public init(length: Interval, rate: RecordsPerSecond, shape: Shape) {
      self.length = length
      self.rate = rate
      self.shape = shape
    }
  }

  /// Points joined by straight lines.
  public struct Polyline: Sendable, Hashable, Codable {
    /// What the times of the points count from.
    public enum Anchor: Sendable, Hashable, Codable {
      /// The run's start; before the first point and behind the last one their rates hold.
      case start
      /// Every midnight UTC; the last point is joined to the first of the next day.
      case midnight
    }
    /// A rate at a time.
    public struct Point: Sendable, Hashable, Codable {
      /// Since the anchor; below a day for `.midnight`.
      public var at: Interval
      /// The rate there.
      public var rate: RecordsPerSecond

      /// A point.
      public init(at: Interval, rate: RecordsPerSecond) { (self.at, self.rate) = (at, rate) }
    }
    /// Ascending in time; at least one.
    public var points: [Point]
    /// What their times count from.
    public var anchor: Anchor

    /// Points joined by lines.
    public init(points: [Point], anchor: Anchor) {
      precondition(!points.isEmpty && zip(points, points.dropFirst()).allSatisfy { $0.at < $1.at }, "points ascend")
      (self.points, self.anchor) = (points, anchor)
    }
  }

  /// The parameters of a day's wave.
  public struct DiurnalWave: Sendable, Hashable, Codable {
    /// The mean over a day.
    public var mean: RecordsPerSecond
    /// Peak over mean; at least 1.
    public var peakToMean: Double
    /// Trough over mean; 0 to 1.
    public var troughToMean: Double
    /// Hour of the peak, UTC, 0..<24.
    public var peakHour: Double

    /// A wave.
    public init(mean: RecordsPerSecond, peakToMean: Double, troughToMean: Double, peakHour: Double) {
      self.mean = mean
      self.peakToMean = peakToMean
      self.troughToMean = troughToMean
      self.peakHour = peakHour
    }
  }
}

/// A recorded series of counts in bins of equal width.
public struct BinnedTrace: Sendable, Hashable, Codable {
  /// The width of a bin.
  public var width: Interval
  /// Records in each bin as recorded, before scaling; never negative, not empty.
  public var counts: [Double]
  /// Bytes in each bin as recorded; empty when the trace has none.
  public var bytes: [Double]
  /// What every count is multiplied by; already resolved from `scale`, `scale_mean_rps` or `scale_peak_mibps`.
  public var scale: Double
  /// Whether it starts again at its end; otherwise nothing arrives after it.
  public var repeats: Bool
  /// The file it was read from, as the scenario names it: for the report.
  public var source: String

  /// A trace.
  public init(width: Interval, counts: [Double], bytes: [Double] = [], scale: Double, repeats: Bool, source: String) {
    self.width = width
    self.counts = counts
    self.bytes = bytes
    self.scale = scale
    self.repeats = repeats
    self.source = source
  }
}

/// Recorded single events: when, which key, how large.
public struct EventTrace: Sendable, Hashable, Codable {
  /// Nanoseconds after the trace's first event, never decreasing; not empty.
  public var offsets: [Int64]
  /// The key of each event as a position in `names`; empty when the trace has no keys.
  public var keys: [Int32]
  /// The distinct keys, in order of first appearance.
  public var names: [String]
  /// Data bytes of each event; empty when the trace has none.
  public var bytes: [Int64]
  /// How many records an event stands for, on average; the fraction is drawn.
  public var scale: Double
  /// The copies of one event are laid uniformly over this long after it; zero puts them all at its instant.
  public var spread: Interval
  /// Whether it starts again at its end.
  public var repeats: Bool
  /// The file it was read from, as the scenario names it.
  public var source: String

  /// A trace.
  public init(
    offsets: [Int64], keys: [Int32] = [], names: [String] = [], bytes: [Int64] = [], scale: Double = 1,
    spread: Interval = .zero, repeats: Bool = false, source: String
  ) {
    self.offsets = offsets
    self.keys = keys
    self.names = names
    self.bytes = bytes
    self.scale = scale
    self.spread = spread
    self.repeats = repeats
    self.source = source
  }
}

/// How single records fall around the rate.
public enum ArrivalPattern: Sendable, Hashable, Codable {
  /// Evenly spaced in each process, with a random phase.
  case paced
  /// Independent of each other.
  case poisson
  /// Poisson whose rate switches between two levels at random; the mean stays the curve's.
  case mmpp(on: Interval, off: Interval, factor: Double)
  /// Bursts at fixed times: the first `on` of every `every` runs at `factor` times the curve, the rest lower, so that
  /// the mean stays the curve's. Each process's burst is late by its own U(0, `jitter`), drawn anew each time.
  case batch(every: Interval, on: Interval, factor: Double, jitter: Interval)
  /// At the recorded instants of `RateCurve.events`.
  case trace
}

/// Where a record's data size comes from.
public enum SizeSource: Sendable, Hashable, Codable {
  /// Drawn, in bytes; at least 1 and never above the stream's largest record less the key.
  case drawn(Distribution)
  /// As recorded in `RateCurve.events` with bytes.
  case trace
}

/// Which partition keys, and how often each.
public struct KeySpec: Sendable, Hashable, Codable {
  /// A law of key choice. Key `i`, the (i+1)-th most frequent, is the text `key-i`.
  public enum Law: Sendable, Hashable, Codable {
    /// All equally likely.
    case uniform(cardinality: Int)
    /// Key `i` with weight 1 / (i+1)^s.
    case zipf(cardinality: Int, s: Double)
    /// The first `hot` keys share `hotShare` of the records evenly, all others the rest.
    case hotSet(cardinality: Int, hot: Int, hotShare: Double)
    /// Keys by their names with their shares of the records, the commonest first; what the shares leave falls to `rest`
    /// other keys, in the way in which a Zipf law of that exponent would go on (0: all alike).
    case listed(names: [String], shares: [Double], rest: Int, s: Double)
    /// One key.
    case single
    /// No partition key law: explicit hash keys at the middle of each open shard, in turn.
    case roundRobinExplicit
    /// As recorded in `RateCurve.events` with keys.
    case trace
  }
  /// The law.
  public var law: Law
  /// Write sharding: each key is followed by `-0` … `-(salt-1)` at random; 1 leaves it alone.
  public var salt: Int

  /// A law, salted or not.
  public init(_ law: Law, salt: Int = 1) {
    self.law = law
    self.salt = salt
  }
}

/// The API a producer calls, and how it fills a call.
public enum Batching: Sendable, Hashable, Codable {
  /// One PutRecord a record.
  case putRecord
  /// PutRecords: sent when it holds `maxRecords` (at most 500), would pass `maxBytes`, or `linger` after its first record.
  case putRecords(maxRecords: Int = 500, maxBytes: Bytes = .mebibytes(5), linger: Interval = .milliseconds(100))
  /// Firehose's PutRecordBatch, filled the same way; at most 500 records and 4 MiB (F§1).
  case putRecordBatch(maxRecords: Int = 500, maxBytes: Bytes = .mebibytes(4), linger: Interval = .milliseconds(100))
  /// The Kinesis Producer Library.
  case kpl(KPLSpec)
  /// The Kinesis Agent: PutRecords from a queue of full buffers; its source, a file, waits when the queue is full.
  case agent
}

/// What the caller does with records that were refused. (AWS SDKs never retry failed entries of a PutRecords answer.)
public struct RetrySpec: Sendable, Hashable, Codable {
  /// How long to wait before trying again.
  public enum Policy: Sendable, Hashable, Codable {
    /// Never again: a refused record is lost.
    case none
    /// At once.
    case immediate
    /// base · 2^(n−1), at most `cap`, after the n-th attempt.
    case exponential
    /// U(0, 1) times that.
    case exponentialFullJitter
    /// The Kinesis Producer Library's: no back-off, but a limiter of two token buckets for each shard.
    case kplTokenBucket
  }
  /// What happens to a record that does not fit the buffer.
  public enum Overflow: String, Sendable, Hashable, Codable {
    /// The source stops until there is room.
    case block
    /// The new record is lost.
    case dropNewest = "drop_newest"
    /// The record waiting longest is lost.
    case dropOldest = "drop_oldest"
    /// The new record goes elsewhere: lost to the stream, counted apart.
    case divert
  }
  /// The policy.
  public var policy: Policy
  /// Attempts in all, the first included; at least 1.
  public var maxAttempts: Int
  /// The first back-off.
  public var base: Interval
  /// The longest back-off.
  public var cap: Interval
  /// A record older than this is given up instead of tried again; nil for never.
  public var ttl: Interval?
  /// Bytes each process may hold: gathering, on the wire and waiting together.
  public var buffer: Bytes
  /// What happens when it is full.
  public var overflow: Overflow

  /// A policy; three immediate attempts' worth of defaults is nobody's, so the default is none.
  public init(
    policy: Policy = .none, maxAttempts: Int = 3, base: Interval = .milliseconds(100), cap: Interval = .seconds(20),
    ttl: Interval? = nil, buffer: Bytes = .mebibytes(64), overflow: Overflow = .dropNewest
  ) {
    self.policy = policy
    self.maxAttempts = maxAttempts
    self.base = base
    self.cap = cap
    self.ttl = ttl
    self.buffer = buffer
    self.overflow = overflow
  }
}
