internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// The records that producers hold on their way to a shard, and what became of all others.
///
/// Nobody else counts a producer's records or its processes' bytes: offered = accepted + lost + in flight.
struct Holdings: ~Copyable {
  private(set) var producers: [Producer]
  /// Records handed over, not yet stored or given up.
  private(set) var inFlight: Int64 = 0
  private var holders: [Holder] = []
  private var records = RecordPool()
  /// For each producer the shard that each key went to last, by number; −1 for none yet. None for those that go round.
  private var routes: [[Int32]]
  /// The records of the call being made.
  private var entries: [PutEntry] = []

  /// One process as it holds records and makes calls.
  private struct Holder {
    let producer: Int32
    /// Bytes gathering, on the wire and waiting.
    var bytes: Int64 = 0
    /// The first record that joined ahead of its time and whose bytes are not counted yet; −1 for none.
    var ahead: Int32 = -1
    var draws: CallDraws
  }

  init(_ plans: [ProducerPlan], _ naming: DrawNaming) {
    producers = plans.map { Producer($0) }
    routes = plans.map { Array(repeating: -1, count: $0.routed) }
    for (producer, plan) in plans.enumerated() {
      holders += (0..<plan.spec.processes).map { number in
        let times = naming.stream(.latency, plan.entity(number)),
          failures = naming.stream(.failure, plan.entity(number))
        return Holder(producer: Int32(producer), draws: CallDraws(times: times, failures: failures))
      }
    }
  }

  /// The producer that a process is of, and its plan.
  @inline(__always)
  func producer(of process: Int) -> Int { Int(holders[process].producer) }
  @inline(__always)
  func plan(of process: Int) -> ProducerPlan { producers[Int(holders[process].producer)].plan }

  // MARK: Records

  /// A record as it stands.
  @inline(__always)
  subscript(slot: Int32) -> PendingRecord { records[slot] }

  /// A record is handed over.
  @inline(__always)
  mutating func begin(of producer: Int) {
    producers[producer].offered += 1
    inFlight += 1
  }

  /// Whether a process may hold so many bytes more.
  @inline(__always)
  mutating func hasRoom(for bytes: Int64, in process: Int, of buffer: Int64) -> Bool {
    catchUp(process, to: .never)
    return holders[process].bytes + bytes <= buffer
  }

  /// A process holds a record from now on.
  @inline(__always)
  mutating func take(_ record: PendingRecord, in process: Int) -> Int32 {
    let producer = producer(of: process)
    catchUp(process, to: .never)
    holders[process].bytes += Int64(record.size)
    producers[producer].peakHeld = max(producers[producer].peakHeld, holders[process].bytes)
    var own = record
    own.owner = UInt16(producer)
    return records.add(own)
  }

  /// How many bytes more a process may hold, whatever is stored meanwhile.
  mutating func roomAhead(in process: Int, of buffer: Int64) -> Int64 {
    catchUp(process, to: .never)
    return buffer - holders[process].bytes
  }

  /// A process holds records from their births on, which are still to come. Returns them as a chain.
  mutating func takeAhead(_ drawn: [PendingRecord], in process: Int) -> Chain {
    let producer = producer(of: process)
    var chain = Chain()
    for record in drawn {
      var own = record
      own.owner = UInt16(producer)
      chain.append(records.add(own), Int64(own.size), in: &records)
    }
    producers[producer].offered += Int64(drawn.count)
    inFlight += Int64(drawn.count)
    holders[process].ahead = chain.head
    return chain
  }

  /// Counts the bytes of records that joined ahead of their time, as far as that has come: those born before an instant.
  @inline(__always)
  mutating func catchUp(_ process: Int, to now: Instant) {
    if holders[process].ahead >= 0 { countAhead(process, to: now) }
  }

  private mutating func countAhead(_ process: Int, to now: Instant) {
    let producer = producer(of: process)
    var next = holders[process].ahead, bytes = holders[process].bytes
    while next >= 0, records[next].birth < now {
      bytes += Int64(records[next].size)
      next = records[next].next
    }
    (holders[process].ahead, holders[process].bytes) = (next, bytes)
    producers[producer].peakHeld = max(producers[producer].peakHeld, bytes)
  }

