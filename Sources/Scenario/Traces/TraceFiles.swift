internal import Experiment
internal import Models
internal import Units

/// Reads whatever somebody has of their traffic; what a file is, is seen from its content.
///
/// Known are CSV in bins (`t_s,count[,bytes]`), of single events (`t_s[,key][,bytes]`) and of CloudWatch's metrics by name,
/// each with dates under `time` or `timestamp` instead of seconds; the JSON of `aws cloudwatch get-metric-data`,
/// `get-metric-statistics` and `aws kinesis get-records`; and partition keys, one a line.
public enum TraceFiles {
  /// Reads the files together, at most 256 MiB; `keys` are samples of partition keys whatever they look like.
  ///
  /// Several exports of CloudWatch make one series a metric; a CSV of counts stands alone. Throws every error at once.
  public static func read(
    _ files: [String], keys: [String], missing: MissingBins
  ) throws(ScenarioFailure) -> TraceInput {
    var reader = TraceReader(missing: missing)
    for file in files { reader.read(file, isKeys: false) }
    for file in keys { reader.read(file, isKeys: true) }
    return try reader.finish(files: files + keys)
  }
}

/// What has been read so far.
private struct TraceReader {
  private let sink = Sink()
  private let missing: MissingBins
  private var room = InputFile.traceLimit
  private var export: CloudWatchExport
  private var list: KeyList
  /// The first file of each kind of traffic.
  private var exportFile: String?
  private var tableFile: String?
  private var observed: ObservedMetrics?
  private var table: TraceTable?

  init(missing: MissingBins) {
    self.missing = missing
    export = CloudWatchExport(sink: sink)
    list = KeyList(sink: sink)
  }

