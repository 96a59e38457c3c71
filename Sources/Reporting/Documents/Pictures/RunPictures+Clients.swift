internal import Experiment
internal import KinesisCore
internal import Models
internal import Planning
internal import Pricing
internal import Simulation
internal import Units

// Objects of delivery streams, queues, and what it all costs.
extension RunPictures {
  var clients: [Picture] { run.firehoses.compactMap(objects) + run.consumers.compactMap(queue) }

  // MARK: Delivery streams

  private func objects(_ firehose: FirehoseResult) -> Picture? {
    let sizes = firehose.delivery.sizes, bins = sizes.powersOfTwo
    guard bins.count > 1 else { return nil }
    var table = CSVTable(["size", "order", "objects"])
    for (place, bin) in bins.enumerated() {
      table.append(["from \(Figures.size(bin.from))", String(place), String(bin.count)])
    }
    return Picture(
      "objects", of: firehose.name, "How large are the objects of \(firehose.name)?",
      "\(Figures.count(sizes.count, of: "object")), \(Figures.size(Bytes(Int64(clamping: sizes.mean.rounded())))) on average, the "
        + "smallest \(Figures.size(sizes.min)); each bar stands for twice the size of the one above it.",
      [.init(table, words: ["size"])],
      [
        "width": .count(VegaLite.width), "height": ["step": .count(18)],
        "mark": ["type": "bar", "aria": .bool(false), "color": VegaLite.Colour.blue.json],
        "encoding": [
          "y": VegaLite.words("size", nil, ["sort": ["field": "order"]]), "x": VegaLite.number("objects", "objects"),
          "tooltip": [VegaLite.tip("size", "size"), VegaLite.number("objects", "objects")],
        ],
      ])
  }

  // MARK: Queues

  private func queue(_ consumer: ConsumerResult) -> Picture? {
    guard let queue = consumer.queue, queue.received > 0 else { return nil }
    let names = ["InFlightQueueRecords": "in flight", "VisibleQueueRecords": "visible"]
    let known = run.series.filter { $0.consumer == consumer.name && names[$0.metric] != nil && $0.samples.count > 1 }
    guard !known.isEmpty else { return nil }
    var table = CSVTable(["minute", "state", "records"])
    for one in known {
      for sample in one.samples {
        let at = clock.start + run.experiment.horizon.reportBin * Int64(sample.bin)
        table.append([CSVTable.cell(minutes(at)), names[one.metric] ?? "", CSVTable.cell(sample.maximum)])
      }
    }
    let share = Figures.percent(queue.inFlightShare)
    return Picture(
      "queue", of: consumer.name, "Does queue \(consumer.name) run into its wall?",
      "At most \(Figures.count(queue.inFlightPeak)) records were in flight, \(share) of the \(Figures.count(queue.inFlightLimit)) "
        + "that may be.",
      [.init(table, words: ["state"])],
      [
        "width": .count(VegaLite.width), "height": .count(180),
        "layer": [
          .object([
            "params": VegaLite.zoom,
            "mark": ["type": "line", "interpolate": "step-after", "tooltip": .bool(true), "clip": .bool(true)],
            "encoding": [
              "x": time, "y": VegaLite.number("records", "records, the most of each stretch"),
              "color": VegaLite.colours("state", [("in flight", .orange), ("visible", .sky)]),
            ],
          ]), VegaLite.rule("y", at: Double(queue.inFlightLimit)),
        ],
      ])
  }

  // MARK: Money

  var costs: [Picture] { ([bill] + breakEvens).compactMap(\.self) }

