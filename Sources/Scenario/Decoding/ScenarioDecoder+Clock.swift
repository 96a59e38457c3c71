internal import Experiment
internal import Models
internal import Pricing
internal import Units

extension ScenarioDecoder {
  func horizon(_ clock: Fields) -> Horizon? {
    var fields = clock
    let start = fields.take("start").flatMap(start)
    let lengthField = fields.require("duration", expecting: "a duration such as 24h")
    let length = lengthField?.duration(.shortest ... .longest)
    let warmupField = fields.take("warmup")
    let warmup = warmupField?.duration(.zero ... .longest) ?? .zero
    let binField = fields.take("report_bin")
    let bin = binField.flatMap(bin) ?? .seconds(60)
    let billing = fields.take("cost_extrapolate")?
      .choice(BillingPeriod.allCases.map(\.rawValue), what: "cost_extrapolate")
    let resolution = fields.take("resolution")?.choice(Resolution.allCases.map(\.rawValue), what: "resolution")
    fields.finish()
    guard let length, let lengthField else { return nil }
    if let warmupField, warmup >= length {
      let other = lengthField.place.seen(from: warmupField.place)
      warmupField.refuse("warmup \(short(warmup)) is not shorter than duration \(length) (\(other))")
    }
    checkBins(length, bin, at: binField ?? lengthField)
    return Horizon(
      start: start ?? Horizon(duration: length).start, duration: length, warmup: warmup, reportBin: bin,
      billing: billing.flatMap(BillingPeriod.init) ?? .month730h,
      resolution: resolution.flatMap(Resolution.init) ?? .record)
  }

  private func checkBins(_ length: Interval, _ bin: Interval, at field: Field) {
    let rows = length.nanoseconds / bin.nanoseconds
    guard rows > Self.maximumBins else { return }
    field.refuse(
      "report_bin \(bin) makes \(rows) rows over duration \(length), more than \(Self.maximumBins)",
      remedy: "use a longer report_bin")
  }

  private func start(_ field: Field) -> Instant? {
    let expected = "a time such as 2026-03-06T00:00:00Z"
    guard let text = field.text, let instant = CivilTime.instant(text) else {
      field.fail(expected: expected)
      return nil
    }
    if instant <= Self.latestStart { return instant }
    field.fail(expected: "a time before 2200")
    return nil
  }

  private func bin(_ field: Field) -> Interval? {
    guard let bin = field.duration(.shortest ... .longest) else { return nil }
    if bin.nanoseconds % Interval.seconds(1).nanoseconds == 0 { return bin }
    field.fail(expected: "whole seconds")
    return nil
  }
}
