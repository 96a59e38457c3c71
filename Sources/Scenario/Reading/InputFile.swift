internal import Foundation

/// Reads whole files with a bound, so that a device, a directory or a huge file costs nothing.
public enum InputFile {
  /// Why a file cannot be read.
  public enum Flaw: Error {
    /// It is not there, or not readable: exit code 66.
    case missing(String)
    /// It is there and cannot be what was asked for: exit code 65.
    case unfit(String)

    /// The reason in words.
    public var reason: String {
      switch self {
      case .missing(let reason), .unfit(let reason): reason
      }
    }
  }

  /// The most a scenario file may hold.
  public static let scenarioLimit = 1 << 20
  /// The most all traces of a scenario may hold together.
  public static let traceLimit = 256 << 20

  /// The bytes of a regular file of at most `limit` bytes. Throws why there are none.
  public static func read(_ path: String, limit: Int) throws(Flaw) -> [UInt8] {
    try check(path, limit: limit)
    guard let handle = FileHandle(forReadingAtPath: path) else { throw .missing("cannot be opened") }
    var bytes: [UInt8] = []
    do {
      while bytes.count <= limit, let part = try handle.read(upToCount: min(1 << 20, limit + 1 - bytes.count)),
        !part.isEmpty
      {
        bytes.append(contentsOf: part)
      }
      try handle.close()
    } catch {
      throw .missing("cannot be read")
    }
    guard bytes.count <= limit else { throw .unfit(tooLarge(limit)) }
    return bytes
  }

  /// The path of `name` as a file in `directory` would mean it; absolute paths stay.
  public static func resolve(_ name: String, in directory: String) -> String {
    name.hasPrefix("/") || directory.isEmpty ? name : directory + "/" + name
  }

  /// The directory of a file, as written: `a/b.yaml` is in `a`, `b.yaml` in the empty path.
  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// One name for all ways to name a file, for finding cycles.
  static func identity(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

  private static func check(_ path: String, limit: Int) throws(Flaw) {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .missing("no such file") }
    guard let facts = try? FileManager.default.attributesOfItem(atPath: identity(path)) else {
      throw .missing("no such file")
    }
    switch facts[.type] as? FileAttributeType {
    case .typeRegular?: break
    case .typeDirectory?: throw .missing("is a directory, not a file")
    default: throw .missing("is not a regular file")
    }
    guard (facts[.size] as? NSNumber)?.intValue ?? 0 <= limit else { throw .unfit(tooLarge(limit)) }
  }

  private static func tooLarge(_ limit: Int) -> String {
    limit <= scenarioLimit
      ? "larger than \(scenarioLimit >> 20) MiB" : "traces are larger than \(traceLimit >> 20) MiB together"
  }
}

/// Checks that bytes are text.
enum SourceText {
  /// The text of a file; nil, with a reason reported, when it is not UTF-8 or holds control characters.
  static func decode(_ bytes: [UInt8], file: String, sink: Sink) -> String? {
    var (line, column) = (1, 1)
    for byte in bytes {
      if (byte < 32 && byte != 9 && byte != 10 && byte != 13) || byte == 127 {
        let found = "byte 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        refuse(Place(file: file, line: line, column: column), found, sink)
        return nil
      }
      if byte == 10 { (line, column) = (line + 1, 1) } else if byte & 0xC0 != 0x80 { column += 1 }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      refuse(Place(file: file), "bytes that are not UTF-8", sink)
      return nil
    }
    return text
  }

  private static func refuse(_ place: Place, _ found: String, _ sink: Sink) {
    sink.report(Diagnostic(place: place, path: "", message: "expected a text file in UTF-8", found: found))
  }
}