  mutating func read(_ file: String, isKeys: Bool) {
    guard let bytes = bytes(file) else { return }
    guard let first = bytes.first(where: { $0 > 32 && $0 < 128 }) else {
      return refuse(file, "the file is empty")
    }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      if let tree = tree(bytes, file) { read(tree, file) }
    } else if isKeys {
      list.read(lines: bytes, file: file)
    } else {
      read(text: bytes, file)
    }
  }

  private mutating func bytes(_ file: String) -> [UInt8]? {
    do {
      let bytes = try InputFile.read(file, limit: room)
      room -= bytes.count
      return bytes
    } catch {
      sink.report(error, Diagnostic(place: Place(file: file), path: "", message: "cannot read it: \(error.reason)"))
      return nil
    }
  }

  // MARK: JSON

  private func tree(_ bytes: [UInt8], _ file: String) -> ConfigNode? {
    guard let text = SourceText.decode(bytes, file: file, sink: sink) else { return nil }
    // JSON is YAML; the parser's own words would call it a scenario.
    let own = Sink()
    let tree = YAMLSource.tree(text, file: file, sink: own, budget: .export)
    for error in own.errors(main: file) {
      var diagnostic = error
      diagnostic.message = error.message.replacing("valid YAML", with: "valid JSON")
      sink.report(diagnostic)
    }
    return tree
  }

  private mutating func read(_ root: ConfigNode, _ file: String) {
    if CloudWatchExport.isKnown(root) {
      exportFile = exportFile ?? file
      export.read(root)
    } else if root["Records"] != nil {
      list.read(records: root)
    } else {
      let found = root.keys.isEmpty ? root.summary : root.keys.prefix(5).joined(separator: ", ")
      refuse(
        file, "expected MetricDataResults, Datapoints or Records", found: found,
        remedy: "give what aws cloudwatch get-metric-data, get-metric-statistics or aws kinesis get-records prints")
    }
  }

  // MARK: CSV and keys

  private mutating func read(text bytes: [UInt8], _ file: String) {
    var rows = CSVRows(bytes)
    var cells: [Range<Int>] = []
    _ = rows.next(into: &cells)
    let names = cells.map { rows.text($0) }
    let isTable = names.first == "t_s" || TraceParser.dates.contains(names.first ?? "")
    guard isTable, names.count > 1 || names.first == "t_s" else {
      guard names.count == 1 else {
        return refuse(
          Place(file: file, line: 1, column: 1), "expected a header that begins with t_s, time or timestamp",
          found: ConfigNode.quoted(names[0]), remedy: "if these are partition keys, name the file with --keys")
      }
      return list.read(lines: bytes, file: file)
    }
    if let other = tableFile {
      return refuse(file, "traffic is given twice, here and in \(other)", remedy: "give one of them")
    }
    tableFile = file
    if ObservedParser.isHeader(names) {
      var parser = ObservedParser(bytes, file: file, path: "", sink: sink)
      observed = parser.parse()
    } else {
      let faults = TraceFaults(file: file, path: "", sink: sink)
      let wanted = wantedKeys(names, &rows, file)
      var parser = TraceParser(bytes, keys: wanted, holes: missing.holes, faults: faults)
      table = parser.parse()
    }
  }

  /// The only column of keys, unless its first cell is empty: then nobody recorded keys.
  private func wantedKeys(_ names: [String], _ rows: inout CSVRows, _ file: String) -> TraceTable.Keys {
    let columns = names.indices.filter { names[$0].hasPrefix("key") }
    guard let column = columns.first, !names.contains("count") else { return .unread }
    if columns.count > 1 {
      warn(file, "more than one column of keys, none is used", remedy: "give the keys with --keys")
      return .unread
    }
    var cells: [Range<Int>] = []
    _ = rows.next(into: &cells)
    return cells.indices.contains(column) && cells[column].isEmpty ? .unread : .only
  }

  private func refuse(_ file: String, _ message: String, found: String? = nil, remedy: String? = nil) {
    refuse(Place(file: file), message, found: found, remedy: remedy)
  }

  private func refuse(_ place: Place, _ message: String, found: String? = nil, remedy: String? = nil) {
    sink.report(Diagnostic(place: place, path: "", message: message, found: found, remedy: remedy))
  }

  private func warn(_ file: String, _ message: String, remedy: String? = nil) {
    sink.report(
      Diagnostic(place: Place(file: file), path: "", message: message, remedy: remedy, severity: .warning))
  }

  // MARK: Together

  mutating func finish(files: [String]) throws(ScenarioFailure) -> TraceInput {
    var input = TraceInput(files: files)
    if let exportFile, let tableFile {
      refuse(tableFile, "traffic is given twice, here and in \(exportFile)", remedy: "give one of them")
    } else if let exportFile {
      input.traffic = exported(exportFile)
    } else if let table, let file = tableFile {
      input.traffic = table.isBinned ? binned(table, file) : events(table, file)
      input.bytes = .dataOnly
      for (position, key) in table.keys.enumerated() {
        list.add(table.names[Int(key)], size: table.bytes.isEmpty ? nil : table.bytes[position])
      }
      if !table.isBinned, table.keys.isEmpty { list.add(sizes: table.bytes) }
    } else {
      input.traffic = observed
    }
    guard sink.isClean else { throw sink.failure(main: files.first ?? "") }
    if !list.keys.isEmpty || !list.sizes.isEmpty { input.keys = .init(list.keys, sizes: list.sizes) }
    input.warnings = sink.warnings
    return input
  }

  private func exported(_ file: String) -> ObservedMetrics? {
    guard sink.isClean else { return nil }
    let metrics = MetricGrid(file: file, path: "", sink: sink).metrics(export.parts, isDated: true)
    if let metrics, metrics[.incomingRecords] != nil {
      let holes = MetricGrid.holes(export.parts, of: .incomingRecords, in: metrics)
      if holes > 0 { warn(file, "IncomingRecords has no datapoint in \(holes) of \(metrics.bins) bins: taken as zero") }
    }
    return metrics
  }

  private func binned(_ table: TraceTable, _ file: String) -> ObservedMetrics? {
    if let filled = table.filled { warn(file, "\(filled.bins) bins are missing and filled: \(missing.rawValue)") }
    guard table.width % 1_000_000_000 == 0, let first = table.times.first else {
      refuse(file, "bins of \(plain(Double(table.width) / 1e9)) s: expected whole seconds")
      return nil
    }
    return metrics(table.counts, table.bytes, width: Interval(nanoseconds: table.width), first: first)
  }

  /// Events in bins of a second, from the second of the first one.
  private func events(_ table: TraceTable, _ file: String) -> ObservedMetrics? {
    guard let begin = table.times.first, let end = table.times.last else { return nil }
    let first = begin / 1_000_000_000
    let bins = end / 1_000_000_000 - first + 1
    guard bins <= MetricGrid.maximumBins else {
      refuse(file, "events over more than \(MetricGrid.maximumBins) seconds", remedy: "give counts in bins instead")
      return nil
    }
    var counts = [Double](repeating: 0, count: Int(bins))
    var bytes = table.bytes.isEmpty ? [] : counts
    for (index, time) in table.times.enumerated() {
      let bin = Int(time / 1_000_000_000 - first)
      counts[bin] += 1
      if !bytes.isEmpty { bytes[bin] += table.bytes[index] }
    }
    return metrics(counts, bytes, width: .seconds(1), first: first * 1_000_000_000)
  }

  /// A first column that counts from less than a decade after 1970 counts from zero.
  private func metrics(_ counts: [Double], _ bytes: [Double], width: Interval, first: Int64) -> ObservedMetrics {
    let decade = Instant(seconds: 315_360_000)
    var series = [ObservedMetrics.Series(.incomingRecords, counts)]
    if !bytes.isEmpty { series.append(.init(.incomingBytes, bytes)) }
    let start = Instant(nanoseconds: first)
    return ObservedMetrics(start: start >= decade ? start : nil, width: width, series: series)
  }
}
