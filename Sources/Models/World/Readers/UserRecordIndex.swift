internal import Units

/// How many user records the Kinesis records of a shard stand for.
///
/// Only aggregates leave an entry, so a shard without any costs nothing. Entries that every reader has passed go.
struct UserRecordIndex: Sendable {
  private var positions: [Int64] = [], sums: [Int64] = []
  private var head = 0
  /// User records beyond one a Kinesis record: before the first entry, and in all.
  private var forgotten: Int64 = 0
  private(set) var extra: Int64 = 0

  /// The Kinesis record at `position`, behind all noted before, stands for `users` user records. Amortised O(1).
  mutating func note(_ position: Int64, users: Int32) {
    guard users > 1 else { return }
    extra += Int64(users) - 1
    positions.append(position)
    sums.append(extra)
  }

  /// How many user records the Kinesis records in a range of positions stand for. O(log n).
  func users(from first: Int64, to end: Int64) -> Int64 {
    guard extra > 0 else { return end - first }
    return end - first + beyond(before: end) - beyond(before: first)
  }

  /// Forgets what lies before `position`; ranges asked for later must not begin there. Amortised O(1).
  mutating func forget(before position: Int64) {
    while head < positions.count, positions[head] < position {
      forgotten = sums[head]
      head += 1
    }
    guard head > 1_024, head > positions.count / 2 else { return }
    positions.removeFirst(head)
    sums.removeFirst(head)
    head = 0
  }

  private func beyond(before position: Int64) -> Int64 {
    let place = positions[head...].partitioningIndex { $0 >= position }
    return place == head ? forgotten : sums[place - 1]
  }
}
