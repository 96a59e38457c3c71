public import Units

/// CreateQueue and what is asked of a stream's queues. The account's part, names and call rates, is in `Account`.
///
/// A driver without answers as values uses the verbs here: a queue is known by its position.
extension Stream {
  /// The registered consumers that count towards the limit: fan-out consumers and queues (Q§1).
  var registeredCount: Int { consumers.count { $0.status != .deleted } + queues.count { $0.status != .deleted } }

  /// How many may be registered.
  var registeredLimit: Int64 {
    limits[mode == .onDemand && terms == .advantage ? .fanOut.consumersAdvantage : .fanOut.consumers]
  }

  private var queueSource: Queue.Source { Queue.Source(shards: shards, retention: retention) }

  // MARK: Life

  /// CreateQueue: on-demand streams only; queues and fan-out consumers share a limit. Returns its position.
  mutating func createQueue(
    _ name: String, _ settings: QueueSettings, from start: QueueStart, at now: Instant
  ) throws(Refusal) -> Int {
    let ends = now + .seconds(limits[.queue.createDuration])
    return try addQueue(
      name, settings, from: start, status: .creating(until: ends), seed: UInt64(queues.count), at: now)
  }

  /// A queue that is ACTIVE at once, by position: how a simulation begins, long after CreateQueue. `seed` is what the service's
  /// chance comes from, where a rule is one of chance.
  public mutating func registerActiveQueue(
    _ name: String, _ settings: QueueSettings, from start: QueueStart, seed: UInt64, at now: Instant
  ) throws(Refusal) -> Int {
    let queue = try addQueue(name, settings, from: start, status: .creating(until: now), seed: seed, at: now)
    queues[queue].finishChange(at: now, queueSource)
    rearm()
    return queue
  }

  private mutating func addQueue(
    _ name: String, _ settings: QueueSettings, from start: QueueStart, status: QueueStatus, seed: UInt64,
    at now: Instant
  ) throws(Refusal) -> Int {
    let now = arrive(at: now)
    try requireReadable()
    try settings.check(limits)
    guard mode == .onDemand else {
      throw .validation("Stream \(self.name) is in Provisioned mode, which does not support queues.")
    }
    if case .atTimestamp(let instant) = start, instant > now {
      throw .invalidArgument("The timestamp is in the future.")
    }
    guard Int64(registeredCount) < registeredLimit else {
      throw .limitExceeded("Stream \(self.name) already has \(registeredCount) registered consumers.")
    }
    var queue = Queue(name, settings, start, status: status, seed: seed, limits: limits, at: now)
    if start != .latest || !queue.rules.beginsActive { queue.begin(at: now, queueSource) }
    queues.append(queue)
    rearm()
    return queues.count - 1
  }

  /// DeleteQueue: from here on DELETING; records stay in the stream.
  mutating func deleteQueue(_ queue: Int, at now: Instant) throws(Refusal) {
    let now = arrive(at: now)
    switch queues[queue].status {
    case .active: break
    case .creating, .updating: throw .inUse("Queue \(queues[queue].name) is not ACTIVE.")
    case .deleting, .deleted: throw .notFound("Queue \(queues[queue].name) not found.")
    }
    queues[queue].delete(by: now + .seconds(limits[.queue.deleteDuration]))
    rearm()
  }

  private mutating func updateQueue(_ queue: Int, _ change: QueueChange, at now: Instant) throws(Refusal) {
    guard case .active = queues[queue].status else {
      throw queues[queue].status.isGoing
        ? .notFound("Queue \(queues[queue].name) not found.") : .inUse("Queue \(queues[queue].name) is not ACTIVE.")
    }
    let settings = change.applied(to: queues[queue].settings)
    try settings.check(limits)
    queues[queue].status = .updating(until: now + .seconds(limits[.queue.updateDuration]), settings)
    rearm()
  }

  /// Whether a queue keeps the stream from being deleted or made provisioned.
  var hasLiveQueues: Bool { queues.contains { $0.status != .deleted } }

  /// Queues in CREATING or DELETING: an account has few at once.
  var changingQueues: Int {
    queues.count {
      switch $0.status {
      case .creating, .deleting: true
      case .active, .updating, .deleted: false
      }
    }
  }

  /// When the first queue changes its status by itself.
  var nextQueueChange: Instant { queues.reduce(.never) { min($0, $1.status.ends) } }

  /// Ends what is due of a queue's status; false when nothing is.
  mutating func finishQueueChange(at due: Instant) -> Bool {
    guard let queue = queues.firstIndex(where: { $0.status.ends <= due }) else { return false }
    queues[queue].finishChange(at: due, queueSource)
    rearm()
    return true
  }

  /// Records were stored: every queue has them.
  @inline(__always)
  mutating func noteQueues(_ stored: Int64, in id: ShardID, at now: Instant) {
    for queue in queues.indices { queues[queue].note(stored, in: id.index, at: now) }
  }

  // MARK: Calls

  /// A receive of records or dead letters. What it is given at once is added to `records`; else it waits, and
  /// `answerPolls` has its answer.
  public mutating func receive(
    _ call: ReceiveCall, _ side: QueueSide, from queue: Int, at now: Instant, into records: inout [ReceivedRecord]
  ) throws(Refusal) -> ReceiveOutcome {
    let now = arrive(at: now)
    try check(call)
    queues[queue].passTime(to: now, queueSource)
    return try queues[queue].receive(call, side, queueSource, at: now, into: &records)
  }

