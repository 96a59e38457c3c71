/// One value of a scenario's text changed, put in or taken away. It looks at how the text is written and does not prove that it is right:
/// who applies it reads the result again.
struct Change {
  /// What to do; nil when nothing is to be done.
  let edit: TextEdit?

  /// The change that gives a path a value, or takes it away when that is null; nil where the text cannot be changed so.
  init?(_ path: String, _ value: ConfigNode, in root: ConfigNode, _ places: TextPlaces) {
    var node = root, parent: ConfigNode?, rest = path[...], key = ""
    while !rest.isEmpty {
      let (name, tail) = node.step(rest)
      guard let next = node.value(at: name[...]), !Self.isMerged(next, into: node) || value.isNull else {
        guard !value.isNull else {
          edit = nil
          return
        }
        guard let insertion = Self.insertion(rest, value, in: node, places) else { return nil }
        edit = insertion
        return
      }
      (parent, node, rest, key) = (node, next, tail, name)
    }
    guard !value.isNull else {
      guard let removal = parent.flatMap({ Self.removal(of: key, from: $0, places) }) else { return nil }
      edit = removal
      return
    }
    guard case .scalar(let scalar) = node.content, let start = places.index(of: node.place).map(places.behindAnchor),
      let end = places.end(of: scalar, at: start)
    else { return nil }
    let isNothing = start == end
    edit = TextEdit(range: start..<end, text: (isNothing ? " " : "") + value.handText)
  }

  /// Whether a value came by a merge key, whose anchor stands further up: then its map can say otherwise for itself.
  private static func isMerged(_ value: ConfigNode, into map: ConfigNode) -> Bool {
    guard case .map = map.content, value.place.file == map.place.file else { return false }
    return (value.place.line, value.place.column) < (map.place.line, map.place.column)
  }

  // MARK: Something new

  /// `a.b: value` as `a: {b: value}` in a map.
  private static func insertion(
    _ path: Substring, _ value: ConfigNode, in map: ConfigNode, _ places: TextPlaces
  ) -> TextEdit? {
    guard case .map(let entries) = map.content, let start = places.index(of: map.place).map(places.behindAnchor) else {
      return nil
    }
    let keys = path.split(separator: ".").map(String.init)
    guard let last = keys.last else { return nil }
    let text = keys.dropLast().reversed().reduce("\(last): \(value.handText)") { text, key in "\(key): {\(text)}" }
    if places[start] == "{" {
      return TextEdit(range: start + 1..<start + 1, text: entries.isEmpty ? text : text + ", ")
    }
    return entries.first { !isMerged($0.value, into: map) }.flatMap { line(text, behind: $0, places) }
  }

  /// A line behind the first entry of a map in block style when that is a line itself, else before it.
  private static func line(_ text: String, behind entry: ConfigNode.Entry, _ places: TextPlaces) -> TextEdit? {
    guard let key = places.index(of: entry.place) else { return nil }
    let indent = String(repeating: " ", count: max(0, entry.place.column - 1))
    guard entry.value.place.line == entry.place.line, let end = Self.end(of: entry.value, places),
      end <= places.endOfLine(key)
    else { return TextEdit(range: key..<key, text: "\(text)\n\(indent)") }
    let stop = places.endOfLine(end)
    return TextEdit(range: stop..<stop, text: "\n\(indent)\(text)")
  }

  /// Where a value ends that stands on the line of its key; nil for blocks.
  private static func end(of node: ConfigNode, _ places: TextPlaces) -> Int? {
    guard let start = places.index(of: node.place).map(places.behindAnchor) else { return nil }
    if case .scalar(let scalar) = node.content { return places.end(of: scalar, at: start) }
    return places[start] == "{" || places[start] == "[" ? places.endOfBraces(start) : nil
  }

  // MARK: Something less

  private static func removal(of key: String, from map: ConfigNode, _ places: TextPlaces) -> TextEdit? {
    guard case .map(let entries) = map.content, let entry = entries.first(where: { $0.key == key }),
      let start = places.index(of: entry.place), let outside = places.index(of: map.place).map(places.behindAnchor)
    else { return nil }
    guard let end = end(of: entry.value, places) else { return block(entry, from: start, places) }
    if places[outside] == "{" { return between(start, end, places) }
    // What stands behind it on its line, a comment, stays.
    let line = places.startOfLine(start), stop = places.endOfLine(end)
    let isAlone = (places.scalars[line..<start] + places.scalars[end..<stop]).allSatisfy { $0 == " " || $0 == "\t" }
    guard isAlone, stop < places.scalars.count else { return TextEdit(range: start..<end, text: "") }
    return TextEdit(range: line..<stop + 1, text: "")
  }

  /// An entry in braces, with the comma behind it or before it.
  private static func between(_ start: Int, _ end: Int, _ places: TextPlaces) -> TextEdit {
    let isBlank = { (scalar: Unicode.Scalar) in scalar == " " }
    let next = places.scalars[end...].firstIndex { !isBlank($0) } ?? end
    if places[next] == "," {
      let after = places.scalars[(next + 1)...].firstIndex { !isBlank($0) } ?? next + 1
      return TextEdit(range: start..<after, text: "")
    }
    let before = places.scalars[..<start].lastIndex { !isBlank($0) } ?? start
    return TextEdit(range: (places[before] == "," ? before : start)..<end, text: "")
  }

  /// An entry whose value is a block: its lines, as far as they are further in than its key.
  private static func block(_ entry: ConfigNode.Entry, from start: Int, _ places: TextPlaces) -> TextEdit? {
    let line = places.startOfLine(start)
    guard places.scalars[line..<start].allSatisfy({ $0 == " " }) else { return nil }
    var stop = min(places.endOfLine(start) + 1, places.scalars.count)
    while stop < places.scalars.count {
      let end = places.endOfLine(stop), text = places.scalars[stop..<end]
      let indent = text.firstIndex { $0 != " " }.map { $0 - stop }
      if let indent, indent < entry.place.column { break }
      stop = min(end + 1, places.scalars.count)
    }
    return TextEdit(range: line..<stop, text: "")
  }
}
