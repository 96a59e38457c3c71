internal import Synchronization

/// The files that scenarios of one template name, read once, and the traces of them in which nothing was wrong.
final class TraceCache: Sendable {
  private struct Kept {
    var files: [String: [UInt8]] = [:]
    var tables: [(key: Key, table: TraceTable)] = []
  }
  /// What a trace was read as.
  struct Key: Hashable {
    var path: String
    var keys: TraceTable.Keys
    var holes: TraceTable.Holes?
  }

  private let kept = Mutex(Kept())

  /// The bytes of a file that was read; nil when it was not.
  func bytes(_ path: String) -> [UInt8]? { kept.withLock { $0.files[path] } }

  func keep(_ bytes: [UInt8], of path: String) { kept.withLock { $0.files[path] = bytes } }

  /// A trace that was read without a fault; nil when it was not.
  func table(_ key: Key) -> TraceTable? { kept.withLock { kept in kept.tables.first { $0.key == key }?.table } }

  func keep(_ table: TraceTable, of key: Key) { kept.withLock { $0.tables.append((key, table)) } }
}
