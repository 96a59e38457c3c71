public import Experiment
internal import Units

/// A metric as objectives ask for it: `put_latency(producer=web).p99 < 500 ms`.
public struct AskedMetric: Sendable {
  /// Whether it is of all things of its kind when none is named.
  public enum Naming: Sendable, Hashable {
    /// Nothing named stands for all of them together.
    case optional
    /// One must be named.
    case required
  }
  /// Where its value comes from.
  enum Source: Sendable {
    /// It is followed through the run: the metric of the thing at a position, nil for all of them.
    case followed(@Sendable (Int?) -> Objective.Metric)
    /// A number of the catalogue, as it stands at the end.
    case atEnd(String)
  }

  /// Its name in an expression.
  public let name: String
  /// What its argument names.
  public let subject: MetricSubject
  /// What the row counts that it belongs to.
  private let counting: MetricUnit
  /// Which statistics it has; `pXX` stands for all percentiles.
  public let statistics: [String]
  /// Whether one thing must be named.
  public let naming: Naming
  private let source: Source

  init(
    name: String, subject: MetricSubject, counting: MetricUnit, statistics: [String], naming: Naming, source: Source
  ) {
    (self.name, self.subject, self.counting) = (name, subject, counting)
    (self.statistics, self.naming, self.source) = (statistics, naming, source)
  }

  /// What values and thresholds count: times are milliseconds, whatever the row is in.
  public var unit: MetricUnit { counting == .seconds ? .milliseconds : counting }

  /// The metric of the thing of that name and position; nil for all of them.
  public func metric(of thing: (position: Int, name: String)?) -> Objective.Metric {
    switch source {
    case .followed(let metric): metric(thing?.position)
    case .atEnd(let path): .figure(path, of: thing?.name ?? "")
    }
  }

  /// An objective of the thing of that name and position, named and written as its author would.
  public func objective(
    of thing: (position: Int, name: String), _ statistic: Objective.Statistic, _ comparison: Objective.Comparison,
    _ threshold: Double, _ written: String, severity: Objective.Severity
  ) -> Objective {
    let metric = "\(name)(\(subject.rawValue)=\(thing.name))"
    return Objective(
      id: metric, expression: "\(metric) \(comparison.rawValue) \(written)", metric: self.metric(of: thing),
      statistic: statistic, comparison: comparison, threshold: threshold, severity: severity)
  }

  /// Whether an objective's metric is this one.
  fileprivate func isAsked(by metric: Objective.Metric) -> Bool {
    switch (source, metric) {
    case (.atEnd(let path), .figure(let other, _)): path == other
    case (.atEnd, _), (.followed, .figure): false
    case (.followed(let own), _): own(metric.position) == metric
    }
  }
}

extension Objective.Metric {
  /// The position of the thing it is of; nil for all of them.
  fileprivate var position: Int? {
    switch self {
    case .putThrottleRate(let one), .firstAttemptThrottleRate(let one), .shardUtilization(let one),
      .recordsLost(let one), .putLatency(let one), .propagation(let one), .iteratorAge(let one),
      .throttledCalls(let one), .readThrottleRate(let one), .dataFreshness(let one):
      one
    case .openShards(let one): one
    case .monthlyCost, .figure: nil
    }
  }
}

extension Objective {
  /// What its value and threshold count.
  public var unit: MetricUnit {
    if case .monthlyCost = metric { return .dollars }
    return MetricCatalogue.asked.first { $0.isAsked(by: metric) }?.unit ?? .count(of: "")
  }
}

extension RunResult {
  /// Judges the objectives that ask for numbers as they stand when the run ends.
  mutating func judgeFigures(at end: Instant) {
    for index in verdicts.indices {
      let objective = verdicts[index].objective
      guard case .figure(let path, let name) = objective.metric else { continue }
      let value = MetricCatalogue.value(of: path, name, in: self)
      let isPassing = value.map { objective.comparison.holds($0, objective.threshold) } ?? false
      (verdicts[index].value, verdicts[index].isPassing) = (value, isPassing)
      guard !isPassing, value != nil else { continue }
      verdicts[index].firstBrokenAt = end
      notes.append(Note(at: end, kind: .objectiveBroken, subject: objective.id, detail: objective.expression))
    }
  }
}
