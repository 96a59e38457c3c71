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

  /// One key a line; empty lines are passed over.
  mutating func read(lines bytes: [UInt8], file: String) {
    var faults = TraceFaults(file: file, path: "", sink: sink)
    for (index, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      let key = line.last == 13 ? line.dropLast() : line
      guard !key.isEmpty else { continue }
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
    for item in items {
      guard var record = item.map(expecting: "a record with PartitionKey") else { continue }
      if let key = record.require("PartitionKey", expecting: "a text")?.string() { keys.append(key) }
      if let data = record.take("Data")?.text { sizes.append(Double(Self.length(ofBase64: data))) }
    }
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
