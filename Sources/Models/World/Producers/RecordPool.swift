internal import Experiment
internal import Units

/// A record on its way: 24 bytes in a pool, linked into the request it travels in.
struct PendingRecord: Sendable {
  /// When it was handed to the producer.
  var birth: Instant
  /// Its key, by number in the producer's population.
  var key: UInt32
  /// Data and partition key, in bytes.
  var size: Int32
  /// The next one of its request, or of the free list; −1 for none.
  var next: Int32
  /// Whether a shard was asked to take it, and whether one holds a copy of it.
  var isOffered = false, isStored = false
  /// The producer whose it is.
  var owner: UInt16 = 0
}

/// All records on their way. No allocation per record: slots are used again, the latest freed first.
struct RecordPool: Sendable {
  private var slots: [PendingRecord] = []
  private var free: Int32 = -1

  subscript(index: Int32) -> PendingRecord {
    get { slots[Int(index)] }
    _modify { yield &slots[Int(index)] }
  }

  mutating func add(_ record: PendingRecord) -> Int32 {
    guard free >= 0 else {
      slots.append(record)
      return Int32(slots.count - 1)
    }
    let index = free
    free = slots[Int(index)].next
    slots[Int(index)] = record
    return index
  }

  mutating func remove(_ index: Int32) {
    slots[Int(index)].next = free
    slots[Int(index)].birth = .never
    free = index
  }

  /// Those that are on their way. O(slots).
  var used: some Sequence<PendingRecord> { slots.lazy.filter { $0.birth < .never } }
}

/// Records linked in order; −1 where there is none.
struct Chain: Sendable {
  var head: Int32 = -1, tail: Int32 = -1, count: Int32 = 0, bytes: Int64 = 0

  @inline(__always)
  mutating func append(_ slot: Int32, _ size: Int64, in records: inout RecordPool) {
    records[slot].next = -1
    if head < 0 { head = slot } else { records[tail].next = slot }
    (tail, count, bytes) = (slot, count + 1, bytes + size)
  }
}

/// A put request: a chain of records of one process, open, on the wire or waiting for another try.
struct PutRequest: Sendable {
  /// The process it belongs to.
  var process: Int32
  /// Its records, in order, and when it is sent even if it is not full.
  var records = Chain(), lingersUntil = Instant.epoch
  /// Which try this is, from 1.
  var attempt: Int32 = 1
  /// When it was sent, and how long it takes there and back.
  var sentAt: Instant = .epoch, roundTrip: Interval = .zero
  /// When its answer is back.
  var answeredAt: Instant { sentAt + roundTrip }
  /// Whether the call under way fails as a whole; and the call as the SDK sees it.
  var failure = CallFailure.none, call = SDKCall()
  /// Bytes that a shard took in this try: freed when the answer arrives.
  var acceptedBytes: Int64 = 0
  /// Its neighbours in the process's line of requests that wait for another try; −1 for none.
  var earlier: Int32 = -1, later: Int32 = -1
  /// How often its slot was used: events of an earlier use are void.
  var generation: UInt32 = 0
}

/// All put requests; slots are used again.
struct RequestPool: Sendable {
  private var slots: [PutRequest] = []
  private var free: [Int32] = []

  subscript(index: Int32) -> PutRequest {
    get { slots[Int(index)] }
    _modify { yield &slots[Int(index)] }
  }

  mutating func add(process: Int32) -> Int32 {
    guard let index = free.popLast() else {
      slots.append(PutRequest(process: process))
      return Int32(slots.count - 1)
    }
    slots[Int(index)] = PutRequest(process: process, generation: slots[Int(index)].generation)
    return index
  }

  mutating func remove(_ index: Int32) {
    slots[Int(index)].generation &+= 1
    free.append(index)
  }
}
