internal import Models
internal import Planning
internal import Units

// Designs beside each other: what money buys, what differs, what a parameter does.

extension PlanDocument {
  /// What stands for a design that was simulated: what it is here, and what speaks against it.
  private typealias Point = (what: String, option: Plan.Option, excuse: Excuse?)

  /// The answer, its runners-up and designs that no other beats; those of them that have a place in a picture.
  private var points: [Point] {
    let named = (plan.best.map { [("the answer", $0)] } ?? []) + plan.runnersUp.map { ("runner-up", $0) }
    let others = plan.front.filter { point in !named.contains { $0.1.choices == point.choices } }
    let excuses = Dictionary(plan.excuses.map { ($0.choices, $0) }) { first, _ in first }
    return (named + others.map { ($0.isFeasible ? "holds" : "does not hold", $0) })
      .filter { $0.1.monthlyCost != nil && $0.1.latency ?? 0 > 0 }.map { ($0.0, $0.1, excuses[$0.1.choices]) }
  }

  /// What money buys: designs that no other beats, the answer and its runners-up, and why not the others.
  var merits: [Document.Block] {
    let points = points.prefix(200)
    guard points.count > 1 else { return [] }
    var table = CSVTable(["design", "what", "usd_month", "p99_ms", "throttled", "against", "why_not"])
    for (what, option, excuse) in points {
      table.append(
        [Self.choices(option.choices), what]
          + [option.monthlyCost, option.latency, option.throttling].map(CSVTable.cell)
          + [excuse.map(ExcuseGroup.kind) ?? "nothing", excuse.map(ExcuseGroup.reason) ?? ""])
    }
    let finding =
      plan.best.map { "\(Self.choices($0.choices)) for \(Self.cost($0)) a month, p99 \(Self.latency($0))." }
      ?? "None of these holds."
    let picture = Picture(
      "merits", of: plan.scenario, "What does more money buy, and why not the others?",
      finding + " Shapes say what speaks against a design. Larger points throttle more; no design beats another here "
        + "in cost, throttling and latency at once.",
      [.init(table, words: ["design", "what", "against", "why_not"])],
      [
        "width": .count(VegaLite.width), "height": .count(260),
        "mark": ["type": "point", "filled": .bool(true), "opacity": .number(0.9)],
        "encoding": .object(Self.channels),
      ])
    return [.picture(picture, or: [])]
  }

  private static var channels: [String: JSONValue] {
    let number = { (field: String, title: String) in
      VegaLite.number(field, title, ["scale": ["zero": .bool(false)]])
    }
    return [
      "x": number("usd_month", "US dollars a month"), "y": number("p99_ms", "p99 of latency, milliseconds"),
      "color": VegaLite.colours(
        "what", [("the answer", .green), ("runner-up", .blue), ("holds", .grey), ("does not hold", .orange)]),
      "shape": VegaLite.words("against", nil),
      "size": VegaLite.number("throttled", nil, ["legend": nil, "scale": ["range": [.count(60), .count(300)]]]),
      "tooltip": [
        VegaLite.tip("design", "design"), VegaLite.number("usd_month", "US dollars a month", ["format": ",.2f"]),
        VegaLite.number("p99_ms", "p99, ms", ["format": ",.4~g"]),
        VegaLite.number("throttled", "throttled", ["format": ".2~%"]), VegaLite.tip("why_not", "why not"),
      ],
    ]
  }
}

