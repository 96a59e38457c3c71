public import Experiment

/// A metric of one thing: what is averaged over replications, compared between designs and held against a baseline.
public struct Figure: Sendable {
  /// Its path in run.json, such as `streams.clicks.put_throttle_rate`.
  public let path: String
  /// What it counts; an objective's value counts what its threshold does.
  public let unit: MetricUnit
  /// What kind of number.
  public let kind: Metric.Kind
  /// Where it is shown.
  public let standing: Metric.Standing
  /// Whose it is.
  fileprivate let subject: MetricSubject, part: String, name: String
  fileprivate let read: @Sendable (RunResult, Int) -> MetricValue?

  private init(_ metric: Metric, _ section: MetricSection, _ name: String) {
    path = section.path(metric, of: name)
    (unit, kind, standing) = (metric.unit, metric.kind, metric.standing)
    (subject, part, self.name, read) = (section.subject, section.part, name, metric.read)
  }

  /// An objective's value; its kind is that of its statistic, its better way that of its comparison.
  private init(_ metric: Metric, _ section: MetricSection, of objective: Objective) {
    path = section.path(metric, of: objective.id)
    unit = objective.unit
    kind =
      switch objective.statistic {
      case .percentile(let percent): .percentile(percent)
      case .max, .min: .extreme
      case .mean, .last, .sum, .rate: .plain
      }
    switch objective.comparison {
    case .less, .lessOrEqual: standing = .tabled(.lower)
    case .greater, .greaterOrEqual: standing = .tabled(.higher)
    case .equal: standing = .tabled(.either)
    }
    (subject, part, name, read) = (section.subject, section.part, objective.id, metric.read)
  }

  /// What is compared of every run of an experiment: the ledger, then thing by thing, the objectives, the cost.
  public static func all(of experiment: Experiment) -> [Figure] {
    all(named: { $0.names(in: experiment) }, experiment.objectives).filter { $0.standing.better != nil }
  }

  /// Every number of a result.
  public static func printed(in result: RunResult) -> [Figure] {
    all(named: { $0.names(in: result) }, result.verdicts.map(\.objective))
  }

  private static func all(named names: (MetricSubject) -> [String], _ objectives: [Objective]) -> [Figure] {
    MetricSubject.inOrder.flatMap { subject in
      let metrics = MetricCatalogue.sections.filter { $0.subject == subject }.flatMap { section in
        section.rows.flatMap(\.metrics).map { (section: section, metric: $0) }
      }
      if subject == .objective {
        return objectives.flatMap { objective in metrics.map { Figure($0.metric, $0.section, of: objective) } }
      }
      return names(subject).flatMap { name in metrics.map { Figure($0.metric, $0.section, name) } }
    }
  }

  /// Whether a run of an experiment can measure it: figures of a queue are those of consumers that are one.
  public func isMeasurable(in experiment: Experiment) -> Bool {
    let consumer = experiment.consumers.first { $0.name == name }
    return switch (subject, part) {
    case (.consumer, "function"): consumer?.function != nil
    case (.consumer, "flink"): consumer?.flink != nil
    case (.consumer, "queue"): consumer?.queue != nil
    case (.stream, "autoscaler"): experiment.streams.first { $0.name == name }?.autoscaler != nil
    default: true
    }
  }

  /// What the billing period of any experiment costs.
  public static let cost: Figure = {
    let section = MetricCatalogue.sections.first { $0.subject == .bill }
    guard let section, let metric = section.rows.first?.metrics.first else { preconditionFailure("a bill has a total") }
    return Figure(metric, section, "")
  }()

  /// Where figures are shown without being asked for.
  public enum Audience: Sendable { case comparison, sweep }

  /// Whether it is shown there unasked.
  public func isTold(in audience: Audience) -> Bool {
    switch (standing, audience) {
    case (.tabled, _), (.told, .comparison): true
    case (.told, .sweep), (.compared, _), (.printed, _): false
    }
  }
}

extension Figure: Hashable {
  /// Whether it is the same number.
  public static func == (one: Figure, other: Figure) -> Bool { one.path == other.path }
  /// By its path.
  public func hash(into hasher: inout Hasher) { hasher.combine(path) }
}

extension RunResult {
  /// The values of figures, in their order; nil when nothing was measured or there is no such thing.
  public func values(of figures: [Figure]) -> [Double?] {
    var positions: [MetricSubject: [String: Int]] = [:]
    return figures.map { figure in
      let known = positions[figure.subject] ?? Self.positions(figure.subject.names(in: self))
      positions[figure.subject] = known
      return known[figure.name].flatMap { figure.read(self, $0)?.number }
    }
  }

  private static func positions(_ names: [String]) -> [String: Int] {
    Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
  }
}
