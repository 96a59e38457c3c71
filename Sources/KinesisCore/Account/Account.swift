public import Units

/// The streams of one account in one region: what crosses streams, such as quotas and call rates, is decided here.
///
/// As a `Machine` it takes the service's actions as `Request`s and answers each with one `Answer`; what the service does
/// by itself, such as a push to a subscriber, comes out as further answers from `wake`. A request touches the one stream
/// it names; only CreateStream, DeleteStream and the quotas of resharding count all of them.
public struct Account: Sendable, Hashable {
  /// The region.
  public let region: String
  /// What it obeys.
  public let limits: LimitsProfile
  /// What it has agreed to pay for on-demand streams.
  public private(set) var commitment = BillingCommitment.disabled

  private var streams = StreamTable()
  private var rates = CallRates()
  private var queues = QueueDirectory()
  /// Its channels.
  public private(set) var channels = ChannelDirectory()
  private var latest: Instant

  /// An account with the given streams, whose ids are 0, 1, 2 and so on.
  public init(region: String, limits: LimitsProfile = .current, streams: [Stream] = [], at now: Instant) {
    (self.region, self.limits, latest) = (region, limits, now)
    for stream in streams { _ = adopt(stream) }
  }

  private mutating func adopt(_ stream: Stream) -> Int {
    var stream = stream
    stream.shardsMaximum = limits.onDemandShardsMaximum(region: region)
    return streams.add(stream)
  }

  // MARK: Questions

  /// The streams' ids, in order of creation. An id is never used again.
  public var streamIDs: [Int] { streams.ids }

  /// The id of a stream, or AWS's refusal. O(1).
  public func stream(named name: String) throws(Refusal) -> Int {
    guard let id = streams.id(of: name) else { throw .notFound("Stream \(name) under account not found.") }
    return id
  }

  /// A stream by its id, which must be one of `streamIDs`. O(1), O(log n) once a stream was deleted.
  ///
  /// A driver that needs no answers as values uses the stream's own verbs here: they ask the account for nothing.
  public subscript(id: Int) -> Stream {
    _read { yield streams[id] }
    _modify { yield &streams[id] }
  }

  /// `Stream.put` of a stream by its id.
  public mutating func put(_ header: RecordHeader, into id: Int, at now: Instant) -> PutOutcome {
    streams.put(header, into: id, at: now)
  }

  /// Puts the records of a call into a stream by its id: see `Stream.put`.
  public mutating func put(
    _ entries: inout [PutEntry], into id: Int, at now: Instant, hashKey: (PutEntry, HashKeyRange?) -> HashKey
  ) {
    streams.put(&entries, into: id, at: now, hashKey: hashKey)
  }

  /// Verbs of a stream's, by its id, used in place.
  public mutating func withStream<Answer>(_ id: Int, _ use: (inout Stream) -> Answer) -> Answer {
    streams.withStream(id, use)
  }

  // Asked for every record or poll: a verb each, because a stream that is read across modules is copied.
  /// The position behind the newest record of a stream's shard.
  public func tip(of shard: ShardID, in id: Int) -> Int64 { streams.tip(of: shard, in: id) }

  /// Records and bytes that a stream's shard ever stored.
  public func stored(in shard: ShardID, of id: Int) -> (records: Int64, bytes: Int64) {
    streams.stored(in: shard, of: id)
  }

  /// The position of the oldest record that a stream's shard keeps.
  public func horizon(of shard: ShardID, in id: Int) -> Int64 { streams.horizon(of: shard, in: id) }

  /// When the first record kept at or behind a position arrived; nil when there is none.
  public func arrival(atOrBehind position: Int64, in shard: ShardID, of id: Int) -> Instant? {
    streams.arrival(atOrBehind: position, in: shard, of: id)
  }

  /// Whether a stream's shard takes records.
  public func isOpen(_ shard: ShardID, of id: Int) -> Bool { streams.isOpen(shard, of: id) }

  /// When a stream's subscription can be pushed to next; `.never` when nothing is there.
  public func nextPush(_ consumer: Int, _ subscription: Int, of id: Int, after now: Instant) -> Instant {
    streams.nextPush(consumer, subscription, of: id, after: now)
  }

  /// When a subscription of a stream's consumer ends by age: see `Stream.end(of:of:)`.
  public func end(of it: Int, of fanOut: Int, in id: Int) -> Instant { streams.end(of: it, of: fanOut, in: id) }

  /// What a stream's shard has left of its write limits; after `Stream.settle`, what it has at least.
  public func gate(of shard: ShardID, in id: Int) -> GateReading { streams.gate(of: shard, in: id) }

  /// When a stream's queue can next answer a receive that waits; `.never` when nobody waits.
  public func nextAnswer(of queue: Int, in id: Int) -> Instant { streams.nextAnswer(of: queue, in: id) }

