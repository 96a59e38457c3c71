/// Reads a scenario and those it extends, and lays them over each other.
struct ExtensionPass {
  /// How many files may stand behind one.
  static let maximumDepth = 16

  let sink: Sink
  /// The files read, the scenario's own first.
  private(set) var sources: [LoadedScenario.Input] = []

  init(sink: Sink) { self.sink = sink }

  /// The tree of a file laid over the one it extends; nil when a file could not be read or parsed.
  mutating func load(path: String) -> ConfigNode? {
    guard let root = read(path, from: nil) else { return nil }
    return resolve(root, file: path, chain: [path])
  }

  /// The tree of a text that stands for `file`.
  mutating func load(text: String, file: String) -> ConfigNode? {
    guard let decoded = SourceText.decode(Array(text.utf8), file: file, sink: sink),
      let root = YAMLSource.tree(decoded, file: file, sink: sink)
    else { return nil }
    return resolve(root, file: file, chain: [file])
  }

  private mutating func resolve(_ root: ConfigNode, file: String, chain: [String]) -> ConfigNode? {
    guard let parent = root["extends"] else { return root }
    guard case .scalar(let scalar) = parent.content, !parent.isNull else {
      return refuse(parent.place, "expected the path of a scenario", found: parent.summary)
    }
    let path = InputFile.resolve(scalar.text, in: InputFile.directory(of: file))
    guard !chain.map(InputFile.identity).contains(InputFile.identity(path)) else {
      return refuse(parent.place, "a scenario cannot extend itself: \((chain + [path]).joined(separator: " -> "))")
    }
    guard chain.count <= Self.maximumDepth else {
      return refuse(parent.place, "more than \(Self.maximumDepth) scenarios extend each other")
    }
    guard let base = read(path, from: parent.place), let resolved = resolve(base, file: path, chain: chain + [path])
    else { return nil }
    return resolved.overlaid(by: root)
  }

  private mutating func read(_ path: String, from place: Place?) -> ConfigNode? {
    let subject = place == nil ? "" : "extends"
    do {
      let bytes = try InputFile.read(path, limit: InputFile.scenarioLimit)
      sources.append(.init(path: path, bytes: bytes))
      guard let text = SourceText.decode(bytes, file: path, sink: sink) else { return nil }
      return YAMLSource.tree(text, file: path, sink: sink)
    } catch {
      let message = place == nil ? error.reason : "cannot read \(ConfigNode.quoted(path)): \(error.reason)"
      sink.report(error, Diagnostic(place: place ?? Place(file: path), path: subject, message: message))
      return nil
    }
  }

  private func refuse(_ place: Place, _ message: String, found: String? = nil) -> ConfigNode? {
    sink.report(Diagnostic(place: place, path: "extends", message: message, found: found))
    return nil
  }
}
