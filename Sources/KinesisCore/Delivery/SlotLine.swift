/// Places in a row, first come first served. Taking the first is O(1) on average.
struct SlotLine: Sendable, Hashable {
  private var slots: [Int] = []
  private var head = 0

  var isEmpty: Bool { head == slots.count }
  var first: Int? { isEmpty ? nil : slots[head] }

  mutating func append(_ slot: Int) { slots.append(slot) }

  mutating func removeFirst() {
    precondition(!isEmpty, "nothing waits")
    head += 1
    guard head * 2 > slots.count else { return }
    slots.removeFirst(head)
    head = 0
  }

  /// Takes a place out of the row, wherever it stands. O(n).
  mutating func remove(_ slot: Int) {
    slots = slots[head...].filter { $0 != slot }
    head = 0
  }
}
