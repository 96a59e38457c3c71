internal import Experiment
internal import Models
internal import Units

/// A producer's `rate`, decoded, with what it says about arrivals.
struct DecodedRate {
  var curve: RateCurve
  var field: Field
  /// `within_bin`, if given.
  var withinBin: (pattern: ArrivalPattern, field: Field)?

  /// Whether it replays single events.
  var isEvents: Bool { if case .events = curve { true } else { false } }
}

extension ScenarioDecoder {
  /// The largest rate: above it a second of virtual time takes minutes.
  static let maximumRate = 1e9
  private static let curves = [
    "constant", "ramp", "stages", "diurnal", "weekly", "seasonal_day", "square", "nhpp", "trace",
  ]
  private static let parameters = [
    "mean", "from", "to", "over", "stages", "peak_to_mean", "trough_to_mean", "peak_hour", "weekend_factor",
    "day_factors", "low", "high", "period", "on", "file", "scale", "scale_mean_rps", "scale_peak_mibps", "within_bin",
    "loop", "key", "spread", "holes", "hours", "points",
  ]

  func rate(_ field: Field, record: RecordShape?, needsKeys: Bool) -> DecodedRate? {
    if field.isScalar {
      return perSecond(field).map { DecodedRate(curve: .constant($0), field: field) }
    }
    let expected = "records per second, such as 9000, or a map with a curve"
    guard var fields = field.map(expecting: expected) else { return nil }
    let curve = fields.require("curve", expecting: "one of \(Self.curves.joined(separator: ", "))")?
      .choice(Self.curves, what: "curve")
    guard let curve else { return nil }
    let result: DecodedRate?
    if curve == "trace" {
      result = trace(&fields, at: field, record: record, needsKeys: needsKeys)
    } else {
      // An NHPP is a Poisson process by its name.
      let pattern = fields.entries.first { $0.key == "curve" && curve == "nhpp" }
      let within = pattern.map { (ArrivalPattern.poisson, Field(node: $0.value, path: field.path, sink: sink)) }
      result = shape(curve, &fields).map { DecodedRate(curve: $0, field: field, withinBin: within) }
    }
    fields.inapplicable(Self.parameters, to: "curve \(curve)")
    fields.finish()
    return result
  }

  private func perSecond(_ field: Field) -> RecordsPerSecond? {
    field.number(0...Self.maximumRate, expecting: "records per second, such as 9000").map { RecordsPerSecond($0) }
  }

  private func perSecond(_ key: String, _ fields: inout Fields) -> RecordsPerSecond? {
    fields.require(key, expecting: "records per second, such as 9000").flatMap(perSecond)
  }

  private func length(_ key: String, _ fields: inout Fields) -> Interval? {
    fields.require(key, expecting: "a duration such as 90s")?.duration(.shortest ... .longest)
  }

  private func shape(_ curve: String, _ fields: inout Fields) -> RateCurve? {
    switch curve {
    case "constant": return perSecond("mean", &fields).map(RateCurve.constant)
    case "ramp":
      let (from, to) = (perSecond("from", &fields), perSecond("to", &fields))
      guard let over = length("over", &fields), let from, let to else { return nil }
      return .ramp(from: from, to: to, over: over)
    case "stages": return stages(&fields)
    case "diurnal": return wave(&fields).map(RateCurve.diurnal)
    case "weekly": return weekly(&fields)
    case "seasonal_day": return seasonalDay(&fields)
    case "nhpp": return intensity(&fields)
    default: return square(&fields)
    }
  }

  private func stages(_ fields: inout Fields) -> RateCurve? {
    guard let field = fields.require("stages", expecting: "a list of stages"), let items = field.list(atMost: 10_000)
    else { return nil }
    guard !items.isEmpty else {
      field.fail(expected: "at least one stage")
      return nil
    }
    let stages = items.compactMap { item -> RateCurve.Stage? in
      guard var stage = item.map(expecting: "a map with for and rate") else { return nil }
      let (length, rate) = (length("for", &stage), perSecond("rate", &stage))
      let shape = stage.take("shape")?.choice(["hold", "linear"], what: "shape") ?? "hold"
      stage.finish()
      guard let length, let rate else { return nil }
      return .init(length: length, rate: rate, shape: shape == "hold" ? .hold : .linear)
    }
    return stages.count == items.count ? .stages(stages) : nil
  }