  /// Hands over the records of a range of a stream's shard that are kept: see `ShardLog.forEachArrival`.
  public func forEachArrival(
    from first: Int64, to end: Int64, in shard: ShardID, of id: Int,
    _ take: (_ arrival: Instant, _ last: Instant, _ first: Int64, _ end: Int64) -> Void
  ) { streams.forEachArrival(from: first, to: end, in: shard, of: id, take) }

  /// `Stream.push` of a stream by its id.
  public mutating func push(
    _ consumer: Int, _ subscription: Int, of id: Int, at now: Instant, isSettled: Bool = false
  ) -> FanOutEvent? { streams.push(consumer, subscription, of: id, at: now, isSettled: isSettled) }

  /// `Stream.getRecords` of a stream by its id.
  public mutating func getRecords(
    _ iterator: ShardIterator, limit: Int, of id: Int, at now: Instant
  ) throws(Refusal) -> ReadAnswer { try streams.getRecords(iterator, limit: limit, of: id, at: now) }

  /// Records kept in a range of positions of a stream's shard, as runs.
  public func runs(from first: Int64, to end: Int64, in shard: ShardID, of id: Int) -> ShardLog.Runs {
    streams.runs(from: first, to: end, in: shard, of: id)
  }

  /// The terms of its on-demand streams.
  public var terms: OnDemandTerms { commitment.terms }

  /// When the first stream's status or shards, or the commitment, change next by themselves. O(1).
  public var nextChange: Instant? { [streams.nextChange, commitment.ends].compactMap { $0 }.min() }

  // MARK: Time

  /// Lets time pass in every stream; deleted ones go. Nothing is pushed.
  public mutating func wake(at now: Instant) {
    latest = max(latest, now)
    streams.change(until: latest) { _ in }
    channels.pass(to: latest)
    passCommitment(at: latest)
  }

  private mutating func passCommitment(at now: Instant) {
    guard let end = commitment.ends, end <= now else { return }
    commit(to: .disabled)
  }

  private mutating func commit(to commitment: BillingCommitment) {
    self.commitment = commitment
    streams.agree(to: terms)
  }

  // MARK: Streams

  /// CreateStream: five calls a second, five streams in CREATING, the account's shard quota. Returns its id.
  public mutating func createStream(
    _ name: String, shards: Int, maxRecord: Bytes = .mebibytes(1), retention: Interval = .hours(24), at now: Instant
  ) throws(Refusal) -> Int {
    wake(at: now)
    try checkNew(name, shards: shards, maxRecord: maxRecord)
    guard streams.count(where: \.isCreating) < limits[.stream.creatingAtOnce] else {
      throw .limitExceeded("\(limits[.stream.creatingAtOnce]) streams are in CREATING.")
    }
    try streams.checkQuota(limits, region, adding: shards)
    try take(.create, limits[.account.createCalls], "CreateStream")
    var stream = Stream(
      name: name, ranges: HashKeyRange.even(shards), maxRecord: maxRecord, retention: retention, limits: limits,
      at: latest)
    stream.agree(to: terms)
    return adopt(stream)
  }

  /// CreateStream with mode ON_DEMAND: four shards, or enough for its warm throughput. Returns its id.
  ///
  /// At most 50 on-demand streams. Warm throughput needs the commitment.
  public mutating func createOnDemandStream(
    _ name: String, _ settings: OnDemandSettings, maxRecord: Bytes = .mebibytes(1), retention: Interval = .hours(24),
    at now: Instant
  ) throws(Refusal) -> Int {
    wake(at: now)
    try streams.checkOnDemand(limits)
    try commitment.check(warmThroughput: settings.warmThroughput, limits, region)
    let shards = limits.onDemandShards(warmThroughput: settings.warmThroughput, peak: 0, region: region)
    let id = try createStream(name, shards: shards, maxRecord: maxRecord, retention: retention, at: now)
    streams[id].beginOnDemand(settings, at: latest)
    return id
  }

  /// DeleteStream: refused while consumers are registered, unless they are to go with it, and while it has queues or channels.
  public mutating func deleteStream(
    _ id: Int, consumers: Request.ConsumerDeletion, now: Instant
  ) throws(Refusal) {
    wake(at: now)
    try take(.delete, limits[.account.createCalls], "DeleteStream")
    guard !streams[id].consumers.contains(where: { $0.status != .deleted }) || consumers == .enforced else {
      throw .inUse("Stream \(streams[id].name) has registered consumers.")
    }
    guard !streams[id].hasLiveQueues else { throw .inUse("Stream \(streams[id].name) has queues.") }
    guard channels.ids(of: id).isEmpty else { throw .inUse("Stream \(streams[id].name) has channels.") }
    streams[id].delete(by: latest + .seconds(limits[.stream.createDuration]))
  }

