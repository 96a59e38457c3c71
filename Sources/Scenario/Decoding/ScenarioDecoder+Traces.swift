internal import Experiment
internal import Models
internal import Units

extension ScenarioDecoder {
  private static let scales = ["scale", "scale_mean_rps", "scale_peak_mibps"]

  func trace(_ fields: inout Fields, at field: Field, record: RecordShape?, needsKeys: Bool) -> DecodedRate? {
    let key = fields.take("key")
    let keys: TraceTable.Keys = key?.text.map { .named($0) } ?? (needsKeys ? .only : .unread)
    let file = fields.require("file", expecting: "the path of a CSV file")
    let loop = fields.take("loop")
    let repeats = loop?.flag() ?? false
    let within = fields.take("within_bin")
    let pattern = within.flatMap { $0.choice(["poisson", "paced"], what: "within_bin") }
    let spread = fields.take("spread")
    let length = spread?.duration(.zero ... .longest) ?? .zero
    let scale = scale(&fields)
    let holesField = fields.take("holes")
    let holes = holesField?.choice(TraceTable.Holes.allCases.map(\.rawValue), what: "holes")
      .flatMap(TraceTable.Holes.init)
    // A wrong word for holes is one mistake: the holes themselves are then not told as others.
    guard let file,
      let table = traces.table(file, keys: keys, holes: holes ?? holesField.map { _ in .zero }, base: base),
      let scale
    else { return nil }
    guard let factor = factor(scale, table, record) else { return nil }
    let source = file.text ?? ""
    if table.isBinned {
      for extra in [key, spread].compactMap(\.self) {
        extra.refuse("applies to a trace of events only", remedy: "remove it")
      }
      if let filled = table.filled, let holes { warn(filled, of: table, holes, at: holesField) }
      let trace = BinnedTrace(
        width: Interval(nanoseconds: table.width), counts: table.counts, bytes: table.bytes,
        scale: factor, repeats: repeats, source: source)
      let chosen = within.flatMap { field in pattern.map { ($0 == "paced" ? ArrivalPattern.paced : .poisson, field) } }
      return DecodedRate(curve: .bins(trace), field: field, withinBin: chosen)
    }
    for extra in [within, holesField].compactMap(\.self) {
      extra.refuse("applies to a trace in bins only", remedy: "remove it")
    }
    if repeats, table.times.last == 0 {
      loop?.refuse("the events of this trace all have one time: there is no period to repeat with", remedy: "remove it")
      return nil
    }
    let trace = EventTrace(
      offsets: table.times, keys: table.keys, names: table.names, bytes: table.sizes, scale: factor, spread: length,
      repeats: repeats, source: source)
    return DecodedRate(curve: .events(trace), field: field)
  }

  private func warn(_ filled: TraceTable.Filled, of table: TraceTable, _ holes: TraceTable.Holes, at field: Field?) {
    let what = filled.bins == 1 ? "1 bin is" : "\(filled.bins) bins are"
    let how =
      switch holes {
      case .zero: "taken as empty"
      case .previous: "filled with the bin before them"
      case .interpolate: "filled in a straight line"
      }
    let first = plain(Double(filled.first) / 1e9)
    field?.warn("\(what) missing of \(table.times.count) and \(how), the first at \(first) s")
  }

  /// Reports sizes or keys that are to come from a trace that is not there or has none.
  func checkTraceUse(_ fields: Fields, rate: DecodedRate?, record: RecordShape?, keys: KeySpec) {
    guard let rate else { return }
    var (hasKeys, hasBytes) = (false, false)
    if case .events(let trace) = rate.curve { (hasKeys, hasBytes) = (!trace.keys.isEmpty, !trace.bytes.isEmpty) }
    if keys.law == .trace, !hasKeys, let entry = fields.entries.first(where: { $0.key == "keys" }) {
      let place = rate.field.place.seen(from: entry.value.place)
      Field(node: entry.value["dist"] ?? entry.value, path: fields.path(of: "keys.dist"), sink: sink)
        .refuse("keys from a trace need a rate that is a trace of events with keys (\(place))")
    }
    if let record, case .trace = record.size, !hasBytes {
      let place = rate.field.place.seen(from: record.sizeField.place)
      record.sizeField.refuse("sizes from a trace need a rate that is a trace of events with bytes (\(place))")
    }
  }

  /// The one scale given; a factor of 1 when there is none; nil when it is unsound.
  private func scale(_ fields: inout Fields) -> (key: String, value: Double, field: Field?)? {
    let given = Self.scales.compactMap { key in fields.take(key).map { (key, $0) } }
    if let first = given.first, given.count > 1 {
      let all = given.map { "\($0.0) (\($0.1.place.seen(from: first.1.place)))" }.joined(separator: " and ")
      first.1.refuse("\(all) exclude each other", remedy: "keep one")
      return nil
    }
    guard let (key, field) = given.first else { return ("scale", 1, nil) }
    return field.number(0...1e9, expecting: "a number such as 40").map { (key, $0, field) }
  }

  private func factor(_ scale: (key: String, value: Double, field: Field?), _ table: TraceTable, _ record: RecordShape?)
    -> Double?
  {
    guard let field = scale.field, scale.key != "scale" else { return scale.value }
    let unscaled = scale.key == "scale_mean_rps" ? table.meanRate : table.peakBytes(record) / 1_048_576
    if unscaled > 0, unscaled.isFinite { return scale.value / unscaled }
    if scale.key == "scale_peak_mibps", record == nil { return nil }
    field.refuse(
      "the trace has no records or no length: it cannot be scaled to \(plain(scale.value))", remedy: "use scale")
    return nil
  }
}

extension TraceTable {
  /// The width of a bin in seconds.
  private var widthInSeconds: Double { Double(width) / 1e9 }

  /// Records a second over the whole trace.
  fileprivate var meanRate: Double {
    if isBinned { return counts.reduce(0, +) / (Double(counts.count) * widthInSeconds) }
    guard let last = times.last, last > 0 else { return 0 }
    return Double(times.count) / (Double(last) / 1e9)
  }

  /// Bytes a second, keys included, of the busiest bin; of single events, of the busiest second.
  fileprivate func peakBytes(_ record: RecordShape?) -> Double {
    let key = Double(record?.keyBytes ?? 0)
    let mean = record?.meanBytes ?? .nan
    guard !isBinned else {
      let totals = counts.indices.map { bytes.isEmpty ? counts[$0] * mean : bytes[$0] + counts[$0] * key }
      return (totals.max() ?? 0) / widthInSeconds
    }
    var (peak, sum, second) = (0.0, 0.0, Int64.min)
    for index in times.indices {
      let own = times[index] / 1_000_000_000
      if own != second { (sum, second) = (0, own) }
      sum += sizes.isEmpty ? mean : Double(sizes[index]) + key
      peak = max(peak, sum)
    }
    return peak
  }
}