  private func check(_ call: ReceiveCall) throws(Refusal) {
    guard (1...limits[.queue.recordsPerCall]).contains(Int64(call.limit)) else {
      throw .invalidArgument("Limit \(call.limit) is not between 1 and \(limits[.queue.recordsPerCall]).")
    }
    let most = limits[.queue.waitMaximum]
    guard (.seconds(1) ... .seconds(most)).contains(call.wait), call.wait.nanoseconds % 1_000_000_000 == 0 else {
      throw .invalidArgument("WaitTimeSeconds is not between 1 and \(most).")
    }
    if let visibility = call.visibility { try QueueSettings.check(visibility, limits) }
  }

  /// When a queue can next answer a receive that waits; `.never` when nobody waits. O(1).
  public func nextAnswer(of queue: Int) -> Instant { queues.span[queue].deadline }

  /// Answers the receives of a queue that wait and can be answered by `now`, each at its own instant; their records are added to
  /// `records`.
  public mutating func answerPolls(
    of queue: Int, at now: Instant, into answers: inout [PollAnswer], _ records: inout [ReceivedRecord]
  ) {
    let now = arrive(at: now)
    queues[queue].answer(queueSource, at: now, into: &answers, &records)
  }

  /// Lets time pass in a queue, so that its counts are those of now; the stream itself does not change.
  public mutating func passTime(in queue: Int, to now: Instant) { queues[queue].passTime(to: now, queueSource) }

  /// Begins a call on records that were received: so many entries. The entries' own verbs follow at the same instant.
  public mutating func admitEntries(_ count: Int, of queue: Int, at now: Instant) throws(Refusal) {
    let now = arrive(at: now)
    guard (1...limits[.queue.recordsPerCall]).contains(Int64(count)) else {
      throw .invalidArgument("\(count) entries are not between 1 and \(limits[.queue.recordsPerCall]).")
    }
    queues[queue].passTime(to: now, queueSource)
    try queues[queue].admitCall(at: now)
  }

  /// An entry of an acknowledgement, of records or of dead letters.
  public mutating func acknowledge(
    _ handle: ReceiptHandle, _ side: QueueSide, of queue: Int
  ) -> QueueEntryError? {
    queues[queue].acknowledge(handle, side, retention)
  }

  /// An entry of a restore of dead letters.
  public mutating func restore(_ handle: ReceiptHandle, of queue: Int) -> QueueEntryError? {
    queues[queue].restore(handle, retention)
  }

  /// An entry of a visibility call.
  public mutating func hide(_ entry: VisibilityEntry, _ side: QueueSide, of queue: Int) -> QueueEntryError? {
    queues[queue].hide(entry, side, retention)
  }

  /// The caller of a receive that waits is gone. O(waiting).
  public mutating func hangUp(_ poll: Int, on queue: Int) {
    queues[queue].polls.remove(poll)
    queues[queue].deadPolls.remove(poll)
  }

  /// The callers of all receives that wait are gone.
  public mutating func hangUpAll(on queue: Int) {
    _ = queues[queue].polls.removeAll()
    _ = queues[queue].deadPolls.removeAll()
  }

  // MARK: As values

  /// Does what is asked of a queue, or says why not.
  mutating func perform(
    _ request: QueueRequest, on queue: Int, at now: Instant
  ) throws(Refusal) -> QueueAnswer {
    let now = arrive(at: now)
    switch request {
    case .receive(let call, let side):
      var records: [ReceivedRecord] = []
      switch try receive(call, side, from: queue, at: now, into: &records) {
      case .answered: return .received(poll: call.poll, records)
      case .waits: return .waits(poll: call.poll)
      }
    case .acknowledge(let handles, let side):
      try admitEntries(handles.count, of: queue, at: now)
      return .entries(handles.map { acknowledge($0, side, of: queue) })
    case .restore(let handles):
      try admitEntries(handles.count, of: queue, at: now)
      return .entries(handles.map { restore($0, of: queue) })
    case .updateVisibility(let entries, let side):
      for entry in entries { try QueueSettings.check(entry.visibility, limits) }
      try admitEntries(entries.count, of: queue, at: now)
      return .entries(entries.map { hide($0, side, of: queue) })
    case .hangUp(let poll): hangUp(poll, on: queue)
    case .update(let change): try updateQueue(queue, change, at: now)
    // Tags are the account's.
    case .describe, .tag, .untag, .listTags: break
    }
    return .described(queues[queue].description)
  }

  /// Answers what waits at any queue, as values.
  mutating func answerAllPolls(at now: Instant, into effects: inout [Answer]) {
    for queue in queues.indices where queues.span[queue].deadline <= now {
      var answers: [PollAnswer] = [], records: [ReceivedRecord] = []
      answerPolls(of: queue, at: now, into: &answers, &records)
      for answer in answers {
        let value: QueueAnswer =
          switch answer.kind {
          case .received: .received(poll: answer.poll, Array(records[answer.records]))
          case .closed: .closed(poll: answer.poll)
          }
        effects.append(.polled(queue: queues[queue].name, value))
      }
    }
  }
}
