internal import Foundation

/// What draws pictures that weir does not draw itself.
public protocol Renderer: Sendable {
  /// Draws every `charts/*.vl.json` of a directory as an SVG file beside it. False when it cannot.
  func draw(in directory: String) -> Bool
  /// What a page draws its pictures with: Vega, Vega-Lite and vega-embed in one script. Nil when there is none.
  var script: String? { get }
}

/// The pictures of a document as files: what they show, and drawings.
struct PictureFiles: Sendable {
  private let pictures: [Picture]

  init(_ document: Document) { pictures = document.pictures }

  var isEmpty: Bool { pictures.isEmpty }

  /// Numbers and specifications, and drawings that need no renderer.
  var all: [(name: String, contents: String)] {
    pictures.flatMap(\.files)
      + pictures.compactMap { picture in picture.ownDrawing.map { (name: picture.place, contents: $0) } }
  }

  /// Those that are drawn without a renderer.
  var own: Set<String> { Set(pictures.filter { $0.ownDrawing != nil }.map(\.name)) }

  /// Writes and draws them. Returns which are drawn.
  func write(to directory: String, _ renderer: (any Renderer)?) throws(OutputFile.WriteError) -> Set<String> {
    guard !isEmpty else { return [] }
    try OutputFile.makeDirectory(OutputFile.path(of: "charts", in: directory))
    try OutputFile.write(all, into: directory)
    return renderer?.draw(in: directory) ?? false ? Set(pictures.map(\.name)) : own
  }
}

extension Document {
  /// Its pictures, in order.
  var pictures: [Picture] { blocks.flatMap(\.pictures) }
}

extension Document.Block {
  fileprivate var pictures: [Picture] {
    switch self {
    case .picture(let picture, or: _): [picture]
    case .fold(_, let blocks), .stack(let blocks), .page(let blocks): blocks.flatMap(\.pictures)
    default: []
    }
  }
}

extension Filed where Self: Exhibit {
  /// Writes the files and the pictures into the directory, which is made if it is not there, and beside `NAME.md`, which shows the
  /// pictures that are drawn, `NAME.html`, a page that asks for no other file. Each file appears whole or not at all; files before one
  /// that could not be written are in place. Returns whether all pictures are drawn.
  @discardableResult
  public func write(to directory: String, renderer: (any Renderer)?) throws(OutputFile.WriteError) -> Bool {
    let document = document, pictures = document.pictures
    try OutputFile.makeDirectory(directory)
    let files = files
    let pages = files.map(\.name).filter { $0.hasSuffix(".md") }.map { "\($0.dropLast(2))html" }
    try StaleFiles.remove(from: directory, but: files.map(\.name) + pages)
    let drawn = try PictureFiles(document).write(to: directory, renderer)
    for file in files {
      let isPage = file.name.hasSuffix(".md")
      try OutputFile.write(
        isPage ? document.markdown(showing: drawn) : file.contents, to: OutputFile.path(of: file.name, in: directory))
      guard isPage else { continue }
      let page = Data(document.page(script: renderer?.script).utf8)
      try OutputFile.write(
        bytes: page, to: OutputFile.path(of: "\(file.name.dropLast(2))html", in: directory))
    }
    return drawn.count == pictures.count
  }
}
