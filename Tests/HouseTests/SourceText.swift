import Foundation

/// A Swift file of the package as text. The rules read it by its indentation, which `swift format lint --strict` keeps.
struct SourceText: Sendable {
  /// Its path below Sources, such as `Models/Run/Run.swift`.
  var path: String
  /// Its lines as they are.
  let lines: [String]
  /// Its lines with their numbers, without comments and without the insides of multi-line strings.
  let code: [(number: Int, text: String)]
  /// Every type and extension, nested ones too.
  let declarations: [Declaration]

  init(path: String, _ text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    code = Self.code(of: lines)
    declarations = Self.declarations(in: code)
  }

  /// The target it belongs to.
  var target: String { path.prefix { $0 != "/" }.description }
  /// Its name without folders.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Every file below Sources, by path.
  static let all: [SourceText] = {
    let sources = package.appendingPathComponent("Sources")
    let paths = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
      (try? String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)).map {
        SourceText(path: path, $0)
      }
    }
  }()

  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func code(of lines: [String]) -> [(number: Int, text: String)] {
    var isString = false
    return lines.enumerated().compactMap { index, line in
      let wasString = isString
      if line.contains("\"\"\""), line.components(separatedBy: "\"\"\"").count.isMultiple(of: 2) { isString.toggle() }
      let isComment = line.drop { $0 == " " }.hasPrefix("//")
      return wasString || isComment ? nil : (index + 1, line)
    }
  }

  /// The string literals of its code, interpolations as they are written, but not those of multi-line strings.
  var literals: [(number: Int, text: String)] {
    code.flatMap { line in
      line.text.matches(of: /"((?:[^"\\]|\\.)*)"/).map { (line.number, String($0.1)) }
    }
  }

  /// The modules it imports.
  var imports: [String] {
    code.filter { $0.text.contains("import ") }.compactMap { line in
      (try?
        /^(?:@testable |@preconcurrency |public |package |internal |private |fileprivate )*import (?:struct |enum )?(\w+)/
        .prefixMatch(in: line.text)).flatMap { String($0.1) }
    }
  }

  /// A type or an extension, from its first line to the brace that closes it.
  struct Declaration: Sendable {
    /// `struct`, `enum`, `class`, `actor`, `protocol` or `extension`.
    var kind: String
    /// Its name as it is written: `Stream`, `Stream.Status`.
    var name: String
    /// What follows the name: protocols and constraints.
    var rest: String
    /// The line it begins in, from 1.
    var number: Int
    /// The lines of its members, those of nested types and of bodies left out.
    var members: [(number: Int, text: String)]
  }

  private static func declarations(in code: [(number: Int, text: String)]) -> [Declaration] {
    let words = ["struct ", "enum ", "class ", "actor ", "protocol ", "extension "]
    let pattern =
      /^( *)(?:@\w+(?:\([^)]*\))? )*(?:(?:public|package|internal|private|fileprivate|final|indirect|nonisolated) )*(struct|enum|class|actor|protocol|extension) ([\w.]+)(.*)/
    return code.enumerated().compactMap { position, line in
      guard words.contains(where: { line.text.contains($0) }), let match = try? pattern.wholeMatch(in: line.text) else {
        return nil
      }
      let body = code[(position + 1)...].prefix { $0.text != match.1 + "}" }
      let isWhole = !line.text.hasSuffix("}")
      let members = isWhole ? body.filter { $0.text.prefix { $0 == " " }.count == match.1.count + 2 } : []
      return Declaration(
        kind: String(match.2), name: String(match.3), rest: String(match.4), number: line.number, members: members)
    }
  }

  /// Functions, initialisers and properties with a body, and how many lines each has.
  var functions: [(name: String, number: Int, length: Int)] {
    let words = ["func ", "init", "subscript", "var "]
    let function = /(?:@\w+(?:\([^)]*\))? )*(?:[a-z]+(?:\(\w+\))? )*(?:func\b|init[?(<]|deinit\b|subscript[(<])/
    let computed = /(?:@\w+(?:\([^)]*\))? )*(?:[a-z]+(?:\(\w+\))? )*var \w+: [^=]*\{$/
    return code.enumerated().compactMap { position, line in
      guard !line.text.hasSuffix("}"), words.contains(where: { line.text.contains($0) }) else { return nil }
      let indent = line.text.prefix { $0 == " " }, text = line.text.dropFirst(indent.count)
      let isFunction = text.prefixMatch(of: function) != nil, isComputed = text.prefixMatch(of: computed) != nil
      guard isFunction || isComputed,
        let end = code[(position + 1)...].first(where: { $0.text == indent + "}" })
      else { return nil }
      return (String(text), line.number, end.number - line.number + 1)
    }
  }
}
