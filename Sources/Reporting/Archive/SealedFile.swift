internal import Foundation

/// A file that says what it is, which version of weir wrote it, whether it is whole and under which name it belongs: a line with
/// these (the SHA-256 of what follows it in the middle), then a value as JSON, or bytes.
enum SealedFile {
  /// What a file must be: what is in another one is not believed.
  struct Mark {
    let kind: String, version: String, name: String
  }

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
    /// It belongs under another name.
    case otherName(String)
  }

  /// The largest that is read.
  private static let most = 1 << 30

  /// A value as a file.
  static func bytes(_ value: some Encodable, _ mark: Mark) -> Data { seal(json(value), mark) }

  /// A value as the JSON of such files.
  static func json(_ value: some Encodable) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let body = try? encoder.encode(value) else {
      preconditionFailure("sealed files are made of values that JSON has")
    }
    return body
  }

  /// Bytes behind their first line.
  static func seal(_ body: Data, _ mark: Mark) -> Data {
    Data("\(mark.kind) \(mark.version) \(Fingerprint.digest(of: body)) \(mark.name)\n".utf8) + body
  }

  static func read<Value: Decodable>(_ type: Value.Type, from path: String, _ mark: Mark) throws(Flaw) -> Value {
    let body = try body(of: path, mark)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let value = try? decoder.decode(type, from: body) else { throw .damaged }
    return value
  }

  /// What follows the first line of a file that is whole and bears its name.
  static func body(of path: String, _ mark: Mark) throws(Flaw) -> Data {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(filePath: path))
    } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
      throw .missing
    } catch { throw .unreadable(OutputFile.reason(error)) }
    guard bytes.count <= most, let end = bytes.prefix(256).firstIndex(of: UInt8(ascii: "\n")) else { throw .damaged }
    let words = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 4, words[0] == mark.kind else { throw .damaged }
    let body = bytes[(end + 1)...]
    guard Fingerprint.digest(of: body) == words[2] else { throw .damaged }
    guard words[1] == mark.version else { throw .otherVersion(String(words[1])) }
    guard words[3] == mark.name else { throw .otherName(String(words[3])) }
    return body
  }
}
