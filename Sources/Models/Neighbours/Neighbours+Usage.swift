public import KinesisCore
public import Pricing
public import Units

/// What neighbours use in a span of time, by their closed forms.
extension Neighbours {
  /// Adds their lines to a usage.
  public func add(over span: Interval, _ limits: LimitsProfile, to usage: inout Usage) {
    for spec in videoStreams { add(spec, over: span, limits, to: &usage) }
    for spec in sqlApplications {
      let time = Int128(spec.units) * Int128(span.nanoseconds)
      usage.add(.sqlHour, scope: "sql_application:\(spec.name)", time)
    }
  }

  private func add(_ spec: VideoStreamSpec, over span: Interval, _ limits: LimitsProfile, to usage: inout Usage) {
    let figures = spec.capacity(limits).figures, scope = "video_stream:\(spec.name)"
    func amount(_ name: String, _ factor: Double) -> Int128 {
      Int128(((figures.first { $0.name == name }?.value ?? 0) * factor).rounded())
    }
    let months = span.inSeconds / Interval.hours(730).inSeconds
    usage.add(.videoIn, scope: scope, amount("ingested_month_bytes", months))
    usage.add(.videoOut, scope: scope, amount("get_media_month_bytes", months))
    usage.add(.videoPlayback, scope: scope, amount("hls_month_bytes", months))
    usage.add(.videoStorage, scope: scope, amount("stored_bytes", span.inSeconds))
  }
}
