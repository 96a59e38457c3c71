/// A piece of a scenario as written, with its place: YAML without tags, anchors and aliases.
struct ConfigNode: Sendable {
  /// Text, and whether quotes said that it is text.
  struct Scalar: Sendable {
    var text: String
    var isQuoted: Bool
  }
  /// A key and its value.
  struct Entry: Sendable {
    var key: String
    var place: Place
    var value: ConfigNode
  }
  enum Content: Sendable {
    case scalar(Scalar)
    case map([Entry])
    case list([ConfigNode])
  }

  var place: Place
  var content: Content
  /// Whether what is wrong with it was said: nothing more is said of it then.
  var isTold = false

  /// The value of `key`, when this is a map that has it. O(entries).
  subscript(key: String) -> ConfigNode? {
    guard case .map(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// The keys of a map, in the order of the file; none of anything else.
  var keys: [String] {
    guard case .map(let entries) = content else { return [] }
    return entries.map(\.key)
  }

  /// Whether it is YAML's null: nothing, `~` or `null`.
  var isNull: Bool {
    guard case .scalar(let scalar) = content else { return false }
    return !scalar.isQuoted && ["", "~", "null", "Null", "NULL"].contains(scalar.text)
  }

  /// How a diagnostic shows it: text in quotes, cut at 60 characters.
  var summary: String {
    switch content {
    case .map: "a map"
    case .list: "a list"
    case .scalar where isNull: "nothing"
    case .scalar(let scalar): Self.quoted(scalar.text)
    }
  }

  /// `text` in quotes on one line, cut at 60 characters.
  static func quoted(_ text: some StringProtocol) -> String {
    let shown = text.prefix(60).unicodeScalars.map {
      $0.value < 32 ? "\\u{\(String($0.value, radix: 16))}" : String($0)
    }
    return "\"" + shown.joined() + (text.count > 60 ? "…" : "") + "\""
  }
}

extension ConfigNode {
  /// Itself with `other` laid over it: maps are merged key by key, everything else is replaced.
  func overlaid(by other: ConfigNode) -> ConfigNode {
    guard case .map(var entries) = content, case .map(let changes) = other.content else { return other }
    let positions = Dictionary(entries.enumerated().map { ($1.key, $0) }) { first, _ in first }
    for change in changes {
      if let index = positions[change.key] {
        entries[index].place = change.place
        entries[index].value = entries[index].value.overlaid(by: change.value)
      } else {
        entries.append(change)
      }
    }
    return ConfigNode(place: other.place, content: .map(entries))
  }

  /// Itself without some keys, when it is a map.
  func without(_ keys: [String]) -> ConfigNode {
    guard case .map(let entries) = content else { return self }
    return ConfigNode(place: place, content: .map(entries.filter { !keys.contains($0.key) }))
  }

  /// One text for all ways to write the same tree: keys sorted, every scalar quoted, no space.
  var canonicalText: String {
    switch content {
    case .scalar(let scalar): Self.escaped(scalar.text)
    case .list(let items): "[" + items.map(\.canonicalText).joined(separator: ",") + "]"
    case .map(let entries):
      "{"
        + entries.sorted { $0.key < $1.key }.map { Self.escaped($0.key) + ":" + $0.value.canonicalText }
        .joined(separator: ",") + "}"
    }
  }

  /// The tree on one line of YAML, read back as what it is: text that was quoted stays quoted.
  var flowText: String { line(keys: Self.escaped) }

  /// The same as somebody writes it: keys that are names have no quotes.
  var handText: String {
    line { key in key.first.map { $0.isASCII && $0.isLetter } ?? false && Self.isPlain(key) ? key : Self.escaped(key) }
  }

  private func line(keys: (String) -> String) -> String {
    switch content {
    case .scalar(let scalar): scalar.isQuoted || !Self.isPlain(scalar.text) ? Self.escaped(scalar.text) : scalar.text
    case .list(let items): "[" + items.map { $0.line(keys: keys) }.joined(separator: ", ") + "]"
    case .map(let entries):
      "{" + entries.map { keys($0.key) + ": " + $0.value.line(keys: keys) }.joined(separator: ", ") + "}"
    }
  }

  /// Whether a scalar means the same without quotes inside brackets.
  private static func isPlain(_ text: String) -> Bool {
    text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-._~/%".contains($0)) } && text != "-"
  }

  private static func escaped(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
  }
}
