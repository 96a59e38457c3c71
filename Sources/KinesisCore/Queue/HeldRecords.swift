internal import Units

/// A record that was received and is not done with: 48 bytes.
struct HeldRecord: Sendable, Hashable {
  /// Where it stands.
  enum Phase: UInt64 {
    /// A place without a record.
    case vacant
    /// Received, hidden until its visibility ends.
    case inFlight
    /// Visible again.
    case visible
    /// A dead letter that can be received.
    case dead
    /// A dead letter that was received.
    case deadInFlight
  }

  let id: QueueRecordID
  let arrival: Instant
  /// When its visibility ends; of one that is not in flight without meaning.
  var until: Instant
  /// FirstReceiveTimestamp in milliseconds after the arrival (40 bits), receipts (20 bits), phase (4 bits).
  private var word: UInt64
  let size: Int32
  /// Of the receipt that holds: another one's handle is void.
  var stamp: UInt32
  /// Its neighbours in flight, by slot, as `HeldRecords.leaveLane` has them; at rest, `previous` is its place in a heap.
  var previous: Int32, next: Int32

  private static let mostMilliseconds: Int64 = 1 << 40 - 1
  private static let mostReceives: UInt64 = 1 << 20 - 1

  init(id: QueueRecordID, arrival: Instant, size: Int32, firstReceived: Instant, stamp: UInt32) {
    (self.id, self.arrival, self.size, self.stamp) = (id, arrival, size, stamp)
    let after = min(Self.mostMilliseconds, max(0, (firstReceived - arrival).nanoseconds / 1_000_000))
    (until, word, previous, next) = (.never, UInt64(after) << 24, -1, -1)
  }

  /// A place without a record, whose next one gets another stamp.
  init(vacantAfter stamp: UInt32) {
    self.init(
      id: QueueRecordID(ShardID(0), at: 0), arrival: .epoch, size: 0, firstReceived: .epoch, stamp: stamp &+ 1)
  }

  var phase: Phase {
    get { Phase(rawValue: word & 0xf) ?? .vacant }
    set { word = word & ~0xf | newValue.rawValue }
  }

  var receives: Int32 {
    get { Int32(word >> 4 & Self.mostReceives) }
    set { word = word & ~(Self.mostReceives << 4) | min(UInt64(newValue), Self.mostReceives) << 4 }
  }

  var firstReceived: Instant { arrival + .milliseconds(Int64(word >> 24)) }
}

/// The records that a queue holds: received and not done with.
///
/// Each stands in exactly one place: in flight in the lane of its visibility, at rest in the heap of the visible or of the dead.
/// In a lane records come in the order in which their visibility ends, because all of them have the same length: so one is
/// put in and taken out in O(1), and the first to end is the first of a lane. There are as many lanes as lengths in use.
struct HeldRecords: Sendable, Hashable {
  private struct Lane: Hashable {
    var head: Int32 = -1, tail: Int32 = -1
  }

  private var slots: [HeldRecord] = []
  private var free: [Int32] = []
  private var lanes: [Lane] = []
  /// The lengths in use, ascending, and the lane of each.
  private var lengths: [(length: Interval, lane: Int)] = []
  private var dues = Deadlines([])
  /// Visible again, and dead: by arrival.
  private var visible = RestingRecords(), dead = RestingRecords()
  private(set) var inFlight = 0, deadInFlight = 0

  var visibleCount: Int { visible.count }
  var deadCount: Int { dead.count }
  /// Places ever used at once; what it costs in memory is 48 bytes each.
  var capacity: Int { slots.count }

  subscript(slot: Int) -> HeldRecord { slots[slot] }

  /// The slot of a handle; nil when another receipt has taken its place, or the record is done with.
  func slot(of handle: ReceiptHandle) -> Int? {
    guard handle.slot < slots.count, slots[handle.slot].stamp == handle.stamp,
      slots[handle.slot].phase != .vacant
    else { return nil }
    return handle.slot
  }

  /// Every record held, by slot. O(capacity).
  var all: [HeldRecord] { slots.filter { $0.phase != .vacant } }

