/// Finds the name somebody meant.
public enum Nearest {
  /// `did you mean "linger"?`, when one of `names` is close enough to `text`; the first of the closest. `least` edits are allowed
  /// even in a short text of more than four letters.
  public static func remedy(_ text: String, among names: [String], within least: Int = 1) -> String? {
    name(text, among: names, within: least).map { "did you mean \"\($0)\"?" }
  }

  /// The first of the closest names within a third of the length, at most three edits away; never `text` itself.
  public static func name(_ text: String, among names: [String], within least: Int = 1) -> String? {
    let wanted = Array(text.lowercased().utf8)
    guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
    let allowed = min(3, max(wanted.count > 4 ? least : 1, wanted.count / 3))
    var best: (name: String, distance: Int)?
    for name in names where name != text && abs(name.utf8.count - wanted.count) <= allowed {
      let distance = distance(wanted, Array(name.lowercased().utf8))
      if distance <= allowed, distance < best?.distance ?? .max { best = (name, distance) }
    }
    return best?.name
  }

  /// How many insertions, deletions, replacements and swaps of neighbours apart; O(a·b).
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var older = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      row.reserveCapacity(b.count + 1)
      for j in b.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, older[j - 1] + 1) }
        row.append(cost)
      }
      (older, last) = (last, row)
    }
    return last[b.count]
  }
}
