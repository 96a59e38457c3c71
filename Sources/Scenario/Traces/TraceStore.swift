/// Reads the traces of one scenario, each file once.
final class TraceStore {
  private struct Parsed {
    var path: String
    var keys: TraceTable.Keys
    var holes: TraceTable.Holes?
    var table: TraceTable?
  }

  /// The files read, as the scenario names them, with their bytes; in the order of the scenario.
  private(set) var inputs: [(path: String, bytes: [UInt8])] = []
  private var parsed: [Parsed] = []
  private let sink: Sink

  init(sink: Sink) { self.sink = sink }

  /// The trace a field names, relative to the file the field stands in; nil when something was reported.
  func table(_ field: Field, keys: TraceTable.Keys, holes: TraceTable.Holes?, base: String) -> TraceTable? {
    guard let name = field.string(expecting: "the path of a CSV file") else { return nil }
    let directory = field.place.file == "--set" ? base : InputFile.directory(of: field.place.file)
    let path = InputFile.resolve(name, in: directory)
    let isKnown = { (one: Parsed) in one.path == path && one.keys == keys && one.holes == holes }
    if let known = parsed.first(where: isKnown) { return known.table }
    guard let bytes = bytes(path, name: name, field) else { return nil }
    let faults = TraceFaults(file: path, path: field.path, sink: sink)
    var parser = TraceParser(bytes, keys: keys, holes: holes, faults: faults)
    let table = parser.parse()
    parsed.append(Parsed(path: path, keys: keys, holes: holes, table: table))
    return table
  }

  private func bytes(_ path: String, name: String, _ field: Field) -> [UInt8]? {
    if let known = inputs.first(where: { $0.path == path }) { return known.bytes }
    let room = InputFile.traceLimit - inputs.reduce(0) { $0 + $1.bytes.count }
    do {
      let bytes = try InputFile.read(path, limit: room)
      inputs.append((path, bytes))
      return bytes
    } catch {
      let message = "cannot read \(ConfigNode.quoted(name)): \(error.reason)"
      sink.report(error, Diagnostic(place: field.place, path: field.path, message: message))
      return nil
    }
  }
}
