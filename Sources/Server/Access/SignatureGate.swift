internal import Foundation
public import Units

/// Lets requests through that are signed with a known key, and says of the others what AWS says.
///
/// The texts are those that kinesalite 3.3.3 recorded from production and those of the IAM User Guide (Troubleshoot Signature Version
/// 4 signed requests). A signature covers the body, the host and every X-Amz header; what it does not cover is refused.
public struct SignatureGate: Sendable {
  private let credentials: Credentials
  private let region: String
  private let clock: @Sendable () -> Instant

  /// How far the clock of who asks may be off.
  private static let skew = Interval.minutes(5)
  /// The longest that a presigned request is good for: a week.
  private static let mostExpiry: Int64 = 604_800

  /// A gate for keys and a region; `clock` is the real one, whatever clock the service has.
  public init(_ credentials: Credentials, region: String, clock: @escaping @Sendable () -> Instant) {
    (self.credentials, self.region, self.clock) = (credentials, region, clock)
  }

  /// What a request says of its signature.
  private struct Claim {
    var credential: String, signature: String, signedHeaders: [String], time: String
    var token: String?
    /// Seconds that a presigned one is good for; nil for one that is signed in its headers.
    var expires: Int64?
  }

  /// Throws what AWS answers to a request that is not signed as it should be. `service` is the one that is asked; nil for any.
  func check(_ call: HTTPCall, service: String?) throws(ServiceError) {
    let query = Self.query(call.uri)
    let claim = try claim(call, query)
    let (entry, scope) = try entry(claim, service)
    try checkTime(claim, scope)
    try checkCoverage(call, claim)
    guard entry.key.token == claim.token else { throw Self.unknownKey }
    guard clock() < entry.expiry else {
      throw ServiceError("ExpiredTokenException", "The security token included in the request is expired")
    }
    let hash = SigV4.hash(call.body)
    if let said = call.headers["x-amz-content-sha256"], said != hash { throw Self.mismatch }
    let request = SigV4.Canonical(
      method: call.method, path: String(call.uri.prefix { $0 != "?" }),
      query: query.filter { $0.name != "X-Amz-Signature" },
      headers: claim.signedHeaders.map { (name: $0, value: call.headers[$0] ?? "") }, bodyHash: hash,
      isPathEncodedTwice: true)
    let signature = SigV4.signature(of: request, at: claim.time, scope, secret: entry.key.secret)
    guard Self.isEqual(signature, claim.signature) else { throw Self.mismatch }
  }

  /// In a time that does not depend on where they differ.
  private static func isEqual(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    return a.count == b.count && zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  // MARK: What is claimed

  private static func query(_ uri: String) -> [(name: String, value: String)] {
    guard let start = uri.firstIndex(of: "?") else { return [] }
    return uri[uri.index(after: start)...].split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map { $0.removingPercentEncoding ?? String($0) }
      return (name: parts[0], value: parts.count > 1 ? parts[1] : "")
    }
  }

