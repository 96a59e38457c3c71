import Experiment
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
  @Test func `text survives XML and back, whatever it holds`() throws {
    let text = "a<b> & \"c\" 'd' é \u{1} ]]> ✓"
    let xml = "<a b=\"\(XMLText.escaped(text))\">\(XMLText.escaped(text))</a>"
    let seen = try Reader.read(xml)
    #expect(seen.texts == text.replacing("\u{1}", with: "?") && seen.attributes["b"] == seen.texts)
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
