internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

/// Managed Flink applications.
extension ScenarioDecoder {
  static let flinkKeys = [
    "retrieval", "parallelism", "parallelism_per_kpu", "rate_per_kpu", "autoscale", "max_parallelism", "window",
    "rescale",
  ]

  /// The keys of an application, held against the account's default quotas as AWS would.
  func flink(_ fields: inout Fields) -> FlinkSpec? {
    let most = Int(limits[.flink.parallelism])
    let field = fields.take("parallelism")
    let parallelism = field.map { $0.integer(1...most, expecting: "AWS's Parallelism") } ?? 1
    let perKPU = fields.take("parallelism_per_kpu").map { $0.integer(1...8, expecting: "AWS's ParallelismPerKPU") } ?? 1
    let rate = fields.require("rate_per_kpu", expecting: "the records a second that you measured one KPU to take")?
      .integer(1...100_000_000, expecting: "whole records a second")
    let scaling = scaling(&fields, parallelism ?? 1, perKPU ?? 1)
    let rescale = rescale(&fields, scaling)
    let windowField = fields.take("window")
    let window = windowField.flatMap(flinkWindow)
    guard let parallelism, let perKPU, let rate, windowField == nil || window != nil else { return nil }
    let kpus = (parallelism + perKPU - 1) / perKPU
    guard kpus <= limits[.flink.kpus] else {
      let place =
        field ?? Field(node: ConfigNode(place: fields.place, content: .map([])), path: fields.path, sink: sink)
      place.refuse(
        "parallelism \(parallelism) at \(perKPU) per KPU needs \(kpus) KPUs; the account's quota is \(limits[.flink.kpus])"
      )
      return nil
    }
    return FlinkSpec(
      parallelism: parallelism, parallelismPerKPU: perKPU, ratePerKPU: rate, scaling: scaling, window: window,
      rescale: rescale)
  }

  /// How long a rescale takes. Zalando reported 11 to 20 minutes with large state (2026-03), at second hand.
  private func rescale(_ fields: inout Fields, _ scaling: FlinkSpec.Scaling) -> Interval? {
    guard scaling != .fixed else {
      fields.inapplicable(["rescale"], to: "an application without autoscale")
      return nil
    }
    return fields.take("rescale")?.duration(.seconds(1) ... .hours(1))
  }

  /// The autoscaler goes up to `max_parallelism`, Flink's 128 unless told, within the quotas.
  private func scaling(_ fields: inout Fields, _ parallelism: Int, _ perKPU: Int) -> FlinkSpec.Scaling {
    let isAutomatic = fields.take("autoscale")?.flag() == true
    let quota = Int(limits[.flink.parallelism]), kpus = Int(limits[.flink.kpus])
    guard isAutomatic else {
      fields.inapplicable(["max_parallelism"], to: "an application without autoscale")
      return .fixed
    }
    let most = fields.take("max_parallelism")?
      .integer(min(parallelism, quota)...quota, expecting: "a parallelism, not below the configured one,")
    return .automatic(upTo: min(most ?? max(128, parallelism), quota, kpus * perKPU))
  }

  private func flinkWindow(_ field: Field) -> FlinkSpec.Window? {
    guard var fields = field.map(expecting: "a map such as {kind: tumbling, size: 1m}") else { return nil }
    let kind = fields.require("kind", expecting: "tumbling, sliding or session")?
      .choice(["tumbling", "sliding", "session"], what: "window")
    if kind == "session" { return session(&fields) }
    let size = fields.require("size", expecting: "a duration such as 1m")?.duration(.shortest ... .days(7))
    if kind == "tumbling" { fields.inapplicable(["slide"], to: "tumbling windows") }
    let slideField = fields.take("slide")
    let slide = slideField?.duration(.shortest ... .days(7))
    fields.inapplicable(["gap"], to: "windows by time")
    fields.finish()
    guard let kind, let size else { return nil }
    guard kind == "sliding" else { return kind == "tumbling" ? .tumbling(size: size) : nil }
    guard let slide else {
      if slideField == nil { field.refuse("sliding windows need a slide") }
      return nil
    }
    guard slide <= size, size.nanoseconds / slide.nanoseconds <= 10_000 else {
      slideField?.refuse("the slide must be at most the size, and at least a ten-thousandth of it")
      return nil
    }
    return .sliding(size: size, slide: slide)
  }

  private func session(_ fields: inout Fields) -> FlinkSpec.Window? {
    fields.inapplicable(["size", "slide"], to: "session windows, which end after a gap")
    let gap = fields.require("gap", expecting: "a duration such as 30s")?.duration(.shortest ... .days(7))
    fields.finish()
    return gap.map { .session(gap: $0) }
  }
}
