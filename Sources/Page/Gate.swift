/// Who may ask: a browser on this machine whose page this is, and who knows the token of its address.
///
/// Other pages in the same browser can send requests to this machine too; a name of theirs may even lead here. They know neither the
/// token nor can they name this host as theirs.
struct Gate: Sendable {
  /// The first part of every path.
  let token: String

  /// What is left of the path behind the token; throws why the request is refused. It looks at no body.
  func enter(_ call: PageCall) throws(AskFault) -> String {
    let host = call.headers["host"] ?? ""
    guard Self.isLoopback(host) else {
      throw AskFault(421, "This page answers to 127.0.0.1 and localhost only, not to \"\(host.prefix(100))\".")
    }
    if let origin = call.headers["origin"], origin != "http://\(host)" {
      throw AskFault(403, "Requests of other pages are refused: \"\(origin.prefix(100))\".")
    }
    if let site = call.headers["sec-fetch-site"], site != "same-origin", site != "none" {
      throw AskFault(403, "Requests of other pages are refused.")
    }
    let path = call.uri.prefix { $0 != "?" }.dropFirst(), given = path.prefix { $0 != "/" }
    guard Self.isEqual(given, token) else {
      throw AskFault(403, "Open the whole address that weir ui has printed: its token is missing or old.")
    }
    return String(path.dropFirst(given.count))
  }

  /// A port is left out of the question: a name that leads here from elsewhere has none of these hosts.
  private static func isLoopback(_ host: String) -> Bool {
    let name = host.prefix { $0 != ":" }, port = host.dropFirst(name.count + 1)
    return ["127.0.0.1", "localhost"].contains(name) && port.allSatisfy { $0.isASCII && $0.isNumber }
  }

  /// Takes as long whatever differs.
  private static func isEqual(_ a: Substring, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
