internal import Foundation

/// A file that is open until the last of those who hold it go.
final class LockedFile: Sendable {
  let path: String
  private let number: Int32

  init(_ path: String) throws(DataDirectoryError) {
    self.path = path
    number = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw DataDirectoryError("\(path): cannot be opened: \(Self.reason)") }
  }

  deinit { close(number) }

  static var reason: String { unsafe String(cString: strerror(errno)) }

  /// Whether nobody else has locked it; the lock is gone with the process, however that ends.
  func lock() -> Bool { flock(number, LOCK_EX | LOCK_NB) == 0 }

  /// All that is in it.
  func contents() throws(DataDirectoryError) -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw DataDirectoryError("\(path): cannot be read: \(error.localizedDescription)")
    }
  }

  /// Writes bytes at a place and returns when they are on the disk.
  func write(_ bytes: [UInt8], at place: Int) throws(DataDirectoryError) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe pwrite(number, buffer.baseAddress?.advanced(by: written), bytes.count - written, off_t(place + written))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw DataDirectoryError("\(path): cannot be written: \(Self.reason)") }
      written += count
    }
    guard fdatasync(number) == 0 else { throw DataDirectoryError("\(path): cannot be written: \(Self.reason)") }
  }

  /// Cuts it off behind a place.
  func cut(to end: Int) throws(DataDirectoryError) {
    guard ftruncate(number, off_t(end)) == 0, fdatasync(number) == 0 else {
      throw DataDirectoryError("\(path): cannot be cut: \(Self.reason)")
    }
  }
}
