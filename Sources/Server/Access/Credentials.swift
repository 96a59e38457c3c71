internal import Foundation
internal import Units

/// Who may ask: access keys of a file in the form of the AWS CLI's credentials.
///
///     [default]
///     aws_access_key_id = AKIDEXAMPLE
///     aws_secret_access_key = …
///
/// A key of a session has an `aws_session_token`, and may have an `expiration` such as 2026-11-28T12:00:00Z.
public struct Credentials: Sendable {
  /// Why a file is none. It says no secret.
  public struct Damage: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where, and what helps.
    public let description: String
  }

  /// A key and when it ends; `.never` for one that lasts.
  struct Entry: Sendable, Hashable {
    var key: SigV4.Key
    var expiry: Instant
  }

  private let entries: [String: Entry]

  /// The keys of a file.
  public init(path: String) throws(Damage) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw Damage(description: "\(path): cannot be read")
    }
    try self.init(text, path: path)
  }

  init(_ text: String, path: String) throws(Damage) {
    var entries: [String: Entry] = [:], section: [String: String] = [:], start = 0
    func close() throws(Damage) {
      guard !section.isEmpty else { return }
      guard let entry = Self.entry(section) else {
        throw Damage(
          description: "\(path):\(start): expected aws_access_key_id and aws_secret_access_key, expiration as RFC 3339")
      }
      entries[entry.key.id] = entry
      section = [:]
    }
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.trimmingCharacters(in: .whitespaces)
      guard !line.isEmpty, !line.hasPrefix("#"), !line.hasPrefix(";") else { continue }
      if line.hasPrefix("[") {
        try close()
        start = index + 1
        continue
      }
      let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard parts.count == 2 else { throw Damage(description: "\(path):\(index + 1): expected name = value") }
      section[parts[0]] = parts[1]
    }
    try close()
    guard !entries.isEmpty else { throw Damage(description: "\(path): there is no key in it") }
    self.entries = entries
  }

  private static func entry(_ section: [String: String]) -> Entry? {
    guard let id = section["aws_access_key_id"], let secret = section["aws_secret_access_key"] else { return nil }
    var expiry = Instant.never
    if let text = section["expiration"] {
      guard let instant = CivilTime.instant(text) else { return nil }
      expiry = instant
    }
    return Entry(key: SigV4.Key(id: id, secret: secret, token: section["aws_session_token"]), expiry: expiry)
  }

  subscript(id: String) -> Entry? { entries[id] }
}