  /// A process holds so many bytes less: the answer tells that their records are stored.
  mutating func free(_ bytes: Int64, of process: Int, at now: Instant) {
    catchUp(process, to: now)
    holders[process].bytes -= bytes
  }

  /// Links a record behind a chain.
  @inline(__always)
  mutating func append(_ slot: Int32, to chain: inout Chain) {
    chain.append(slot, Int64(records[slot].size), in: &records)
  }

  /// Links a chain behind another.
  mutating func append(_ chain: Chain, to whole: inout Chain) {
    guard chain.head >= 0 else { return }
    if whole.head < 0 { whole.head = chain.head } else { records[whole.tail].next = chain.head }
    (whole.tail, whole.count, whole.bytes) = (chain.tail, whole.count + chain.count, whole.bytes + chain.bytes)
  }

  /// When the oldest record of a chain was born.
  func oldestBirth(of chain: Chain) -> Instant {
    var (oldest, next) = (Instant.never, chain.head)
    while next >= 0 {
      oldest = min(oldest, records[next].birth)
      next = records[next].next
    }
    return oldest
  }

  // MARK: Putting

  /// Puts a chain of records in one call. Those that a shard has stored are done with as soon as the answer is there, at
  /// `answeredAt`; nil when none will be. Returns what is left, and what was stored.
  mutating func put(
    _ chain: Chain, by producer: Int, _ plan: ProducerPlan, answeredAt: Instant?, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) -> (left: Chain, stored: (count: Int32, bytes: Int64)) {
    load(chain, of: producer, plan, endpoint)
    let stored = endpoint.put(&entries, into: plan.stream, &calendar) { entry, range in
      plan.keys.isRoundRobin ? range?.middle ?? HashKey(0) : plan.keys.hash(of: entry.key)
    }
    if !routes[producer].isEmpty, endpoint[plan.stream].distribution == .userPartitionKey {
      Self.remember(entries, &routes[producer])
    }
    var left = Chain(), accepted: Int64 = 0
    for entry in entries {
      if entry.limit == nil, !records[entry.slot].isStored {
        records[entry.slot].isStored = true
        accepted += 1
      }
      if entry.limit != nil || answeredAt == nil { append(entry.slot, to: &left) }
    }
    producers[producer].accepted += accepted
    producers[producer].duplicates += Int64(stored.count) - accepted
    inFlight -= accepted
    if let answeredAt { finish(producer, at: answeredAt, &observers) }
    return (left, stored)
  }

  /// Makes a call's entries of a chain. Each key's route and counter are on their way from memory before they are asked for.
  private mutating func load(_ chain: Chain, of producer: Int, _ plan: ProducerPlan, _ endpoint: borrowing Endpoint) {
    entries.removeAll(keepingCapacity: true)
    var next = chain.head
    while next >= 0 {
      let record = records[next]
      entries.append(PutEntry(shard: -1, size: record.size, isFirst: !record.isOffered, slot: next, key: record.key))
      next = record.next
    }
    Self.count(entries, &producers[producer].firstAttempts, routes[producer])
    for entry in entries { records[entry.slot].isOffered = true }
    if plan.keys.isRoundRobin {
      for index in entries.indices {
        entries[index].shard = endpoint[plan.stream].shard(ofTurn: entries[index].key)
      }
    } else if plan.routed > 0 {
      Self.route(&entries, by: routes[producer])
    }
  }

  /// Counts first attempts of keys that are counted.
  private static func count(_ entries: [PutEntry], _ counts: inout [UInt32], _ routes: [Int32]) {
    for entry in entries {
      routes.prefetch(Int(entry.key))
      counts.prefetch(Int(entry.key))
    }
    for entry in entries where entry.isFirst && Int(entry.key) < counts.count { counts[Int(entry.key)] &+= 1 }
  }

  private static func route(_ entries: inout [PutEntry], by routes: [Int32]) {
    for index in entries.indices { entries[index].shard = routes[Int(entries[index].key)] }
  }

