internal import KinesisCore

/// Shards by number, a bit each, in order.
struct ShardSet: Sendable {
  private var words: [UInt64] = []

  /// Takes a shard in.
  @inline(__always)
  mutating func note(_ shard: Int) {
    let word = shard >> 6
    if word >= words.count { words += Array(repeating: 0, count: word + 1 - words.count) }
    words[word] |= 1 << UInt64(shard & 63)
  }

  /// Its shards, ascending.
  func forEach(_ take: (ShardID) -> Void) {
    for (index, word) in words.enumerated() where word != 0 {
      var left = word
      while left != 0 {
        take(ShardID(index << 6 + left.trailingZeroBitCount))
        left &= left - 1
      }
    }
  }

  /// Forgets all of them.
  mutating func clear() { for index in words.indices { words[index] = 0 } }
}

extension Shard {
  /// What it ever stored.
  var stored: ShardMeter.Load { ShardMeter.Load(records: log.tip, bytes: log.written) }
}

extension ShardMeter.Load {
  init(_ stored: (records: Int64, bytes: Int64)) { self.init(records: stored.records, bytes: stored.bytes) }
}
