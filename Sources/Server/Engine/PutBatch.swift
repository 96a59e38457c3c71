internal import KinesisCore

/// The records of PutRecord, PutRecords or PutRecordBatch: their partition keys and payloads in one array, ready to be kept as it is.
public struct PutBatch: Sendable, Hashable {
  /// A record: where it lies, and where on the ring it belongs.
  struct Entry: Sendable, Hashable {
    /// Where its key begins; the payload lies behind it.
    var start: Int
    /// The key's length in bytes; −1 for none.
    var keyLength: Int
    var dataLength: Int
    /// Nil without a key.
    var hashKey: HashKey?

    /// What the limits count: key and payload.
    var size: Int64 { Int64(max(0, keyLength) + dataLength) }
  }

  /// The call's own members.
  var target: WireInput
  var entries: [Entry] = []
  /// Keys and payloads, one behind the other.
  private(set) var bytes: [UInt8] = []
  /// What is wrong with the first key that AWS would refuse; it does not matter where keys are ignored.
  private(set) var refusal: Refusal?

  init(target: WireInput, capacity: Int) {
    self.target = target
    bytes.reserveCapacity(capacity)
  }

  /// Records that were a batch before.
  init(target: WireInput, entries: [Entry], bytes: [UInt8], refusal: Refusal?) {
    (self.target, self.entries, self.bytes, self.refusal) = (target, entries, bytes, refusal)
  }

  /// The records of a request whose types were checked.
  init(_ input: WireInput, _ records: [WireInput], _ limits: LimitsProfile) {
    let target = input.without(["Records", "Record", "Data"])
    self.init(target: target, capacity: records.reduce(0) { $0 + 64 + ($1.blob("Data")?.count ?? 0) })
    for record in records {
      append(
        key: record.text("PartitionKey"), explicitHashKey: record.text("ExplicitHashKey"), limits,
        data: record.blob("Data") ?? [])
    }
  }

  mutating func append(key: String?, explicitHashKey: String?, _ limits: LimitsProfile, data: [UInt8]) {
    append(key: key, explicitHashKey: explicitHashKey, limits) { $0 += data }
  }

  /// Adds a record; `fill` puts its payload behind its key.
  mutating func append(
    key: String?, explicitHashKey: String?, _ limits: LimitsProfile, fill: (inout [UInt8]) -> Void
  ) {
    var entry = Entry(start: bytes.count, keyLength: -1, dataLength: 0, hashKey: nil)
    if let key {
      bytes += key.utf8
      entry.keyLength = key.utf8.count
      entry.hashKey = hash(key, explicitHashKey, limits)
    }
    let data = bytes.count
    fill(&bytes)
    entry.dataLength = bytes.count - data
    entries.append(entry)
  }

  private mutating func hash(_ key: String, _ explicitHashKey: String?, _ limits: LimitsProfile) -> HashKey? {
    do throws(Refusal) {
      return try RecordKey.hashKey(partitionKey: key, explicitHashKey: explicitHashKey, limits: limits)
    } catch {
      refusal = refusal ?? error
      return nil
    }
  }

  /// What the core is asked to store: a header a record. Without a key a record is refused, unless the stream chooses shards.
  func headers(for stream: String, _ distribution: RecordDistribution) throws(Refusal) -> [RecordHeader] {
    if distribution == .userPartitionKey, let refusal { throw refusal }
    var headers: [RecordHeader] = []
    headers.reserveCapacity(entries.count)
    for entry in entries {
      if distribution == .userPartitionKey, entry.hashKey == nil {
        throw .validation("PartitionKey must not be null: stream \(stream) distributes records by their keys.")
      }
      headers.append(RecordHeader(hashKey: entry.hashKey ?? HashKey(0), size: Int32(clamping: entry.size)))
    }
    return headers
  }
}
