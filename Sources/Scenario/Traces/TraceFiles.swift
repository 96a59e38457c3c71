internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

/// Reads whatever somebody has of their traffic; what a file is, is seen from its content.
///
/// Known are CSV in bins (`t_s,count[,bytes]`), of single events (`t_s[,key][,bytes]`) and of CloudWatch's metrics by name,
/// each with dates under `time` or `timestamp` instead of seconds; what CloudWatch's console and Grafana export; the JSON of
/// `aws cloudwatch get-metric-data`, `get-metric-statistics`, `aws kinesis get-records` and `list-shards`; and partition keys, one a
/// line.
public enum TraceFiles {
  /// Reads the files together, at most 256 MiB; `keys` are samples of partition keys whatever they look like, `shards` is what
  /// `aws kinesis list-shards` printed.
  ///
  /// Several exports of CloudWatch make one series a metric; a CSV of counts stands alone. Throws every error at once.
  public static func read(
    _ files: [String], keys: [String], shards: String? = nil, missing: MissingBins
  ) throws(ScenarioFailure) -> TraceInput {
    var reader = TraceReader(missing: missing)
    for file in files { reader.read(file, as: .anything) }
    for file in keys { reader.read(file, as: .keys) }
    if let shards { reader.read(shards, as: .shards) }
    return try reader.finish(files: files + keys + [shards].compactMap(\.self))
  }
}

/// What has been read so far.
private struct TraceReader {
  /// What a file is said to be.
  enum Purpose { case anything, keys, shards }

  private let sink = Sink()
  private let missing: MissingBins
  private var room = InputFile.traceLimit
  private var export: CloudWatchExport
  private var list: KeyList
  private var listing: ShardListing?
  /// The first file of each kind of traffic.
  private var exportFile: String?
  private var tableFile: String?
  /// The files that were read, by their one name.
  private var seen: Set<String> = []
  private var observed: (parts: [MetricPoints], isDated: Bool)?
  private var table: TraceTable?

  init(missing: MissingBins) {
    self.missing = missing
    export = CloudWatchExport(sink: sink)
    list = KeyList(sink: sink)
  }