  private func wave(_ fields: inout Fields) -> RateCurve.DiurnalWave? {
    let mean = perSecond("mean", &fields)
    let peakField = fields.take("peak_to_mean")
    let troughField = fields.take("trough_to_mean")
    let peak = peakField.map { $0.number(1...24, expecting: "peak over mean, such as 1.8") } ?? 1.8
    let trough = troughField.map { $0.number(0...1, expecting: "trough over mean, such as 0.35") } ?? 0.35
    let hour = fields.take("peak_hour").map { $0.number(0...24, expecting: "an hour of the day such as 20") } ?? 20
    guard let mean, let peak, let trough, let hour else { return nil }
    if (peak == 1) != (trough == 1), let field = peakField ?? troughField {
      field.refuse(
        "peak_to_mean \(plain(peak)) and trough_to_mean \(plain(trough)) cannot have a mean of 1 between them")
    }
    return .init(mean: mean, peakToMean: peak, troughToMean: trough, peakHour: hour == 24 ? 0 : hour)
  }

  private func weekly(_ fields: inout Fields) -> RateCurve? {
    let wave = wave(&fields)
    if fields.entries.contains(where: { $0.key == "day_factors" }) {
      fields.inapplicable(["weekend_factor"], to: "a curve with day_factors")
      guard let field = fields.take("day_factors"), let items = field.list(atMost: 7) else { return nil }
      let factors = items.compactMap { $0.number(0...1_000, expecting: "a factor such as 1.2") }
      guard items.count == 7 else {
        field.fail(expected: "seven factors, Monday first")
        return nil
      }
      guard factors.count == 7, let wave else { return nil }
      return normalised(wave, factors, at: field)
    }
    let weekend = fields.take("weekend_factor")
    let factor = weekend.map { $0.number(0...1_000, expecting: "a factor such as 0.7") } ?? 1
    guard let wave, let factor else { return nil }
    return normalised(wave, [1, 1, 1, 1, 1, factor, factor], at: weekend)
  }

  private func normalised(_ wave: RateCurve.DiurnalWave, _ factors: [Double], at field: Field?) -> RateCurve? {
    let mean = factors.reduce(0, +) / 7
    guard mean > 0 else {
      field?.refuse("the factors must not all be zero")
      return nil
    }
    return .weekly(wave, dayFactors: factors.map { $0 / mean })
  }

  /// A day's shape hour by hour: factors at the middle of each hour, scaled to a mean of 1.
  private func seasonalDay(_ fields: inout Fields) -> RateCurve? {
    let mean = perSecond("mean", &fields)
    let field = fields.require("hours", expecting: "24 factors, from midnight UTC on")
    guard let field, let items = field.list(atMost: 24, expecting: "24 factors, from midnight UTC on") else {
      return nil
    }
    let factors = items.compactMap { $0.number(0...1_000, expecting: "a factor such as 1.2") }
    guard items.count == 24 else {
      field.fail(expected: "24 factors, from midnight UTC on")
      return nil
    }
    guard factors.count == 24, let mean else { return nil }
    let sum = factors.reduce(0, +)
    guard sum > 0 else {
      field.refuse("the factors must not all be zero")
      return nil
    }
    let points = factors.enumerated().map { hour, factor in
      RateCurve.Polyline.Point(
        at: .hours(Int64(hour)) + .minutes(30), rate: RecordsPerSecond(mean.value * factor * 24 / sum))
    }
    return .polyline(.init(points: points, anchor: .midnight))
  }

  /// The intensity of a non-homogeneous Poisson process, point by point.
  private func intensity(_ fields: inout Fields) -> RateCurve? {
    let field = fields.require("points", expecting: "a list of {at, rate}")
    guard let field, let items = field.list(atMost: 100_000, expecting: "a list of {at, rate}") else { return nil }
    let points = items.compactMap { item -> RateCurve.Polyline.Point? in
      guard var point = item.map(expecting: "a map with at and rate") else { return nil }
      let at = point.require("at", expecting: "a duration such as 90s")?.duration(.zero ... .longest)
      let rate = perSecond("rate", &point)
      point.finish()
      guard let at, let rate else { return nil }
      return .init(at: at, rate: rate)
    }
    guard points.count == items.count else { return nil }
    guard !points.isEmpty, zip(points, points.dropFirst()).allSatisfy({ $0.at < $1.at }) else {
      field.refuse("points must be given in order of time, at least one")
      return nil
    }
    return .polyline(.init(points: points, anchor: .start))
  }

  private func square(_ fields: inout Fields) -> RateCurve? {
    let (low, high) = (perSecond("low", &fields), perSecond("high", &fields))
    let (period, on) = (length("period", &fields), length("on", &fields))
    guard let low, let high, let period, let on else { return nil }
    if low > high { contradict("low", "is above", "high", fields) }
    if on > period { contradict("on", "is longer than", "period", fields) }
    return .square(low: low, high: high, period: period, on: on)
  }
}
