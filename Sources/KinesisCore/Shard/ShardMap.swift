/// Finds the open shard that owns a hash key: sorted ends, and a jump table over the top bits so that a look-up takes a
/// step or two.
struct ShardMap: Sendable, Hashable {
  private var ends: [UInt128]
  private var shards: [ShardID]
  private var jumps: [Int32]
  private var shift: Int

  /// A map of open shards whose ranges, in order, cover the ring without gap or overlap.
  init(_ open: [(range: HashKeyRange, id: ShardID)]) {
    precondition(HashKeyRange.arePartition(open.map(\.range)), "open shards that do not partition the ring")
    ends = open.map(\.range.end.value)
    shards = open.map(\.id)
    let bits = max(4, Int.bitWidth - (open.count * 4).leadingZeroBitCount)
    shift = 128 - bits
    jumps = []
    var index: Int32 = 0
    for bucket in 0..<(1 << bits) {
      while ends[Int(index)] < UInt128(bucket) << UInt128(shift) { index += 1 }
      jumps.append(index)
    }
  }

  /// The owner of a key. O(1) on average.
  func owner(of key: HashKey) -> ShardID {
    var index = Int(jumps[Int(truncatingIfNeeded: key.value >> UInt128(shift))])
    while ends[index] < key.value { index += 1 }
    return shards[index]
  }

  /// Open shards in the order of the ring.
  var openShards: [ShardID] { shards }
}
