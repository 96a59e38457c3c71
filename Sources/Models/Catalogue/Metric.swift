internal import Experiment
public import Units

/// A number of run.json, of each thing of its kind: what it counts, how surely replications tell it, which way it is better.
public struct Metric: Sendable {
  /// What kind of number it is, which decides how surely replications can tell it.
  public enum Kind: Sendable, Hashable {
    /// A mean, a count, a share or an amount: the mean over replications and its t interval mean something.
    case plain
    /// A percentile, 0 to 100: few replications cover it badly.
    case percentile(Double)
    /// The largest that was seen: it grows with the length of the run, and few replications cover it badly.
    case extreme
  }
  /// Which way a number is better.
  public enum Better: String, Sendable, Hashable {
    /// Refusals, losses, times and costs.
    case lower
    /// What an objective wants to be large.
    case higher
    /// Loads, counts of shards and objects: any change is a change.
    case either
  }
  /// Which part of a run a number looks at.
  public enum Window: String, Sendable, Hashable {
    /// All of it, warm-up included.
    case run
    /// From the end of the warm-up to the end.
    case measured
    /// As things stand when it ends.
    case end
  }
  /// Where a number is shown, each place in addition to those before it.
  public enum Standing: Sendable, Hashable {
    /// In run.json and summary.csv.
    case printed
    /// Averaged over replications, held against baselines, and compared when it is asked for.
    case compared(Better)
    /// Compared unasked.
    case told(Better)
    /// A column of a sweep, unasked.
    case tabled(Better)

    /// Which way it is better; nil when it is not compared.
    public var better: Better? {
      switch self {
      case .printed: nil
      case .compared(let better), .told(let better), .tabled(let better): better
      }
    }
  }

  /// Below its section: `put_latency_ms.p50`.
  public let path: String
  /// What it counts.
  public let unit: MetricUnit
  /// What kind of number.
  public let kind: Kind
  /// Where it is shown.
  public let standing: Standing
  /// Its value of the thing at a position; nil when nothing was measured.
  let read: @Sendable (RunResult, Int) -> MetricValue?
}

/// A number of a result, exact where it is a count.
public enum MetricValue: Sendable, Hashable {
  /// A count.
  case whole(Int64)
  /// A time in seconds.
  case seconds(Interval)
  /// Anything else.
  case real(Double)

  /// As statistics take it.
  public var number: Double {
    switch self {
    case .whole(let count): Double(count)
    // Baselines hold the digits of this division; run.json's are those of one division.
    case .seconds(let time): time.inMilliseconds / 1_000
    case .real(let value): value
    }
  }
}

/// What a number counts.
public enum MetricUnit: Sendable, Hashable {
  /// A time.
  case milliseconds, seconds
  /// A size.
  case bytes
  /// A fraction: 1 is the whole.
  case share
  /// US dollars.
  case dollars
  /// So many of something.
  case count(of: String)

  /// As CSV and JSON readers want it: `ms`, `s`, `B`, `1`, `USD`, or empty for a count.
  public var symbol: String {
    switch self {
    case .milliseconds: "ms"
    case .seconds: "s"
    case .bytes: "B"
    case .share: "1"
    case .dollars: "USD"
    case .count: ""
    }
  }

  /// As people read it: `ms`, `bytes`, `share`, or what is counted.
  public var word: String {
    switch self {
    case .milliseconds, .seconds, .dollars: symbol
    case .bytes: "bytes"
    case .share: "share"
    case .count(let noun): noun
    }
  }
}

extension MetricUnit: ExpressibleByStringLiteral {
  /// A count of what the literal says.
  public init(stringLiteral noun: String) { self = .count(of: noun) }
}

/// What a metric is a number of.
public enum MetricSubject: String, Sendable, Hashable {
  /// The run as a whole.
  case run
  /// Each thing of that kind, by its name.
  case stream, producer, consumer, firehose, channel
  /// Each objective, by its id.
  case objective
  /// What the billing period costs.
  case bill

  /// All, in the order in which they are compared.
  public static let inOrder: [MetricSubject] = [
    .run, .stream, .producer, .consumer, .firehose, .channel, .objective, .bill,
  ]

  /// Its member of run.json; empty for the run as a whole.
  public var section: String {
    switch self {
    case .run: ""
    case .stream, .producer, .consumer, .firehose, .channel: rawValue + "s"
    case .objective: "slo"
    case .bill: "cost"
    }
  }

  /// Whether there are several, each with a name.
  public var isNamed: Bool { self != .run && self != .bill }

  /// The path of a number of the thing of that name.
  public func path(_ name: String, _ path: String) -> String {
    [section, isNamed ? name : "", path].filter { !$0.isEmpty }.joined(separator: ".")
  }

  /// The names of such things in an experiment, in its order.
  func names(in experiment: Experiment) -> [String] {
    switch self {
    case .run, .bill: [""]
    case .stream: experiment.streams.map(\.name)
    case .producer: experiment.producers.map(\.name)
    case .consumer: experiment.consumers.map(\.name)
    case .firehose: experiment.firehoses.map(\.name)
    case .channel: experiment.channels.map(\.name)
    case .objective: experiment.objectives.map(\.id)
    }
  }

  /// The names of such things in a result, in its order.
  public func names(in result: RunResult) -> [String] {
    switch self {
    case .run, .bill: [""]
    case .stream: result.streams.map(\.name)
    case .producer: result.producers.map(\.name)
    case .consumer: result.consumers.map(\.name)
    case .firehose: result.firehoses.map(\.name)
    case .channel: result.channels.map(\.name)
    case .objective: result.verdicts.map(\.objective.id)
    }
  }
}
