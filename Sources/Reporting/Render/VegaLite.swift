internal import Units

// Pictures as Vega-Lite 6 specifications: one that names the files beside it, and one that holds their numbers.
extension Picture {
  private static let schema = "https://vega.github.io/schema/vega-lite/v6.json"

  /// By reference: rows are in the CSV files of `files`. A renderer that does not read files needs them put in first.
  var specification: JSONValue {
    specification { part in ["url": .string("\(name)\(part.suffix).csv"), "format": Self.format(part)] }
  }

  /// With its rows, as CSV: for a page that asks for nothing else.
  var inlined: JSONValue {
    specification { part in ["values": .string(part.table.text), "format": Self.format(part)] }
  }

  private static func format(_ part: Part) -> JSONValue {
    let types = part.table.columns.map { ($0, JSONValue.string(part.words.contains($0) ? "string" : "number")) }
    return ["type": "csv", "parse": .object(Dictionary(uniqueKeysWithValues: types))]
  }

  private func specification(_ data: (Part) -> JSONValue) -> JSONValue {
    var whole = body
    whole["$schema"] = .string(Self.schema)
    whole["title"] = ["text": .string(question), "subtitle": .array(finding.lines(of: 125).map { .string($0) })]
    whole["description"] = .string(finding)
    whole["data"] = parts.first.map(data)
    whole["config"] = VegaLite.config
    for part in parts.dropFirst() { whole = VegaLite.replace(.string(part.suffix), by: data(part), in: whole) }
    return .object(whole)
  }
}

/// Pieces of Vega-Lite 6 specifications.
enum VegaLite {
  /// How wide a picture is, in pixels.
  static let width = 720

  /// Colours that the colour-blind tell apart (Okabe & Ito 2008).
  enum Colour: String {
    case blue = "#0072B2", green = "#009E73", orange = "#D55E00", yellow = "#E69F00", pink = "#CC79A7", sky = "#56B4E9"
    case grey = "#767676", light = "#BDBDBD"

    var json: JSONValue { .string(rawValue) }
  }

  /// Series without a meaning of their own.
  static let series: [Colour] = [.blue, .orange, .green, .pink, .yellow, .sky]

  /// One font, which every renderer has within it; nothing that depends on a place or a time zone.
  static let config: JSONValue = [
    "font": "sans-serif", "background": "white", "range": ["category": .array(series.map(\.json))],
    "view": ["stroke": "#BDBDBD"],
    "title": ["anchor": "start", "subtitleColor": "#555555", "subtitlePadding": .count(4), "fontSize": .count(14)],
    "axis": ["gridColor": "#E5E5E5", "labelColor": "#333333", "titleFontWeight": "normal"],
    "legend": ["orient": "top", "title": nil],
  ]

  /// A channel of numbers.
  static func number(_ field: String, _ title: String?, _ more: [String: JSONValue] = [:]) -> JSONValue {
    channel(field, "quantitative", title, more)
  }
  /// A channel of words, in the order given or, without one, in that of the rows.
  static func words(_ field: String, _ title: String?, _ more: [String: JSONValue] = [:]) -> JSONValue {
    channel(field, "nominal", title, ["sort": nil].merging(more) { $1 })
  }

  /// What is told of a column of words under the mouse.
  static func tip(_ field: String, _ title: String) -> JSONValue { channel(field, "nominal", title, [:]) }

  private static func channel(
    _ field: String, _ type: String, _ title: String?, _ more: [String: JSONValue]
  ) -> JSONValue {
    .object(["field": .string(field), "type": .string(type), "title": .optional(title)].merging(more) { $1 })
  }

  /// A colour for each word of a column, in that order.
  static func colours(_ field: String, _ words: [(String, Colour)]) -> JSONValue {
    VegaLite.words(
      field, nil,
      [
        "scale": [
          "domain": .array(words.map { .string($0.0) }), "range": .array(words.map(\.1.json)),
        ]
      ])
  }

  /// An axis of minutes since a run began, whose labels are the time of day, in UTC.
  static func time(_ clock: ReportClock, _ field: String = "minute") -> JSONValue {
    let label = "utcFormat(\(clock.start.nanoseconds / 1_000_000) + 60000 * datum.value, '\(clock.pattern)')"
    return number(
      field, "time, UTC",
      ["scale": ["nice": .bool(false), "zero": .bool(false)], "axis": ["labelExpr": .string(label)]])
  }

  /// An axis of shares.
  static let percent: JSONValue = ["format": "~%"]

  /// A view: a mark with its channels.
  static func view(
    _ mark: JSONValue, _ encoding: [String: JSONValue], _ more: [String: JSONValue] = [:]
  ) -> JSONValue {
    .object(["mark": mark, "encoding": .object(encoding)].merging(more) { $1 })
  }

  /// A line across the view at a value.
  static func rule(_ channel: String, at value: Double, _ colour: Colour = .grey) -> JSONValue {
    view(
      [
        "type": "rule", "strokeDash": .array([.count(5), .count(3)]), "color": colour.json, "aria": .bool(false),
      ],
      [channel: ["datum": .number(value)]])
  }

  /// A layer whose numbers are those of another part; none where that has no rows.
  static func layer(_ part: Picture.Part, _ view: JSONValue) -> [JSONValue] {
    part.isEmpty ? [] : [view.merging(["data": .string(part.suffix)])]
  }

  /// What lets readers turn the wheel over a view and drag it, along x.
  static let zoom: JSONValue = [
    ["name": "zoom", "select": ["type": "interval", "encodings": ["x"]], "bind": "scales"]
  ]

  /// Puts something in place of every `data` that is a word.
  static func replace(_ word: JSONValue, by data: JSONValue, in body: [String: JSONValue]) -> [String: JSONValue] {
    Dictionary(
      uniqueKeysWithValues: body.map { key, value in
        (key, key == "data" && value == word ? data : replaced(word, by: data, in: value))
      })
  }

  private static func replaced(_ word: JSONValue, by data: JSONValue, in value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members): .object(replace(word, by: data, in: members))
    case .array(let values): .array(values.map { replaced(word, by: data, in: $0) })
    default: value
    }
  }
}
