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
      guard head * 2 > polls.count else { return }
      polls.removeFirst(head)
      head = 0
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
  var first: ReceiveCall? { rows.compactMap(\.first).min { $0.turn < $1.turn }?.call }

  /// Takes who came first.
  mutating func removeFirst() {
    let row = rows.indices.filter { rows[$0].first != nil }
      .min { (rows[$0].first?.turn ?? .max) < (rows[$1].first?.turn ?? .max) }
    guard let row else { preconditionFailure("nobody waits") }
    rows[row].removeFirst()
    count -= 1
  }

  /// When the first one's time is over; `.never` when nobody waits.
  var due: Instant { rows.reduce(.never) { min($0, $1.first?.until ?? .never) } }

  /// Takes one whose time is over by `now`.
  mutating func removeOver(at now: Instant) -> ReceiveCall? {
    for row in rows.indices {
      guard let first = rows[row].first, first.until <= now else { continue }
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
