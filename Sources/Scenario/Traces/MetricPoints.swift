internal import Experiment
internal import Models
internal import Units

/// Sums of one metric as a file gives them: in any order, with holes.
struct MetricPoints {
  /// One sum with its place.
  struct Point {
    /// When its bin begins, in nanoseconds.
    var time: Int64
    var sum: Double
    var place: Place
  }
  var metric: ObservedMetrics.Metric
  /// The id of the query that it answers; empty where files have none.
  var source = ""
  /// The shard it is of, by AWS's id; nil when it is not said to be of one.
  var shard: String?
  var points: [Point] = []
}

/// Series of streams and of their shards, told apart: what is the whole stream's, and what each shard had of it.
struct ShardSums {
  /// What one shard had of each metric in all, by its id or the id of its query.
  struct Shard {
    var name: String
    var sums: [ObservedMetrics.Metric: Double] = [:]
  }

  /// One series a metric, pages apart.
  private(set) var totals: [MetricPoints] = []
  /// In the order of their first appearance; empty unless several series of one metric speak of the same times.
  private(set) var shards: [Shard] = []
  /// Metrics whose series were added up.
  private(set) var added: [ObservedMetrics.Metric] = []

  /// Series as files have them. Those of several shards, or of several queries about the same times, are one stream's shards and
  /// are added up, unless the stream's own series is there too; pages of one query stay as they are.
  init(_ parts: [MetricPoints]) {
    for metric in ObservedMetrics.Metric.allCases {
      let own = parts.filter { $0.metric == metric }
      let (named, others) = (own.filter { $0.shard != nil }, own.filter { $0.shard == nil })
      let isOfShards = !named.isEmpty || (Set(own.map(\.source)).count > 1 && Self.overlap(own) && !Self.areTwins(own))
      guard isOfShards else {
        totals += own
        continue
      }
      let series = named.isEmpty ? own : named
      let sum = add(series)
      guard others.isEmpty || named.isEmpty else {
        totals += others
        continue
      }
      totals.append(sum)
      if Set(series.map(Self.name)).count > 1 { added.append(metric) }
    }
  }

  private static func name(_ part: MetricPoints) -> String { part.shard ?? part.source }

  private mutating func add(_ series: [MetricPoints]) -> MetricPoints {
    let metric = series[0].metric
    var sums: [Int64: MetricPoints.Point] = [:], seen: [String: Set<Int64>] = [:]
    for part in series {
      let name = Self.name(part)
      let place = shards.firstIndex { $0.name == name } ?? shards.count
      if place == shards.count { shards.append(Shard(name: name)) }
      // A point that pages give twice counts once.
      for point in part.points where seen[name, default: []].insert(point.time).inserted {
        let known = sums[point.time]?.sum ?? 0
        sums[point.time] = .init(time: point.time, sum: metric.gathering.of(known, point.sum), place: point.place)
        shards[place].sums[metric] = metric.gathering.of(shards[place].sums[metric] ?? 0, point.sum)
      }
    }
    return MetricPoints(metric: metric, points: sums.values.sorted { $0.time < $1.time })
  }

  /// Whether some two sources speak of one time: then they are no pages.
  private static func overlap(_ parts: [MetricPoints]) -> Bool {
    var owner: [Int64: String] = [:]
    for part in parts {
      for point in part.points {
        if let other = owner[point.time], other != part.source { return true }
        owner[point.time] = part.source
      }
    }
    return false
  }

  /// Whether all are the same series, asked for twice.
  private static func areTwins(_ parts: [MetricPoints]) -> Bool {
    let values = Dictionary(grouping: parts, by: \.source).mapValues { pages in
      pages.flatMap(\.points).sorted { $0.time < $1.time }.map { [Double($0.time), $0.sum] }
    }
    return Set(values.values).count == 1
  }
}

/// Lays the points of several metrics on one even grid; a bin without a point is one in which nothing was counted.
struct MetricGrid {
  /// The most bins of a grid: 46 days in seconds, seven years in minutes.
  static let maximumBins: Int64 = 4_000_000

