import Foundation
import Testing

/// Rules of the house that no compiler checks.
@Suite("The source text")
struct SourceTextTests {
  static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Sources")

  static func files(of target: String) throws -> [(name: String, text: String)] {
    let root = sources.appendingPathComponent(target)
    let paths = try #require(FileManager.default.enumerator(atPath: root.path)).compactMap { $0 as? String }
    return try paths.filter { $0.hasSuffix(".swift") }.sorted().map {
      ("\(target)/\($0)", try String(contentsOf: root.appendingPathComponent($0), encoding: .utf8))
    }
  }

  static func imports(of text: String) -> Set<String> {
    Set(
      text.split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"), place <= 2, words.count > place + 1 else { return nil }
        return String(words[place + 1])
      })
  }

  @Test(
    "each target imports only what the picture in docs/architecture.md allows",
    arguments: [
      ("Units", []), ("Pricing", ["Units"]), ("KinesisCore", ["Units", "Crypto"]),
      ("Server", ["Units", "KinesisCore", "Foundation"]),
      ("Simulation", ["Units", "KinesisCore", "CGSL", "Histogram", "Glibc"]),
      ("Models", ["Units", "KinesisCore", "Pricing", "Simulation"]),
    ])
  func imports(target: String, allowed: [String]) throws {
    for file in try Self.files(of: target) {
      #expect(Self.imports(of: file.text).subtracting(allowed).isEmpty, "\(file.name)")
    }
  }

  @Test(
    "no clock, no global randomness, no per-process hash below the edges",
    arguments: ["Units", "Pricing", "KinesisCore", "Simulation", "Models"])
  func determinism(target: String) throws {
    let forbidden = [
      "Date(", "ContinuousClock", "SuspendingClock", ".random(in", "UUID(", "shuffled(", "randomElement(", "Hasher(",
      ".hashValue",
    ]
    for file in try Self.files(of: target) {
      for line in file.text.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        for word in forbidden { #expect(!line.contains(word), "\(file.name): \(line)") }
      }
    }
  }

  @Test(
    "no file has more than 600 lines, no function more than 70, and nothing is left to do",
    arguments: [
      "Units", "Pricing", "KinesisCore", "Simulation", "Models", "Scenario", "Planning", "Reporting", "Server", "weir",
    ])
  func sizes(target: String) throws {
    for file in try Self.files(of: target) {
      let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count <= 600, "\(file.name)")
      #expect(!["TODO", "FIXME", "XXX"].contains { file.text.contains($0) }, "\(file.name)")
      for (name, length) in Self.functions(in: lines) { #expect(length <= 70, "\(file.name): \(name)") }
    }
  }

  /// Functions by their indentation: from `func` or `init` to the brace that closes at the same column.
  static func functions(in lines: [Substring]) -> [(String, Int)] {
    var found: [(String, Int)] = []
    for (number, line) in lines.enumerated() {
      let indent = line.prefix { $0 == " " }
      let code = line.dropFirst(indent.count)
      guard !code.hasPrefix("//"), !code.hasSuffix("}"), code.contains("func ") || code.contains("init(") else {
        continue
      }
      guard let end = lines[number...].firstIndex(where: { $0 == indent + "}" }) else { continue }
      found.append((String(code), end - number + 1))
    }
    return found
  }
}
