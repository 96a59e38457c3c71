internal import Experiment
internal import Models
internal import Units

/// Reads what `aws cloudwatch get-metric-data` and `get-metric-statistics` print.
struct CloudWatchExport {
  private let sink: Sink
  /// What was found; several pages or statistics of one metric are several parts.
  private(set) var parts: [MetricPoints] = []

  /// The words by which other statistics than the sum are known.
  private static let others = [
    "average", "avg", "maximum", "max", "minimum", "min", "samplecount", "p50", "p90", "p95", "p99", "tm99", "iqm",
  ]
  private static let mostResults = 500
  private static let mostPoints = 400_000
  private static let remedy = "ask for the statistic Sum: docs/trace.md has the command"

  init(sink: Sink) { self.sink = sink }

  /// Whether a document is of one of the two kinds.
  static func isKnown(_ root: ConfigNode) -> Bool { root["MetricDataResults"] != nil || root["Datapoints"] != nil }

  /// Takes in a document; what is wrong with it goes to the sink.
  mutating func read(_ root: ConfigNode) {
    let field = Field(node: root, path: "", sink: sink)
    guard var fields = field.map() else { return }
    if let token = fields.take("NextToken"), !token.node.isNull {
      token.warn("this is one page of several", remedy: "name the other pages' files as well")
    }
    if let results = fields.take("MetricDataResults") {
      for result in results.list(atMost: Self.mostResults) ?? [] { self.result(result) }
    } else {
      statistics(fields)
    }
  }

  // MARK: get-metric-data

  private mutating func result(_ field: Field) {
    guard var fields = field.map(expecting: "a result with Label, Timestamps and Values") else { return }
    let names = ["Label", "Id"].compactMap { fields.take($0) }
    guard let metric = metric(names, in: fields) else { return }
    if let status = fields.take("StatusCode"), let text = status.text, text != "Complete" {
      status.warn("the result is not complete", found: text, remedy: "fetch the other pages as well")
    }
    let times = fields.require("Timestamps", expecting: "a list of times")?.list(atMost: Self.mostPoints)
    let values = fields.require("Values", expecting: "a list of sums")?.list(atMost: Self.mostPoints)
    guard let times, let values else { return }
    guard times.count == values.count else {
      return field.refuse("\(times.count) Timestamps and \(values.count) Values: expected as many of both")
    }
    var part = MetricPoints(metric: metric)
    for (time, value) in zip(times, values) {
      guard let instant = instant(time), let sum = sum(value, of: metric) else { continue }
      part.points.append(.init(time: instant.nanoseconds, sum: sum, place: value.place))
    }
    parts.append(part)
  }

  /// The metric that a label or an id names, alone or within other words; a result of another statistic is refused.
  private func metric(_ names: [Field], in fields: Fields) -> ObservedMetrics.Metric? {
    let texts = names.map { Self.letters($0.text ?? "") }
    for metric in ObservedMetrics.Metric.allCases {
      guard texts.contains(where: { $0.contains(Self.letters(metric.rawValue)) }) else { continue }
      for name in names {
        if let other = Self.words(name.text ?? "").first(where: Self.others.contains) {
          name.refuse("\(metric.rawValue) by the statistic \(other) is not a count", remedy: Self.remedy)
          return nil
        }
      }
      return metric
    }
    let known = ObservedMetrics.Metric.allCases.map(\.rawValue).joined(separator: ", ")
    let found = names.compactMap(\.text).first
    (names.first ?? Field(node: ConfigNode(place: fields.place, content: .map([])), path: fields.path, sink: sink))
      .warn("a metric that is not used", found: found, remedy: "used are \(known), by Label or Id")
    return nil
  }

  /// The words of a label, in lower case: `orders p99 IncomingRecords` has three.
  private static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  private static func letters(_ text: String) -> String {
    String(text.lowercased().unicodeScalars.filter { ("a"..."z").contains($0) || ("0"..."9").contains($0) })
  }

  // MARK: get-metric-statistics

  private mutating func statistics(_ document: Fields) {
    var fields = document
    let label = fields.require("Label", expecting: "the name of a metric")
    guard let points = fields.require("Datapoints", expecting: "a list of datapoints")?.list(atMost: Self.mostPoints),
      let label, let metric = metric([label], in: fields)
    else { return }
    var part = MetricPoints(metric: metric)
    for point in points {
      guard let found = datapoint(point, of: metric) else { continue }
      part.points.append(found)
      // One telling is enough when every point lacks the same.
      if found.sum.isNaN { return }
    }
    parts.append(part)
  }

  private func datapoint(_ field: Field, of metric: ObservedMetrics.Metric) -> MetricPoints.Point? {
    guard var fields = field.map(expecting: "a datapoint with Timestamp and Sum") else { return nil }
    let time = fields.require("Timestamp", expecting: "a time such as 2026-03-06T19:00:00Z").flatMap(instant)
    let (sum, average, count) = (fields.take("Sum"), fields.take("Average"), fields.take("SampleCount"))
    guard let time else { return nil }
    if let sum {
      return self.sum(sum, of: metric).map { .init(time: time.nanoseconds, sum: $0, place: sum.place) }
    }
    let numbers = [average, count].compactMap { $0?.number(0...1e15, expecting: "a number") }
    if numbers.count == 2, average != nil {
      return .init(time: time.nanoseconds, sum: (numbers[0] * numbers[1]).rounded(), place: field.place)
    }
    let has = average == nil ? "no Sum" : "an Average and no SampleCount, which makes no sum"
    field.refuse("the datapoints of \(metric.rawValue) have \(has)", remedy: Self.remedy)
    return .init(time: time.nanoseconds, sum: .nan, place: field.place)
  }

  // MARK: Values

  private func instant(_ field: Field) -> Instant? {
    let text = (field.text ?? "").replacing(".000", with: "")
    if let instant = CivilTime.instant(text) { return instant }
    field.fail(expected: "a time such as 2026-03-06T19:00:00Z")
    return nil
  }

  private func sum(_ field: Field, of metric: ObservedMetrics.Metric) -> Double? {
    guard let value = field.number(0...1e15, expecting: "a sum") else { return nil }
    if value == value.rounded() { return value }
    field.refuse(
      "a sum of \(metric.rawValue) is a whole number: \(plain(value)) looks like an Average", remedy: Self.remedy)
    return nil
  }
}
