internal import Experiment
internal import Simulation
internal import Units

/// A row of the catalogue: one number of a part of a result, or a distribution with several.
public struct MetricRow: Sendable {
  /// Below its section: `put_latency_ms`.
  public let path: String
  /// Which part of the run it looks at.
  public let window: Metric.Window
  /// What it says.
  public let meaning: String
  /// How an objective asks for it; nil when none can.
  public internal(set) var asked: AskedMetric?
  /// Its numbers; one, but for distributions.
  public let metrics: [Metric]
}

/// Rows of one part of a thing, such as what a producer's client library did.
public struct MetricSection: Sendable {
  /// What kind of thing.
  public let subject: MetricSubject
  /// The member that the part is; empty for the thing itself.
  public let part: String
  /// In the order in which they are compared.
  public let rows: [MetricRow]
  /// Whether the thing at a position has that part.
  let isPresent: @Sendable (RunResult, Int) -> Bool

  /// A section of what `part` finds of the thing at a position; nil where it has no such part.
  init<Part>(
    _ subject: MetricSubject, _ name: String, _ rows: [PartRow<Part>],
    of part: @escaping @Sendable (RunResult, Int) -> Part?
  ) {
    (self.subject, self.part) = (subject, name)
    isPresent = { part($0, $1) != nil }
    self.rows = rows.map { $0.placed(in: subject, name, part) }
  }

  /// The path of a number of it, of the thing of that name.
  public func path(_ metric: Metric, of name: String) -> String {
    subject.path(name, part.isEmpty ? metric.path : "\(part).\(metric.path)")
  }
}

/// A row before it is known where its part is found in a result.
struct PartRow<Part>: Sendable {
  /// A number of the row.
  private struct Field: Sendable {
    /// What follows the row's path; empty for its only number.
    var suffix: String
    var unit: MetricUnit
    var kind = Metric.Kind.plain
    var standing: Metric.Standing
    var read: @Sendable (Part) -> MetricValue?
  }

  private let path: String, window: Metric.Window, meaning: String
  private var fields: [Field]
  private var asking: Asking?

  /// A whole number: of seconds, or of what the literal says.
  static func count<Number: BinaryInteger & Sendable>(
    _ path: String, _ unit: MetricUnit, _ window: Metric.Window, _ standing: Metric.Standing, _ meaning: String,
    _ read: @escaping @Sendable (Part) -> Number
  ) -> PartRow {
    PartRow(
      path: path, window: window, meaning: meaning,
      fields: [Field(suffix: "", unit: unit, standing: standing) { .whole(Int64(read($0))) }])
  }

  /// A size.
  static func bytes(
    _ path: String, _ window: Metric.Window, _ standing: Metric.Standing, _ meaning: String,
    _ read: @escaping @Sendable (Part) -> Bytes
  ) -> PartRow {
    PartRow(
      path: path, window: window, meaning: meaning,
      fields: [Field(suffix: "", unit: .bytes, standing: standing) { .whole(read($0).count) }])
  }

  /// Anything else; nil when nothing was measured.
  static func real(
    _ path: String, _ unit: MetricUnit, _ window: Metric.Window, _ standing: Metric.Standing, _ meaning: String,
    _ read: @escaping @Sendable (Part) -> Double?
  ) -> PartRow {
    PartRow(
      path: path, window: window, meaning: meaning,
      fields: [Field(suffix: "", unit: unit, standing: standing) { read($0).map { .real($0) } }])
  }

  /// The row as one of an extreme.
  var extreme: PartRow {
    var row = self
    for position in fields.indices { row.fields[position].kind = .extreme }
    return row
  }

  // MARK: Distributions

  /// Times in milliseconds or seconds; of what is compared the median is told, the 99th percentile a column of sweeps too.
  static func times(
    _ path: String, _ unit: MetricUnit, _ window: Metric.Window, _ standing: Metric.Standing, _ meaning: String,
    _ read: @escaping @Sendable (Part) -> LatencyHistogram
  ) -> PartRow {
    func time(
      _ suffix: String, _ kind: Metric.Kind, _ standing: Metric.Standing,
      _ pick: @escaping @Sendable (LatencyHistogram) -> Interval
    )
      -> Field
    {
      Field(suffix: suffix, unit: unit, kind: kind, standing: standing) { part in
        let times = read(part)
        guard times.count > 0 else { return nil }
        return unit == .seconds ? .seconds(pick(times)) : .real(pick(times).inMilliseconds)
      }
    }
    func percentile(_ suffix: String, _ percent: Double, _ standing: Metric.Standing = .printed) -> Field {
      time(suffix, .percentile(percent), standing) { $0.percentile(percent) }
    }
    let told = standing.better.map { Metric.Standing.told($0) } ?? .printed
    return PartRow(
      path: path, window: window, meaning: meaning,
      fields: [
        percentile(".p50", 50, told), percentile(".p90", 90), percentile(".p95", 95), percentile(".p99", 99, standing),
        percentile(".p99_9", 99.9), time(".max", .extreme, .printed) { $0.max },
        time(".mean", .plain, .printed) { $0.mean },
        Field(suffix: ".count", unit: .count(of: ""), standing: .printed) { .whole(read($0).count) },
      ])
  }

