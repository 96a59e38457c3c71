internal import Foundation

/// What stands in a directory that `weir test` is given: scenarios, files that are none, and baselines.
///
/// A file is a scenario when it ends in `.yaml` or `.yml` and has `schema` or `extends` at its top, or looks as if it
/// should: what has streams, producers or a clock and no `schema` is an error later on, not silently left out. A file
/// without `schema` that another one extends is a base, tested as part of those. Names that begin with a dot are not
/// looked at, nor are directories behind symbolic links.
public struct ScenarioFolder: Sendable {
  /// A scenario file.
  public struct Entry: Sendable, Hashable {
    /// Its path, as its user would type it.
    public var path: String
    /// Its path below the directory, without its ending: what its baseline is called.
    public var stem: String
  }
  /// A file that is no scenario.
  public struct Skipped: Sendable, Hashable {
    /// Its path, as its user would type it.
    public var path: String
    /// Why, in words.
    public var reason: String
  }

  /// The name of the directory of baselines.
  public static let baselines = "baselines"
  /// The most scenarios of a directory, and the most files that are looked at.
  public static let maximumScenarios = 1_000, maximumFiles = 20_000
  /// How deep directories may lie in each other.
  static let maximumDepth = 16

  /// The directory, as its user named it, without a slash at its end.
  public let path: String
  /// The scenarios, in the byte order of their paths below the directory.
  public private(set) var scenarios: [Entry] = []
  /// What is no scenario, in the same order.
  public private(set) var skipped: [Skipped] = []
  /// The baselines that are there, by the stems of the scenarios they belong to, in byte order.
  public private(set) var baselineStems: [String] = []

  /// Looks through a directory. Throws when it cannot be read, holds too much, or two files would share a baseline.
  public init(path: String) throws(ScenarioFailure) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let names = try Self.files(below: self.path)
    let sheets = names.filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !Self.isBaseline($0) }
    let heads = sheets.map { Head(path: self.path + "/" + $0) }
    let bases = Set(heads.compactMap(\.base))
    for (name, head) in zip(sheets, heads) { sort(name, head, bases) }
    baselineStems = names.filter { Self.isBaseline($0) && $0.hasSuffix(".json") }
      .map { String($0.dropFirst(Self.baselines.utf8.count + 1).dropLast(5)) }
    try check()
  }

  /// The command line that writes the baselines anew, of scenarios with `settings` laid over them.
  public func updating(_ settings: [Setting]) -> ShellLine {
    ShellLine("weir", "test", of: [path]).with("--update", isSet: true).with(settings)
  }

  /// Where the baseline of a scenario is.
  public func baseline(of entry: Entry) -> String { baselinePath(entry.stem) }

  /// Where the baseline of that stem is.
  public func baselinePath(_ stem: String) -> String { "\(path)/\(Self.baselines)/\(stem).json" }

  private mutating func sort(_ name: String, _ head: Head, _ bases: Set<String>) {
    let file = path + "/" + name
    switch head.kind {
    case .scenario, .unreadable: scenarios.append(Entry(path: file, stem: Self.stem(name)))
    case .other(let schema): skipped.append(Skipped(path: file, reason: "its schema is \(schema)"))
    case .unmarked(let isLikely):
      if bases.contains(InputFile.identity(file)) {
        skipped.append(Skipped(path: file, reason: "no schema of its own: tested with the scenarios that extend it"))
      } else if isLikely {
        scenarios.append(Entry(path: file, stem: Self.stem(name)))
      } else {
        skipped.append(Skipped(path: file, reason: "no scenario: it has no schema: weir/v1"))
      }
    }
  }

  private func check() throws(ScenarioFailure) {
    guard scenarios.count <= Self.maximumScenarios else {
      throw .invalid([Self.flaw(path, "more than \(Self.maximumScenarios) scenarios", "test parts of it")])
    }
    for (one, other) in zip(scenarios, scenarios.dropFirst()) where one.stem == other.stem {
      let message = "\(ConfigNode.quoted(other.path)) would have the same baseline"
      throw .invalid([Self.flaw(one.path, message, "rename one of them")])
    }
  }

  private static func flaw(_ path: String, _ message: String, _ remedy: String? = nil) -> Diagnostic {
    Diagnostic(place: Place(file: path), path: "", message: message, remedy: remedy)
  }

  private static func isBaseline(_ name: String) -> Bool { name.hasPrefix(baselines + "/") }

  private static func stem(_ name: String) -> String {
    guard let dot = name.lastIndex(of: ".") else { return name }
    return String(name[..<dot])
  }

  /// The files below a directory, as paths below it, in byte order.
  private static func files(below root: String) throws(ScenarioFailure) -> [String] {
    var found: [String] = [], open = [(name: "", depth: 0)]
    while let next = open.popLast() {
      let directory = next.name.isEmpty ? root : root + "/" + next.name
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
        throw .missing([flaw(directory, "expected a directory of scenarios", "name one that is there")])
      }
      for name in names where !name.hasPrefix(".") {
        let path = next.name.isEmpty ? name : next.name + "/" + name
        let type = try? FileManager.default.attributesOfItem(atPath: root + "/" + path)[.type] as? FileAttributeType
        if type == .typeDirectory, next.depth < maximumDepth { open.append((path, next.depth + 1)) }
        if type == .typeRegular || type == .typeSymbolicLink { found.append(path) }
      }
      guard found.count <= maximumFiles else {
        throw .invalid([flaw(root, "more than \(maximumFiles) files", "name a directory of scenarios only")])
      }
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// The top of a YAML file: enough to tell whether it is a scenario.
private struct Head {
  enum Kind {
    /// It says so, or it extends something.
    case scenario
    /// It has no `schema`; whether its keys look like a scenario's.
    case unmarked(isLikely: Bool)
    /// Another document of weir's.
    case other(String)
    /// It cannot be read; loading it will say why.
    case unreadable
  }

  let kind: Kind
  /// The file it extends, by its one name.
  let base: String?

  private static let telling = ["clock", "streams", "producers"]

  init(path: String) {
    let sink = Sink()
    guard let bytes = try? InputFile.read(path, limit: InputFile.scenarioLimit),
      let text = SourceText.decode(bytes, file: path, sink: sink),
      let root = YAMLSource.tree(text, file: path, sink: sink)
    else {
      (kind, base) = (.unreadable, nil)
      return
    }
    let parent = Self.text(root["extends"])
    base = parent.map { InputFile.identity(InputFile.resolve($0, in: InputFile.directory(of: path))) }
    kind = Self.kind(of: root, extends: parent != nil)
  }

  private static func kind(of root: ConfigNode, extends: Bool) -> Kind {
    guard root["schema"] != nil else {
      return extends ? .scenario : .unmarked(isLikely: root.keys.contains { telling.contains($0) })
    }
    guard let schema = text(root["schema"]), schema.hasPrefix("weir.") else { return .scenario }
    return .other(schema)
  }

  private static func text(_ node: ConfigNode?) -> String? {
    guard case .scalar(let scalar)? = node?.content else { return nil }
    return scalar.text
  }
}
