internal import Crypto
internal import Foundation
public import Units

/// AWS's Signature Version 4: how a request shows who sends it (IAM User Guide: Create a signed AWS API request).
public enum SigV4 {
  /// What somebody signs with.
  public struct Key: Sendable, Hashable {
    /// The access key id, the secret, and the token of a session; nil for keys that last.
    public var id: String, secret: String, token: String?

    /// A key.
    public init(id: String, secret: String, token: String? = nil) {
      (self.id, self.secret, self.token) = (id, secret, token)
    }
  }

  /// What a signature is good for: a day, a region, a service.
  struct Scope: Sendable, Hashable {
    /// Eight digits.
    var day: String
    var region: String, service: String

    var text: String { "\(day)/\(region)/\(service)/aws4_request" }
  }

  /// A request as it is signed.
  struct Canonical: Sendable {
    var method: String
    /// The path, encoded as it is sent.
    var path: String
    /// Names and values, decoded.
    var query: [(name: String, value: String)]
    /// Those that are signed, names in lower case.
    var headers: [(name: String, value: String)]
    /// The hash of the body in hexadecimal, or the word that stands for none.
    var bodyHash: String
    /// Whether the path is encoded once more: of every service but S3.
    var isPathEncodedTwice: Bool

    var signedHeaders: String { headers.map(\.name).sorted().joined(separator: ";") }

    /// The canonical request.
    var text: String {
      let path = path.isEmpty ? "/" : path
      let lines = query.map { (SigV4.encoded($0.name), SigV4.encoded($0.value)) }.sorted { $0 < $1 }
      let fields = headers.sorted { $0.name < $1.name }.map { "\($0.name):\(SigV4.trimmed($0.value))\n" }
      return [
        method, isPathEncodedTwice ? SigV4.encoded(path, slash: "/") : path,
        lines.map { "\($0.0)=\($0.1)" }.joined(separator: "&"), fields.joined(), signedHeaders, bodyHash,
      ].joined(separator: "\n")
    }
  }

  /// Every byte but the unreserved ones as percents (RFC 3986), and `slash` as it is.
  static func encoded(_ text: String, slash: Character? = nil) -> String {
    var result = ""
    for byte in text.utf8 {
      let character = Character(Unicode.Scalar(byte))
      let isPlain = character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character))
      if isPlain || character == slash {
        result.append(character)
      } else {
        result += "%" + String(0x100 | Int(byte), radix: 16, uppercase: true).dropFirst()
      }
    }
    return result
  }

  /// Spaces around go, those inside become one.
  static func trimmed(_ text: String) -> String {
    text.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
  }

  static func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { String(0x100 | Int($0), radix: 16).dropFirst() }.joined()
  }

  /// The hash of a body.
  static func hash(_ body: [UInt8]) -> String { hex(SHA256.hash(data: body)) }

  /// The signature of a request at a time, in hexadecimal.
  static func signature(of request: Canonical, at time: String, _ scope: Scope, secret: String) -> String {
    let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope.text)\n\(hash(Array(request.text.utf8)))"
    var key = SymmetricKey(data: Array("AWS4\(secret)".utf8))
    for part in [scope.day, scope.region, scope.service, "aws4_request"] {
      key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
    }
    return hex(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
  }

  /// AWS's form of a time: 20261128T041500Z.
  static func stamp(_ instant: Instant) -> String {
    CivilTime.text(Instant(seconds: instant.seconds)).filter { $0 != "-" && $0 != ":" }
  }

  /// The headers that sign the PUT of an object of S3, its Host and those that are the object's with them, whose names are in lower
  /// case.
  public static func sign(
    put object: StoredObject, host: String, path: String, key: Key, region: String, at now: Instant
  ) -> [(name: String, value: String)] {
    let own = object.headers.map { (name: $0.name, value: $0.value) }
    let request = Canonical(
      method: "PUT", path: path, query: [], headers: [(name: "host", value: host)] + own, bodyHash: hash(object.body),
      isPathEncodedTwice: false)
    return sign(request, for: "s3", key, region, at: now)
  }

  /// The headers that sign a call of a Lambda function, its Host with them.
  public static func sign(
    call: FunctionCall, _ event: [UInt8], host: String, key: Key, region: String, at now: Instant
  ) -> [(name: String, value: String)] {
    let query = call.qualifier.map { [(name: "Qualifier", value: $0)] } ?? []
    let request = Canonical(
      method: "POST", path: call.path, query: query, headers: [(name: "host", value: host)], bodyHash: hash(event),
      isPathEncodedTwice: true)
    return sign(request, for: "lambda", key, region, at: now)
  }

  /// The headers that sign a POST to a service, its Host with them.
  public static func sign(
    post body: [UInt8], host: String, path: String, for service: String, key: Key, region: String, at now: Instant
  ) -> [(name: String, value: String)] {
    let request = Canonical(
      method: "POST", path: path, query: [], headers: [(name: "host", value: host)], bodyHash: hash(body),
      isPathEncodedTwice: true)
    return sign(request, for: service, key, region, at: now)
  }

  private static func sign(
    _ request: Canonical, for service: String, _ key: Key, _ region: String, at now: Instant
  ) -> [(name: String, value: String)] {
    let time = stamp(now)
    var request = request
    request.headers += [(name: "x-amz-content-sha256", value: request.bodyHash), (name: "x-amz-date", value: time)]
    if let token = key.token { request.headers.append((name: "x-amz-security-token", value: token)) }
    let scope = Scope(day: String(time.prefix(8)), region: region, service: service)
    let signature = signature(of: request, at: time, scope, secret: key.secret)
    let value =
      "AWS4-HMAC-SHA256 Credential=\(key.id)/\(scope.text), SignedHeaders=\(request.signedHeaders), Signature=\(signature)"
    return request.headers + [(name: "authorization", value: value)]
  }

  /// The path of an object, as it is sent and signed: bucket and key, each byte but the unreserved ones as percents.
  public static func path(bucket: String, key: String) -> String { "/" + encoded("\(bucket)/\(key)", slash: "/") }
}
