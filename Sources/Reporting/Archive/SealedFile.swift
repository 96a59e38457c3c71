internal import Foundation

/// A file that says what it is, which version of weir wrote it, and whether it is whole: a line with these and the SHA-256 of
/// what follows it, then a value as JSON.
enum SealedFile {
  /// Why a file cannot be used.
  enum Flaw: Error, Hashable {
    /// It is not there.
    case missing
    /// It cannot be read; why.
    case unreadable(String)
    /// It is no such file, or not what was written.
    case damaged
    /// Another version wrote it.
    case otherVersion(String)
  }

  /// The largest that is read.
  private static let most = 1 << 30

  static func text(_ value: some Encodable, kind: String, version: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let body = try? encoder.encode(value) else { preconditionFailure("\(kind) is made of values that JSON has") }
    return "\(kind) \(version) \(Fingerprint.digest(of: body))\n" + String(decoding: body, as: UTF8.self)
  }

  static func read<Value: Decodable>(
    _ type: Value.Type, from path: String, kind: String, version: String
  ) throws(Flaw) -> Value {
    let body = try body(of: path, kind: kind, version: version)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let value = try? decoder.decode(type, from: body) else { throw .damaged }
    return value
  }

  /// What follows the first line of a file that is whole.
  static func body(of path: String, kind: String, version: String) throws(Flaw) -> Data {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(filePath: path))
    } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
      throw .missing
    } catch { throw .unreadable(OutputFile.reason(error)) }
    guard bytes.count <= most, let end = bytes.prefix(256).firstIndex(of: UInt8(ascii: "\n")) else { throw .damaged }
    let words = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ")
    guard words.count == 3, words[0] == kind else { throw .damaged }
    let body = bytes[(end + 1)...]
    guard Fingerprint.digest(of: body) == words[2] else { throw .damaged }
    guard words[1] == version else { throw .otherVersion(String(words[1])) }
    return Data(body)
  }
}
