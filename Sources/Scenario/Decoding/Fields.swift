/// A value on its way to a type: the node, what it is called, and where mistakes go.
struct Field {
  let node: ConfigNode
  let path: String
  let sink: Sink

  var place: Place { node.place }

  /// `true` for a list or map.
  var isScalar: Bool { if case .scalar = node.content { true } else { false } }

  /// The text of a scalar that is something; nil without a word otherwise.
  var text: String? {
    guard case .scalar(let scalar) = node.content, !node.isNull else { return nil }
    return scalar.text
  }

  /// Reports that something else was expected here.
  func fail(expected: String, remedy: String? = nil) {
    let remedy = remedy ?? (node.isNull ? "give it a value or remove the key" : nil)
    report("expected \(expected)", found: node.summary, remedy: remedy)
  }

  /// Reports what is wrong with a value that is of the right kind.
  func refuse(_ message: String, remedy: String? = nil, because cause: Diagnostic.Cause? = nil) {
    report(message, found: nil, remedy: remedy, cause)
  }

  /// Reports what may not be as its author thinks.
  func warn(_ message: String, found: String? = nil, remedy: String? = nil) {
    guard !node.isTold else { return }
    let found = found.map { ConfigNode.quoted($0) }
    sink.report(
      Diagnostic(place: place, path: path, message: message, found: found, remedy: remedy, severity: .warning))
  }

  private func report(_ message: String, found: String?, remedy: String?, _ cause: Diagnostic.Cause? = nil) {
    guard !node.isTold else { return }
    sink.report(Diagnostic(place: place, path: path, message: message, found: found, remedy: remedy, cause: cause))
  }

  /// The value as a map, or a report.
  func map(expecting expected: String = "a map") -> Fields? {
    guard case .map(let entries) = node.content else {
      fail(expected: expected)
      return nil
    }
    return Fields(path: path, place: place, entries: entries, sink: sink)
  }

  /// The value as a list of at most `maximum` items, or a report.
  func list(atMost maximum: Int, expecting expected: String = "a list") -> [Field]? {
    guard case .list(let items) = node.content else {
      fail(expected: expected)
      return nil
    }
    guard items.count <= maximum else {
      refuse("more than \(maximum) items")
      return nil
    }
    return items.enumerated().map { Field(node: $1, path: "\(path)[\($0)]", sink: sink) }
  }
}

/// A cursor over a map: every key is asked for once, and what nobody asked for is reported at the end.
struct Fields {
  let path: String
  let place: Place
  let entries: [ConfigNode.Entry]
  let sink: Sink
  private var known: [String] = []

  init(path: String, place: Place, entries: [ConfigNode.Entry], sink: Sink) {
    self.path = path
    self.place = place
    self.entries = entries
    self.sink = sink
  }

  /// The value of a key, if it is there.
  mutating func take(_ key: String) -> Field? {
    if !known.contains(key) { known.append(key) }
    guard let entry = entries.first(where: { $0.key == key }) else { return nil }
    return Field(node: entry.value, path: path(of: key), sink: sink)
  }

  /// The value of a key; reports when it is missing.
  mutating func require(_ key: String, expecting expected: String) -> Field? {
    if let field = take(key) { return field }
    let message = "\"\(key)\" is missing: expected \(expected)"
    sink.report(Diagnostic(place: place, path: path, message: message))
    return nil
  }

  /// Refuses keys that make sense only together with something else.
  mutating func inapplicable(_ keys: [String], to what: String) {
    for key in keys where !known.contains(key) {
      known.append(key)
      guard let entry = entries.first(where: { $0.key == key }) else { continue }
      let message = "\"\(key)\" does not apply to \(what)"
      sink.report(Diagnostic(place: entry.place, path: path(of: key), message: message, remedy: "remove it"))
    }
  }

  /// Reports every key that was not asked for, with the nearest that could have been meant.
  func finish() {
    for entry in entries where !known.contains(entry.key) {
      let message = "unknown key \(ConfigNode.quoted(entry.key))"
      let near = sink.nearest(entry.key, among: known)
      let remedy = near ?? (known.isEmpty ? nil : "keys here are \(known.joined(separator: ", "))")
      sink.report(Diagnostic(place: entry.place, path: path(of: entry.key), message: message, remedy: remedy))
    }
  }

  /// Reports what concerns the map as a whole.
  func refuse(_ message: String, remedy: String? = nil) {
    sink.report(Diagnostic(place: place, path: path, message: message, remedy: remedy))
  }

  func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
