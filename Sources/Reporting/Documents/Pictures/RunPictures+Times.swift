internal import Experiment
internal import KinesisCore
internal import Models
internal import Pricing
internal import Simulation
internal import Units

// Latencies, how far readers fall behind, what delivery streams write, what queues hold.
extension RunPictures {
  /// Points of a distribution at the most, and the percentiles that are marked.
  private static let mostPoints = 60, marked = [50, 99, 99.9]

  var times: [Picture] {
    let put = run.producers.map { ("put by \($0.name)", $0.putLatency) }
    let read = run.consumers.map { ("read by \($0.name)", $0.propagation) }
    let fresh = run.firehoses.map { ("delivered by \($0.name)", $0.freshness) }
    return [
      latency("latency", "How long do records take?", put + read),
      latency("freshness", "How old is what is delivered?", fresh), ages,
    ].compactMap(\.self)
  }

  // MARK: Distributions

  private func latency(_ kind: String, _ question: String, _ series: [(name: String, times: LatencyHistogram)])
    -> Picture?
  {
    let known = series.filter { $0.times.count > 0 && $0.times.max > .zero }
    guard let slowest = known.max(by: { $0.times.percentile(99) < $1.times.percentile(99) }) else { return nil }
    var table = CSVTable(["series", "ms", "share"]), marks = CSVTable(["series", "ms", "share", "percentile"])
    for one in known {
      for point in Self.points(one.times) {
        table.append([one.name, CSVTable.cell(point.ms), CSVTable.cell(point.share)])
      }
      for percentile in Self.marked {
        let ms = one.times.percentile(percentile).inMilliseconds
        guard ms > 0 else { continue }
        marks.append([
          one.name, CSVTable.cell(ms), CSVTable.cell((percentile * 10).rounded() / 1_000),
          "p\(Figures.shortest(percentile) ?? "")",
        ])
      }
    }
    let x = VegaLite.number(
      "ms", "milliseconds",
      ["scale": ["type": "log", "nice": .bool(false)], "axis": ["tickCount": .count(8), "format": "~r"]])
    let y = VegaLite.number("share", "of records took at most this", ["axis": VegaLite.percent])
    return Picture(
      kind, of: nil, question,
      "99 % of records \(slowest.name) took at most \(Figures.milliseconds(slowest.times.percentile(99))) ms, the slowest; "
        + "points are p50, p99 and p99.9.",
      [.init(table, words: ["series"]), .init(marks, "-percentiles", words: ["series", "percentile"])],
      [
        "width": .count(VegaLite.width), "height": .count(220),
        "layer": [
          .object([
            "params": VegaLite.zoom,
            "mark": ["type": "line", "interpolate": "step-after", "clip": .bool(true)],
            "encoding": ["x": x, "y": y, "color": VegaLite.words("series", nil)],
          ]),
          VegaLite.view(
            ["type": "point", "filled": .bool(true), "size": .count(50), "tooltip": .bool(true), "clip": .bool(true)],
            ["x": x, "y": y, "color": VegaLite.words("series", nil)], ["data": "-percentiles"]),
        ],
      ])
  }

  /// A distribution's steps: where a hundredth more of it is reached, and the last thousandth in steps of its own.
  private static func points(_ times: LatencyHistogram) -> [(ms: Double, share: Double)] {
    var points: [(ms: Double, share: Double)] = [], below: Int64 = 0
    let total = Double(max(1, times.count))
    for bin in times.bins where bin.to > .zero {
      below += bin.count
      let share = Double(below) / total, last = points.last?.share ?? 0
      let isTail = last >= 0.985 && (1 - share) < 0.7 * (1 - last)
      if points.isEmpty || share - last >= 1 / Double(mostPoints) || isTail || below == times.count {
        points.append((bin.to.inMilliseconds, share))
      }
    }
    return points
  }

  // MARK: Falling behind

  /// Points of a reader's line at the most.
  private static let mostAges = 120

  private var ages: Picture? {
    let metrics = ["GetRecords.IteratorAgeMilliseconds", "SubscribeToShardEvent.MillisBehindLatest"]
    let known = run.series.filter { metrics.contains($0.metric) && $0.samples.count > 1 }
    guard let worst = known.map({ one in one.samples.map(\.maximum).max() ?? 0 }).max(), worst > 0 else { return nil }
    let events = Picture.Part(happenings, "-events", words: ["event", "detail"])
    var table = CSVTable(["minute", "reader", "seconds_behind"])
    let width = run.experiment.horizon.reportBin
    for one in known {
      let name = one.consumer.map { "pushed to \($0)" } ?? "polled by \(pollers(of: one.stream))"
      let worst = Series(one.samples.map(\.maximum), columns: Self.mostAges, gathering: .max)
      for (range, age) in zip(worst.ranges, worst.columns) {
        let at = clock.start + width * Int64(one.samples[range.lowerBound].bin)
        table.append([CSVTable.cell(minutes(at)), name, CSVTable.cell(age / 1_000)])
      }
    }
    return Picture(
      "behind", of: nil, "How far do readers fall behind?",
      "At most \(Figures.number(worst / 1_000)) s as CloudWatch tells it: the age of the last record of each answer, so one answer that catches up "
        + "hides a delay. Lines are the worst of each stretch.",
      [.init(table, words: ["reader"]), events],
      [
        "width": .count(VegaLite.width), "height": .count(180),
        "layer": .array([behind] + VegaLite.layer(events, marks)),
      ])
  }

  private func pollers(of stream: String) -> String {
    let experiment = run.experiment
    return experiment.consumers.filter { $0.isPolling && experiment.streams[$0.stream].name == stream }.map(\.name)
      .joined(separator: ", ")
  }

  private var behind: JSONValue {
    [
      "params": VegaLite.zoom,
      "mark": ["type": "line", "interpolate": "step-after", "tooltip": .bool(true), "clip": .bool(true)],
      "encoding": [
        "x": time, "y": VegaLite.number("seconds_behind", "seconds behind"), "color": VegaLite.words("reader", nil),
      ],
    ]
  }

  private var marks: JSONValue {
    VegaLite.view(
      [
        "type": "rule", "aria": .bool(false), "color": VegaLite.Colour.grey.json,
        "strokeDash": .array([.count(2), .count(2)]),
      ], ["x": time, "tooltip": [VegaLite.tip("event", "event"), VegaLite.tip("detail", "detail")]])
  }

  /// What happened to readers and to the service, with its time.
  private var happenings: CSVTable {
    let kinds: [Note.Kind] = [
      .consumerStopped, .consumerStarted, .workersCrashed, .workersBack, .faultBegan, .faultEnded, .reshardRequested,
      .reshardFinished, .applicationRescaled,
    ]
    var table = CSVTable(["minute", "event", "detail"])
    for note in run.notes.filter({ kinds.contains($0.kind) }).prefix(60) {
      table.append([CSVTable.cell(minutes(note.at)), note.kind.words, "\(note.subject): \(note.detail)"])
    }
    return table
  }
}
