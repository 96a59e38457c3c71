internal import Experiment
internal import Models
internal import Units

/// Reads what `aws cloudwatch get-metric-data` and `get-metric-statistics` print, of streams and of their shards.
struct CloudWatchExport {
  private let sink: Sink
  /// What was found; several pages or statistics of one metric are several parts.
  private(set) var parts: [MetricPoints] = []
  /// By id: a page that says that it is not all, until one comes that says it is.
  private var unfinished: [(id: String, status: Field)] = []

  private static let mostResults = 500
  private static let mostPoints = 400_000

  init(sink: Sink) { self.sink = sink }

  /// Says which results are not complete, once all pages are read.
  mutating func finish() {
    for (_, status) in unfinished {
      status.warn("the result is not complete", found: status.text, remedy: "fetch the other pages as well")
    }
    unfinished = []
  }

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
    let names = ["Label", "Id"].compactMap { fields.take($0) }, id = names.last?.text ?? ""
    guard let metric = metric(names, in: fields) else { return }
    if let status = fields.take("StatusCode"), let text = status.text {
      unfinished.removeAll { $0.id == id }
      if text != "Complete" { unfinished.append((id, status)) }
    }
    let times = fields.require("Timestamps", expecting: "a list of times")?.list(atMost: Self.mostPoints)
    let values = fields.require("Values", expecting: "a list of sums")?.list(atMost: Self.mostPoints)
    guard let times, let values else { return }
    guard times.count == values.count else {
      return field.refuse("\(times.count) Timestamps and \(values.count) Values: expected as many of both")
    }
    var part = MetricPoints(metric: metric, source: id, shard: MetricName.shard(names.compactMap(\.text)))
    for (time, value) in zip(times, values) {
      guard let instant = instant(time), let sum = sum(value, of: metric) else { continue }
      part.points.append(.init(time: instant.nanoseconds, sum: sum, place: value.place))
    }
    parts.append(part)
  }

  /// The metric that a label or an id names, alone or within other words; a result of another statistic is refused.
  private func metric(_ names: [Field], in fields: Fields) -> ObservedMetrics.Metric? {
    let texts = names.compactMap(\.text)
    guard let metric = MetricName.metric(texts) else { return unnamed(names, texts, in: fields) }
    for name in names {
      guard let other = MetricName.foreignStatistic(in: name.text ?? "", of: metric) else { continue }
      let what = metric.gathering == .sum ? "a count" : "the largest age"
      name.refuse(
        "\(metric.rawValue) by the statistic \(other) is not \(what)", remedy: MetricName.remedy(metric))
      return nil
    }
    return metric
  }

  /// What a label means that names no metric: of a shard alone IncomingRecords, as in AWS's own examples of shard-level queries.
  private func unnamed(_ names: [Field], _ texts: [String], in fields: Fields) -> ObservedMetrics.Metric? {
    if let name = names.first, MetricName.shard(texts) != nil {
      name.warn("a shard and no metric: taken as IncomingRecords", found: name.text)
      return .incomingRecords
    }
    let known = ObservedMetrics.Metric.allCases.map(\.rawValue).joined(separator: ", ")
    (names.first ?? Field(node: ConfigNode(place: fields.place, content: .map([])), path: fields.path, sink: sink))
      .warn("a metric that is not used", found: texts.first, remedy: "used are \(known), by Label or Id")
    return nil
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
    let wanted = fields.take(MetricName.statistic(of: metric))
    let (average, count) = (fields.take("Average"), fields.take("SampleCount"))
    guard let time else { return nil }
    if let wanted {
      return sum(wanted, of: metric).map { .init(time: time.nanoseconds, sum: $0, place: wanted.place) }
    }
    let numbers = [average, count].compactMap { $0?.number(0...1e15, expecting: "a number") }
    if numbers.count == 2, average != nil, metric.gathering == .sum {
      return .init(time: time.nanoseconds, sum: (numbers[0] * numbers[1]).rounded(), place: field.place)
    }
    let isAverage = average != nil && metric.gathering == .sum
    let has =
      isAverage ? "an Average and no SampleCount, which makes no sum" : "no \(MetricName.statistic(of: metric))"
    field.refuse("the datapoints of \(metric.rawValue) have \(has)", remedy: MetricName.remedy(metric))
    return .init(time: time.nanoseconds, sum: .nan, place: field.place)
  }

  // MARK: Values

  private func instant(_ field: Field) -> Instant? {
    if let instant = TimeText.instant(field.text ?? "") { return instant }
    field.fail(expected: "a time such as 2026-03-06T19:00:00Z")
    return nil
  }

  private func sum(_ field: Field, of metric: ObservedMetrics.Metric) -> Double? {
    guard let value = field.number(0...1e15, expecting: "a sum") else { return nil }
    if value == value.rounded() || metric.gathering == .most { return value }
    field.refuse(
      "a sum of \(metric.rawValue) is a whole number: \(plain(value)) looks like an Average",
      remedy: MetricName.remedy(metric))
    return nil
  }
}