  /// UpdateAccountSettings: five calls a second. The commitment lasts 24 hours at least; an earlier wish to end it waits.
  ///
  /// Refused while a stream has warm throughput, which must be removed first.
  public mutating func updateSettings(commitment wish: BillingCommitment.Wish, now: Instant) throws(Refusal) {
    wake(at: now)
    try take(.settings, limits[.onDemand.accountSettingsCalls], "UpdateAccountSettings")
    if case (.enabled, .disabled) = (commitment, wish), let warm = streams.first(where: \.hasWarmThroughput) {
      throw .validation("Stream \(warm.name) has warm throughput; remove it first.")
    }
    commit(to: commitment.wishing(wish, least: .hours(limits[.onDemand.commitmentMinimum]), at: latest))
  }

  /// An action on a stream, by id: first what the account has to say, then the stream. A refused call changes nothing.
  @discardableResult
  public mutating func ask(_ request: StreamRequest, of id: Int, at now: Instant) throws(Refusal) -> Answer {
    wake(at: now)
    try permit(request, on: id)
    return try streams[id].perform(request, at: latest)
  }

  // MARK: Queues

  /// CreateQueue: five calls a second, five queues in CREATING or DELETING, a name of its own.
  public mutating func createQueue(
    _ name: String, on id: Int, from start: QueueStart, _ settings: QueueSettings? = nil, tags: [ResourceTag] = [],
    at now: Instant
  ) throws(Refusal) {
    wake(at: now)
    try take(.createQueue, limits[.queue.controlCalls], "CreateQueue")
    try name.checkAsName(of: "Queue")
    try QueueDirectory.checkAll(tags, limits)
    guard (try? queue(named: name)) == nil else { throw .inUse("Queue \(name) already exists.") }
    try checkChangingQueues()
    let queue = try streams[id].createQueue(name, settings ?? QueueSettings(limits), from: start, at: latest)
    queues.add(name, at: QueuePlace(stream: id, queue: queue), QueueDirectory.sorted(tags), at: latest)
  }

  /// DeleteQueue: what is in flight is never seen again by the queue's consumers; the stream keeps its records.
  public mutating func deleteQueue(_ name: String, at now: Instant) throws(Refusal) {
    wake(at: now)
    try take(.deleteQueue, limits[.queue.controlCalls], "DeleteQueue")
    let place = try queue(named: name)
    try checkChangingQueues()
    try streams[place.stream].deleteQueue(place.queue, at: latest)
  }

  /// An action on a queue, by name. A refused call changes nothing but time.
  @discardableResult
  public mutating func ask(
    _ request: QueueRequest, ofQueue name: String, at now: Instant
  ) throws(Refusal) -> QueueAnswer {
    wake(at: now)
    if let (action, call) = request.control { try take(action, limits[.queue.controlCalls], call) }
    let place = try queue(named: name)
    switch request {
    case .tag(let tags): try queues.tag(name, tags, limits)
    case .untag(let keys): try queues.untag(name, keys, limits)
    case .listTags: return .tags(queues.tags(of: name))
    case .receive, .acknowledge, .updateVisibility, .restore, .hangUp, .update, .describe:
      return try streams[place.stream].perform(request, on: place.queue, at: latest)
    }
    return .done
  }

  /// ListQueues: five calls a second, a page at a time.
  public mutating func listQueues(_ listing: QueueListing, at now: Instant) throws(Refusal) -> QueuePage {
    wake(at: now)
    try take(.listQueues, limits[.queue.controlCalls], "ListQueues")
    return try queues.page(listing, limits, at: latest) { place in
      guard streams.ids.contains(place.stream) else { return nil }
      let status = streams[place.stream].queues[place.queue].status
      return status == .deleted ? nil : (status, streams[place.stream].name)
    }
  }

  private func queue(named name: String) throws(Refusal) -> QueuePlace {
    guard let place = queues[name], streams.ids.contains(place.stream),
      streams[place.stream].queues[place.queue].status != .deleted
    else { throw .notFound("Queue \(name) not found.") }
    return place
  }

  private func checkChangingQueues() throws(Refusal) {
    let most = limits[.queue.changing]
    guard streams.sum(of: \.changingQueues) < most else {
      throw .limitExceeded("\(most) queues are in CREATING or DELETING.")
    }
  }

  // MARK: Channels

  /// An action on channels: five calls a second of each. A refused call changes nothing but time.
  public mutating func ask(_ request: ChannelRequest, at now: Instant) throws(Refusal) -> Answer {
    wake(at: now)
    try take(request.call.action, limits[.channel.calls], request.call.name)
    guard case .create(let name, let stream, let destination, let freshness) = request else {
      try channels.perform(request, limits, at: latest)
      return .done
    }
    let id = try self.stream(named: stream)
    return .made(try channels.create(name, on: streams[id], id, destination, freshness, limits, at: latest))
  }

