/// Puts the values of `vars` where `${name}` stands.
struct VariablePass {
  /// Bytes of text that substitution may make.
  static let maximumText = 4 << 20

  let sink: Sink
  private let variables: [String: ConfigNode.Scalar]
  /// Their names, in the order of the file.
  private let names: [String]
  private var text = VariablePass.maximumText

  /// Reads `vars`, reporting those that are no text, number or truth value.
  init(root: ConfigNode, sink: Sink) {
    self.sink = sink
    var variables: [String: ConfigNode.Scalar] = [:]
    if let vars = root["vars"] {
      guard case .map(let entries) = vars.content else {
        sink.report(Diagnostic(place: vars.place, path: "vars", message: "expected a map", found: vars.summary))
        (self.variables, self.names) = ([:], [])
        return
      }
      for entry in entries {
        guard case .scalar(let scalar) = entry.value.content, !entry.value.isNull, !scalar.text.contains("${") else {
          sink.report(
            Diagnostic(
              place: entry.value.place, path: "vars.\(entry.key)",
              message: "expected a text or a number without \"${\"",
              found: entry.value.summary))
          continue
        }
        variables[entry.key] = scalar
      }
    }
    self.variables = variables
    self.names = root["vars"]?.keys ?? []
  }

  /// The tree with all values put in; `vars` itself is left alone.
  mutating func apply(to root: ConfigNode) -> ConfigNode {
    guard case .map(let entries) = root.content else { return root }
    return ConfigNode(
      place: root.place, content: .map(entries.map { $0.key == "vars" ? $0 : apply(to: $0, under: "") }))
  }

  private mutating func apply(to entry: ConfigNode.Entry, under parent: String) -> ConfigNode.Entry {
    let path = parent.isEmpty ? entry.key : "\(parent).\(entry.key)"
    return .init(key: entry.key, place: entry.place, value: apply(to: entry.value, at: path))
  }

  private mutating func apply(to node: ConfigNode, at path: String) -> ConfigNode {
    switch node.content {
    case .map(let entries):
      return ConfigNode(place: node.place, content: .map(entries.map { apply(to: $0, under: path) }))
    case .list(let items):
      let changed = items.enumerated().map { apply(to: $1, at: "\(path)[\($0)]") }
      return ConfigNode(place: node.place, content: .list(changed))
    case .scalar(let scalar):
      guard scalar.text.contains("${") else { return node }
      guard let value = substitute(scalar, node.place, path) else {
        return ConfigNode(place: node.place, content: node.content, isTold: true)
      }
      return ConfigNode(place: node.place, content: .scalar(value))
    }
  }

  /// A scalar that is one variable becomes its value, number or text; elsewhere the value is text within text.
  private mutating func substitute(_ scalar: ConfigNode.Scalar, _ place: Place, _ path: String) -> ConfigNode.Scalar? {
    var result = ""
    var rest = scalar.text[...]
    while let start = rest.firstRange(of: "${") {
      result += rest[..<start.lowerBound]
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
        return refuse(place, path, "expected \"}\" behind \"${\"", found: ConfigNode.quoted(scalar.text), nil)
      }
      let name = String(rest[start.upperBound..<end])
      guard let value = variables[name] else {
        // What is wrong with its value was said where it stands.
        guard !names.contains(name) else { return nil }
        let remedy = sink.nearest(name, among: names)
        return refuse(place, path, "there is no variable \(ConfigNode.quoted(name))", found: nil, remedy)
      }
      if scalar.text.utf8.count == name.utf8.count + 3 { return value }
      text -= value.text.utf8.count
      guard text >= 0 else { return refuse(place, path, "variables make too much text", found: nil, nil) }
      result += value.text
      rest = rest[rest.index(after: end)...]
    }
    return .init(text: result + rest, isQuoted: true)
  }

  private func refuse(
    _ place: Place, _ path: String, _ message: String, found: String?, _ remedy: String?
  ) -> ConfigNode.Scalar? {
    sink.report(Diagnostic(place: place, path: path, message: message, found: found, remedy: remedy))
    return nil
  }
}
