internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

/// The pictures of a run, each of which answers one question.
struct RunPictures: Sendable {
  let report: Report
  let run: RunResult
  let clock: ReportClock

  init(_ report: Report) { (self.report, run, clock) = (report, report.main, ReportClock(report.main)) }

  /// In the order of the report.
  var all: [Picture] { Picture.apart(streams + times + clients + costs) }

  private var streams: [Picture] {
    run.streams.flatMap { [worstMinute($0), timeline($0), shardMap($0), keys($0)].compactMap(\.self) }
  }

  /// Minutes since the run began, for an axis.
  func minutes(_ instant: Instant) -> Double { clock.offset(instant) / 60 }

  /// An axis of minutes since the run began, whose labels are the time of day.
  var time: JSONValue { VegaLite.time(clock) }

  // MARK: The worst minute

  /// The picture this product exists for: one shard, second by second, behind the minute that hides it.
  private func worstMinute(_ stream: StreamResult) -> Picture? {
    guard let close = stream.closeUp, stream.secondView.worstDemand > 0 else { return nil }
    let lens = WorstMinute(close, of: stream)
    return lens.picture(clock)
  }

  // MARK: The whole run

  /// Bins of the whole run at the most.
  private static let mostBins = 180

  private func timeline(_ stream: StreamResult) -> Picture? {
    guard stream.bins.count > 1 else { return nil }
    var table = CSVTable(["minute", "mean_load", "peak_load", "peak_demand", "throttled"])
    let length = run.experiment.horizon.reportBin
    let bins = stream.bins
    func gathered(_ value: (StreamBin) -> Double, _ gathering: Series.Gathering) -> Series {
      Series(bins.map(value), columns: Self.mostBins, gathering: gathering)
    }
    let load = gathered(\.meanUtilization, .sum), throttled = gathered({ Double($0.throttledRecords) }, .sum)
    let peak = gathered(\.peakUtilization, .max), demand = gathered(\.worstDemand, .max)
    for (column, range) in load.ranges.enumerated() {
      table.append(
        [
          minutes(bins[range.lowerBound].start), load.columns[column] / Double(range.count), peak.columns[column],
          demand.columns[column], throttled.columns[column],
        ].map(CSVTable.cell))
    }
    let total = stream.shards.reduce(0) { $0 + $1.throttled }
    let finding =
      total == 0
      ? "Nothing was throttled; the fullest second of a shard came to \(Figures.percent(stream.utilization.max)) of its limit."
      : "\(Figures.count(total, of: "attempt")) were throttled; the highest demand on a shard in a second was "
        + "\(Figures.percent(stream.secondView.worstDemand)) of its limit."
    return Picture(
      "timeline", of: stream.name, "When was stream \(stream.name) full?", finding, [.init(table)],
      [
        "vconcat": [loads, throttles(in: Figures.duration(length))],
        "resolve": ["scale": ["x": "shared"]],
      ])
  }

  private static let loadNames = [
    ("stream's mean load", VegaLite.Colour.light), ("fullest shard-second", .green), ("most demand", .blue),
  ]
  private var loads: JSONValue {
    let words = zip(["mean_load", "peak_load", "peak_demand"], Self.loadNames).map { "\($0): \"\($1.0)\"" }
    let folded: JSONValue = [
      ["fold": ["mean_load", "peak_load", "peak_demand"], "as": ["column", "share"]],
      ["calculate": .string("({\(words.joined(separator: ", "))})[datum.column]"), "as": "what"],
    ]
    return [
      "width": .count(VegaLite.width), "height": .count(200),
      "layer": [
        VegaLite.view(
          ["type": "line", "interpolate": "step-after", "tooltip": .bool(true), "clip": .bool(true)],
          [
            "x": time, "y": VegaLite.number("share", "of the limit", ["axis": VegaLite.percent]),
            "color": VegaLite.colours("what", Self.loadNames),
          ], ["transform": folded, "params": VegaLite.zoom]),
        VegaLite.rule("y", at: 1),
      ],
    ]
  }

  private func throttles(in width: String) -> JSONValue {
    [
      "width": .count(VegaLite.width), "height": .count(70),
      "mark": [
        "type": "bar", "aria": .bool(false), "color": VegaLite.Colour.orange.json, "tooltip": .bool(true),
        "clip": .bool(true),
      ],
      "encoding": ["x": time, "y": VegaLite.number("throttled", "throttled in \(width)")],
    ]
  }

  // MARK: Keys

  private static let mostKeys = 16

  private func keys(_ stream: StreamResult) -> Picture? {
    let known = stream.shards.filter { $0.hottestKey != nil && $0.closedAt == nil }
      .sorted { ($1.hottestKey?.share ?? 0, $0.id) < ($0.hottestKey?.share ?? 0, $1.id) }.prefix(Self.mostKeys)
    guard known.count > 1, let top = known.first, let key = top.hottestKey else { return nil }
    var table = CSVTable(["shard", "key", "share", "records_per_s"])
    for shard in known {
      let key = shard.hottestKey
      table.append([
        "shard \(shard.id.number)", key?.key ?? "", CSVTable.cell(key?.share), CSVTable.cell(key?.recordsPerSecond),
      ])
    }
    return Picture(
      "keys", of: stream.name, "Does one key fill a shard of \(stream.name)?",
      "The busiest key of shard \(top.id.number) is \(Figures.percent(key.share)) of the demand on it, "
        + "\(Figures.number(key.recordsPerSecond)) records a second.",
      [.init(table, words: ["shard", "key"])],
      [
        "width": .count(VegaLite.width), "height": ["step": .count(16)],
        "mark": ["type": "bar", "aria": .bool(false), "color": VegaLite.Colour.blue.json, "tooltip": .bool(true)],
        "encoding": [
          "y": VegaLite.words("shard", nil),
          "x": VegaLite.number(
            "share", "share of the shard's records that its busiest key has", ["axis": VegaLite.percent]),
          "tooltip": [
            VegaLite.tip("shard", "shard"), VegaLite.tip("key", "busiest key"),
            VegaLite.number("share", "share", ["format": ".1~%"]), VegaLite.number("records_per_s", "records/s"),
          ],
        ],
      ])
  }
}
