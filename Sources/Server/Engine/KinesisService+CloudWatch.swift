internal import KinesisCore
internal import Units

/// GetMetricData and GetMetricStatistics of CloudWatch, for the namespaces AWS/Kinesis and AWS/Firehose.
extension KinesisService {
  static let metricActions: [String: Action] = [
    "GetMetricData": { s, i, w throws(ServiceError) in try s.getMetricData(i, &w) },
    "GetMetricStatistics": { s, i, w throws(ServiceError) in try s.getMetricStatistics(i, &w) },
  ]

  /// The most datapoints of a GetMetricStatistics call (API).
  private static let mostDatapoints = 1_440

  private static func invalid(_ message: String) -> ServiceError { ServiceError("InvalidParameterValue", message) }

  /// A metric's samples in a stretch of time, by period: the minutes at which periods begin.
  private func samples(
    _ metric: WireInput, _ input: WireInput, period: Int64
  ) throws(ServiceError) -> [(start: Int64, sample: MetricMinutes.Sample)] {
    guard period > 0, period % 60 == 0 else {
      throw Self.invalid("The parameter Period must be a multiple of 60: metrics are kept by the minute.")
    }
    guard let start = input.instant("StartTime"), let end = input.instant("EndTime"), start < end else {
      throw Self.invalid("The parameter StartTime must be less than the parameter EndTime.")
    }
    // Periods are whole ones: from the one that the start lies in.
    let first = start.seconds / period * period / 60, last = (end.seconds + 59) / 60
    guard let minutes = meters.minutes(of: metric.text("MetricName") ?? "", subject(metric)) else { return [] }
    return minutes.periods(from: first, to: last, of: period / 60)
  }

  /// The stream or delivery stream of a metric's dimensions; nil for none that there is.
  private func subject(_ metric: WireInput) -> Meters.Subject? {
    let dimensions = metric.structures("Dimensions")
    guard let value = dimensions.first?.text("Value") else { return nil }
    switch (metric.text("Namespace"), dimensions.compactMap { $0.text("Name") }.sorted()) {
    case ("AWS/Kinesis", ["StreamName"]): return (try? account.stream(named: value)).map { .stream($0) }
    case ("AWS/Firehose", ["DeliveryStreamName"]): return deliveries.account.id(of: value).map { .delivery($0) }
    case ("AWS/Kinesis", ["ChannelId", "ChannelName", "StreamName"]):
      func value(_ name: String) -> String? { dimensions.first { $0.text("Name") == name }?.text("Value") }
      guard let post = channels.post(value("ChannelId") ?? ""), post.name == value("ChannelName"),
        account[post.stream].name == value("StreamName")
      else { return nil }
      return .channel(post.id)
    default: return nil
    }
  }

  func getMetricData(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    var results: [WireValue] = []
    for query in input.structures("MetricDataQueries") {
      guard let asked = query.structure("MetricStat"), let metric = asked.structure("Metric") else {
        throw ServiceError(
          "ValidationError",
          "weir serve does no metric math: give MetricStat in place of \(query.text("Expression") ?? "").")
      }
      if query.has("ReturnData"), !query.isTrue("ReturnData") { continue }
      results.append(.object(try result(query, asked, metric, input)))
    }
    // All of it at once: there is never a NextToken, and LabelOptions' time zone has nothing to be told in.
    _ = (input.text("NextToken"), input.integer("MaxDatapoints"), input.structure("LabelOptions")?.text("Timezone"))
    writer.object { writer in
      writer.member("MetricDataResults", list: results) { $0.write($1) }
      writer.member("Messages", texts: [])
    }
  }

  private func result(
    _ query: WireInput, _ asked: WireInput, _ metric: WireInput, _ input: WireInput
  ) throws(ServiceError) -> [WireMember] {
    let statistic = asked.text("Stat") ?? "", period = asked.integer("Period") ?? query.integer("Period") ?? 60
    _ = (asked.text("Unit"), query.text("AccountId"))
    var samples = try samples(metric, input, period: period)
    if input.text("ScanBy") != "TimestampAscending" { samples.reverse() }
    let values = samples.compactMap { $0.sample.value(statistic) }
    guard values.count == samples.count else {
      throw Self.invalid("weir serve does not keep the statistic \(statistic).")
    }
    return [
      WireMember("Id", .text(query.text("Id") ?? "")),
      WireMember("Label", .text(query.text("Label") ?? metric.text("MetricName") ?? "")),
      WireMember("Timestamps", .list(samples.map { .instant(Instant(seconds: $0.start * 60)) })),
      WireMember("Values", .list(values.map { .number($0) })), WireMember("StatusCode", .text("Complete")),
    ]
  }

  func getMetricStatistics(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let statistics = input.texts("Statistics"), unit = input.text("Unit") ?? "Count"
    guard !statistics.isEmpty else {
      throw ServiceError(
        "InvalidParameterCombination", "weir serve keeps no percentiles: give Statistics, not ExtendedStatistics.")
    }
    _ = input.texts("ExtendedStatistics")
    let samples = try samples(input, input, period: input.integer("Period") ?? 60)
    guard samples.count <= Self.mostDatapoints else {
      throw ServiceError(
        "InvalidParameterCombination",
        "You have requested up to \(samples.count) datapoints, which exceeds the limit of \(Self.mostDatapoints).")
    }
    let known = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"].filter(statistics.contains)
    writer.object { writer in
      writer.member("Label", input.text("MetricName"))
      writer.member("Datapoints", list: samples) { writer, point in
        writer.object { writer in
          writer.member("Timestamp", Instant(seconds: point.start * 60))
          for statistic in known {
            writer.name(statistic)
            writer.number(point.sample.value(statistic) ?? 0)
          }
          writer.member("Unit", unit)
        }
      }
    }
  }
}
