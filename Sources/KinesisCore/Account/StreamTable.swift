internal import Units

/// The streams of an account: by id, by name, and by when they want to be woken.
///
/// An id is given out once. What is done to one stream through it moves that stream's deadlines and no other's.
struct StreamTable: Sendable {
  private var streams: [Stream] = []
  /// Ids in order of creation: ascending, and equal to the places until a stream is deleted.
  private(set) var ids: [Int] = []
  private var names: [String: Int] = [:]
  private var nextID = 0
  private var changes = Deadlines([])
  private var pushes = Deadlines([])

  /// Takes a stream in and returns its id. O(n).
  mutating func add(_ stream: Stream) -> Int {
    defer { nextID += 1 }
    names[stream.name] = nextID
    streams.append(stream)
    ids.append(nextID)
    let dues = streams.indices.map { $0 < ids.count - 1 ? pushes[$0] : stream.nextPush ?? .never }
    arm(pushes: dues)
    return nextID
  }

  private mutating func remove(at place: Int) {
    var dues = streams.indices.map { pushes[$0] }
    dues.remove(at: place)
    names[streams.remove(at: place).name] = nil
    ids.remove(at: place)
    arm(pushes: dues)
  }

  private mutating func arm(pushes dues: [Instant]) {
    changes = Deadlines(streams.map { $0.nextChange ?? .never })
    pushes = Deadlines(dues)
  }

  /// The id of a name; nil when no stream has it.
  func id(of name: String) -> Int? { names[name] }

  /// A stream by its id, which must be one that is there.
  subscript(id: Int) -> Stream {
    _read { yield streams.span[place(of: id)] }
    _modify {
      let place = place(of: id)
      defer { noteChange(at: place) }
      yield &streams[place]
    }
  }

  @inline(__always)
  private func place(of id: Int) -> Int {
    if id < ids.count, ids[id] == id { return id }
    let place = ids.partitioningIndex { $0 >= id }
    precondition(place < ids.count && ids[place] == id, "no stream has that id")
    return place
  }

  /// Puts a header into a stream: what `subscript` would do, without a coroutine on the record path.
  @inline(__always)
  mutating func put(_ header: RecordHeader, into id: Int, at now: Instant) -> PutOutcome {
    let place = place(of: id)
    let outcome = streams[place].put(header, at: now)
    noteChange(at: place)
    return outcome
  }

  /// Verbs of a stream's, used in place: what `subscript` would do, without a coroutine.
  @inline(__always)
  mutating func withStream<Answer>(_ id: Int, _ use: (inout Stream) -> Answer) -> Answer {
    let place = place(of: id)
    defer { noteChange(at: place) }
    return use(&streams[place])
  }

  /// Puts the records of a call into a stream.
  mutating func put(
    _ entries: inout [PutEntry], into id: Int, at now: Instant, hashKey: (PutEntry, HashKeyRange?) -> HashKey
  ) {
    let place = place(of: id)
    streams[place].put(&entries, at: now, hashKey: hashKey)
    noteChange(at: place)
  }

  /// The position behind a shard's newest record; asked for every poll and push, hence looked up in place.
  func tip(of shard: ShardID, in id: Int) -> Int64 { streams.span[place(of: id)].tip(of: shard) }

  /// Records and bytes that a shard ever stored.
  func stored(in shard: ShardID, of id: Int) -> (records: Int64, bytes: Int64) {
    streams.span[place(of: id)].stored(in: shard)
  }

  /// The position of the oldest record that a shard keeps.
  func horizon(of shard: ShardID, in id: Int) -> Int64 { streams.span[place(of: id)].horizon(of: shard) }

  /// Records of a shard in a range of positions.
  func runs(from first: Int64, to end: Int64, in shard: ShardID, of id: Int) -> ShardLog.Runs {
    streams.span[place(of: id)].runs(from: first, to: end, in: shard)
  }

  /// When the first record kept at or behind a position arrived.
  func arrival(atOrBehind position: Int64, in shard: ShardID, of id: Int) -> Instant? {
    streams.span[place(of: id)].arrival(atOrBehind: position, in: shard)
  }

  /// Whether a shard takes records.
  func isOpen(_ shard: ShardID, of id: Int) -> Bool { streams.span[place(of: id)].isOpen(shard) }

  /// When a subscription ends by age.
  func end(of subscription: Int, of consumer: Int, in id: Int) -> Instant {
    streams.span[place(of: id)].end(of: subscription, of: consumer)
  }

  /// What a shard has left of its write limits.
  func gate(of shard: ShardID, in id: Int) -> GateReading { streams.span[place(of: id)].gate(of: shard) }

