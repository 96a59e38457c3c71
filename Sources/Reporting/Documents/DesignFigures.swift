internal import Experiment
internal import Models
internal import Planning
internal import Scenario
internal import Units

/// Figures of designs as people read them, with their units.
struct DesignFigures {
  private let units: [String: MetricUnit]

  /// Of these figures.
  init(_ figures: [Figure]) { units = Dictionary(figures.map { ($0.path, $0.unit) }) { first, _ in first } }

  /// A value of the figure at `path`; an objective's in the unit of its threshold.
  func text(_ value: Double?, path: String) -> String { units[path]?.text(value) ?? Figures.number(value) }

  /// The unit of the figure at `path` as CSV and JSON readers want it: `ms`, `s`, `B`, `1`, `USD`, or empty for a count.
  func unit(path: String) -> String { units[path]?.symbol ?? "" }

  /// Whether it is an amount of money.
  func isMoney(path: String) -> Bool { units[path] == .dollars }

  /// Settings in a line: `streams.clicks.shards=8, …`; `as it stands` when there are none.
  static func text(_ settings: [Setting]) -> String {
    settings.isEmpty ? "as it stands" : settings.map { "\($0.path)=\($0.value)" }.joined(separator: ", ")
  }

  /// Settings by their paths; of two with one path the last counts.
  static func json(_ settings: [Setting]) -> JSONValue {
    .named(settings.reversed().map { ($0.path, .scalar($0.value)) })
  }

  /// An estimate's mean and interval.
  static func json(_ estimate: FigureEstimate, level: Double) -> JSONValue {
    JSONValue([
      "mean": estimate.mean, "half_width": estimate.halfWidth, "level": level, "withheld": estimate.withheld?.rawValue,
    ])
  }
}

/// What MSER-5 says of a warm-up, in words and JSON.
enum WarmUpFigures {
  /// What `check` says beside the scenario's own warm-up.
  static func sentence(_ check: WarmUpCheck, set warmup: Interval) -> String {
    let set = "clock.warmup is \(warmup.nanoseconds > 0 ? Figures.duration(warmup) : "0")"
    switch check {
    case .fewReplications: return "With fewer than 5 runs nothing can be said of how long the start-up lasts; \(set)."
    case .noSteadyState(let reason):
      return "The load never settles, so there is no start-up to leave out: \(reason); \(set)."
    case .fewPoints(let count):
      return
        "\(Figures.count(count, of: "report bin")) are too few to tell how long the start-up lasts (it takes 50); \(set)."
    case .unsettled(let subject):
      return
        "\(subject) has not settled by the middle of the run: figures mix start-up and normal work, a longer run is needed; \(set)."
    case .cut(let cut, let subject):
      let amount = cut.nanoseconds > 0 ? "the first \(Figures.duration(cut))" : "nothing"
      let advice = cut > warmup ? ": too little, set it to \(Figures.duration(cut)) or more." : "."
      return "the start-up to be left out is \(amount), by \(subject); \(set)\(advice)"
    }
  }

  /// The same as members: what was found, the cut, whose path it is or why there is none, and what is set.
  static func json(_ check: WarmUpCheck, set warmup: Interval) -> JSONValue {
    let (verdict, cut, subject): (JSONValue, Double?, String?) =
      switch check {
      case .fewReplications: ("few_replications", nil, nil)
      case .noSteadyState(let reason): ("no_steady_state", nil, reason)
      case .fewPoints: ("few_points", nil, nil)
      case .unsettled(let subject): ("unsettled", nil, subject)
      case .cut(let cut, let subject): ("cut", cut.inSeconds, subject)
      }
    return JSONValue(["verdict": verdict, "cut_s": cut, "subject": subject, "set_s": warmup.inSeconds])
  }
}

extension FigureEstimate {
  /// When there is an interval, in words.
  static var rule: String {
    "No ± (margin of error) below \(least) runs, nor below \(leastForTies) where more than a third of them are equal: it would "
      + "promise too much. --replications N makes more runs."
  }
}
