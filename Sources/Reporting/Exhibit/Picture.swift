/// A picture as what it shows: a question, its answer in a sentence, and numbers that are drawn. Files, pages and the browser get the
/// same one.
public struct Picture: Sendable {
  /// Numbers that it draws, as the file that stands beside it.
  struct Part: Sendable {
    /// What follows the picture's name in the file's; empty for the first.
    let suffix: String
    let table: CSVTable
    /// The columns that hold words; the others hold numbers.
    let words: Set<String>

    init(_ table: CSVTable, _ suffix: String = "", words: Set<String> = []) {
      (self.suffix, self.table, self.words) = (suffix, table, words)
    }

    /// Whether there is nothing in it but its header.
    var isEmpty: Bool { table.text.utf8.count { $0 == 0x0A } <= 1 }
  }

  /// What kind it is of, and of what.
  let kind: String, subject: String?
  /// Of its files, and of what has a name within them: letters, digits and hyphens.
  public let name: String
  /// The question that it answers, and the answer: what somebody hears who does not see it.
  public let question: String, finding: String
  let parts: [Part]
  /// Its views in Vega-Lite's words, without data and titles.
  let body: [String: JSONValue]
  /// The same drawn by ourselves, where nothing else can draw; nil for most.
  let ownDrawing: String?

  init(
    _ kind: String, of subject: String?, _ question: String, _ finding: String, _ parts: [Part],
    _ body: [String: JSONValue], ownDrawing: String? = nil
  ) {
    self.init(
      kind, subject, Self.name([kind, subject].compactMap(\.self).joined(separator: "-")), question, finding, parts,
      body, ownDrawing)
  }

  private init(
    _ kind: String, _ subject: String?, _ name: String, _ question: String, _ finding: String, _ parts: [Part],
    _ body: [String: JSONValue], _ ownDrawing: String?
  ) {
    (self.kind, self.subject, self.name, self.question, self.finding) = (kind, subject, name, question, finding)
    (self.parts, self.body, self.ownDrawing) = (parts.filter { !$0.isEmpty }, body, ownDrawing)
  }

  /// A name that every file system and every browser takes.
  static func name(_ text: String) -> String {
    String(text.map { ($0.isLetter || $0.isNumber) && $0.isASCII ? Character($0.lowercased()) : "-" })
  }

  /// Where its drawing lies, from the report.
  var place: String { "charts/\(name).svg" }

  /// Pictures of which no two have one name.
  static func apart(_ pictures: [Picture]) -> [Picture] {
    var known: [String: Int] = [:]
    return pictures.map { picture in
      known[picture.name, default: 0] += 1
      let count = known[picture.name] ?? 1
      return count == 1 ? picture : picture.renamed("\(picture.name)-\(count)")
    }
  }

  private func renamed(_ name: String) -> Picture {
    Picture(kind, subject, name, question, finding, parts, body, ownDrawing)
  }

  /// The files that say what is drawn: the numbers, and the specification that names them.
  public var files: [(name: String, contents: String)] {
    parts.map { (name: "charts/\(name)\($0.suffix).csv", contents: $0.table.text) } + [
      (name: "charts/\(name).vl.json", contents: specification.text)
    ]
  }
}