  mutating func read(_ file: String, as purpose: Purpose) {
    guard seen.insert(InputFile.identity(file)).inserted else { return warn(file, "named twice, and read once") }
    guard let bytes = bytes(file) else { return }
    guard let first = bytes.first(where: { $0 > 32 && $0 < 128 }) else {
      return refuse(file, "the file is empty")
    }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      if let tree = tree(bytes, file) { read(tree, file, as: purpose) }
    } else {
      switch purpose {
      case .anything: read(text: bytes, file)
      case .keys: read(keys: bytes, file)
      case .shards: refuse(file, "expected the JSON of aws kinesis list-shards")
      }
    }
  }

  /// A sample of keys: one a line, or the column of a table.
  private mutating func read(keys bytes: [UInt8], _ file: String) {
    switch KeyText(bytes) {
    case .lines: list.read(lines: bytes, file: file)
    case .table(let columns): list.read(columns, of: bytes, file: file)
    case .foreign(let message, let found, let remedy):
      refuse(Place(file: file, line: 1, column: 1), message, found: ConfigNode.quoted(found), remedy: remedy)
    }
  }

  private mutating func bytes(_ file: String) -> [UInt8]? {
    do {
      let bytes = try InputFile.read(file, limit: room)
      room -= bytes.count
      return JSONTexts.narrowed(bytes)
    } catch {
      sink.report(error, Diagnostic(place: Place(file: file), path: "", message: "cannot read it: \(error.reason)"))
      return nil
    }
  }

  // MARK: JSON

  private func tree(_ bytes: [UInt8], _ file: String) -> ConfigNode? {
    guard let text = SourceText.decode(JSONTexts.listed(bytes), file: file, sink: sink) else { return nil }
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

  private mutating func read(_ root: ConfigNode, _ file: String, as purpose: Purpose) {
    if case .list(let documents) = root.content, !documents.isEmpty, documents.allSatisfy({ !$0.keys.isEmpty }) {
      if purpose != .shards, documents.contains(where: { $0["PartitionKey"] != nil }) {
        return list.read(records: documents, file: file)
      }
      // Answers collected in one list, as jq --slurp makes it; a kind that is not known is told of once.
      let strange = documents.first { !isKnown($0) }
      for document in documents where strange == nil || isKnown(document) { read(document, file, as: purpose) }
      if let strange { read(strange, file, as: purpose) }
    } else if let texts = texts(root, purpose) {
      if purpose == .anything { warnOfKeys(file, "a list of partition keys") }
      list.read(texts: texts, file: file)
    } else if purpose != .shards, root["PartitionKey"] != nil {
      list.read(records: [root], file: file)
    } else if ShardListing.isKnown(root) {
      if let found = ShardListing(root, sink: sink) { listing = found }
    } else if purpose != .shards, CloudWatchExport.isKnown(root) {
      exportFile = exportFile ?? file
      export.read(root)
    } else if purpose != .shards, root["Records"] != nil {
      list.read(records: root)
    } else {
      let found = root.keys.isEmpty ? root.summary : root.keys.prefix(5).joined(separator: ", ")
      let expected = purpose == .shards ? "Shards" : "MetricDataResults, Datapoints, Records or Shards"
      let remedy =
        purpose == .shards
        ? "give what aws kinesis list-shards prints"
        : "give what aws cloudwatch get-metric-data, get-metric-statistics, aws kinesis get-records or list-shards prints"
      refuse(file, "expected \(expected)", found: found, remedy: remedy)
    }
  }

  /// A list of keys; numbers alone are keys where somebody says so.
  private func texts(_ root: ConfigNode, _ purpose: Purpose) -> [String]? {
    guard case .list(let items) = root.content, !items.isEmpty, purpose != .shards else { return nil }
    let texts = items.compactMap { item -> String? in
      guard case .scalar(let scalar) = item.content, scalar.isQuoted || purpose == .keys && !item.isNull else {
        return nil
      }
      return scalar.text
    }
    return texts.count == items.count ? texts : nil
  }

  private func isKnown(_ root: ConfigNode) -> Bool {
    ShardListing.isKnown(root) || CloudWatchExport.isKnown(root) || root["Records"] != nil
  }

  // MARK: CSV and keys

  private mutating func read(text bytes: [UInt8], _ file: String) {
    var rows = CSVRows(bytes)
    var cells: [Range<Int>] = []
    _ = rows.next(into: &cells)
    let names = cells.map { rows.text(rows.unquoted($0)) }, first = names.first?.lowercased() ?? ""
    if let flaw = ForeignText(names, rows, isQuoted: cells[0] != rows.unquoted(cells[0])) {
      return refuse(
        Place(file: file, line: 1, column: 1), flaw.message, found: ConfigNode.quoted(names[0]), remedy: flaw.remedy)
    }
    let isConsole = ObservedParser.isConsole(names, nextIn: rows)
    let isTable = first == "t_s" || TraceParser.dates.contains(first) || isConsole
    guard isTable, names.count > 1 || first == "t_s" else {
      guard names.count == 1 else {
        return refuse(
          Place(file: file, line: 1, column: 1), "expected a header that begins with t_s, time or timestamp",
          found: ConfigNode.quoted(names[0]), remedy: ForeignText.keysRemedy)
      }
      warnOfKeys(file, "partition keys, one a line")
      return list.read(lines: bytes, file: file)
    }
    if let other = tableFile {
      return refuse(file, "traffic is given twice, here and in \(other)", remedy: "give one of them")
    }
    tableFile = file
    if isConsole || ObservedParser.isHeader(names) {
      var parser = ObservedParser(bytes, file: file, path: "", sink: sink)
      observed = parser.points()
    } else {
      let faults = TraceFaults(file: file, path: "", sink: sink)
      let wanted = wantedKeys(names, &rows, file)
      var parser = TraceParser(bytes, keys: wanted, holes: missing.holes, faults: faults)
      table = parser.parse()
      checkThousands(names, bytes, file)
    }
  }

  private func warnOfKeys(_ file: String, _ what: String) {
    warn(file, "taken as \(what)", remedy: "name it with --keys if it is")
  }

  private func checkThousands(_ names: [String], _ bytes: [UInt8], _ file: String) {
    for column in ["count", "bytes"].compactMap({ names.firstIndex(of: $0) }) {
      guard let found = Thousands.dotted(inColumn: column, of: bytes) else { continue }
      refuse(
        Place(file: file, line: found.line, column: 1),
        "a number of \(names[column]) that looks like a dot between thousands", found: ConfigNode.quoted(found.text),
        remedy: Thousands.remedy)
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
    return cells.indices.contains(column) && rows.unquoted(cells[column]).isEmpty ? .unread : .only
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
    export.finish()
    var input = TraceInput(files: files)
    if let exportFile, let tableFile {
      refuse(tableFile, "traffic is given twice, here and in \(exportFile)", remedy: "give one of them")
    } else if let exportFile {
      input.traffic = sink.isClean ? counted(export.parts, isDated: true, exportFile, &input) : nil
    } else if let table, let file = tableFile {
      input.traffic = table.isBinned ? binned(table, file) : events(table, file)
      input.bytes = .dataOnly
      for (position, key) in table.keys.enumerated() {
        list.add(table.names[Int(key)], size: table.sizes.isEmpty ? nil : Double(table.sizes[position]))
      }
      if !table.isBinned, table.keys.isEmpty { list.add(sizes: table.sizes.map(Double.init)) }
    } else if let observed, let file = tableFile {
      input.traffic = counted(observed.parts, isDated: observed.isDated, file, &input)
    }
    input.listing = listing
    guard sink.isClean else { throw sink.failure(main: files.first ?? "") }
    if !list.keys.isEmpty || !list.sizes.isEmpty { input.keys = .init(list.keys, sizes: list.sizes) }
    input.warnings = sink.warnings
    return input
  }

  /// What CloudWatch counted of the stream, and of its shards where that was given.
  private func counted(
    _ parts: [MetricPoints], isDated: Bool, _ file: String, _ input: inout TraceInput
  ) -> ObservedMetrics? {
    let sums = ShardSums(parts)
    let metrics = MetricGrid(file: file, path: "", sink: sink).metrics(sums.totals, isDated: isDated)
    guard let metrics else { return nil }
    if metrics[.incomingRecords] != nil, file == exportFile {
      let holes = MetricGrid.holes(sums.totals, of: .incomingRecords, in: metrics)
      if holes > 0 { warn(file, "IncomingRecords has no datapoint in \(holes) of \(metrics.bins) bins: taken as zero") }
    }
    if let counts = metrics[.incomingRecords], counts.count >= 5, counts.allSatisfy({ $0 == 1 }) {
      warn(
        file, "IncomingRecords is 1 in every bin: so is the Average of PutRecord calls, however many",
        remedy: "ask for the statistic Sum")
    }
    checkSizes(metrics, file)
    if !sums.added.isEmpty {
      let names = sums.added.map(\.rawValue).joined(separator: ", ")
      warn(file, "\(sums.shards.count) series of \(names) are taken as one stream's shards and added up")
    }
    input.shards = shards(sums.shards, file)
    return metrics
  }

  /// Metrics of bytes that cannot be those of the records.
  private func checkSizes(_ metrics: ObservedMetrics, _ file: String, of column: String = "IncomingBytes") {
    // Bins in which both were counted: a file may have less of one.
    let pairs = zip(metrics[.incomingRecords] ?? [], metrics[.incomingBytes] ?? []).filter { $0.0 > 0 && $0.1 > 0 }
    let (records, bytes) = pairs.reduce((0.0, 0.0)) { ($0.0 + $1.0, $0.1 + $1.1) }
    guard bytes < 2 * records else { return }
    let isOwn = column == "IncomingBytes"
    refuse(
      file,
      "\(column) has \(plain(bytes)) for \(plain(records)) records: "
        + (isOwn ? "less than a byte of key and a byte of data each" : "fewer than two bytes a record"),
      remedy: isOwn
        ? "give the bytes of the same stream and time, statistic Sum"
        : "give the bytes of all records of a row together, without their keys")
  }

  /// The shards with their parts of the ring: as listed, else as CreateStream cuts so many.
  private func shards(_ found: [ShardSums.Shard], _ file: String) -> [TraceInput.ShardTotals] {
    guard found.count > 1, found.contains(where: { ($0.sums[.incomingRecords] ?? 0) > 0 }) else { return [] }
    let hasThrottles = found.contains { $0.sums[.writeExceeded] != nil }
    let totals = { (name: String, range: HashKeyRange) in
      let sums = found.first { $0.name == name }?.sums ?? [:]
      return TraceInput.ShardTotals(
        name: name, range: range, records: sums[.incomingRecords] ?? 0,
        throttled: hasThrottles ? sums[.writeExceeded] ?? 0 : nil)
    }
    guard let listing else {
      let isNamed = found.allSatisfy { $0.name.hasPrefix("shardId-") }
      let names = isNamed ? found.map(\.name).sorted() : found.map(\.name)
      if isNamed, names.first.map({ !$0.hasSuffix("-000000000000") }) ?? false || names.count > 1 && !Self.follow(names)
      {
        warn(
          file, "shards were split or merged: their parts of the ring are taken as even, in the order of their ids",
          remedy: "give what aws kinesis list-shards prints with --shards-from")
      }
      return zip(names, HashKeyRange.even(names.count)).map(totals)
    }
    let open = Set(listing.open.map(\.id)), strangers = found.filter { !open.contains($0.name) }.map(\.name)
    if !strangers.isEmpty {
      warn(
        file,
        "\(strangers.count) shards are not open in the list of shards, such as \(strangers[0]): their records count for the "
          + "stream, and for no shard")
    }
    return strangers.count == found.count ? [] : listing.open.map { totals($0.id, $0.range) }
  }

  /// Whether ids, ascending, are numbered without a gap, as those of a stream are that nobody split.
  private static func follow(_ names: [String]) -> Bool {
    let numbers = names.compactMap { Int($0.dropFirst("shardId-".count)) }
    return numbers.count == names.count && zip(numbers, numbers.dropFirst()).allSatisfy { $0 + 1 == $1 }
  }

  private func binned(_ table: TraceTable, _ file: String) -> ObservedMetrics? {
    if let filled = table.filled { warn(file, "\(filled.bins) bins are missing and filled: \(missing.rawValue)") }
    guard table.width % 1_000_000_000 == 0 else {
      refuse(file, "bins of \(plain(Double(table.width) / 1e9)) s: expected whole seconds")
      return nil
    }
    let metrics = metrics(table.counts, table.bytes, width: Interval(nanoseconds: table.width), first: table.start)
    checkSizes(metrics, file, of: "bytes")
    return metrics
  }

  /// Events in bins of a second, from the second of the first one.
  private func events(_ table: TraceTable, _ file: String) -> ObservedMetrics? {
    guard let last = table.times.last else { return nil }
    let first = table.start / 1_000_000_000
    let bins = (table.start + last) / 1_000_000_000 - first + 1
    guard bins <= MetricGrid.maximumBins else {
      refuse(file, "events over more than \(MetricGrid.maximumBins) seconds", remedy: "give counts in bins instead")
      return nil
    }
    var counts = [Double](repeating: 0, count: Int(bins))
    var bytes = table.sizes.isEmpty ? [] : counts
    for (index, time) in table.times.enumerated() {
      let bin = Int((table.start + time) / 1_000_000_000 - first)
      counts[bin] += 1
      if !bytes.isEmpty { bytes[bin] += Double(table.sizes[index]) }
    }
    let metrics = metrics(counts, bytes, width: .seconds(1), first: first * 1_000_000_000)
    checkSizes(metrics, file, of: "bytes")
    return metrics
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
