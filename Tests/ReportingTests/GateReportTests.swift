import Foundation
import Models
import Planning
import Scenario
import Simulation
import Testing

@testable import Reporting

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct GateReportTests {
  @Test func `every figure of a run has a direction`() {
    let result = Fixture.result()
    let paths = RunFigure.all(of: result).map(\.path)
    let without = paths.filter { FigureDirection(path: $0, verdicts: result.verdicts) == nil }
    #expect(without == [], "add a row to the table of FigureDirection, and one to docs/gate.md")
    #expect(FigureDirection(path: "streams.telemetry.bogus", verdicts: result.verdicts) == nil)
  }

  @Test func `text survives XML and back, whatever it holds`() throws {
    let text = "a<b> & \"c\" 'd' é \u{1} ]]> ✓"
    let xml = "<a b=\"\(XMLText.escaped(text))\">\(XMLText.escaped(text))</a>"
    let seen = try Reader.read(xml)
    #expect(seen.texts == text.replacing("\u{1}", with: "?") && seen.attributes["b"] == seen.texts)
  }

  @Test func `words with spaces are quoted for a shell`() {
    #expect(ShellLine.text(["weir", "run", "a b.yaml", "it's", ""]) == "weir run 'a b.yaml' 'it'\\''s' ''")
    #expect(ShellLine.text(["--set", "streams.clicks.shards=16"]) == "--set streams.clicks.shards=16")
  }

  @Test func `a JSON value fits on one line`() {
    let value: JSONValue = ["b": [.number(1.5), nil], "a": .object([:]), "c": "x\"y"]
    #expect(value.line == #"{"a": {}, "b": [1.5, null], "c": "x\"y"}"#)
  }
}

/// Reads a small XML document.
final class Reader: NSObject, XMLParserDelegate {
  var texts = "", attributes: [String: String] = [:]

  static func read(_ xml: String) throws -> Reader {
    let parser = XMLParser(data: Data(xml.utf8)), reader = Reader()
    parser.delegate = reader
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.coderReadCorrupt) }
    return reader
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) { self.attributes = attributes }

  func parser(_ parser: XMLParser, foundCharacters text: String) { texts += text }
}
