/// The text of a scenario as its author wrote it, in which single values are changed where they stand: comments, order, quotes of other
/// values and blank lines stay.
public struct ScenarioText: Sendable, Hashable {
  /// The text.
  public let text: String
  /// What it is called in diagnostics; paths in it are relative to this file.
  public let file: String

  /// A text as if it stood in `file`.
  public init(_ text: String, file: String) { (self.text, self.file) = (text, file) }

  /// The text with settings laid over it, in their order; `null` takes a key away.
  ///
  /// A value that is there is changed in its place, one that is not there gets a line of its own behind the first key of its map.
  /// Throws, and changes nothing, where the text cannot be changed by changing this value alone: behind an anchor that others use, or
  /// over several lines.
  public func setting(_ settings: [Setting]) throws(Diagnostic) -> ScenarioText {
    var text = self
    for setting in settings { text = try text.setting(setting) }
    return text
  }

  private func setting(_ setting: Setting) throws(Diagnostic) -> ScenarioText {
    let root = try tree()
    let value = try Self.scalar(setting)
    guard let change = Change(setting.path, value, in: root, TextPlaces(text)) else { throw refusal(setting, root) }
    guard let change = change.edit else { return self }
    let edited = ScenarioText(change.applied(to: text), file: file)
    guard let after = try? edited.tree(), after.canonicalText == (try wanted(setting, value, root)).canonicalText else {
      throw refusal(setting, root)
    }
    return edited
  }

  /// What it should be, by the one rule for settings: nothing else may have changed with it. Names of things may stand in a file that
  /// this one extends.
  private func wanted(_ setting: Setting, _ value: ConfigNode, _ root: ConfigNode) throws(Diagnostic) -> ConfigNode {
    let sink = Sink()
    let wanted = SettingPass(sink: sink).apply([setting], to: root)
    guard let flaw = sink.errors(main: file).first else { return wanted }
    guard root["extends"] != nil || setting.place == Setting.form else { throw flaw }
    let path = setting.path.split(separator: ".").map(String.init)
    return root.overlaid(
      by: path.reversed().reduce(value) { inner, key in
        ConfigNode(place: root.place, content: .map([.init(key: key, place: root.place, value: inner)]))
      })
  }

  private func tree() throws(Diagnostic) -> ConfigNode {
    let sink = Sink()
    if let decoded = SourceText.decode(Array(text.utf8), file: file, sink: sink),
      let root = YAMLSource.tree(decoded, file: file, sink: sink)
    {
      return root
    }
    throw sink.errors(main: file).first ?? Diagnostic(place: Place(file: file), path: "", message: "cannot be read")
  }

  /// The value as it is written, on one line: a single one.
  private static func scalar(_ setting: Setting) throws(Diagnostic) -> ConfigNode {
    let sink = Sink()
    let node = YAMLSource.tree(setting.value, file: "value", sink: sink)
    if let node, case .scalar = node.content { return node }
    // Only the form knows of more than a value: what it copies.
    if let node, setting.place == Setting.form { return node }
    throw Diagnostic(
      place: setting.place, path: setting.path, message: "expected a value such as 4, 900B or 90s",
      found: ConfigNode.quoted(setting.value))
  }

  private func refusal(_ setting: Setting, _ root: ConfigNode) -> Diagnostic {
    Diagnostic(
      place: root.place(nearest: setting.path[...]), path: setting.path,
      message: "this value cannot be changed by itself: others share it, or it spans lines",
      remedy: "change it in the YAML")
  }
}

extension ConfigNode {
  /// The key of a path's first part and what follows it; names of things may hold dots themselves, so the longest key wins.
  func step(_ path: Substring) -> (key: String, rest: Substring) {
    let known = keys.filter { path == $0 || path.hasPrefix($0 + ".") }.max { $0.count < $1.count }
    let key = known ?? String(path.prefix { $0 != "." })
    return (key, path.dropFirst(key.count + 1))
  }

  /// What stands at a path; positions in lists are numbers from 0. Nil when nothing does.
  func value(at path: Substring) -> ConfigNode? {
    guard !path.isEmpty else { return self }
    let (key, rest) = step(path)
    if case .list(let items) = content {
      guard let position = Int(key), items.indices.contains(position) else { return nil }
      return items[position].value(at: rest)
    }
    return self[key]?.value(at: rest)
  }

  /// Where a path stands, or the nearest thing above it that is there.
  fileprivate func place(nearest path: Substring) -> Place {
    guard !path.isEmpty else { return place }
    let (key, rest) = step(path)
    if case .list(let items) = content, let position = Int(key), items.indices.contains(position) {
      return items[position].place(nearest: rest)
    }
    return self[key]?.place(nearest: rest) ?? place
  }
}
