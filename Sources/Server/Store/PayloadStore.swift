internal import KinesisCore

/// The payloads and partition keys of all records that are kept, by stream, shard and position: what the core has no use for.
struct PayloadStore: Sendable {
  /// A record: a piece of the batch that it came in, which is kept until the last of its records goes. 24 bytes.
  struct Record: Sendable {
    private let block: Block
    private let start: UInt32, dataLength: UInt32
    /// −1 for none.
    private let keyLength: Int16
    /// Whether it was encrypted when it was put.
    let isEncrypted: Bool

    init(_ entry: PutBatch.Entry, of block: Block, isEncrypted: Bool) {
      (self.block, self.isEncrypted) = (block, isEncrypted)
      (start, dataLength, keyLength) = (UInt32(entry.start), UInt32(entry.dataLength), Int16(entry.keyLength))
    }

    /// A record of its own.
    init(key: String?, data: ArraySlice<UInt8>, isEncrypted: Bool) {
      let key = key.map { Array($0.utf8) }
      block = Block((key ?? []) + data)
      (start, dataLength, keyLength) = (0, UInt32(data.count), Int16(key?.count ?? -1))
      self.isEncrypted = isEncrypted
    }

    /// The partition key in UTF-8; nil for none.
    var key: ArraySlice<UInt8>? {
      keyLength < 0 ? nil : block.bytes[Int(start)..<Int(start) + Int(keyLength)]
    }

    /// The payload.
    var data: ArraySlice<UInt8> {
      let start = Int(start) + max(0, Int(keyLength))
      return block.bytes[start..<start + Int(dataLength)]
    }
  }

  /// The bytes of a batch.
  final class Block: Sendable {
    let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }
  }

  fileprivate struct Shard: Sendable {
    /// The position of the first record kept.
    var first: Int64 = 0
    var records: [Record] = []
    /// Records before this place are gone.
    var head = 0
  }

  private var streams: [Int: [Shard]] = [:]

  /// Keeps a record that a shard stored at a position, right behind the one before.
  mutating func append(_ record: Record, to shard: ShardID, of stream: Int, at position: Int64) {
    let missing = shard.index + 1 - streams[stream, default: []].count
    if missing > 0 { streams[stream, default: []] += Array(repeating: Shard(), count: missing) }
    streams[stream, default: []][shard.index].append(record, at: position)
  }

  /// The record at a position; nil where none is kept.
  func record(at position: Int64, in shard: ShardID, of stream: Int) -> Record? {
    guard let shards = streams[stream], shard.index < shards.count else { return nil }
    return shards[shard.index].record(at: position)
  }

  /// Forgets what lies before a position.
  mutating func trim(_ shard: ShardID, of stream: Int, before position: Int64) {
    guard shard.index < streams[stream]?.count ?? 0 else { return }
    streams[stream]?[shard.index].trim(before: position)
  }

  /// Forgets a stream.
  mutating func remove(stream: Int) { streams[stream] = nil }
}

extension PayloadStore.Shard {
  var count: Int { records.count - head }

  mutating func append(_ record: PayloadStore.Record, at position: Int64) {
    if count == 0 { (records, head, first) = ([], 0, position) }
    precondition(position == first + Int64(count), "a record that is not the next one")
    records.append(record)
  }

  func record(at position: Int64) -> PayloadStore.Record? {
    let place = Int(position - first) + head
    return position >= first && place < records.count ? records[place] : nil
  }

  mutating func trim(before position: Int64) {
    let gone = min(Int(max(0, position - first)), count)
    (first, head) = (first + Int64(gone), head + gone)
    guard head * 2 > records.count else { return }
    records.removeFirst(head)
    head = 0
  }
}
