internal import Pricing
internal import Units

/// What neighbours would use in the simulated time, by their closed forms.
extension Run {
  func addNeighbours(over span: Interval, to usage: inout Usage) {
    for spec in experiment.neighbours.videoStreams { addVideo(spec, over: span, to: &usage) }
    for spec in experiment.neighbours.sqlApplications {
      let time = Int128(spec.units) * Int128(span.nanoseconds)
      usage.add(.sqlHour, scope: "sql_application:\(spec.name)", time)
    }
  }

  private func addVideo(_ spec: VideoStreamSpec, over span: Interval, to usage: inout Usage) {
    let figures = spec.capacity(experiment.limits).figures, scope = "video_stream:\(spec.name)"
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