  /// When a subscription can be pushed to next.
  func nextPush(_ consumer: Int, _ subscription: Int, of id: Int, after now: Instant) -> Instant {
    streams.span[place(of: id)].nextPush(consumer, subscription, after: now)
  }

  /// When a queue can answer.
  func nextAnswer(of queue: Int, in id: Int) -> Instant { streams.span[place(of: id)].nextAnswer(of: queue) }

  /// Records of a shard in a range of positions, by arrival.
  func forEachArrival(
    from first: Int64, to end: Int64, in shard: ShardID, of id: Int,
    _ take: (_ arrival: Instant, _ last: Instant, _ first: Int64, _ end: Int64) -> Void
  ) {
    streams.span[place(of: id)].forEachArrival(from: first, to: end, in: shard, take)
  }

  /// What a stream can push to a subscription now.
  mutating func push(
    _ consumer: Int, _ subscription: Int, of id: Int, at now: Instant, isSettled: Bool
  ) -> FanOutEvent? {
    let place = place(of: id)
    guard !isSettled else { return streams[place].settledPush(consumer, subscription, at: now) }
    let event = streams[place].push(consumer, subscription, at: now)
    noteChange(at: place)
    return event
  }

  /// GetRecords of a stream.
  mutating func getRecords(
    _ iterator: ShardIterator, limit: Int, of id: Int, at now: Instant
  ) throws(Refusal) -> ReadAnswer {
    let place = place(of: id)
    defer { noteChange(at: place) }
    return try streams[place].getRecords(iterator, limit: limit, at: now)
  }

  /// Somebody did something to a stream: it may change at another time, and have something to push.
  @inline(__always)
  private mutating func noteChange(at place: Int) {
    // Looked at in place: reading a computed property of an element copies the element.
    let (due, latest) = (streams.span[place].nextChange ?? .never, streams.span[place].latest)
    if changes[place] != due { changes[place] = due }
    if streams.span[place].hasConsumers, pushes[place] > latest { pushes[place] = latest }
  }

  /// When the first stream changes by itself; nil when none does.
  var nextChange: Instant? { changes.first == .never ? nil : changes.first }

  /// When the first stream changes or has something to push.
  var deadline: Instant? {
    let first = min(changes.first, pushes.first)
    return first == .never ? nil : first
  }

  /// Lets streams change by themselves up to an instant; deleted ones go, and the ids of those that became ACTIVE are
  /// given to `report`.
  mutating func change(until now: Instant, report: (Stream) -> Void) {
    while changes.first <= now {
      let place = changes.firstPlace, due = changes.first
      let wasActive = streams[place].status == .active
      streams[place].wake(at: due)
      if streams[place].isGone(at: due) {
        remove(at: place)
        continue
      }
      if !wasActive, streams[place].status == .active { report(streams[place]) }
      noteChange(at: place)
    }
  }

  /// Pushes what is due by an instant, stream by stream.
  mutating func push(until now: Instant, into effects: inout [Answer]) {
    while pushes.first <= now {
      let place = pushes.firstPlace
      streams[place].pushAll(at: now, into: &effects)
      pushes[place] = streams[place].nextPush ?? .never
    }
  }

  /// What holds for all streams is told to all.
  mutating func agree(to terms: OnDemandTerms) { for place in streams.indices { streams[place].agree(to: terms) } }

  /// Whether any stream is so. O(n).
  func count(where holds: (Stream) -> Bool) -> Int { streams.count(where: holds) }

  /// The first stream that is so, in order of creation. O(n).
  func first(where holds: (Stream) -> Bool) -> Stream? { streams.first(where: holds) }

  /// What all streams have together. O(n).
  func sum(of count: (Stream) -> Int) -> Int { streams.reduce(0) { $0 + count($1) } }

  /// Whether the account's quota has room for more shards.
  func checkQuota(_ limits: LimitsProfile, _ region: String, adding shards: Int) throws(Refusal) {
    let quota = limits.shardQuota(region: region), open = sum(of: \.openShardCount)
    guard Int64(open + max(0, shards)) <= quota else {
      throw .limitExceeded(
        "\(open) shards are open and \(shards) more were asked for; the account's quota in \(region) is \(quota).")
    }
  }

  /// Whether there may be one more on-demand stream.
  func checkOnDemand(_ limits: LimitsProfile) throws(Refusal) {
    let most = limits[.onDemand.streams]
    guard count(where: { $0.mode == .onDemand }) < most else {
      throw .limitExceeded("The account has \(most) on-demand streams already.")
    }
  }
}

extension StreamTable: Hashable {
  /// Deadlines follow from the streams.
  static func == (a: StreamTable, b: StreamTable) -> Bool {
    a.ids == b.ids && a.nextID == b.nextID && a.streams == b.streams
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(ids)
    hasher.combine(streams)
  }
}
