internal import Foundation
internal import Reporting

/// A request to the page, as HTTP carries it.
public struct PageCall: Sendable {
  /// Such as POST.
  public var method: String
  /// Path and query.
  public var uri: String
  /// Names in lower case.
  public var headers: [String: String]
  /// The whole body.
  public var body: [UInt8]

  /// A request.
  public init(method: String, uri: String, headers: [String: String], body: [UInt8]) {
    (self.method, self.uri, self.headers, self.body) = (method, uri, headers, body)
  }
}

/// An answer of the page, as HTTP carries it.
public struct PageAnswer: Sendable {
  /// How a body comes.
  public enum Body: Sendable {
    /// All at once.
    case whole([UInt8])
    /// Piece by piece: server-sent events.
    case events(AsyncStream<String>)
  }

  /// The status.
  public var status: Int
  /// Names and values; Content-Length is the carrier's.
  public var headers: [(name: String, value: String)]
  /// The body.
  public var body: Body

  init(_ status: Int, _ type: String, _ body: Body, _ headers: [(name: String, value: String)] = []) {
    self.status = status
    self.headers = [(name: "Content-Type", value: type)] + headers + Self.guards
    self.body = body
  }

  /// What keeps the page to itself: no script but its own files, no style but those and a drawing's, nothing from elsewhere, no frame around
  /// it, no copy of it.
  private static let guards = [
    (
      name: "Content-Security-Policy",
      value: "default-src 'none'; script-src 'self'; style-src 'self' \(Drawing.ownStyleSource); img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
    ),
    (name: "X-Content-Type-Options", value: "nosniff"), (name: "Referrer-Policy", value: "no-referrer"),
    (name: "Cross-Origin-Resource-Policy", value: "same-origin"),
    (name: "Cross-Origin-Opener-Policy", value: "same-origin"), (name: "Cache-Control", value: "no-store"),
  ]

  static func json(_ value: JSONValue, status: Int = 200) -> PageAnswer {
    PageAnswer(status, "application/json", .whole(Array(value.text.utf8)))
  }

  static func text(_ status: Int, _ text: String, type: String = "text/plain; charset=utf-8") -> PageAnswer {
    PageAnswer(status, type, .whole(Array(text.utf8)))
  }

  /// A mistake of who asks: a sentence, what is wrong with a scenario, and the run that is in the way.
  static func refusal(_ fault: AskFault) -> PageAnswer {
    let flaws = fault.diagnostics.map { ScenarioDesk.json($0, in: fault.file) }
    return json(
      JSONValue(["error": fault.sentence, "diagnostics": flaws, "running": fault.running]), status: fault.status)
  }

  /// Something to keep under a name.
  static func download(_ text: String, type: String, name: String) -> PageAnswer {
    let kept = name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    return PageAnswer(
      200, type, .whole(Array(text.utf8)),
      [(name: "Content-Disposition", value: "attachment; filename=\"\(kept)\"")])
  }

  /// Nothing to say.
  static var nothing: PageAnswer { PageAnswer(204, "text/plain", .whole([])) }
}
