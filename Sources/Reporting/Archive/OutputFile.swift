internal import Foundation

/// Writes files and directories; says in a sentence why it could not.
public enum OutputFile {
  /// A file or directory that could not be written.
  public struct WriteError: Error, Sendable, CustomStringConvertible {
    /// The directory or file, as its user named it.
    public let path: String
    /// What the system said, such as `Not a directory`.
    public let reason: String
    /// Both, in a sentence.
    public var description: String { "cannot write \(path): \(reason)" }
  }

  /// Writes a text; the file appears whole or not at all. A device or a pipe is written to, never replaced.
  public static func write(_ text: String, to path: String) throws(WriteError) {
    let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    let isDevice = ![nil, .typeRegular, .typeDirectory, .typeSymbolicLink].contains(type)
    try perform(at: path) {
      let bytes = Data(text.utf8)
      guard isDevice else { return try bytes.write(to: URL(filePath: path), options: .atomic) }
      let handle = try FileHandle(forWritingTo: URL(filePath: path))
      try handle.write(contentsOf: bytes)
      try handle.close()
    }
  }

  /// Writes files into a directory, which is made if it is not there; each file appears whole or not at all.
  ///
  /// Files before one that could not be written are in place; it and those after it are as they were.
  static func write(_ files: [(name: String, contents: String)], into directory: String) throws(WriteError) {
    try makeDirectory(directory)
    for file in files { try write(file.contents, to: path(of: file.name, in: directory)) }
  }

  /// The path of a file of a directory.
  static func path(of name: String, in directory: String) -> String {
    directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
  }

  /// Makes a directory and those above it, where they are not there.
  public static func makeDirectory(_ path: String) throws(WriteError) {
    try perform(at: path) {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
  }

  private static func perform(at path: String, _ action: () throws -> Void) throws(WriteError) {
    do { try action() } catch { throw WriteError(path: path, reason: reason(error)) }
  }

  /// What the system said of a failure, in its own words: Foundation wraps them in sentences of its own, with whole paths in them.
  public static func reason(_ error: any Error) -> String {
    let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
    let cause = (inner ?? error) as NSError
    guard cause.domain == NSPOSIXErrorDomain else { return cause.localizedDescription }
    return unsafe String(cString: strerror(Int32(truncatingIfNeeded: cause.code)))
  }
}
