internal import Scenario

/// What a verb says, in parts that every form of it is made of.
public struct Document: Sendable {
  /// A part.
  indirect enum Block: Sendable {
    /// A title of level 1 to 3. A terminal has what follows indented under it; one without text ends that.
    case heading(Int, Prose)
    case paragraph(Prose)
    /// The sentence that carries it all.
    case quote(Prose)
    case list([Prose])
    case table(Table)
    /// A table that needs no header on a terminal.
    case rows(Table)
    case charts([Chart])
    /// A picture where it can be shown; elsewhere what says the same in signs.
    case picture(Picture, or: [Chart])
    /// Lines to paste, in a language such as `sh`.
    case code(String, [String])
    /// Parts that a page folds away under their title.
    case fold(Prose, [Block])
    /// Parts that a terminal shows without blank lines between them.
    case stack([Block])
    /// For a terminal alone, at its left edge.
    case terminal([String])
    /// For pages alone.
    case page([Block])

    /// The table, when it has rows.
    static func filled(_ table: Table) -> Block { table.rows.isEmpty ? .stack([]) : .table(table) }
    /// The list, when it has items.
    static func notes(_ notes: [String]) -> Block { .list(notes.map { Prose(text: "note: \($0)", markdown: $0) }) }
    /// A command line, when there is one, under a title of its own or none.
    static func command(_ line: ShellLine?, under title: Prose?) -> Block {
      guard let line else { return .stack([]) }
      return .page((title.map { [.heading(2, $0)] } ?? []) + [.code("sh", [line.description])])
    }
  }

  let blocks: [Block]

  /// The first title; nil without one.
  var title: String? { blocks.lazy.compactMap(\.title).first }

  /// One file for a browser; pictures are drawn where the renderer's script is given.
  func page(script: String?) -> String { HTML(self, title: title ?? "weir", script: script).text }
}

extension Document.Block {
  fileprivate var title: String? {
    switch self {
    case .heading(_, let words): words.text.isEmpty ? nil : words.text
    case .stack(let blocks), .page(let blocks): blocks.lazy.compactMap(\.title).first
    default: nil
    }
  }
}

/// The result of a verb, as people and as programs read it.
public protocol Exhibit: Sendable {
  /// For people.
  var document: Document { get }
  /// For programs.
  var value: JSONValue { get }
}

extension Exhibit {
  /// For a terminal.
  public var text: String { document.text }
  /// For a pull request or a ticket.
  public var markdown: String { document.markdown }
  /// For a browser: one file; pictures are drawn where the renderer's script is given.
  public func page(script: String?) -> String { document.page(script: script) }
  /// The JSON document, with a newline at its end.
  public var json: String { value.text }

  /// A part of a page of somebody else's, which draws the pictures: each where an element has `prefix` and its name as id. Not drawn,
  /// signs and own drawings stand there instead.
  public func part(prefix: String, drawn: Bool) -> PagePart { PagePart(document, prefix: prefix, drawn: drawn) }
}

/// A document as a part of a page.
public struct PagePart: Sendable {
  /// HTML, every text of an author's escaped; titles begin at level 3.
  public let html: String
  /// The specifications of its pictures, rows included, by the ids of the elements that they belong into.
  public let pictures: [(id: String, specification: JSONValue)]

  init(_ document: Document, prefix: String, drawn: Bool) {
    html = HTML(partOfPage: document, prefix: prefix, drawn: drawn).body
    pictures = drawn ? document.pictures.map { (id: prefix + $0.name, specification: $0.inlined) } : []
  }
}

/// What `--out` writes as files.
public protocol Filed: Sendable {
  /// Names and contents in a fixed order.
  var files: [(name: String, contents: String)] { get }
}

extension Filed {
  /// Writes the files into the directory, which is made if it is not there; each appears whole or not at all.
  ///
  /// Files before one that could not be written are in place; it and those after it are as they were.
  public func write(to directory: String) throws(OutputFile.WriteError) {
    try OutputFile.write(files, into: directory)
  }
}