  /// When the first visibility ends; `.never` when nothing is in flight. O(1).
  var firstDue: Instant { dues.first }

  /// The one whose visibility ends first.
  var firstToEnd: Int { Int(lanes[dues.firstPlace].head) }

  /// One of those visible, by place in no order; `place` is below `visibleCount`.
  func visible(at place: Int) -> Int { visible[place] }

  /// The oldest that is visible, or dead.
  func oldest(_ side: QueueSide) -> Int? {
    switch side {
    case .records: visible.first
    case .deadLetters: dead.first
    }
  }

  // MARK: Coming and going

  /// A record is received for the first time, hidden for `length` from now on. Returns its slot.
  mutating func receive(
    _ id: QueueRecordID, arrival: Instant, size: Int32, for length: Interval, at now: Instant
  ) -> Int {
    let slot: Int
    if let used = free.popLast() { slot = Int(used) } else { slot = addPlace() }
    slots[slot] = HeldRecord(
      id: id, arrival: arrival, size: size, firstReceived: now, stamp: slots[slot].stamp &+ 1)
    fly(slot, .inFlight, for: length, at: now)
    return slot
  }

  /// Grows by an eighth, so that little stands empty.
  private mutating func addPlace() -> Int {
    if slots.count == slots.capacity { slots.reserveCapacity(slots.count + max(64, slots.count / 8)) }
    slots.append(HeldRecord(vacantAfter: 0))
    return slots.count - 1
  }

  /// One at rest is received again: another receipt.
  mutating func receive(_ slot: Int, for length: Interval, at now: Instant) {
    let phase: HeldRecord.Phase = slots[slot].phase == .dead ? .deadInFlight : .inFlight
    leave(slot)
    slots[slot].stamp &+= 1
    fly(slot, phase, for: length, at: now)
  }

  /// One in flight is hidden for `length` from now on; its receipt stays.
  mutating func prolong(_ slot: Int, for length: Interval, at now: Instant) {
    let phase = slots[slot].phase
    leave(slot)
    enterLane(slot, phase, for: length, at: now)
  }

  private mutating func fly(_ slot: Int, _ phase: HeldRecord.Phase, for length: Interval, at now: Instant) {
    slots[slot].receives += 1
    enterLane(slot, phase, for: length, at: now)
  }

  /// It comes to rest: visible, or dead.
  mutating func rest(_ slot: Int, _ phase: HeldRecord.Phase) {
    leave(slot)
    slots[slot].phase = phase
    if phase == .dead { dead.insert(slot, &slots) } else { visible.insert(slot, &slots) }
  }

  /// It becomes a dead letter: its handle is void.
  mutating func bury(_ slot: Int) {
    slots[slot].stamp &+= 1
    rest(slot, .dead)
  }

  /// It begins anew: visible, never received.
  mutating func forgive(_ slot: Int) {
    slots[slot].receives = 0
    slots[slot].stamp &+= 1
    rest(slot, .visible)
  }

  /// It comes back though it was done with: its handle is void.
  mutating func repeatDelivery(_ slot: Int) {
    slots[slot].stamp &+= 1
    rest(slot, .visible)
  }

  /// It is done with.
  mutating func remove(_ slot: Int) {
    leave(slot)
    slots[slot] = HeldRecord(vacantAfter: slots[slot].stamp)
    free.append(Int32(slot))
  }

  /// Forgets everything.
  mutating func removeAll() { self = HeldRecords() }

  private mutating func leave(_ slot: Int) {
    switch slots[slot].phase {
    case .vacant: return
    case .visible: visible.remove(slot, &slots)
    case .dead: dead.remove(slot, &slots)
    case .inFlight:
      inFlight -= 1
      leaveLane(slot)
    case .deadInFlight:
      deadInFlight -= 1
      leaveLane(slot)
    }
    slots[slot].phase = .vacant
  }

  // MARK: Lanes

