import Foundation
import Scenario
import Testing

@testable import Page

/// The page's answers, without a socket.
@Suite struct SiteTests {
  static let token = "0123456789abcdef"

  private let folder: URL
  let site: Site

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-page-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    site = Site(
      text: Template.iot.text, file: "scenario.yaml", token: Self.token, script: "var vegaEmbed;", advice: "make it",
      folder: folder.path, workers: 2)
  }

  struct Seen {
    let status: Int, headers: [String: String], text: String
    let events: AsyncStream<String>?
    var json: [String: Any] {
      ((try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]) ?? [:]
    }
    var error: String { json["error"] as? String ?? "" }
  }

  func ask(
    _ method: String, _ path: String, _ body: Any? = nil, headers: [String: String] = [:], token: String = Self.token
  ) async throws -> Seen {
    let bytes = try body.map { try JSONSerialization.data(withJSONObject: $0) } ?? Data()
    let given = ["host": "127.0.0.1:4000"].merging(headers) { $1 }
    let answer = await site.answer(
      PageCall(method: method, uri: "/\(token)/\(path)", headers: given, body: Array(bytes)))
    let headers = Dictionary(answer.headers.map { ($0.name, $0.value) }) { first, _ in first }
    switch answer.body {
    case .whole(let bytes):
      return Seen(status: answer.status, headers: headers, text: String(decoding: bytes, as: UTF8.self), events: nil)
    case .events(let events): return Seen(status: answer.status, headers: headers, text: "", events: events)
    }
  }

  // MARK: Who may ask

  @Test("the page and its files are there, each with what keeps it to itself")
  func files() async throws {
    for name in [
      "", "app.js", "api.js", "form.js", "editor.js", "results.js", "ui.css", "report.css", "pictures.js", "vega.js",
    ] {
      let seen = try await ask("GET", name)
      #expect(seen.status == 200 && !seen.text.isEmpty, "\(name)")
      let policy = seen.headers["Content-Security-Policy"] ?? ""
      #expect(
        policy.contains("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("http"), "\(name)")
      #expect(seen.headers["Referrer-Policy"] == "no-referrer" && seen.headers["Cache-Control"] == "no-store")
    }
    let page = try await ask("GET", "")
    #expect(!page.text.contains(/<script(?![^>]*src=)/) && !page.text.contains("http") && !page.text.contains("style="))
  }

  @Test(
    "another host is told 421, a port beside",
    arguments: ["evil.example", "127.0.0.1.evil.example:4000", "[::1]:4000", "", "localhost:4000x"])
  func hosts(_ host: String) async throws {
    #expect(try await ask("GET", "", headers: ["host": host]).status == 421)
    #expect(try await ask("GET", "", headers: ["host": "localhost:81"]).status == 200)
  }

  @Test(
    "another page's request is told 403",
    arguments: [
      ["origin": "http://evil.example"], ["origin": "null"], ["origin": "https://127.0.0.1:4000"],
      ["origin": "http://127.0.0.1:4001"], ["sec-fetch-site": "cross-site"], ["sec-fetch-site": "same-site"],
    ])
  func origins(_ headers: [String: String]) async throws {
    #expect(try await ask("POST", "api/scenario", ["base": "given", "text": "a"], headers: headers).status == 403)
  }

  @Test(
    "who has no token, or another one, is told 403 and what to do",
    arguments: ["", "0123456789abcdee", "0123456789abcdef0", "api"])
  func tokens(_ token: String) async throws {
    let seen = try await ask("GET", "", token: token)
    #expect(seen.status == 403 && seen.error.contains("whole address"))
  }

  @Test("a stranger is refused by the head of a request, before there is a body") func heads() throws {
    let head = { (uri: String, headers: [String: String]) in
      PageCall(method: "POST", uri: uri, headers: ["host": "127.0.0.1:4000"].merging(headers) { $1 }, body: [])
    }
    #expect(site.refusal(ofHead: head("/\(Self.token)/api/scenario", [:]))?.status == nil)
    #expect(site.refusal(ofHead: head("/other/api/scenario", [:]))?.status == 403)
    #expect(site.refusal(ofHead: head("/\(Self.token)/", ["origin": "http://evil.example"]))?.status == 403)
    #expect(site.refusal(ofHead: head("/\(Self.token)/", ["host": "evil.example"]))?.status == 421)
  }

  @Test("own requests pass with their Origin; an address without its last slash leads to it") func own() async throws {
    let headers = ["origin": "http://127.0.0.1:4000", "sec-fetch-site": "same-origin"]
    #expect(try await ask("GET", "api/start", headers: headers).status == 200)
    let bare = await site.answer(
      PageCall(method: "GET", uri: "/\(Self.token)", headers: ["host": "localhost"], body: []))
    #expect(bare.status == 308 && bare.headers.contains { $0.name == "Location" && $0.value == "/\(Self.token)/" })
  }

  @Test("what is not there, too large or no JSON gets its own status") func shapes() async throws {
    #expect(try await ask("GET", "nothing.js").status == 404)
    #expect(try await ask("GET", "api/nothing").status == 404)
    #expect(try await ask("PUT", "").status == 405)
    #expect(try await ask("POST", "api/scenario", [1, 2]).status == 400)
    #expect(try await ask("POST", "api/scenario", ["base": "import-7", "text": "a"]).status == 410)
    let large = String(repeating: "#", count: 1 << 20 + 1)
    #expect(try await ask("POST", "api/scenario", ["base": "given", "text": large]).status == 413)
    let huge = PageCall(
      method: "POST", uri: "/\(Self.token)/api/scenario", headers: ["host": "127.0.0.1"],
      body: [UInt8](repeating: 32, count: Site.mostBytes + 1))
    #expect(await site.answer(huge).status == 413)
  }

  // MARK: Scenarios

  private func scenario(_ text: String, _ edits: [[String: String]] = []) async throws -> [String: Any] {
    try await ask("POST", "api/scenario", ["base": "given", "text": text, "edits": edits]).json
  }

  @Test("a turn changes the YAML, the controls and the cost by the library's arithmetic") func turn() async throws {
    let before = try await scenario(Template.iot.text)
    let after = try await scenario(Template.iot.text, [["path": "streams.telemetry.shards", "value": "16"]])
    let text = try #require(after["text"] as? String)
    #expect(text == Template.iot.text.replacingOccurrences(of: "shards: 8", with: "shards: 16"))
    let usd = { (answer: [String: Any]) in (answer["cost"] as? [String: Any])?["usd"] as? Double ?? 0 }
    #expect(usd(before) > 0 && usd(after) > usd(before))
    let controls = try #require(after["controls"] as? [[String: Any]])
    #expect(controls.contains { $0["path"] as? String == "streams.telemetry.shards" && $0["value"] as? String == "16" })
    #expect((after["diagnostics"] as? [Any])?.isEmpty == true)
  }

  @Test("a mistake is told with its line and the path of its control; the form stays") func mistakes() async throws {
    let after = try await scenario(Template.iot.text, [["path": "streams.telemetry.shards", "value": "-3"]])
    let flaw = try #require((after["diagnostics"] as? [[String: Any]])?.first)
    #expect(flaw["path"] as? String == "streams.telemetry.shards" && flaw["line"] as? Int == 15)
    #expect((flaw["sentence"] as? String)?.contains("expected a number of shards") == true)
    #expect((after["controls"] as? [Any])?.isEmpty == false && after["cost"] is NSNull)
    let broken = try await scenario("a: {b")
    #expect(broken["controls"] is NSNull && (broken["diagnostics"] as? [[String: Any]])?.first?["line"] as? Int == 1)
  }

  @Test("the templates are those of weir init") func templates() async throws {
    for template in Template.allCases {
      #expect(try await ask("GET", "api/templates/\(template.rawValue)").json["text"] as? String == template.text)
    }
    #expect(try await ask("GET", "api/templates/none").status == 404)
  }
}
