/// The earliest of N entities that have exactly one pending event each (producers, pollers), ties by lowest number.
///
/// A complete tournament: `set` replays one path, O(log N) without allocation; the winner is at hand, O(1). 32 B an entity,
/// rounded up to a power of two.
@frozen public struct WinnerTree: ~Copyable {
  @frozen @usableFromInline struct Node {
    @usableFromInline var key: UInt64
    @usableFromInline var entity: Int

    @inlinable init(key: UInt64, entity: Int) {
      self.key = key
      self.entity = entity
    }
  }
  // Unsafe storage for speed: node 1 is the root, node i's children are 2i and 2i + 1, leaves start at `width`. Every
  // index comes from an entity that was checked against `count`.
  @usableFromInline let nodes: UnsafeMutablePointer<Node>
  @usableFromInline let width: Int
  /// How many entities.
  public let count: Int

  /// `count` > 0 entities, none of which has an event.
  public init(count: Int) {
    precondition(count > 0, "a winner tree needs an entity")
    self.count = count
    width = count == 1 ? 1 : 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount)
    nodes = .allocate(capacity: 2 * width)
    for i in 0..<(2 * width) { (nodes + i).initialize(to: Node(key: .max, entity: 0)) }
    for i in 0..<width { nodes[width + i].entity = i }
    for i in stride(from: width - 1, to: 0, by: -1) { nodes[i] = nodes[2 * i] }
  }

  deinit { nodes.deallocate() }

  /// The entity whose event is earliest, the lowest number among equals; 0 when there is no event at all.
  @inlinable public var minEntity: Int { nodes[1].entity }
  /// The earliest key; `UInt64.max` when there is no event.
  @inlinable public var minKey: UInt64 { nodes[1].key }

  /// The entity's key; `UInt64.max` when it has no event.
  @inlinable public subscript(entity: Int) -> UInt64 {
    precondition(entity >= 0 && entity < count, "no such entity")
    return nodes[width + entity].key
  }

  /// Moves the entity's event to `key`; `UInt64.max` means none. O(log N).
  ///
  /// The winner so far is carried up in registers and chosen without a branch: who wins cannot be foretold.
  @inlinable public mutating func set(_ entity: Int, at key: UInt64) {
    precondition(entity >= 0 && entity < count, "no such entity")
    var i = width + entity, key = key, entity = entity
    nodes[i].key = key
    while i > 1 {
      let other = nodes[i ^ 1]
      // Of equals the left one, which has the even number, wins.
      let isOther = other.key < key || (other.key == key && i & 1 == 1)
      let mask = isOther ? UInt64.max : 0
      key ^= (key ^ other.key) & mask
      entity ^= (entity ^ other.entity) & Int(bitPattern: UInt(mask))
      i >>= 1
      nodes[i] = Node(key: key, entity: entity)
    }
  }
}
