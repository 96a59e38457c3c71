internal import KinesisCore
internal import Units

/// Reads samples of partition keys: one a line, or the answer of GetRecords.
struct KeyList {
  /// The most keys of a sample.
  static let maximum = 20_000_000
  /// A partition key has at most 256 characters, of up to four bytes each.
  private static let longest = 4 * longestInCharacters, longestInCharacters = 256

  private let sink: Sink
  private(set) var keys: [String] = []
  private(set) var sizes: [Double] = []

  init(sink: Sink) { self.sink = sink }

  /// What a column of keys is called: no stream has such a key first.
  static let headers: Set<String> = ["key", "keys", "partition_key", "partitionkey", "partition key"]

  /// One key a line; empty lines are passed over, and so is a first line that names the column, with a warning. Where every line is a
  /// text of JSON, as jq prints them, the keys are what is within the quotes.
  mutating func read(lines bytes: [UInt8], file: String) {
    var lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map { $0.last == 13 ? $0.dropLast() : $0 }
    if lines[0].starts(with: [0xEF, 0xBB, 0xBF]) { lines[0] = lines[0].dropFirst(3) }
    // Line numbers stay: what is left out becomes empty.
    for index in KeyText.comments(lines) {
      warn("a comment, left out", file: file, line: index + 1, found: String(decoding: lines[index], as: UTF8.self))
      lines[index] = []
    }
    if let first = lines.firstIndex(where: { !$0.isEmpty }),
      KeyText.isHeader(lines[first], before: lines[(first + 1)...])
    {
      let name = lines[first].filter { $0 != UInt8(ascii: "\"") }
      warn("a header, left out", file: file, line: first + 1, found: String(decoding: name, as: UTF8.self))
      lines[first] = []
    }
    let quote = UInt8(ascii: "\""),
      isQuoted = { (line: ArraySlice<UInt8>) in
        line.count >= 2 && line.first == quote && line.last == quote
      }
    if lines.contains(where: isQuoted), lines.allSatisfy({ $0.isEmpty || isQuoted($0) }) {
      guard !bytes.contains(UInt8(ascii: "\\")) else {
        return refuse("keys in quotes, with escapes", file: file, remedy: "print them with jq --raw-output")
      }
      warn("every line is in quotes: the keys are what is within", file: file, line: 1, found: nil)
      lines = lines.map { $0.isEmpty ? $0 : $0.dropFirst().dropLast() }
    }
    read(lines, file: file)
  }

  private mutating func read(_ lines: [ArraySlice<UInt8>], file: String) {
    var faults = TraceFaults(file: file, path: "", sink: sink)
    for (index, key) in lines.enumerated() where !key.isEmpty {
      guard let text = Self.key(key) else {
        faults.report(line: index + 1, column: 1, "expected a partition key of at most 256 characters in UTF-8")
        continue
      }
      guard keys.count < Self.maximum else {
        faults.report(line: index + 1, column: 1, "more than \(Self.maximum) keys")
        break
      }
      keys.append(text)
    }
    faults.finish()
  }

  private func warn(_ message: String, file: String, line: Int, found: String?) {
    let place = Place(file: file, line: line, column: 1)
    sink.report(
      Diagnostic(
        place: place, path: "", message: message, found: found.map { ConfigNode.quoted($0) }, severity: .warning))
  }

  private func refuse(_ message: String, file: String, remedy: String) {
    sink.report(Diagnostic(place: Place(file: file, line: 1, column: 1), path: "", message: message, remedy: remedy))
  }

  /// A partition key: UTF-8 of 1 to 256 characters; nil when it is none.
  static func key(_ bytes: ArraySlice<UInt8>) -> String? {
    guard (1...longest).contains(bytes.count), let text = String(validating: bytes, as: UTF8.self),
      text.unicodeScalars.count <= longestInCharacters
    else { return nil }
    return text
  }

  /// `Records` of GetRecords: PartitionKey, and Data in base64, of which only the length is taken.
  mutating func read(records root: ConfigNode) {
    let field = Field(node: root, path: "", sink: sink)
    guard var fields = field.map(), let items = fields.take("Records")?.list(atMost: 1_000_000) else { return }
    for item in items { add(record: item) }
  }

  /// Records in a list, or one after the other, as jq prints them.
  mutating func read(records: [ConfigNode], file: String) {
    for (index, node) in records.enumerated() { add(record: Field(node: node, path: "[\(index)]", sink: sink)) }
  }

  private mutating func add(record item: Field) {
    guard var record = item.map(expecting: "a record with PartitionKey") else { return }
    let key = record.require("PartitionKey", expecting: "a text")?.string(), data = record.take("Data")?.text
    if let items = data.flatMap(Self.aggregate)?.items {
      for item in items { add(item.key, size: Double(item.size)) }
      return
    }
    if let key { keys.append(key) }
    if let data { sizes.append(Double(Self.length(ofBase64: data))) }
  }

  /// A list of texts.
  mutating func read(texts: [String], file: String) { read(texts.map { Array($0.utf8)[...] }, file: file) }

  /// The column of keys of a table; a row counts as often as its column `count` says, where it has one.
  mutating func read(_ columns: KeyText.Columns, of bytes: [UInt8], file: String) {
    var (rows, cells, faults) = (CSVRows(bytes), [Range<Int>](), TraceFaults(file: file, path: "", sink: sink))
    _ = rows.next(into: &cells)
    warn("a table: the keys are those of its column", file: file, line: 1, found: columns.name)
    while faults.count < TraceFaults.maximum, rows.next(into: &cells) {
      guard cells.indices.contains(columns.key), case let cell = rows.unquoted(cells[columns.key]), !cell.isEmpty else {
        continue
      }
      let count = columns.count.map { cells.indices.contains($0) ? rows.number(rows.unquoted(cells[$0])) : nil } ?? 1
      guard let key = Self.key(rows.bytes[cell]), let count, count == count.rounded(), count < Double(Self.maximum)
      else {
        faults.report(line: rows.line, column: 1, "expected a partition key, and a whole count where there is one")
        continue
      }
      guard keys.count + Int(clamping: count) <= Self.maximum else {
        faults.report(line: rows.line, column: 1, "more than \(Self.maximum) keys")
        break
      }
      let isQuoted = cell != cells[columns.key], name = isQuoted ? key.replacing("\"\"", with: "\"") : key
      let size = columns.bytes.flatMap { cells.indices.contains($0) ? rows.number(rows.unquoted(cells[$0])) : nil }
      for _ in 0..<Int(clamping: count) { add(name, size: columns.count == nil ? size : nil) }
    }
    faults.finish()
  }

  /// What the Kinesis Producer Library packed, of data that begin as its aggregates do.
  private static func aggregate(_ data: String) -> AggregatedRecord? {
    guard data.hasPrefix("84maw") else { return nil }
    return Base64.bytes(data).flatMap { AggregatedRecord($0[...]) }
  }

  /// Takes in the key of a record, and its size if that is known.
  mutating func add(_ key: String, size: Double?) {
    keys.append(key)
    if let size { sizes.append(size) }
  }

  /// Takes in sizes without keys.
  mutating func add(sizes: [Double]) { self.sizes += sizes }

  private static func length(ofBase64 text: String) -> Int {
    let padding = text.utf8.reversed().prefix { $0 == 61 }.count
    return max(0, text.utf8.count / 4 * 3 - padding)
  }
}