  private mutating func enterLane(_ slot: Int, _ phase: HeldRecord.Phase, for length: Interval, at now: Instant) {
    let lane = lane(of: length), tail = lanes[lane].tail
    if phase == .inFlight { inFlight += 1 } else { deadInFlight += 1 }
    slots[slot].phase = phase
    slots[slot].until = now + length
    (slots[slot].previous, slots[slot].next) = (tail >= 0 ? tail : ~Int32(lane), ~Int32(lane))
    lanes[lane].tail = Int32(slot)
    guard tail < 0 else {
      slots[Int(tail)].next = Int32(slot)
      return
    }
    lanes[lane].head = Int32(slot)
    dues[lane] = now + length
  }

  /// At an end of its lane a record has the lane's number, negated bit by bit, where it would have a neighbour.
  private mutating func leaveLane(_ slot: Int) {
    let (previous, next) = (slots[slot].previous, slots[slot].next)
    if next >= 0 {
      slots[Int(next)].previous = previous
    } else {
      lanes[Int(~next)].tail = previous >= 0 ? previous : -1
    }
    guard previous < 0 else {
      slots[Int(previous)].next = next
      return
    }
    lanes[Int(~previous)].head = next >= 0 ? next : -1
    dues[Int(~previous)] = next >= 0 ? slots[Int(next)].until : .never
  }

  private mutating func lane(of length: Interval) -> Int {
    let place = lengths.partitioningIndex { $0.length >= length }
    if place < lengths.count, lengths[place].length == length { return lengths[place].lane }
    lengths.insert((length, lanes.count), at: place)
    lanes.append(Lane())
    dues = Deadlines(lanes.map { $0.head >= 0 ? slots[Int($0.head)].until : .never })
    return lanes.count - 1
  }
}

extension HeldRecords {
  /// Deadlines follow from the lanes.
  static func == (a: HeldRecords, b: HeldRecords) -> Bool {
    a.slots == b.slots && a.free == b.free && a.lanes == b.lanes && a.lengths.elementsEqual(b.lengths, by: ==)
      && a.visible == b.visible && a.dead == b.dead
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(slots)
    hasher.combine(free)
  }
}

/// Records at rest, the oldest first: a heap of slots in which each record knows its place.
struct RestingRecords: Sendable, Hashable {
  private var heap: [Int32] = []

  var count: Int { heap.count }
  var first: Int? { heap.first.map(Int.init) }
  subscript(place: Int) -> Int { Int(heap[place]) }

  mutating func insert(_ slot: Int, _ slots: inout [HeldRecord]) {
    heap.append(Int32(slot))
    rise(from: heap.count - 1, &slots)
  }

  /// O(log n).
  mutating func remove(_ slot: Int, _ slots: inout [HeldRecord]) {
    let place = Int(slots[slot].previous)
    precondition(heap[place] == Int32(slot), "a record at rest that does not know its place")
    let last = heap.removeLast()
    guard place < heap.count else { return }
    heap[place] = last
    slots[Int(last)].previous = Int32(place)
    sink(from: place, &slots)
    rise(from: Int(slots[Int(last)].previous), &slots)
  }

  private func isBefore(_ a: Int32, _ b: Int32, _ slots: [HeldRecord]) -> Bool {
    let (one, other) = (slots[Int(a)], slots[Int(b)])
    return (one.arrival, one.id) < (other.arrival, other.id)
  }

  private mutating func rise(from start: Int, _ slots: inout [HeldRecord]) {
    var child = start
    let slot = heap[child]
    while child > 0, isBefore(slot, heap[(child - 1) / 2], slots) {
      heap[child] = heap[(child - 1) / 2]
      slots[Int(heap[child])].previous = Int32(child)
      child = (child - 1) / 2
    }
    heap[child] = slot
    slots[Int(slot)].previous = Int32(child)
  }

  private mutating func sink(from start: Int, _ slots: inout [HeldRecord]) {
    var parent = start
    let slot = heap[parent]
    while 2 * parent + 1 < heap.count {
      var child = 2 * parent + 1
      if child + 1 < heap.count, isBefore(heap[child + 1], heap[child], slots) { child += 1 }
      guard isBefore(heap[child], slot, slots) else { break }
      heap[parent] = heap[child]
      slots[Int(heap[parent])].previous = Int32(parent)
      parent = child
    }
    heap[parent] = slot
    slots[Int(slot)].previous = Int32(parent)
  }
}
