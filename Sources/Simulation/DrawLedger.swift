/// What a first run left behind for a second to be checked against: one byte an event.
public struct DrawRecording: Sendable, Hashable {
  /// One byte for each of the first events.
  public let bytes: [UInt8]
  /// How many events there were.
  public let count: Int64

  /// Whether every event has its byte: false when the limit was reached, and the rest went unrecorded.
  public var isComplete: Bool { Int64(bytes.count) == count }
}

/// Finds the first event at which two runs that should be equal are not.
///
/// Note a digest after each event: its key mixed with what the streams' positions and the state came to. A byte is taken
/// from a running hash, so a difference shows at once with probability 255/256, and otherwise within a few events.
/// The recording is bounded; beyond the limit nothing is kept or compared.
public struct DrawLedger: Sendable {
  /// Whether this is the first run or the second.
  public enum Mode: Sendable, Hashable {
    /// Record, at most that many bytes.
    case record(limit: Int)
    /// Compare with a first run.
    case compare(with: DrawRecording)
  }

  private let mode: Mode
  private var hash = TrajectoryHash()
  private var bytes: [UInt8] = []
  /// How many events were noted.
  public private(set) var count: Int64 = 0
  /// The first event, from 0, whose byte differs or which the first run did not have; nil while all agree.
  public private(set) var divergence: Int64?

  /// An empty ledger.
  public init(mode: Mode) { self.mode = mode }

  /// Takes in an event's digest; false once the runs have diverged.
  public mutating func note(_ digest: UInt64) -> Bool {
    hash.fold(digest)
    let byte = UInt8(truncatingIfNeeded: hash.value)
    switch mode {
    case .record(let limit): if bytes.count < limit { bytes.append(byte) }
    case .compare(let first): compare(byte, with: first)
    }
    count += 1
    return divergence == nil
  }

  private mutating func compare(_ byte: UInt8, with first: DrawRecording) {
    guard divergence == nil else { return }
    let isKnown = count < first.bytes.count
    let differs = isKnown ? first.bytes[Int(count)] != byte : count >= first.count
    if differs { divergence = count }
  }

  /// The end of the run: a second run that stopped early diverged where it stopped.
  public mutating func finish() -> Int64? {
    if case .compare(let first) = mode, divergence == nil, count < first.count { divergence = count }
    return divergence
  }

  /// What was recorded so far; empty in a second run.
  public var recording: DrawRecording { DrawRecording(bytes: bytes, count: count) }
}