  /// Sizes; of what is compared the mean is.
  static func sizes(
    _ path: String, _ window: Metric.Window, _ standing: Metric.Standing, _ meaning: String,
    _ read: @escaping @Sendable (Part) -> SizeHistogram
  ) -> PartRow {
    func size(_ suffix: String, _ kind: Metric.Kind, _ pick: @escaping @Sendable (SizeHistogram) -> Bytes) -> Field {
      Field(suffix: suffix, unit: .bytes, kind: kind, standing: .printed) { part in
        let sizes = read(part)
        return sizes.count > 0 ? .whole(pick(sizes).count) : nil
      }
    }
    return PartRow(
      path: path, window: window, meaning: meaning,
      fields: [
        size(".min", .extreme) { $0.min }, size(".p50", .percentile(50)) { $0.percentile(50) },
        size(".p90", .percentile(90)) { $0.percentile(90) }, size(".p99", .percentile(99)) { $0.percentile(99) },
        size(".max", .extreme) { $0.max },
        Field(suffix: ".sum", unit: .bytes, standing: .printed) { .whole(read($0).sum.count) },
        Field(suffix: ".mean", unit: .bytes, standing: standing) { part in
          let sizes = read(part)
          return sizes.count > 0 ? .real(sizes.mean) : nil
        },
        Field(suffix: ".count", unit: .count(of: ""), standing: .printed) { .whole(read($0).count) },
      ])
  }

  /// Loads of shard-seconds; nil when there was none.
  static func loads(
    _ path: String, _ window: Metric.Window, _ standing: Metric.Standing, _ meaning: String,
    _ read: @escaping @Sendable (Part) -> UtilizationSummary?
  ) -> PartRow {
    func load(_ suffix: String, _ kind: Metric.Kind, _ pick: @escaping @Sendable (UtilizationSummary) -> Double)
      -> Field
    {
      Field(suffix: suffix, unit: .share, kind: kind, standing: standing) { read($0).map { .real(pick($0)) } }
    }
    return PartRow(
      path: path, window: window, meaning: meaning,
      fields: [
        load(".mean", .plain) { $0.mean }, load(".p99", .percentile(99)) { $0.p99 }, load(".max", .extreme) { $0.max },
      ])
  }

  // MARK: Objectives

  private enum Asking: Sendable {
    case followed(String, [String], AskedMetric.Naming, @Sendable (Int?) -> Objective.Metric)
    case atEnd(String)
  }

  /// The row as one that objectives ask for by a name of its own and that is followed through the run, window by window;
  /// `statistics` are what they may ask, `pXX` standing for all percentiles.
  func asked(
    _ name: String, _ statistics: [String], _ naming: AskedMetric.Naming,
    _ metric: @escaping @Sendable (Int?) -> Objective.Metric
  ) -> PartRow {
    var row = self
    row.asking = .followed(name, statistics, naming, metric)
    return row
  }

  /// The row as one that objectives ask for, under that name, as it stands when the run ends.
  func askedAtEnd(_ name: String) -> PartRow {
    var row = self
    row.asking = .atEnd(name)
    return row
  }

  private func asked(in subject: MetricSubject, _ path: String) -> AskedMetric? {
    switch asking {
    case nil: nil
    case .followed(let name, let statistics, let naming, let metric):
      AskedMetric(
        name: name, subject: subject, counting: fields[0].unit, statistics: statistics, naming: naming,
        source: .followed(metric))
    case .atEnd(let name):
      AskedMetric(
        name: name, subject: subject, counting: fields[0].unit,
        statistics: [fields[0].kind == .extreme ? "max" : "last"],
        naming: .required, source: .atEnd(path))
    }
  }

  // MARK: In a result

  /// The row of what `part` finds in a result.
  fileprivate func placed(
    in subject: MetricSubject, _ name: String, _ part: @escaping @Sendable (RunResult, Int) -> Part?
  ) -> MetricRow {
    let metrics = fields.map { field in
      Metric(path: path + field.suffix, unit: field.unit, kind: field.kind, standing: field.standing) {
        part($0, $1).flatMap(field.read)
      }
    }
    return MetricRow(
      path: path, window: window, meaning: meaning,
      asked: asked(in: subject, subject.path("NAME", name.isEmpty ? path : "\(name).\(path)")), metrics: metrics)
  }
}

/// Rows of what others than the catalogue write.
extension PartRow where Part == Void {
  /// A number that is described here and written elsewhere.
  static func described(_ path: String, _ unit: MetricUnit, _ window: Metric.Window, _ meaning: String) -> PartRow {
    PartRow(
      path: path, window: window, meaning: meaning,
      fields: [Field(suffix: "", unit: unit, standing: .printed) { _ in nil }])
  }
}
