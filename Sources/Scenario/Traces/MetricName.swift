internal import Experiment

/// What a label, an id or a column's name says: a metric, a shard, a statistic.
enum MetricName {
  /// The words by which statistics are known that make no count.
  private static let others = [
    "average", "avg", "maximum", "max", "minimum", "min", "samplecount", "p50", "p90", "p95", "p99", "tm99", "iqm",
  ]
  /// The words for the statistic of an age.
  private static let largest = ["maximum", "max"]

  /// The metric that some texts name, alone or within other words.
  static func metric(_ texts: [String]) -> ObservedMetrics.Metric? {
    let texts = texts.map(letters)
    return ObservedMetrics.Metric.allCases.first { metric in texts.contains { $0.contains(word(metric)) } }
  }

  /// The shard that some texts name, such as `shardId-000000000003`.
  static func shard(_ texts: [String]) -> String? {
    texts.lazy.flatMap { $0.split { !$0.isLetter && !$0.isNumber && $0 != "-" } }.map(String.init).first {
      $0.hasPrefix("shardId-") && $0.count > "shardId-".count
    }
  }

  /// A statistic in a text that is not the one a metric is taken by.
  static func foreignStatistic(in text: String, of metric: ObservedMetrics.Metric) -> String? {
    let known = metric.gathering == .sum ? others : others.filter { !largest.contains($0) } + ["sum"]
    return words(text).first(where: known.contains)
  }

  /// The statistic that a metric is taken by.
  static func statistic(of metric: ObservedMetrics.Metric) -> String { metric.gathering == .sum ? "Sum" : "Maximum" }

  /// What to do where another was given.
  static func remedy(_ metric: ObservedMetrics.Metric) -> String {
    "ask for the statistic \(statistic(of: metric)): docs/trace.md has the command"
  }

  /// The words of a label, in lower case: `orders p99 IncomingRecords` has three.
  private static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  /// What of a metric's name stands in every way to write it: a shard's is called IteratorAgeMilliseconds.
  private static func word(_ metric: ObservedMetrics.Metric) -> String {
    metric == .iteratorAge ? "iteratorage" : letters(metric.rawValue)
  }

  private static func letters(_ text: String) -> String {
    String(text.lowercased().unicodeScalars.filter { ("a"..."z").contains($0) || ("0"..."9").contains($0) })
  }
}
