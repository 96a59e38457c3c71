internal import Units

/// When which part of a delivery stream wants to be woken, in the total order (instant, kind, index).
///
/// A part has one alarm that counts. One that is set later than the part's present alarm is not stored: the part sets it
/// again when it is woken. So the queue does not grow with what comes and goes between two wakes.
struct AlarmQueue: Sendable, Hashable {
  /// What is to be done, in the order in which it is done at one instant. An index is an origin's, a unit's, or a
  /// consignment's place; the limit has one alarm, 0.
  enum Kind: Int, Sendable, Hashable, CaseIterable { case limit, transform, staging, expiry, buffer, consignment }

  struct Alarm: Sendable, Hashable {
    var due: Instant
    var kind: Kind
    var index: Int

    static func isBefore(_ a: Alarm, _ b: Alarm) -> Bool {
      (a.due, a.kind.rawValue, a.index) < (b.due, b.kind.rawValue, b.index)
    }
  }

  private var heap: [Alarm] = []
  /// For each kind, by index, the alarm that counts; `.never` when there is none.
  private var armed = [[Instant]](repeating: [], count: Kind.allCases.count)

  /// The first alarm; it may turn out to be needless.
  var first: Instant? { heap.first?.due }

  mutating func arm(_ kind: Kind, _ index: Int, at due: Instant) {
    while armed[kind.rawValue].count <= index { armed[kind.rawValue].append(.never) }
    guard due < armed[kind.rawValue][index] else { return }
    armed[kind.rawValue][index] = due
    heap.append(Alarm(due: due, kind: kind, index: index))
    rise(from: heap.count - 1)
  }

  /// Takes the first alarm that is due and counts; nil when there is none by `now`.
  mutating func pop(by now: Instant) -> Alarm? {
    while let alarm = heap.first, alarm.due <= now {
      heap.swapAt(0, heap.count - 1)
      heap.removeLast()
      sink()
      guard armed[alarm.kind.rawValue][alarm.index] == alarm.due else { continue }
      armed[alarm.kind.rawValue][alarm.index] = .never
      return alarm
    }
    return nil
  }

  private mutating func rise(from start: Int) {
    var child = start
    while child > 0, Alarm.isBefore(heap[child], heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if Alarm.isBefore(heap[child], heap[least]) { least = child }
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
