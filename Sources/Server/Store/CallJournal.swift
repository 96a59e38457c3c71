internal import KinesisCore
internal import Synchronization
public import Units

/// Writes down every call that an engine does, reads as well, and what each was answered: enough to do it all again and to see whether
/// the answers are the same.
///
/// Unlike the log of a data directory it holds nothing up: what was not written yet when a process is killed is missing at its end.
public final class CallJournal: Sendable {
  private struct State: Sendable {
    let file: LockedFile
    var end: Int
    var pending: [UInt8] = []
    var failure: DataDirectoryError?
  }

  private let state: Mutex<State>

  /// As much as is kept back before it is written.
  private static let grain = 256 << 10

  /// A new journal of calls that begin now. A file that has something in it is left as it is.
  public init(_ path: String, _ terms: DataDirectory.Terms, start: Instant) throws(DataDirectoryError) {
    let file = try LockedFile(path)
    guard file.lock() else { throw DataDirectoryError("\(path): another weir serve writes it.") }
    guard try file.contents().isEmpty else {
      throw DataDirectoryError("\(path): there is something in it. Take another name for the journal.")
    }
    let head = CallFile.head(.journal, terms, start)
    try file.write(head, at: 0)
    state = Mutex(State(file: file, end: head.count))
  }

  /// A call is done.
  func note(_ frame: CallFrame) { append(frame.bytes) }

  /// A call was answered, or got an event: of the bytes their check sum.
  func note(_ answer: Answer) { append(answer.bytes) }

  private func append(_ body: [UInt8]) {
    state.withLock { state in
      guard state.failure == nil else { return }
      CallFile.append(body, to: &state.pending)
      if state.pending.count >= Self.grain { Self.write(&state) }
    }
  }

  private static func write(_ state: inout State) {
    do throws(DataDirectoryError) {
      try state.file.write(state.pending, at: state.end)
      state.end += state.pending.count
    } catch {
      state.failure = error
    }
    state.pending = []
  }

  /// Writes what is left. Returns why it is not whole; nil when it is.
  public func close() -> DataDirectoryError? {
    state.withLock { state in
      if state.failure == nil { Self.write(&state) }
      return state.failure
    }
  }

  /// What a call was answered, as far as it is compared.
  struct Answer: Sendable, Hashable {
    /// The call's number.
    var call: Int
    /// The HTTP status; 0 for an event of a stream.
    var status: Int
    var sum: UInt32

    init(_ call: Int, status: Int, _ bytes: [UInt8]) {
      (self.call, self.status, sum) = (call, status, CRC32.of(bytes[...]))
    }

    init?(_ input: WireInput) {
      guard let call = input.integer("a"), let status = input.integer("st"), let sum = input.integer("c") else {
        return nil
      }
      (self.call, self.status, self.sum) = (Int(call), Int(status), UInt32(truncatingIfNeeded: sum))
    }

    var bytes: [UInt8] {
      var writer = WireWriter(.cbor)
      writer.object { writer in
        writer.member("a", call)
        writer.member("st", status)
        writer.member("c", Int64(sum))
      }
      return writer.bytes
    }
  }
}
