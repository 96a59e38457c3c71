internal import Planning
internal import Units

/// What MSER-5 says of a warm-up, in words and JSON.
enum WarmUpFigures {
  /// What `check` says beside the scenario's own warm-up.
  static func sentence(_ check: WarmUpCheck, set warmup: Interval) -> String {
    let set = "clock.warmup is \(warmup.nanoseconds > 0 ? Figures.duration(warmup) : "0")"
    switch check {
    case .fewReplications: return "With fewer than 5 replications nothing is said of the warm-up; \(set)."
    case .noSteadyState(let reason): return "There is no steady state to warm up to, for \(reason); \(set)."
    case .fewPoints(let count):
      return "\(Figures.count(count, of: "report bin")) are too few to judge the warm-up by: MSER-5 needs 50; \(set)."
    case .unsettled(let subject):
      return "MSER-5 on the averaged path finds that \(subject) has not settled by the middle of the run; \(set)."
    case .cut(let cut, let subject):
      let amount = cut.nanoseconds > 0 ? "the first \(Figures.duration(cut))" : "nothing"
      let advice = cut > warmup ? ": too little, set it to \(Figures.duration(cut)) or more." : "."
      return "MSER-5 on the averaged path would cut \(amount) (\(subject)); \(set)\(advice)"
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
    return [
      "verdict": verdict, "cut_s": .optional(cut), "subject": .optional(subject), "set_s": .number(warmup.inSeconds),
    ]
  }
}
