internal import KinesisCore

/// Which shards of a stream have a reader, and which are read to their ends: children come after all their parents.
struct Lineage: Sendable {
  /// The reader of each shard, by the shard's number; nil for none yet.
  private var readers: [Int?] = []
  private var finished: [Bool] = []

  /// The number of a shard's reader.
  @inline(__always)
  func reader(of shard: Int) -> Int? { shard < readers.count ? readers[shard] : nil }

  /// The readers, in order of their shards.
  var all: some Sequence<Int> { readers.lazy.compactMap(\.self) }

  /// A shard has a reader, or another one than before.
  mutating func begin(_ shard: ShardID, by reader: Int) {
    while readers.count <= shard.index {
      readers.append(nil)
      finished.append(false)
    }
    readers[shard.index] = reader
  }

  /// A shard is read to its end, or is to be read once more.
  mutating func finish(_ shard: ShardID) { finished[shard.index] = true }
  mutating func reopen(_ shard: ShardID) { finished[shard.index] = false }

  /// The children of a shard just finished that can be read now: those without a reader, all of whose parents are finished.
  func ready(after shard: ShardID, of stream: Int, _ endpoint: borrowing Endpoint) -> [ShardID] {
    let state = endpoint.stream(stream)
    var ready = state.children(of: shard)
    ready.removeAll { child in
      let isFinished = state.shards[child.index].parents.allSatisfy {
        $0.index < finished.count && finished[$0.index]
      }
      return reader(of: child.index) != nil || !isFinished
    }
    return ready
  }
}
