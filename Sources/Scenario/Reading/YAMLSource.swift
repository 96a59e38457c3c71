internal import Foundation
internal import Synchronization
internal import Yams

/// Reads YAML text into a bounded `ConfigNode`.
enum YAMLSource {
  /// Maps and lists within each other.
  static let maximumDepth = 32

  /// How large a document may be.
  struct Budget: Sendable {
    /// Scalars, maps and lists together, aliases expanded.
    var nodes: Int
    /// Bytes of all scalars together, aliases expanded.
    var text: Int

    /// What people write.
    static let scenario = Budget(nodes: 100_000, text: 4 << 20)
    /// What tools print: a month of minutes of five metrics, or ten full answers of GetRecords.
    static let export = Budget(nodes: 1_000_000, text: 128 << 20)
  }

  /// The document's root; nil when something was reported. A byte order mark is none of the text.
  static func tree(_ whole: String, file: String, sink: Sink, budget: Budget = .scenario) -> ConfigNode? {
    let text =
      whole.unicodeScalars.first == "\u{FEFF}"
      ? String(String.UnicodeScalarView(whole.unicodeScalars.dropFirst())) : whole
    if let flaw = YAMLGuard.flaw(in: text) {
      let place = Place(file: file, line: flaw.line, column: flaw.column)
      sink.report(Diagnostic(place: place, path: "", message: flaw.message))
      return nil
    }
    switch DeepStack.run({ compose(text, file: file, budget) }) {
    case .success(let root)?: return root
    case .failure(let diagnostic)?: sink.report(diagnostic)
    case nil:
      sink.report(Diagnostic(place: Place(file: file), path: "", message: "not enough memory to read it"))
    }
    return nil
  }

  /// Whether a file is meant to be JSON, which is read as the YAML it is.
  private static func isJSON(_ file: String) -> Bool { file.lowercased().hasSuffix(".json") }

  /// What a file that cannot be parsed is not.
  fileprivate static func flaw(in file: String, _ problem: String? = nil) -> String {
    "not valid \(isJSON(file) ? "JSON" : "YAML")" + (problem.map { ": \($0)" } ?? "")
  }

  private static func compose(_ text: String, file: String, _ budget: Budget) -> Result<ConfigNode, Diagnostic> {
    do {
      guard let root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot() else {
        return .failure(
          Diagnostic(
            place: Place(file: file), path: "",
            message: "expected \(isJSON(file) ? "JSON" : "a scenario"), found nothing"))
      }
      var walk = Walk(file: file, budget: budget)
      return .success(try walk.convert(root, depth: 0))
    } catch let diagnostic as Diagnostic {
      return .failure(diagnostic)
    } catch let error as YamlError {
      return .failure(YAMLFlaw(error, text: text, file: file).diagnostic)
    } catch {
      return .failure(Diagnostic(place: Place(file: file), path: "", message: flaw(in: file)))
    }
  }

  /// Turns shared nodes into a tree, within a budget: aliases are expanded here and only here.
  private struct Walk {
    let file: String
    let budget: Budget
    private var nodes: Int
    private var text: Int

    init(file: String, budget: Budget) {
      (self.file, self.budget) = (file, budget)
      (nodes, text) = (budget.nodes, budget.text)
    }

    mutating func convert(_ node: Node, depth: Int) throws -> ConfigNode {
      let place = place(node.mark)
      nodes -= 1
      guard nodes >= 0 else { throw flaw(place, "more than \(budget.nodes) values once aliases are expanded") }
      guard depth <= maximumDepth else { throw flaw(place, "nested more than \(maximumDepth) deep") }
      switch node {
      case .scalar(let scalar): return try convert(scalar, at: place)
      case .alias: throw flaw(place, "an alias without an anchor")
      case .sequence(let list):
        try refuseTag(list.tag, place)
        return ConfigNode(place: place, content: .list(try list.map { try convert($0, depth: depth + 1) }))
      case .mapping(let map):
        try refuseTag(map.tag, place)
        return ConfigNode(place: place, content: .map(try entries(of: map, depth: depth)))
      }
    }

    private mutating func convert(_ scalar: Node.Scalar, at place: Place) throws -> ConfigNode {
      try refuseTag(scalar.tag, place)
      text -= scalar.string.utf8.count
      guard text >= 0 else { throw flaw(place, "more than \(budget.text >> 20) MiB of text once aliases are expanded") }
      let isQuoted = scalar.style != .plain && scalar.style != .any
      return ConfigNode(place: place, content: .scalar(.init(text: scalar.string, isQuoted: isQuoted)))
    }

