/// What the house forbids, each rule as a function from a file's text to what is wrong in it.
enum Walls {
  /// A room: a type that owns state, and the one file that may touch it.
  struct Room {
    var type: String
    var file: String
  }

  /// Modules that a file imports and its target may not.
  static func imports(of file: SourceText, allowed: [String: Set<String>]) -> [String] {
    file.imports.filter { allowed[file.target]?.contains($0) != true }.map { "\(file.path) imports \($0)" }
  }

  /// Files that import a module which one file alone may.
  static func importers(of module: String, in file: SourceText, home: String) -> [String] {
    file.name != home && file.imports.contains(module) ? ["\(file.path) imports \(module)"] : []
  }

  /// Extensions of a room outside its file, and rooms that are not where the table says.
  static func extensions(of room: Room, in files: [SourceText]) -> [String] {
    let declared = files.flatMap { file in
      file.declarations.filter { $0.name == room.type }.map { (file: file, declaration: $0) }
    }
    let isHome = declared.contains { $0.file.name == room.file && $0.declaration.kind != "extension" }
    let missing = isHome ? [] : ["\(room.type) is not declared in \(room.file)"]
    return missing
      + declared.filter { $0.file.name != room.file && $0.declaration.kind == "extension" }
      .map { "\($0.file.path):\($0.declaration.number) extends the room \(room.type)" }
  }

  /// Variables that a room stores and others could write.
  static func openState(of room: Room, in file: SourceText) -> [String] {
    file.declarations.filter { $0.name == room.type && $0.kind != "extension" }.flatMap { declaration in
      declaration.members.filter { isStored($0.text) && !$0.text.contains(/\bprivate\b/) }
        .map { "\(file.path):\($0.number)\($0.text)" }
    }
  }

  /// Whether a member stores a variable: a `var` that is not computed and not the type's own.
  private static func isStored(_ member: String) -> Bool {
    guard member.contains(/^ *(?:@\w+ )*(?:[a-z]+(?:\(\w+\))? )*var\b/), !member.contains(/\bstatic\b/) else {
      return false
    }
    guard let brace = member.firstIndex(of: "{") else { return true }
    return member[..<brace].contains(" = ") || member[brace...].contains("didSet")
  }

  /// Scopes of a usage that are spelt out outside Scope: `"stream:\(name)"`.
  static func scopes(in file: SourceText, home: String) -> [String] {
    guard file.name != home else { return [] }
    let pattern =
      /"(?:stream|consumer|producer|firehose|channel|function|queue|application|video_stream|sql_application):\\\(/
    return file.code.filter { $0.text.contains(":\\(") && $0.text.contains(pattern) }
      .map { "\(file.path):\($0.number)\($0.text)" }
  }

  /// What the catalogue's files spell: the paths of more than one part, and the names by which objectives ask, single words
  /// such as `shards` left out.
  static func metricPaths(of file: SourceText) -> [String] {
    let parts = file.literals.map(\.text).filter { $0.wholeMatch(of: /[a-z_]+(?:\.[a-z_]+)+/) != nil }
    let asked = file.code.flatMap { $0.text.matches(of: /\.asked\("([a-z]+_[a-z_]+)"/).map { String($0.1) } }
    return parts + asked
  }

  /// Paths of metrics that are spelt outside the catalogue, `elsewhere` naming the words that mean something else in a file.
  static func metricPaths(
    in file: SourceText, paths: Set<String>, home: String, elsewhere: [String: Set<String>] = [:]
  ) -> [String] {
    guard !file.path.hasPrefix(home) else { return [] }
    return file.literals.filter { paths.contains($0.text) && elsewhere[file.name]?.contains($0.text) != true }
      .map { "\(file.path):\($0.number) \"\($0.text)\"" }
  }

  /// Files and functions that are too long, and what was left to do.
  static func sizes(of file: SourceText, lines: Int, function: Int) -> [String] {
    let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
    let long = count > lines ? ["\(file.path) has \(count) lines"] : []
    let longer = file.functions.filter { $0.length > function }
      .map { "\(file.path):\($0.number) \($0.name) has \($0.length) lines" }
    let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
    let left = file.lines.enumerated().filter { line in words.contains { line.element.contains($0) } }
      .map { "\(file.path):\($0.offset + 1) is left to do" }
    return long + longer + left
  }

  /// A clock, global randomness or a hash that differs in every process.
  static func chance(in file: SourceText) -> [String] {
    let forbidden = [
      "Date(", "ContinuousClock", "SuspendingClock", ".random(in", "UUID(", "shuffled(", "randomElement(", "Hasher(",
      ".hashValue",
    ]
    return file.code.filter { line in forbidden.contains { line.text.contains($0) } }
      .map { "\(file.path):\($0.number)\($0.text)" }
  }
}