  private func claim(_ call: HTTPCall, _ query: [(name: String, value: String)]) throws(ServiceError) -> Claim {
    let values = Dictionary(query.map { ($0.name, $0.value) }) { first, _ in first }
    switch (call.headers["authorization"], values["X-Amz-Algorithm"]) {
    case (nil, nil): throw ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token")
    case (_?, _?):
      throw Self.invalid(
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
    case (let header?, nil): return try claim(header, call)
    case (nil, _?): return try claim(values)
    }
  }

  private func claim(_ header: String, _ call: HTTPCall) throws(ServiceError) -> Claim {
    let fields = header.split { $0 == "," || $0 == " " }
    let parts = fields.dropFirst().reduce(into: [String: String]()) { parts, field in
      let pair = field.split(separator: "=", maxSplits: 1).map(String.init)
      if pair.count == 2 { parts[pair[0]] = pair[1] }
    }
    var message = ["Credential", "Signature", "SignedHeaders"].filter { parts[$0] == nil }
      .map { "Authorization header requires '\($0)' parameter. " }.joined()
    let time = call.headers["x-amz-date"] ?? call.headers["date"]
    if time == nil {
      message += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
    }
    guard message.isEmpty, fields.first == "AWS4-HMAC-SHA256" else {
      // The header as it came, without the signature: nobody but its owner is told it.
      throw ServiceError("IncompleteSignatureException", message + "Authorization=\(fields.first ?? "")")
    }
    return Claim(
      credential: parts["Credential"] ?? "", signature: parts["Signature"] ?? "",
      signedHeaders: Self.names(parts["SignedHeaders"]), time: time ?? "", token: call.headers["x-amz-security-token"])
  }

  private func claim(_ query: [String: String]) throws(ServiceError) -> Claim {
    let needed = [
      "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date", "X-Amz-Expires",
    ]
    let missing = needed.filter { query[$0] == nil }
    guard missing.isEmpty, query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256",
      let expires = Int64(query["X-Amz-Expires"] ?? ""), (1...Self.mostExpiry).contains(expires)
    else {
      let message = missing.map { "AWS query-string parameters must include '\($0)'. " }.joined()
      throw ServiceError("IncompleteSignatureException", message + "Re-examine the query-string parameters.")
    }
    return Claim(
      credential: query["X-Amz-Credential"] ?? "", signature: query["X-Amz-Signature"] ?? "",
      signedHeaders: Self.names(query["X-Amz-SignedHeaders"]), time: query["X-Amz-Date"] ?? "",
      token: query["X-Amz-Security-Token"], expires: expires)
  }

  private static func names(_ text: String?) -> [String] { (text ?? "").split(separator: ";").map { $0.lowercased() } }

  // MARK: Checks

  private func entry(_ claim: Claim, _ service: String?) throws(ServiceError) -> (Credentials.Entry, SigV4.Scope) {
    let parts = claim.credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 5, parts[4] == "aws4_request" else {
      throw ServiceError(
        "IncompleteSignatureException",
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.")
    }
    guard let entry = credentials[parts[0]] else { throw Self.unknownKey }
    guard parts[2] == region else {
      throw Self.invalid("Credential should be scoped to a valid region, not '\(parts[2])'.")
    }
    if let service, parts[3] != service {
      throw Self.invalid("Credential should be scoped to correct service: '\(service)'.")
    }
    return (entry, SigV4.Scope(day: parts[1], region: parts[2], service: parts[3]))
  }

  private func checkTime(_ claim: Claim, _ scope: SigV4.Scope) throws(ServiceError) {
    guard let time = Self.instant(claim.time) else {
      throw ServiceError(
        "IncompleteSignatureException",
        "Date must be in ISO-8601 'basic format'. Got '\(claim.time.prefix(32))'. See http://en.wikipedia.org/wiki/ISO_8601"
      )
    }
    guard claim.time.hasPrefix(scope.day) else {
      throw Self.invalid(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
          + "'\(scope.day.prefix(16))' != '\(claim.time.prefix(8))', from '\(claim.time)'.")
    }
    let now = clock(), life = claim.expires.map { Interval.seconds($0) } ?? Self.skew
    guard time + life >= now else {
      let limit = SigV4.stamp(now - life), word = claim.expires.map { "\($0) sec." } ?? "5 min."
      throw Self.invalid(
        "Signature expired: \(claim.time) is now earlier than \(limit) (\(SigV4.stamp(now)) - \(word))")
    }
    guard time - Self.skew <= now else {
      throw Self.invalid(
        "Signature not yet current: \(claim.time) is still later than \(SigV4.stamp(now + Self.skew)) "
          + "(\(SigV4.stamp(now)) + 5 min.)")
    }
  }

  /// 20261128T041500Z.
  private static func instant(_ text: String) -> Instant? {
    guard text.utf8.count == 16 else { return nil }
    var full = text
    for (offset, mark) in [(13, ":"), (11, ":"), (6, "-"), (4, "-")] {
      full.insert(contentsOf: mark, at: full.index(full.startIndex, offsetBy: offset))
    }
    return CivilTime.instant(full)
  }

  private func checkCoverage(_ call: HTTPCall, _ claim: Claim) throws(ServiceError) {
    let needed = ["host"] + call.headers.keys.filter { $0.hasPrefix("x-amz-") }.sorted()
    for name in needed where !claim.signedHeaders.contains(name) {
      throw Self.invalid("'\(name)' must be a 'SignedHeader' in the AWS Authorization.")
    }
  }

  private static func invalid(_ message: String) -> ServiceError { ServiceError("InvalidSignatureException", message) }

  private static let unknownKey = ServiceError(
    "UnrecognizedClientException", "The security token included in the request is invalid.")

  private static let mismatch = invalid(
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
      + "signing method. Consult the service documentation for details.")
}
