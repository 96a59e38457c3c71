/// Places that are used again, each holder known by place and generation: an answer to an earlier holder is told apart.
struct SlotPool<Element: Sendable & Hashable>: Sendable, Hashable {
  private var elements: [Element] = []
  private var generations: [UInt32] = []
  private var isUsed: [Bool] = []
  private var free: [Int] = []
  private let blank: Element

  /// An empty pool; a vacated place holds `blank`.
  init(blank: Element) { self.blank = blank }

  /// The places in use, lowest first. O(places).
  var used: [Int] { isUsed.indices.filter { isUsed[$0] } }

  subscript(slot: Int) -> Element {
    get { elements[slot] }
    _modify { yield &elements[slot] }
  }

  mutating func insert(_ element: Element) -> Int {
    guard let slot = free.popLast() else {
      elements.append(element)
      generations.append(0)
      isUsed.append(true)
      return elements.count - 1
    }
    elements[slot] = element
    isUsed[slot] = true
    return slot
  }

  mutating func remove(_ slot: Int) {
    precondition(isUsed[slot], "a place is vacated once")
    elements[slot] = blank
    isUsed[slot] = false
    generations[slot] &+= 1
    free.append(slot)
  }

  /// A new name for the holder; earlier ones are void.
  mutating func rename(_ slot: Int) -> UInt64 {
    generations[slot] &+= 1
    return name(of: slot)
  }

  /// The holder's present name.
  func name(of slot: Int) -> UInt64 { UInt64(generations[slot]) << 32 | UInt64(slot) }

  /// The place of a name; nil when the name is void.
  func slot(named name: UInt64) -> Int? {
    let slot = Int(name & 0xffff_ffff)
    guard slot < elements.count, isUsed[slot], generations[slot] == UInt32(name >> 32) else { return nil }
    return slot
  }
}
