extension ScenarioTemplate {
  /// What another scenario says that this one does not, value by value in the order of its file; `null` for what it leaves out. At
  /// most `limit` of them. For people to read: lists of another length are one value.
  public func changes(in other: ScenarioTemplate, limit: Int) -> [Setting] {
    Array(Self.changes(root, other.root, at: "").prefix(limit))
  }

  private static func changes(_ a: ConfigNode?, _ b: ConfigNode?, at path: String) -> [Setting] {
    guard a?.canonicalText != b?.canonicalText else { return [] }
    let inner = { (key: String) in path.isEmpty ? key : "\(path).\(key)" }
    switch (a?.content, b?.content) {
    case (.map(let own)?, .map(let others)?):
      let gone = own.map(\.key).filter { b?[$0] == nil }
      return (others.map(\.key) + gone).flatMap { changes(a?[$0], b?[$0], at: inner($0)) }
    case (.list(let own)?, .list(let others)?) where own.count == others.count:
      return zip(own, others).enumerated().flatMap { changes($1.0, $1.1, at: inner("\($0)")) }
    default: return [Setting(path: path, value: b?.handText ?? "null")]
    }
  }
}
