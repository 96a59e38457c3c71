/// Looks at YAML text before the parser does, and refuses what would make the parser itself explode.
///
/// The parser hashes every mapping key to find duplicates. A key that is an alias of nested lists of aliases is hashed
/// in full, which takes time exponential in the file's size. So keys must be plain text wherever there are aliases
/// enough to matter. The scan ignores quoting: it may refuse an odd text, and never lets a bomb pass.
enum YAMLGuard {
  /// So many aliases cannot multiply anything by more than about twenty.
  static let harmlessAliases = 8

  /// What is wrong and where, from 1; nil when the parser may have the text.
  static func flaw(in text: String) -> (message: String, line: Int, column: Int)? {
    var scan = Scan()
    var aliases = 0
    var suspect: (message: String, line: Int, column: Int)?
    for scalar in text.unicodeScalars {
      let event = scan.step(scalar)
      if event == .alias { aliases += 1 }
      if event == .explicitKey { return (Scan.message(event), scan.line, scan.column) }
      if suspect == nil, event == .aliasKey || event == .collectionKey {
        suspect = (Scan.message(event), scan.line, scan.column)
      }
    }
    return aliases > harmlessAliases ? suspect : nil
  }

  /// The state of the scan: what the characters before the current one could be.
  private struct Scan {
    enum Event { case nothing, alias, aliasKey, collectionKey, explicitKey }
    /// What the last token could be, blanks skipped.
    enum Last { case text, alias, closed, indicator }

    var line = 1
    var column = 0
    private var last = Last.indicator
    private var isAfterBlank = true
    private var wasNewline = false

    mutating func step(_ scalar: Unicode.Scalar) -> Event {
      if wasNewline { (line, column) = (line + 1, 0) }
      wasNewline = scalar == "\n"
      column += 1
      let event = classify(scalar)
      isAfterBlank = scalar.value <= 32 || scalar.value > 126 || "[{,-:?".unicodeScalars.contains(scalar)
      return event
    }

    private mutating func classify(_ scalar: Unicode.Scalar) -> Event {
      switch scalar {
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
        last = .indicator
      case " ", "\t": break
      case "*" where isAfterBlank:
        last = .alias
        return .alias
      case "?" where last == .indicator:
        return .explicitKey
      case ":" where last == .alias: return .aliasKey
      case ":" where last == .closed: return .collectionKey
      case "]", "}": last = .closed
      case "[", "{", ",", ":": last = .indicator
      case "-" where last == .indicator: break
      default: if last != .alias || isAfterBlank { last = .text }
      }
      return .nothing
    }

    static func message(_ event: Event) -> String {
      switch event {
      case .aliasKey: "an alias cannot be a key"
      case .collectionKey: "a list or a map cannot be a key"
      default: "keys written with \"?\" are not supported"
      }
    }
  }
}
