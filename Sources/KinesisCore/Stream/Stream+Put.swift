public import Units

/// PutRecord and PutRecords (facts §1).
extension Stream {
  /// Which open shard owns a hash key. O(1) on average.
  public func owner(of key: HashKey) -> ShardID { map.owner(of: key) }

  /// Puts one header: routes it and admits as many of its records as its shard's limits allow.
  ///
  /// This is the rule itself. Under AUTO each header goes to the next open shard, whatever its key. It does not check the size of a call or of a record; `checkPut` does.
  public mutating func put(_ header: RecordHeader, at now: Instant) -> PutOutcome {
    let now = arrive(at: now)
    return admit(header, to: destination(of: header.hashKey), at: now)
  }

  /// Puts the records of a call one by one, in order: `put` for a driver that remembers where a key went.
  ///
  /// A shard that has closed since is looked up again: `hashKey` is asked for then, with the closed shard's range, and where no
  /// shard is known.
  public mutating func put(
    _ entries: inout [PutEntry], at now: Instant, hashKey: (PutEntry, HashKeyRange?) -> HashKey
  ) {
    let now = arrive(at: now)
    for index in entries.indices { admit(&entries[index], at: now, hashKey) }
  }

  /// The same of one record.
  public mutating func put(
    _ entry: inout PutEntry, at now: Instant, hashKey: (PutEntry, HashKeyRange?) -> HashKey
  ) {
    admit(&entry, at: arrive(at: now), hashKey)
  }

  @inline(__always)
  private mutating func admit(
    _ entry: inout PutEntry, at now: Instant, _ hashKey: (PutEntry, HashKeyRange?) -> HashKey
  ) {
    let known = Int(entry.shard)
    if distribution == .auto || known < 0 || !gates[known].isOpen { route(&entry, hashKey) }
    let shard = Int(entry.shard), size = Int64(entry.size)
    entry.limit = gates[shard].admit(1, of: size, at: now, gateTerms).limit
    guard entry.limit == nil else { return }
    shards[shard].log.append(count: 1, size: size, at: now)
    if !queues.isEmpty { noteQueues(1, in: ShardID(shard), at: now) }
  }

  @inline(never)
  private mutating func route(_ entry: inout PutEntry, _ hashKey: (PutEntry, HashKeyRange?) -> HashKey) {
    let isKeyed = distribution == .userPartitionKey, range = entry.shard < 0 ? nil : shards[Int(entry.shard)].range
    entry.shard = destination(of: isKeyed ? hashKey(entry, range) : HashKey(0)).number
  }

  /// Whether AWS would take such a call at all: stream status, records a call, bytes a call, bytes a record.
  ///
  /// Nothing changes. `largest` is the largest record, `bytes` all of them, partition keys included.
  public func checkPut(records: Int, bytes: Int64, largest: Int64) throws(Refusal) {
    if case .creating = status { throw .notFound("Stream \(name) not found.") }
    guard (1...limits[.put.recordsPerCall]).contains(Int64(records)) else {
      throw .validation(
        "1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length less than "
          + "or equal to \(limits[.put.recordsPerCall])")
    }
    guard largest <= maxRecord.count else {
      throw .validation(
        "1 validation error detected: a record of \(largest) bytes, data and partition key together, is above the "
          + "stream's maximum of \(maxRecord.count)")
    }
    guard bytes <= limits[.put.bytesPerCall] else {
      throw .invalidArgument("Records size exceeds \(limits[.put.bytesPerCall] >> 20) MB limit")
    }
  }

  /// PutRecords: each header on its own, in request order; one outcome each, or a refusal of the whole call.
  public mutating func putRecords(_ headers: [RecordHeader], at now: Instant) throws(Refusal) -> [PutOutcome] {
    _ = arrive(at: now)
    try checkPut(
      records: headers.reduce(0) { $0 + Int($1.count) },
      bytes: headers.reduce(0) { $0 + Int64($1.size) * Int64($1.count) },
      largest: headers.reduce(0) { max($0, Int64($1.size)) })
    return headers.map { put($0, at: now) }
  }

  /// PutRecord: the whole call fails when the shard cannot take the record.
  public mutating func putRecord(_ header: RecordHeader, at now: Instant) throws(Refusal) -> PutOutcome {
    precondition(header.count == 1, "PutRecord puts one record")
    _ = arrive(at: now)
    try checkPut(records: 1, bytes: Int64(header.size), largest: Int64(header.size))
    let outcome = put(header, at: now)
    if let limit = outcome.limit { throw .writeThrottled(outcome.shard, limit) }
    return outcome
  }
}

/// What a producer sends as a key, checked as AWS checks it.
public enum RecordKey {
  /// The hash key of a put entry: the explicit one if there is one, else the partition key's MD5.
  public static func hashKey(
    partitionKey: String, explicitHashKey: String?, limits: LimitsProfile
  ) throws(Refusal) -> HashKey {
    let characters = partitionKey.unicodeScalars.count
    guard (1...limits[.put.partitionKeyCharacters]).contains(Int64(characters)) else {
      throw .validation(
        "1 validation error detected: Value at 'partitionKey' failed to satisfy constraint: Member must have length "
          + "between 1 and \(limits[.put.partitionKeyCharacters]); it has \(characters)")
    }
    guard let explicitHashKey else { return HashKey(partitionKey: partitionKey) }
    guard let key = HashKey(explicit: explicitHashKey) else {
      throw .invalidArgument(
        "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was "
          + String(explicitHashKey.prefix(64)))
    }
    return key
  }
}
