internal import Units

/// Receives that wait, first come first served.
///
/// Those that wait equally long end in the order in which they came, so there is a row for each length: twenty at most.
struct PollLine: Sendable, Hashable {
  struct Poll: Sendable, Hashable {
    var call: ReceiveCall
    var until: Instant
    /// Its number in order of coming.
    var turn: UInt64
  }

  private struct Row: Hashable {
    let wait: Interval
    var polls: [Poll] = []
    var head = 0

    var first: Poll? { head < polls.count ? polls[head] : nil }

    mutating func removeFirst() {
      head += 1
      if head == polls.count {
        polls.removeAll(keepingCapacity: true)
        head = 0
      } else if head >= 64, head * 2 > polls.count {
        polls.removeFirst(head)
        head = 0
      }
    }
  }

  private var rows: [Row] = []
  private var turns: UInt64 = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ call: ReceiveCall, at now: Instant) {
    let row: Int
    if let known = rows.firstIndex(where: { $0.wait == call.wait }) {
      row = known
    } else {
      rows.append(Row(wait: call.wait))
      row = rows.count - 1
    }
    rows[row].polls.append(Poll(call: call, until: now + call.wait, turn: turns))
    turns += 1
    count += 1
  }

  /// Who came first.
  var first: ReceiveCall? { earliest.flatMap { rows[$0].first?.call } }

  /// Takes who came first.
  mutating func removeFirst() {
    guard let row = earliest else { preconditionFailure("nobody waits") }
    rows[row].removeFirst()
    count -= 1
  }

  /// The row of who came first.
  private var earliest: Int? {
    var found: Int?, turn = UInt64.max
    for row in rows.indices {
      guard rows[row].head < rows[row].polls.count, rows[row].polls[rows[row].head].turn < turn else { continue }
      (found, turn) = (row, rows[row].polls[rows[row].head].turn)
    }
    return found
  }

  /// When the first one's time is over; `.never` when nobody waits.
  var due: Instant {
    var due = Instant.never
    for row in rows.indices where rows[row].head < rows[row].polls.count {
      due = min(due, rows[row].polls[rows[row].head].until)
    }
    return due
  }

  /// Takes one whose time is over by `now`.
  mutating func removeOver(at now: Instant) -> ReceiveCall? {
    for row in rows.indices where rows[row].head < rows[row].polls.count {
      guard rows[row].polls[rows[row].head].until <= now, let first = rows[row].first else { continue }
      rows[row].removeFirst()
      count -= 1
      return first.call
    }
    return nil
  }

  /// Takes one out wherever it stands. O(n).
  mutating func remove(_ poll: Int) {
    for row in rows.indices {
      let rest = rows[row].polls[rows[row].head...].filter { $0.call.poll != poll }
      count += rest.count - (rows[row].polls.count - rows[row].head)
      (rows[row].polls, rows[row].head) = (Array(rest), 0)
    }
  }

  /// Takes all, in order of coming.
  mutating func removeAll() -> [ReceiveCall] {
    let all = rows.flatMap { $0.polls[$0.head...] }.sorted { $0.turn < $1.turn }
    (rows, count) = ([], 0)
    return all.map(\.call)
  }
}