    private mutating func entries(of map: Node.Mapping, depth: Int) throws -> [ConfigNode.Entry] {
      var own: [ConfigNode.Entry] = []
      var merged: [ConfigNode.Entry] = []
      for (key, value) in map {
        guard case .scalar(let name) = key else { throw flaw(place(key.mark), "a key must be text") }
        text -= name.string.utf8.count
        let value = try convert(value, depth: depth + 1)
        if name.string == "<<", name.style == .plain {
          merged += try parents(value)
        } else {
          own.append(.init(key: name.string, place: place(key.mark), value: value))
        }
      }
      if merged.isEmpty { return own }
      var seen = Set(own.map(\.key))
      return own + merged.filter { seen.insert($0.key).inserted }
    }

    /// The entries behind a merge key: of a map, or of a list of maps of which earlier ones win.
    private func parents(_ value: ConfigNode) throws -> [ConfigNode.Entry] {
      switch value.content {
      case .map(let entries): return entries
      case .list(let items):
        return try items.flatMap { item in
          guard case .map(let entries) = item.content else { throw flaw(item.place, "\"<<\" merges maps only") }
          return entries
        }
      case .scalar: throw flaw(value.place, "\"<<\" merges maps only")
      }
    }

    private func refuseTag(_ tag: Tag, _ place: Place) throws {
      let name = tag.rawValue
      guard name.isEmpty || name == "!" || name.hasPrefix("tag:yaml.org,2002:") else {
        throw flaw(
          place,
          "\(isJSON(file) ? "not valid JSON: " : "")YAML tags such as \(ConfigNode.quoted(name)) are not supported")
      }
    }

    private func place(_ mark: Mark?) -> Place {
      Place(file: file, line: mark?.line ?? 0, column: mark?.column ?? 0)
    }

    private func flaw(_ place: Place, _ message: String) -> Diagnostic {
      Diagnostic(place: place, path: "", message: message)
    }
  }
}

/// What the YAML parser found wrong, as a diagnostic.
private struct YAMLFlaw {
  let diagnostic: Diagnostic

  init(_ error: YamlError, text: String, file: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      let place = Self.place(mark, in: text, file)
      diagnostic = Diagnostic(place: place, path: "", message: YAMLSource.flaw(in: file, problem))
    case .duplicatedKeysInMapping(let keys, let context):
      diagnostic = Self.duplicates(keys, first: context.mark, text: text, file: file)
    case .reader(let problem, _, _, _):
      diagnostic = Diagnostic(place: Place(file: file), path: "", message: YAMLSource.flaw(in: file, problem))
    default:
      diagnostic = Diagnostic(place: Place(file: file), path: "", message: YAMLSource.flaw(in: file))
    }
  }

  /// Where the parser stopped. At the end of a text without a line feed it has begun a line that the text does not have.
  private static func place(_ mark: Mark, in text: String, _ file: String) -> Place {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard mark.line > lines.count, let last = lines.last else {
      return Place(file: file, line: mark.line, column: mark.column)
    }
    return Place(file: file, line: lines.count, column: last.unicodeScalars.count + 1)
  }

  /// The parser tells where the key stands first; where it stands again is found by its column, in block style.
  private static func duplicates(_ keys: [String], first: Mark, text: String, file: String) -> Diagnostic {
    let name = keys.first ?? ""
    let indent = String(repeating: " ", count: max(0, first.column - 1)) + name
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let again = lines.indices.dropFirst(first.line).first { index in
      lines[index].hasPrefix(indent) && lines[index].dropFirst(indent.count).drop { $0 == " " }.first == ":"
    }
    return Diagnostic(
      place: Place(file: file, line: first.line, column: first.column), path: "",
      message: "key \(ConfigNode.quoted(name)) is given twice" + (again.map { ", again in line \($0 + 1)" } ?? ""),
      remedy: "remove one of them")
  }
}

/// Runs recursive code of others on a stack large enough for the deepest file they accept (1,000 levels).
private enum DeepStack {
  private static let bytes = 64 << 20

  private final class Slot<Value: Sendable>: Sendable { let value = Mutex<Value?>(nil) }

  private final class Task: Sendable {
    let work: @Sendable () -> Void
    init(_ work: @escaping @Sendable () -> Void) { self.work = work }
  }

  /// What `work` gives; nil when the system has no memory for the stack. Foundation's threads would then never start
  /// and never say so, hence a POSIX one.
  static func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) -> Value? {
    let slot = Slot<Value>()
    let task = unsafe Unmanaged.passRetained(Task { slot.value.withLock { $0 = work() } })
    var attributes = pthread_attr_t()
    var thread = pthread_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, bytes)
    let failure = unsafe pthread_create(
      &thread, &attributes,
      { pointer in
        if let pointer = unsafe pointer { unsafe Unmanaged<Task>.fromOpaque(pointer).takeRetainedValue().work() }
        return nil
      }, task.toOpaque())
    guard failure == 0 else {
      unsafe task.release()
      return nil
    }
    pthread_join(thread, nil)
    return slot.value.withLock { $0 }
  }
}