  private var bill: Picture? {
    let lines = BillParts(run.bill).byAmount.filter { $0.amount > .zero }
    guard lines.count > 1 else { return nil }
    var table = CSVTable(["item", "from", "until", "usd"]), sum = Money.zero
    let shown = lines.prefix(12)
    for (place, line) in shown.enumerated() {
      let amount = place == 11 && lines.count > 12 ? lines[11...].reduce(Money.zero) { $0 + $1.amount } : line.amount
      let name = place == 11 && lines.count > 12 ? "the others" : "\(line.item.rawValue) · \(line.scope)"
      table.append(
        [name] + [sum.inDollars, (sum + amount).inDollars, amount.inDollars].map(CSVTable.cell))
      sum = sum + amount
    }
    let first = lines[0]
    return Picture(
      "cost", of: nil, "What does it cost, and for what?",
      "\(Figures.dollars(run.bill.total)) for \(run.bill.period.words); the largest line is \(first.item.rawValue) of "
        + "\(first.scope), \(Figures.dollars(first.amount)).",
      [.init(table, words: ["item"])],
      [
        "width": .count(VegaLite.width), "height": ["step": .count(20)],
        "mark": ["type": "bar", "aria": .bool(false), "color": VegaLite.Colour.blue.json],
        "encoding": [
          "y": VegaLite.words("item", nil, ["axis": ["labelLimit": .count(320)]]),
          "x": VegaLite.number("from", "US dollars, one part behind the other", ["axis": ["format": "$,~f"]]),
          "x2": ["field": "until"],
          "tooltip": [VegaLite.tip("item", "item"), VegaLite.number("usd", "US dollars", ["format": "$,.2f"])],
        ],
      ])
  }

  /// What a stream costs in each mode as its load changes; shards as many as arithmetic asks for.
  private var breakEvens: [Picture?] {
    let experiment = run.experiment
    return run.streams.map { stream in
      guard let load = StreamLoad(measured: stream, in: run) else { return nil }
      let factors = stride(from: -1.0, through: 1.0, by: 0.05).map {
        Figures.significant(DeterministicMath.pow(10, $0))
      }
      let costs = factors.map { factor in
        Estimate(
          load.scaled(by: factor), headroom: WhatIf.headroom, limits: experiment.limits, prices: experiment.prices,
          region: experiment.region
        ).monthlyCosts
      }
      return breakEven(stream.name, factors, costs)
    }
  }

  private func breakEven(_ stream: String, _ factors: [Double], _ costs: [[Double?]]) -> Picture? {
    var table = CSVTable(["times_the_load", "mode", "usd_month"])
    for (factor, row) in zip(factors, costs) {
      for (mode, cost) in zip(BillingMode.allCases, row) {
        guard let cost, cost > 0 else { continue }
        table.append([CSVTable.cell(factor), EstimateDocument.words(mode), CSVTable.cell(cost)])
      }
    }
    guard let now = factors.indices.min(by: { abs(factors[$0] - 1) < abs(factors[$1] - 1) }),
      let cheapest = zip(BillingMode.allCases, costs[now]).compactMap({ mode, cost in cost.map { (mode, $0) } })
        .min(by: { $0.1 < $1.1 })
    else { return nil }
    return Picture(
      "modes", of: stream, "In which mode is \(stream) cheapest as it grows?",
      "At today's load it is \(EstimateDocument.words(cheapest.0)), \(Figures.dollars(cheapest.1)) a month by arithmetic: even keys, a quarter of "
        + "headroom.",
      [.init(table, words: ["mode"])],
      [
        "width": .count(VegaLite.width), "height": .count(200),
        "layer": [
          .object([
            "params": VegaLite.zoom,
            "mark": ["type": "line", "tooltip": .bool(true), "clip": .bool(true)],
            "encoding": [
              "x": VegaLite.number(
                "times_the_load", "times today's load",
                ["scale": ["type": "log", "nice": .bool(false)], "axis": ["tickCount": .count(5)]]),
              "y": VegaLite.number(
                "usd_month", "US dollars a month",
                ["scale": ["type": "log"], "axis": ["format": "$,~f", "tickCount": .count(5)]]),
              "color": VegaLite.words("mode", nil),
            ],
          ]), VegaLite.rule("x", at: 1),
        ],
      ])
  }
}
