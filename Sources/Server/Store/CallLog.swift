internal import Dispatch
internal import Synchronization

/// Writes calls to a data directory on a thread of its own, so that waiting for the disk holds up nobody else.
public final class CallLog: Sendable {
  private let directory: Mutex<DataDirectory>
  private let queue = DispatchQueue(label: "weir.call-log")

  /// A log that writes to a directory.
  public init(_ directory: DataDirectory) { self.directory = Mutex(directory) }

  /// Writes calls and returns when they are on the disk; nil, or why none of them is.
  func append(_ frames: [CallFrame]) async -> DataDirectoryError? {
    await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: self.write(frames)) }
    }
  }

  private func write(_ frames: [CallFrame]) -> DataDirectoryError? {
    directory.withLock { directory in
      do throws(DataDirectoryError) {
        try directory.append(frames)
        return nil
      } catch {
        return error
      }
    }
  }
}
