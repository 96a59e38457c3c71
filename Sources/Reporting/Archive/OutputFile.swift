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

  /// Writes a text; the file appears whole or not at all; what would steer a terminal is shown, not written. A device or a pipe is written to, never replaced.
  public static func write(_ text: String, to path: String) throws(WriteError) {
    try write(bytes: Data(PlainText.visible(text).utf8), to: path)
  }

  /// The same of bytes, which are written as they are.
  public static func write(bytes: some Sequence<UInt8>, to path: String) throws(WriteError) {
    let bytes = Data(bytes)
    let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    let isDevice = ![nil, .typeRegular, .typeDirectory, .typeSymbolicLink].contains(type)
    try perform(at: path) {
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
    guard !path.isEmpty else { throw WriteError(path: "\"\"", reason: "an empty name is no directory's") }
    if let file = firstFile(of: path) {
      throw WriteError(path: path, reason: (file == path ? "it" : file) + " is a file, not a directory")
    }
    try perform(at: path) {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
  }

  /// What is no directory on the way to one, or in its place, as its user named it; nil when nothing is in the way.
  private static func firstFile(of path: String) -> String? {
    let ends = path.indices.filter { path[$0] == "/" && $0 > path.startIndex } + [path.endIndex]
    return ends.map { String(path[..<$0]) }.first { part in
      var isDirectory: ObjCBool = false
      return unsafe FileManager.default.fileExists(atPath: part, isDirectory: &isDirectory) && !isDirectory.boolValue
    }
  }

  /// Makes a directory where it is not there, and keeps it for this process until it ends. Throws when nothing can be written
  /// into it, or when another process has it: files of two runs would lie side by side.
  public static func claim(_ directory: String) throws(WriteError) {
    try makeDirectory(directory)
    let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw WriteError(path: directory, reason: reason(of: errno)) }
    // Some file systems know no locks; then nobody can be kept out.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      throw WriteError(
        path: directory, reason: "another weir is writing into it; wait for it, or name another directory")
    }
    try probe(directory)
  }

  /// Throws when a file could not be written where it is wanted, long before it is.
  public static func check(_ file: String) throws(WriteError) {
    guard let slash = file.lastIndex(of: "/") else { return try probe(".", for: file) }
    guard file.index(after: slash) < file.endIndex else { throw WriteError(path: file, reason: "Is a directory") }
    try probe(slash == file.startIndex ? "/" : String(file[..<slash]), for: file)
  }

  /// Writes a file into a directory and removes it.
  private static func probe(_ directory: String, for file: String? = nil) throws(WriteError) {
    let type = file.flatMap { try? FileManager.default.attributesOfItem(atPath: $0)[.type] as? FileAttributeType }
    if type == .typeDirectory, let file { throw WriteError(path: file, reason: reason(of: EISDIR)) }
    guard type == nil || type == .typeRegular else { return }
    try perform(at: file ?? directory) {
      let probe = URL(filePath: path(of: ".weir-\(getpid())", in: directory))
      try Data().write(to: probe)
      try FileManager.default.removeItem(at: probe)
    }
  }

  /// Removes files where they are there.
  static func remove(_ files: [String]) throws(WriteError) {
    for file in files { try remove(file) }
  }

  /// Removes a file where it is there.
  static func remove(_ file: String) throws(WriteError) {
    try perform(at: file) {
      do {
        try FileManager.default.removeItem(atPath: file)
      } catch let error as CocoaError where [.fileNoSuchFile, .fileReadNoSuchFile].contains(error.code) {}
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
    return reason(of: Int32(truncatingIfNeeded: cause.code))
  }

  private static func reason(of code: Int32) -> String {
    unsafe String(cString: strerror(code))
  }
}
