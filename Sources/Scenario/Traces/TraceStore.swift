/// Reads the files beside one scenario, its traces above all, each once for all scenarios of a template.
final class TraceStore {
  private struct Parsed {
    var key: TraceCache.Key
    var table: TraceTable?
  }

  /// The files read, as the scenario names them, with their bytes; in the order of the scenario.
  private(set) var inputs: [(path: String, bytes: [UInt8])] = []
  private var parsed: [Parsed] = []
  let sink: Sink
  private let cache: TraceCache

  /// `cache` has what other scenarios of the same template read.
  init(sink: Sink, cache: TraceCache = TraceCache()) { (self.sink, self.cache) = (sink, cache) }

  /// The trace a field names, relative to the file the field stands in; nil when something was reported.
  func table(_ field: Field, keys: TraceTable.Keys, holes: TraceTable.Holes?, base: String) -> TraceTable? {
    guard let name = field.string(expecting: "the path of a CSV file") else { return nil }
    let path = path(name, of: field, base: base)
    let key = TraceCache.Key(path: path, keys: keys, holes: holes)
    if let known = parsed.first(where: { $0.key == key }) { return known.table }
    guard let bytes = bytes(path, name: name, field) else { return nil }
    if let table = cache.table(key) {
      parsed.append(Parsed(key: key, table: table))
      return table
    }
    let faults = TraceFaults(file: path, path: field.path, sink: sink)
    var parser = TraceParser(bytes, keys: keys, holes: holes, faults: faults)
    let table = parser.parse()
    parsed.append(Parsed(key: key, table: table))
    // One with faults is read again, so that every scenario tells them.
    if let table { cache.keep(table, of: key) }
    return table
  }

  /// The tree of a JSON or YAML file a field names; nil when something was reported.
  func tree(_ field: Field, base: String) -> ConfigNode? {
    guard let name = field.string(expecting: "builtin or the path of a file") else { return nil }
    let path = path(name, of: field, base: base)
    guard let bytes = bytes(path, name: name, field) else { return nil }
    guard bytes.count <= InputFile.scenarioLimit else {
      field.refuse("\(ConfigNode.quoted(name)) is larger than \(InputFile.scenarioLimit >> 20) MiB")
      return nil
    }
    guard let text = SourceText.decode(bytes, file: path, sink: sink) else { return nil }
    return YAMLSource.tree(text, file: path, sink: sink)
  }

  /// The path and the bytes of a file a field names; nil when something was reported.
  func file(
    _ field: Field, base: String, expecting expected: String = "the path of a CSV file"
  ) -> (path: String, bytes: [UInt8])? {
    guard let name = field.string(expecting: expected) else { return nil }
    let path = path(name, of: field, base: base)
    return bytes(path, name: name, field).map { (path, $0) }
  }

  private func path(_ name: String, of field: Field, base: String) -> String {
    InputFile.resolve(name, in: Setting.isCommandLine(field.place) ? base : InputFile.directory(of: field.place.file))
  }

  private func bytes(_ path: String, name: String, _ field: Field) -> [UInt8]? {
    if let known = inputs.first(where: { $0.path == path }) { return known.bytes }
    let room = InputFile.traceLimit - inputs.reduce(0) { $0 + $1.bytes.count }
    do {
      if let known = cache.bytes(path) {
        inputs.append((path, known))
        return known
      }
      let bytes = try InputFile.read(path, limit: room)
      cache.keep(bytes, of: path)
      inputs.append((path, bytes))
      return bytes
    } catch {
      let message = "cannot read \(ConfigNode.quoted(name)): \(error.reason)"
      sink.report(error, Diagnostic(place: field.place, path: field.path, message: message))
      return nil
    }
  }
}