  private let sink: Sink
  private let path: String
  private let file: String

  init(file: String, path: String, sink: Sink) { (self.file, self.path, self.sink) = (file, path, sink) }

  /// The metrics of points, those of one metric taken together; nil when something was reported.
  ///
  /// `isDated` says that times count from 1970.
  func metrics(_ parts: [MetricPoints], isDated: Bool) -> ObservedMetrics? {
    let all = ObservedMetrics.Metric.allCases.compactMap { metric -> MetricPoints? in
      let points = parts.filter { $0.metric == metric }.flatMap(\.points)
      return points.isEmpty ? nil : MetricPoints(metric: metric, points: points.sorted { $0.time < $1.time })
    }
    let times = Set(all.flatMap { $0.points.map(\.time) }).sorted()
    guard let first = times.first, let last = times.last else {
      return refuse(Place(file: file), "there is no datapoint", remedy: "ask for a time in which records arrived")
    }
    guard let width = width(times), check(all, first: first, width: width) else { return nil }
    let bins = (last - first) / width + 1
    guard bins <= Self.maximumBins else {
      return refuse(Place(file: file), "more than \(Self.maximumBins) bins of \(plain(Double(width) / 1e9)) s")
    }
    let series = all.map { one -> ObservedMetrics.Series in
      var sums = [Double](repeating: 0, count: Int(bins))
      for point in one.points { sums[Int((point.time - first) / width)] = point.sum }
      return .init(one.metric, sums)
    }
    return ObservedMetrics(
      start: isDated ? Instant(nanoseconds: first) : nil, width: Interval(nanoseconds: width), series: series)
  }

  /// How many bins of a metric no point was given for.
  static func holes(_ parts: [MetricPoints], of metric: ObservedMetrics.Metric, in metrics: ObservedMetrics) -> Int {
    metrics.bins - Set(parts.filter { $0.metric == metric }.flatMap { $0.points.map(\.time) }).count
  }

  /// The commonest distance of two times, or the largest that fits all of them when that is a period of CloudWatch's.
  private func width(_ times: [Int64]) -> Int64? {
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
    guard !gaps.isEmpty else {
      return refuse(
        Place(file: file), "one datapoint does not tell how wide its bin is", remedy: "export a longer time")
    }
    var (best, most, run) = (Int64(0), 0, 0)
    let sorted = gaps.sorted()
    for (index, gap) in sorted.enumerated() {
      run = index > 0 && sorted[index - 1] == gap ? run + 1 : 1
      if run > most { (best, most) = (gap, run) }
    }
    let common = gaps.reduce(0, Self.divisor)
    return common % 60_000_000_000 == 0 ? common : best
  }

  private static func divisor(_ a: Int64, _ b: Int64) -> Int64 {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }

  private func check(_ all: [MetricPoints], first: Int64, width: Int64) -> Bool {
    let seconds = plain(Double(width) / 1e9)
    guard width % 1_000_000_000 == 0 else {
      report(Place(file: file), "bins of \(seconds) s: expected whole seconds")
      return false
    }
    var isSound = true
    for one in all {
      for (index, point) in one.points.enumerated() {
        if (point.time - first) % width != 0 {
          report(
            point.place, "a datapoint off the grid of \(seconds) s bins",
            remedy: "export every metric with one period")
          isSound = false
        } else if index > 0, one.points[index - 1].time == point.time, one.points[index - 1].sum != point.sum {
          report(
            point.place, "\(one.metric.rawValue) is given twice for one time, with different sums",
            remedy: "give one stream, and one statistic, Sum")
          isSound = false
        }
      }
    }
    return isSound
  }

  private func refuse<Value>(_ place: Place, _ message: String, remedy: String? = nil) -> Value? {
    report(place, message, remedy: remedy)
    return nil
  }

  private func report(_ place: Place, _ message: String, remedy: String? = nil) {
    sink.report(Diagnostic(place: place, path: path, message: message, remedy: remedy))
  }
}
