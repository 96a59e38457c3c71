internal import KinesisCore
internal import Models
internal import Units

/// One shard, second by second, on both sides of the worst second; and what one-minute metrics show of the same time.
struct WorstMinute: Sendable {
  let close: CloseUp
  let stream: String
  /// For each second the mean load of the shard's minute, and of the stream's busiest minute where that is known.
  let minutes: [Double?]

  init(_ close: CloseUp, of stream: StreamResult) {
    (self.close, self.stream) = (close, stream.name)
    let own = stream.minutes.filter { $0.shard == close.shard }
    minutes = close.seconds.indices.map { second in
      let instant = close.begin + .seconds(Int64(second))
      return own.first { $0.begin <= instant && instant < $0.begin + $0.length }?.load
    }
  }

  /// Seconds around the worst one in which the shard refused records.
  var badSeconds: Int { close.seconds.count { $0.throttled > 0 } }
  var throttled: Int64 { close.seconds.reduce(0) { $0 + $1.throttled } }

  var question: String { "What does the minute hide on shard \(close.shard.number) of \(stream)?" }

  /// What the picture shows, in a sentence.
  func finding(_ clock: ReportClock) -> String {
    let worst = close.seconds[close.worst], at = clock.text(close.begin + .seconds(Int64(close.worst)))
    let demand = "Demand at \(at) was \(Figures.percent(worst.demand)) of its limit"
    let hidden =
      minutes[close.worst].map { "; the minute that holds this second averages \(Figures.percent($0))" } ?? ""
    guard throttled > 0 else { return "\(demand)\(hidden). Nothing was throttled in the two minutes shown." }
    return "\(demand)\(hidden). In the two minutes shown \(Figures.count(throttled, of: "attempt")) were throttled, in "
      + "\(Figures.count(badSeconds, of: "second"))."
  }

  func picture(_ clock: ReportClock) -> Picture {
    var table = CSVTable(["second", "time", "demand", "accepted", "throttled", "minute_average"])
    for (place, second) in close.seconds.enumerated() {
      let at = close.begin + .seconds(Int64(place))
      table.append(
        [CSVTable.cell(Double(place - close.worst)), clock.text(at)]
          + [second.demand, second.load, Double(second.throttled), minutes[place]].map(CSVTable.cell))
    }
    let finding = finding(clock)
    return Picture(
      "worst-minute", of: stream, question, finding, [.init(table, words: ["time"])],
      ["vconcat": [load, throttles], "resolve": ["scale": ["x": "shared"]]],
      ownDrawing: WorstMinuteDrawing(self, finding).text)
  }

  private static let time = VegaLite.number(
    "second", "seconds from the worst one", ["scale": ["nice": .bool(false), "zero": .bool(false)]])

  private var load: JSONValue {
    let y = VegaLite.number("share", "of the shard's limit", ["axis": VegaLite.percent])
    let names: [(String, VegaLite.Colour)] = [
      ("demand", .blue), ("accepted", .green), ("as one-minute metrics show it", .light),
    ]
    let minute = VegaLite.view(
      ["type": "area", "interpolate": "step-after", "opacity": .number(0.5), "clip": .bool(true)],
      [
        "x": Self.time, "y": VegaLite.number("minute_average", nil),
        "color": ["datum": .string(names[2].0)],
      ])
    let lines = VegaLite.view(
      ["type": "line", "interpolate": "step-after", "strokeWidth": .number(1.5), "clip": .bool(true)],
      [
        "x": Self.time, "y": y, "color": VegaLite.colours("what", names),
        "tooltip": [
          VegaLite.tip("time", "time"), VegaLite.tip("what", "what"),
          VegaLite.number("share", "of the limit", ["format": ".1~%"]), VegaLite.number("throttled", "throttled"),
        ],
      ], ["transform": [["fold": ["demand", "accepted"], "as": ["what", "share"]]], "params": VegaLite.zoom])
    return [
      "width": .count(VegaLite.width), "height": .count(220),
      "layer": [minute, lines, VegaLite.rule("y", at: 1)],
    ]
  }

  private var throttles: JSONValue {
    [
      "width": .count(VegaLite.width), "height": .count(70),
      "mark": [
        "type": "bar", "aria": .bool(false), "color": VegaLite.Colour.orange.json, "tooltip": .bool(true),
        "clip": .bool(true),
        "width": .count(5),
      ],
      "encoding": ["x": Self.time, "y": VegaLite.number("throttled", "throttled a second")],
    ]
  }
}
