public import KinesisCore
internal import Foundation
public import Units

/// Why a data directory cannot be used. It is left as it is.
public struct DataDirectoryError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong and what helps.
  public let description: String

  /// Why.
  public init(_ description: String) { self.description = description }
}

/// The calls that made a service what it is, on disk: what is acknowledged is here first.
///
/// One file of frames, `calls.log`: a head that says what the calls were done with, then a frame for each call, length, CRC-32 and
/// bytes. Recovery does the calls again, at their instants; the core is deterministic, so that shards, sequence numbers and receipts
/// are the same. A frame that was not whole when the process died was never acknowledged, and goes.
public struct DataDirectory: Sendable {
  /// What the calls of a directory were done with; another start has to be alike.
  public struct Terms: Sendable, Hashable {
    let place: Place
    let limits: LimitsProfile
    /// Whether time is virtual.
    let isVirtual: Bool

    /// What calls are done with.
    public init(_ place: Place, _ limits: LimitsProfile, isVirtual: Bool) {
      (self.place, self.limits, self.isVirtual) = (place, limits, isVirtual)
    }
  }

  /// What was there.
  public struct Contents: Sendable {
    /// When it began.
    public let start: Instant
    /// Whether there were no calls.
    public var isEmpty: Bool { frames.isEmpty }
    /// The calls, oldest first.
    let frames: [CallFrame]
  }

  private static let name = "calls.log"

  private let lock: LockedFile
  private let file: LockedFile
  /// Where the next frame goes; behind it nothing counts.
  private var end: Int

  // MARK: Opening

  /// Opens a directory, makes it where there is none. `now` is when a new one begins.
  public static func open(
    _ path: String, _ terms: Terms, now: Instant
  ) throws(DataDirectoryError) -> (directory: DataDirectory, contents: Contents) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw DataDirectoryError("\(path): cannot be made: \(error.localizedDescription)")
    }
    let lock = try LockedFile(path + "/lock")
    guard lock.lock() else {
      throw DataDirectoryError("\(path): another weir serve uses it. Stop that one, or take another directory.")
    }
    let file = try LockedFile(path + "/" + name)
    let bytes = try file.contents()
    guard !bytes.isEmpty else { return try make(file, lock, terms, now) }
    let head = try readHead(bytes, terms, at: file.path)
    let (frames, end) = try readFrames(bytes, from: head.end, at: file.path)
    try file.cut(to: end)
    return (DataDirectory(lock: lock, file: file, end: end), Contents(start: head.start, frames: frames))
  }

  private static func make(
    _ file: LockedFile, _ lock: LockedFile, _ terms: Terms, _ now: Instant
  ) throws(DataDirectoryError) -> (directory: DataDirectory, contents: Contents) {
    let head = CallFile.head(.log, terms, now)
    try file.write(head, at: 0)
    return (DataDirectory(lock: lock, file: file, end: head.count), Contents(start: now, frames: []))
  }

  private init(lock: LockedFile, file: LockedFile, end: Int) {
    (self.lock, self.file, self.end) = (lock, file, end)
  }

  private static func readHead(
    _ bytes: [UInt8], _ terms: Terms, at path: String
  ) throws(DataDirectoryError) -> (start: Instant, end: Int) {
    let (head, end) = try CallFile.readHead(.log, bytes, at: path)
    func differs(_ what: String, _ was: String, _ option: String) -> DataDirectoryError {
      DataDirectoryError("\(path): made with \(what) \(was). Start with \(option), or take another directory.")
    }
    let (account, region) = (head.text("account") ?? "", head.text("region") ?? ""), clock = head.text("clock") ?? ""
    guard account == terms.place.account else { throw differs("account", account, "--account \(account)") }
    guard region == terms.place.region else { throw differs("region", region, "--region \(region)") }
    guard (clock == "virtual") == terms.isVirtual else { throw differs("clock", clock, "--clock \(clock)") }
    for key in Limit.Key.allCases {
      guard let was = head.structure("limits")?.integer(key.name), was != terms.limits[key] else { continue }
      throw differs("\(key.name)", "\(was)", "the same --state-delay and --no-limit options")
    }
    return (Instant(nanoseconds: head.integer("start") ?? 0), end)
  }

  private static func readFrames(
    _ bytes: [UInt8], from start: Int, at path: String
  ) throws(DataDirectoryError) -> ([CallFrame], Int) {
    var frames: [CallFrame] = []
    let end = try CallFile.forEachFrame(bytes, from: start, at: path) { body, place throws(DataDirectoryError) in
      guard let frame = CallFrame(body) else { throw DataDirectoryError("\(path): no call at byte \(place).") }
      frames.append(frame)
    }
    return (frames, end)
  }

  // MARK: Writing

  /// Writes calls, all of them or none, and returns when they are on the disk.
  mutating func append(_ frames: [CallFrame]) throws(DataDirectoryError) {
    var bytes: [UInt8] = []
    for frame in frames { CallFile.append(frame.bytes, to: &bytes) }
    do throws(DataDirectoryError) {
      try file.write(bytes, at: end)
    } catch {
      // What was written of it does not count, and must not be found behind what comes next.
      try? file.cut(to: end)
      throw error
    }
    end += bytes.count
  }
}