  /// Remembers where keys went.
  private static func remember(_ entries: [PutEntry], _ routes: inout [Int32]) {
    for entry in entries where routes[Int(entry.key)] != entry.shard { routes[Int(entry.key)] = entry.shard }
  }

  /// A producer learns that the records stored by the call just made are, and forgets them.
  private mutating func finish(_ producer: Int, at instant: Instant, _ observers: inout Observers) {
    for entry in entries where entry.limit == nil { finish(entry.slot, of: producer, at: instant, &observers) }
  }

  // MARK: What becomes of them

  /// A shard was asked to take a record. Returns whether it was the first one asked.
  @discardableResult @inline(__always)
  mutating func noteAttempt(_ slot: Int32, by producer: Int) -> Bool {
    guard !records[slot].isOffered else { return false }
    records[slot].isOffered = true
    let key = Int(records[slot].key)
    if key < producers[producer].firstAttempts.count { producers[producer].firstAttempts[key] &+= 1 }
    return true
  }

  /// A shard has stored a copy of a record: the first one makes it accepted, each further one is a duplicate.
  @inline(__always)
  mutating func accept(_ slot: Int32, of producer: Int) {
    if records[slot].isStored {
      producers[producer].duplicates += 1
    } else {
      records[slot].isStored = true
      producers[producer].accepted += 1
      inFlight -= 1
    }
  }

  /// A producer learns that a record is stored, and forgets it; its bytes it frees when the answer is there.
  @inline(__always)
  mutating func finish(_ slot: Int32, of producer: Int, at instant: Instant, _ observers: inout Observers) {
    let latency = LatencyHistogram.Class(instant - records[slot].birth)
    producers[producer].latency.record(latency, count: 1)
    observers.notePut(latency, by: producer)
    records.remove(slot)
  }

  /// Gives a record up: lost, unless a shard has a copy of it already.
  mutating func abandon(
    _ slot: Int32, of process: Int, _ reason: LossReason, at now: Instant, _ observers: inout Observers
  ) {
    let record = records[slot]
    free(Int64(record.size), of: process, at: now)
    records.remove(slot)
    if !record.isStored { lose(reason, of: producer(of: process), at: now, &observers) }
  }

  /// Gives up all records of a chain.
  mutating func abandon(
    _ chain: Chain, of process: Int, _ reason: LossReason, at now: Instant, _ observers: inout Observers
  ) {
    var next = chain.head
    while next >= 0 {
      let slot = next
      next = records[slot].next
      abandon(slot, of: process, reason, at: now, &observers)
    }
  }

  /// A record handed over is lost without having been held.
  mutating func lose(
    _ reason: LossReason, _ count: Int32 = 1, of producer: Int, at now: Instant, _ observers: inout Observers
  ) {
    if producers[producer].lost == 0 {
      let name = producers[producer].plan.spec.name
      observers.note(.recordsLost, name, "the first record is given up", at: now)
    }
    producers[producer].losses[reason] += Int64(count)
    inFlight -= Int64(count)
  }

  // MARK: Settled together

  /// Records were handed over and stored at their first attempt.
  mutating func settle(_ count: Int64, by producer: Int, _ observers: inout Observers) {
    producers[producer].offered += count
    producers[producer].accepted += count
    producers[producer].latency.recordSpread(count: count)
    observers.notePuts(count, by: producer)
  }

  /// Records were handed over and reach their shard.
  mutating func offer(_ count: Int64, by producer: Int) {
    (producers[producer].offered, inFlight) = (producers[producer].offered + count, inFlight + count)
  }

  /// A shard has stored an attempt's records: how long those took that were tried before is known, the others' time is of the
  /// law of their calls.
  mutating func accept(_ attempt: PutAttempt, by producer: Int, _ observers: inout Observers) {
    let count = Int64(attempt.count), answered = attempt.at + attempt.half
    (producers[producer].accepted, inFlight) = (producers[producer].accepted + count, inFlight - count)
    guard attempt.number > 1 else {
      producers[producer].latency.recordSpread(count: count)
      return observers.notePuts(count, by: producer)
    }
    let times = (low: answered - attempt.bornTo, high: answered - attempt.bornFrom)
    producers[producer].latency.record(from: times.low, to: times.high, count: count)
    observers.notePuts(count, from: times.low, to: times.high, by: producer)
  }

