internal import Units

/// Neighbouring records that a mapping has read: equal in size and arrival, in one sub-shard.
struct Piece: Sendable, Hashable {
  var first: Int64, count: Int64, bytes: Int64
  var arrival: Instant
  /// When the mapping got them.
  var received: Instant

  var end: Int64 { first + count }

  /// The first `n` of them, and the rest.
  func split(after n: Int64) -> (Piece, Piece) {
    var (head, tail) = (self, self)
    (head.count, head.bytes) = (n, bytes / count * n)
    (tail.first, tail.count, tail.bytes) = (first + n, count - n, bytes - head.bytes)
    return (head, tail)
  }
}

/// Records that a function gets in one invocation, in their order.
struct FunctionInvocation: Sendable, Hashable {
  var pieces: [Piece] = []
  /// Failed tries that count as retries.
  var retries = 0

  var count: Int64 { pieces.reduce(0) { $0 + $1.count } }

  func holds(_ position: Int64) -> Bool { pieces.contains { $0.first <= position && position < $0.end } }

  /// The two halves of a batch of more than one record, the first not larger; their retries are their own.
  func halves() -> (FunctionInvocation, FunctionInvocation) {
    var (lower, upper) = (FunctionInvocation(), FunctionInvocation())
    var room = count / 2
    for piece in pieces {
      if piece.count <= room {
        lower.pieces.append(piece)
      } else if room == 0 {
        upper.pieces.append(piece)
      } else {
        let (head, tail) = piece.split(after: room)
        lower.pieces.append(head)
        upper.pieces.append(tail)
      }
      room -= min(room, piece.count)
    }
    return (lower, upper)
  }

  /// Drops records that arrived before an instant. Returns how many.
  mutating func dropAged(before instant: Instant) -> Int64 {
    let before = count
    pieces.removeAll { $0.arrival < instant }
    return before - count
  }
}

/// One of the parts of a shard that a mapping works on one batch at a time: with a factor of one, the shard itself.
///
/// Records pass three places: gathering (`held`), to be invoked next (`work`, the next one last), done.
struct SubShard: Sendable {
  /// When a batch may be formed.
  enum Readiness: Equatable {
    case nothing
    case later(Instant)
    case now
  }

  private var held: [Piece] = []
  private var head = 0
  private var heldCount: Int64 = 0, heldBytes: Int64 = 0
  /// A formed batch and what was split off it.
  var work: [FunctionInvocation] = []
  var isRunning = false
  /// When the running invocation began, whether it will fail, and when the last one ended.
  var startedAt: Instant = .epoch
  var willFail = false
  var endedAt: Instant = .epoch
  /// Whether it waits for the account's concurrency, and before when the next try must not begin.
  var isThrottled = false
  var notBefore: Instant = .epoch
  /// When it is to be looked at; events for other instants are void.
  var dueAt: Instant?

  /// What it holds, by when its function got it or will: what an invocation under way that will succeed began with, and the
  /// rest.
  func addHeld(to late: inout Lateness) {
    for piece in held[head...] { late.add(since: piece.arrival, piece.count) }
    for (index, batch) in work.enumerated() {
      let isHandedOver = isRunning && !willFail && index == work.count - 1
      for piece in batch.pieces { late.add(since: piece.arrival, piece.count, until: isHandedOver ? startedAt : nil) }
    }
  }

  /// Records it holds, gathering and in work.
  var count: Int64 { work.reduce(heldCount) { $0 + $1.count } }

  /// The position of the first record that is not done; nil when it holds none.
  var firstOpen: Int64? {
    work.last?.pieces.first?.first ?? (head < held.count ? held[head].first : nil)
  }

  /// Takes a piece behind all it holds.
  mutating func append(_ piece: Piece) {
    heldCount += piece.count
    heldBytes += piece.bytes
    if let last = held.last, held.count > head, last.end == piece.first, last.arrival == piece.arrival,
      last.received == piece.received, last.bytes * piece.count == piece.bytes * last.count
    {
      held[held.count - 1].count += piece.count
      held[held.count - 1].bytes += piece.bytes
    } else {
      held.append(piece)
    }
  }

  /// When a batch of what is held is due: at once when it is full by count or bytes, else when the window is over, which
  /// begins with the first record or the end of the invocation before, whichever is later.
  func readiness(size: Int64, payload: Int64, window: Interval, at now: Instant) -> Readiness {
    guard heldCount > 0 else { return .nothing }
    if heldCount >= size || heldBytes >= payload { return .now }
    let due = max(held[head].received, endedAt) + window
    return due <= now ? .now : .later(due)
  }

  /// Forms a batch of at most `size` records and `payload` bytes, but of one record at least.
  mutating func formBatch(size: Int64, payload: Int64) {
    var batch = FunctionInvocation()
    var (room, space) = (size, payload)
    while head < held.count, room > 0 {
      let piece = held[head], each = max(1, piece.bytes / piece.count)
      let fitting = min(piece.count, room, batch.pieces.isEmpty ? max(1, space / each) : space / each)
      guard fitting > 0 else { break }
      let taken = fitting == piece.count ? piece : take(fitting, of: piece)
      if fitting == piece.count { head += 1 }
      batch.pieces.append(taken)
      (room, space) = (room - taken.count, space - taken.bytes)
      (heldCount, heldBytes) = (heldCount - taken.count, heldBytes - taken.bytes)
    }
    if head > 256, head > held.count / 2 {
      held.removeFirst(head)
      head = 0
    }
    work.append(batch)
  }

  private mutating func take(_ count: Int64, of piece: Piece) -> Piece {
    let (taken, rest) = piece.split(after: count)
    held[head] = rest
    return taken
  }
}