  /// Quotas and call rates of the account, in AWS's order.
  private mutating func permit(_ request: StreamRequest, on id: Int) throws(Refusal) {
    switch request {
    case .putRecord, .putRecords, .getShardIterator, .getRecords, .subscribeToShard, .deregisterConsumer,
      .increaseRetention, .decreaseRetention, .updateMaxRecord, .updateDistribution, .updateEncryption, .unsubscribe,
      .dryRun:
      return
    case .registerConsumer: try take(.register, limits[.account.registerConsumerCalls], "RegisterStreamConsumer")
    case .splitShard:
      try streams[id].requireProvisioned()
      try take(.split, limits[.account.splitMergeCalls], "SplitShard")
      try streams.checkQuota(limits, region, adding: 1)
    case .mergeShards:
      try streams[id].requireProvisioned()
      try take(.merge, limits[.account.splitMergeCalls], "MergeShards")
    case .updateShardCount(let target):
      try streams[id].requireProvisioned()
      try streams.checkQuota(limits, region, adding: target - streams[id].openShardCount)
    case .updateMode(let mode, let warm):
      if mode == .onDemand, streams[id].mode == .provisioned { try streams.checkOnDemand(limits) }
      if warm > 0 { try commitment.requireLasting() }
    case .updateWarmThroughput(let target):
      try take(.warmThroughput, limits[.onDemand.warmThroughputCalls], "UpdateStreamWarmThroughput")
      if target > 0 { try commitment.requireLasting() }
    }
  }

  private mutating func take(_ call: CallRates.Action, _ perSecond: Int64, _ name: String) throws(Refusal) {
    try rates.take(call, perSecond, name, at: latest)
  }

  // MARK: Checks

  private func checkNew(_ name: String, shards: Int, maxRecord: Bytes) throws(Refusal) {
    try name.checkAsName(of: "Stream")
    guard streams.id(of: name) == nil else { throw .inUse("Stream \(name) already exists.") }
    guard shards >= 1 else { throw .invalidArgument("ShardCount \(shards) is not at least 1.") }
    try Stream.checkMaxRecord(maxRecord, limits)
  }
}

extension Account: Machine {
  /// Lets time pass, then does what is asked; the request's own answer is the last effect before any push it causes.
  public mutating func step(_ request: Request, at now: Instant, into effects: inout [Answer]) {
    wake(at: now, into: &effects)
    do throws(Refusal) {
      effects.append(try perform(request, at: now))
    } catch {
      effects.append(.refused(error))
    }
    streams.push(until: latest, into: &effects)
  }

  /// Lets time pass: streams become ACTIVE, reshards go on, subscribers get what is due.
  public mutating func wake(at now: Instant, into effects: inout [Answer]) {
    while let due = deadline, due <= now {
      latest = max(latest, due)
      streams.change(until: due) { effects.append(.becameActive(stream: $0.name)) }
      channels.pass(to: due)
      passCommitment(at: due)
      streams.push(until: due, into: &effects)
    }
    wake(at: now)
  }

  /// The first thing due: a change in a stream or a channel, a push to a subscriber, or the end of the commitment. O(1).
  public var deadline: Instant? {
    let due = min(streams.deadline ?? .never, commitment.ends ?? .never, channels.nextChange)
    return due == .never ? nil : due
  }

  private mutating func perform(_ request: Request, at now: Instant) throws(Refusal) -> Answer {
    switch request {
    case .createStream(let name, let shards, let maxRecord, let retention):
      return .made(try createStream(name, shards: shards, maxRecord: maxRecord, retention: retention, at: now))
    case .createOnDemandStream(let name, let settings, let maxRecord, let retention):
      return .made(
        try createOnDemandStream(name, settings, maxRecord: maxRecord, retention: retention, at: now))
    case .deleteStream(let name, let consumers):
      try deleteStream(try stream(named: name), consumers: consumers, now: now)
    case .updateAccountSettings(let wish): try updateSettings(commitment: wish, now: now)
    case .createQueue(let name, let stream, let start, let settings, let tags):
      try createQueue(name, on: try self.stream(named: stream), from: start, settings, tags: tags, at: now)
    case .deleteQueue(let name): try deleteQueue(name, at: now)
    case .listQueues(let listing): return .queues(try listQueues(listing, at: now))
    case .queue(let name, let request): return .queue(try ask(request, ofQueue: name, at: now))
    case .channel(let request): return try ask(request, at: now)
    case .stream(let name, let request): return try ask(request, of: try stream(named: name), at: now)
    }
    return .done
  }
}