  /// How long records took that were stored at their first attempt; `sign` −1 takes back what was said of some.
  mutating func spread(_ law: Pulse.Law, sign: Double = 1, by producer: Int, _ observers: inout Observers) {
    let slowest = law.window + law.trip
    for (weight, low) in [(law.calls, slowest), (law.records - law.calls, law.trip)] where weight != 0 {
      producers[producer].latency.spread(sign * weight, from: low, to: slowest)
      observers.spreadPuts(sign * weight, from: low, to: slowest, by: producer)
    }
  }

  /// A process held so many bytes; a key was asked for so often for the first time.
  mutating func noteHeld(_ bytes: Double, by producer: Int) {
    producers[producer].peakHeld = max(producers[producer].peakHeld, Int64(bytes))
  }
  mutating func count(_ key: Int, times: Int, by producer: Int) {
    producers[producer].firstAttempts[key] &+= UInt32(clamping: times)
  }

  /// Records are tried once more.
  mutating func noteRetries(_ count: Int32, by producer: Int) { producers[producer].retries += Int64(count) }

  // MARK: Calls

  /// How long a put call of a process takes there and back.
  mutating func roundTrip(
    of process: Int, _ plan: ProducerPlan, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar
  ) -> Interval {
    let stream = plan.firehose == nil ? plan.stream : nil
    let service = endpoint.putTime(of: stream, drawing: &holders[process].draws.times)
    let trip = service + plan.network.draw(from: &holders[process].draws.times)
    calendar.fold(UInt64(trip))
    return Interval(nanoseconds: trip)
  }

  /// Whether a process's put call fails whole.
  mutating func isFailing(_ call: PutCall, of process: Int, _ endpoint: inout Endpoint) -> Bool {
    endpoint.isFailing(call, drawing: &holders[process].draws.failures)
  }

  // MARK: Statistics

  /// How old the records are that one producer, or all, have not been told are stored. O(records held).
  func unfinished(of producer: Int?, at instant: Instant) -> LatencyHistogram {
    var ages = LatencyHistogram()
    for record in records.used where producer.map({ $0 == Int(record.owner) }) ?? true {
      ages.record(instant - record.birth)
    }
    return ages
  }

  /// The run ends here.
  mutating func stop(at instant: Instant) { for process in holders.indices { catchUp(process, to: instant) } }

  /// Times begin anew.
  mutating func endWarmup() {
    for producer in producers.indices { producers[producer].latency = LatencyHistogram() }
  }

  /// How often shards were asked for each key of a stream for the first time, those with an owner; they are counted anew.
  mutating func takeTallies(of stream: Int, owner: (HashKey) -> Int?) -> [KeyTally] {
    var tallies: [KeyTally] = []
    for producer in producers.indices where producers[producer].plan.spec.stream == stream {
      for key in producers[producer].firstAttempts.indices where producers[producer].firstAttempts[key] > 0 {
        guard let shard = owner(producers[producer].plan.keys.hash(of: UInt32(key))) else { continue }
        let count = producers[producer].firstAttempts[key]
        tallies.append(KeyTally(shard: shard, producer: producer, key: UInt32(key), count: count))
        producers[producer].firstAttempts[key] = 0
      }
    }
    return tallies
  }
}

/// How often a producer asked a shard to take a key's records.
struct KeyTally {
  let shard: Int, producer: Int, key: UInt32, count: UInt32
}

/// Names the random streams of a replication.
struct DrawNaming: Sendable {
  let seed: UInt64, replication: Int

  func stream(_ purpose: Purpose, _ entity: EntityName) -> RandomStream {
    RandomStream(seed: seed, replication: replication, purpose: purpose, entity: entity)
  }
}