extension ComparisonDocument {
  /// Differences of a design from the first, as shares of that, with their intervals.
  func picture(
    _ name: String, against base: String, _ bars: [(name: String, mean: Double, halfWidth: Double?)]
  ) -> Picture? {
    guard let most = bars.max(by: { $0.mean.magnitude < $1.mean.magnitude }) else { return nil }
    var table = CSVTable(["figure", "difference", "from", "until"])
    for bar in bars {
      let half = bar.halfWidth
      table.append(
        [bar.name] + [bar.mean, half.map { bar.mean - $0 }, half.map { bar.mean + $0 }].map(CSVTable.cell))
    }
    let y = VegaLite.words("figure", nil, ["axis": ["labelLimit": .count(320)]])
    let title = "difference from \(base), of its mean"
    return Picture(
      "differences", of: name, "What does \(name) change against \(base)?",
      "Most by share is \(most.name), \(most.mean < 0 ? "lower" : "higher") by \(Figures.percent(most.mean.magnitude)). Lines are "
        + "intervals; a bar without one has none.",
      [.init(table, words: ["figure"])],
      [
        "width": .count(VegaLite.width - 160), "height": ["step": .count(18)],
        "layer": [
          VegaLite.view(
            ["type": "bar", "color": VegaLite.Colour.sky.json],
            [
              "y": y, "x": VegaLite.number("difference", title, ["axis": ["format": "+~%"]]),
              "tooltip": [
                VegaLite.tip("figure", "figure"),
                VegaLite.number("difference", "difference", ["format": "+.2~%"]),
                VegaLite.number("from", "from", ["format": "+.2~%"]),
                VegaLite.number("until", "until", ["format": "+.2~%"]),
              ],
            ]),
          VegaLite.view(
            ["type": "rule", "aria": .bool(false), "strokeWidth": .number(2)],
            ["y": y, "x": VegaLite.number("from", nil), "x2": ["field": "until"]],
            ["transform": [["filter": "isValid(datum.from) && isValid(datum.until)"]]]),
        ],
      ])
  }
}

extension SweepDocument {
  /// One parameter as lines, a view a figure; two as a map a figure.
  static func picture(
    of scenario: String, _ parameters: [SweepParameter], _ figures: [(path: String, values: [Double?])]
  ) -> Picture? {
    guard let last = parameters.last, !figures.isEmpty, parameters.count <= 2 else { return nil }
    let names = figures.indices.map { "figure_\($0)" }, words = parameters.map(\.path).joined(separator: " and ")
    var table = CSVTable((parameters.count == 2 ? ["row"] : []) + ["column"] + names)
    for position in figures[0].values.indices {
      let place = [position / last.values.count, position % last.values.count]
      let settings = parameters.indices.map { parameters[$0].values[place[2 - parameters.count + $0]].description }
      table.append(settings + figures.map { CSVTable.cell($0.values[position]) })
    }
    let views = zip(names, figures).map { name, figure -> JSONValue in
      parameters.count == 1 ? line(name, figure.path, last) : map(name, figure.path, parameters)
    }
    return Picture(
      "sweep", of: scenario, "What does \(words) do?",
      "\(Figures.count(figures.count, of: "figure")) that change: \(figures.map(\.path).joined(separator: ", ")).",
      [.init(table, words: ["row", "column"])], ["vconcat": .array(views)])
  }

  private static func axis(_ field: String, _ parameter: SweepParameter) -> JSONValue {
    VegaLite.words(
      field, parameter.path,
      [
        "sort": .array(parameter.values.map { .string($0.description) }),
        "axis": ["labelAngle": .count(0), "labelOverlap": .bool(true)],
      ])
  }

  private static func line(_ name: String, _ path: String, _ parameter: SweepParameter) -> JSONValue {
    [
      "width": .count(VegaLite.width), "height": .count(90),
      "mark": ["type": "line", "point": .bool(true), "tooltip": .bool(true)],
      "encoding": [
        "x": axis("column", parameter), "y": VegaLite.number(name, path, ["axis": ["titleLimit": .count(90)]]),
      ],
    ]
  }

  private static func map(_ name: String, _ path: String, _ parameters: [SweepParameter]) -> JSONValue {
    [
      "width": .count(VegaLite.width - 160), "height": ["step": .count(18)],
      "mark": ["type": "rect", "aria": .bool(false), "tooltip": .bool(true)],
      "encoding": [
        "x": axis("column", parameters[1]), "y": axis("row", parameters[0]),
        "color": VegaLite.number(name, path, ["scale": ["scheme": "blues"], "legend": ["orient": "right"]]),
      ],
    ]
  }
}
