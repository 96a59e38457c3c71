internal import Experiment

/// How large a set of user records is as one Kinesis record: magic, protobuf, MD5 (facts §9.1), byte by byte.
///
/// The library ends an aggregate by an estimate that it keeps while records come in, and sends no more than fits by the
/// true size. A single user record is sent as it is.
struct AggregateSize: Sendable {
  /// Whether records carry an explicit hash key beside their partition key.
  enum Routing: Sendable { case partitionKey, explicitHashKey }

  /// Magic and MD5.
  static let envelope: Int64 = 4 + 16
  /// Digits of an explicit hash key, at the most.
  static let explicitDigits: Int64 = 39

  private(set) var count = 0
  private var single: Int64 = 0, estimated: Int64 = 0, body: Int64 = 0
  private var keys = KeyTable()

  /// The library's estimate: what is held against its maximum.
  var estimate: Int64 { count <= 1 ? single : estimated }

  /// The bytes of the Kinesis record's data.
  var data: Int64 { count <= 1 ? single : Self.envelope + body }

  mutating func removeAll() {
    (count, single, estimated, body) = (0, 0, 0, 0)
    keys.removeAll()
  }

  /// Adds a user record of `data` bytes. Amortised O(1).
  mutating func add(key: UInt32, keyBytes: Int64, data: Int64, _ routing: Routing) {
    let (index, isNew) = keys.insert(key)
    var entry = 1 + Self.digits(Int64(index)) + 1 + Self.digits(data) + data
    estimated += data + 3 + 2
    if isNew {
      estimated += keyBytes + 3
      body += 1 + Self.digits(keyBytes) + keyBytes
    }
    if routing == .explicitHashKey {
      // All records of a shard share the one explicit key that the scenario gives it.
      if count == 0 {
        estimated += Self.explicitDigits + 3
        body += 2 + Self.explicitDigits
      }
      (estimated, entry) = (estimated + 2, entry + 2)
    }
    body += 1 + Self.digits(entry) + entry
    (count, single) = (count + 1, data)
  }

  /// How many bytes protobuf takes for a number: seven bits each.
  private static func digits(_ number: Int64) -> Int64 {
    number < 1 << 7 ? 1 : number < 1 << 14 ? 2 : number < 1 << 21 ? 3 : number < 1 << 28 ? 4 : 5
  }
}

/// Which keys an aggregate already names, and as which: open addressing, emptied without touching its slots.
private struct KeyTable: Sendable {
  private struct Slot: Sendable {
    var key: UInt32 = 0, index: UInt32 = 0, epoch: UInt32 = 0
  }
  private var slots: [Slot] = []
  private var epoch: UInt32 = 1
  private var count: UInt32 = 0

  mutating func removeAll() {
    count = 0
    epoch &+= 1
    // After four billion turns an old slot could look like a new one.
    if epoch == 0 { (slots, epoch) = (slots.map { _ in Slot() }, 1) }
  }

  /// The key's place in the table, and whether it is new there.
  mutating func insert(_ key: UInt32) -> (index: UInt32, isNew: Bool) {
    if slots.count < 2 * (Int(count) + 1) { grow() }
    let place = find(key)
    if slots[place].epoch == epoch { return (slots[place].index, false) }
    slots[place] = Slot(key: key, index: count, epoch: epoch)
    count += 1
    return (count - 1, true)
  }

  private func find(_ key: UInt32) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: UInt64(key) &* 0x9e37_79b9_7f4a_7c15 >> 32) & mask
    while slots[place].epoch == epoch, slots[place].key != key { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    let old = slots.filter { $0.epoch == epoch }
    slots = Array(repeating: Slot(), count: max(16, slots.count * 2))
    for slot in old { slots[find(slot.key)] = slot }
  }
}
