internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// What the workers of a queue ask of it, how long their calls take, and whether attempts fail.
struct QueueDesk: Sendable {
  /// What came of a receive.
  enum Receive {
    case answered(Interval), waits
    /// The service failed, or throttled the call.
    case refused(isThrottled: Bool)
  }

  /// How long a thread waits after a refused call: the first back-off of an AWS SDK after a throttle, without its jitter.
  static let pause = Interval.seconds(1)

  private let queue: QueueSpec, stream: Int, consumer: Int, position: Int
  private let callTime: Sampler
  private var times: RandomStream, failures: RandomStream, attempts: RandomStream
  private let salt: UInt64
  /// What the ledger stood at when the last second ended.
  private var before = QueueLedger()

  init(_ spec: ConsumerSpec, _ queue: QueueSpec, _ consumer: Int, at position: Int, _ naming: DrawNaming) {
    (self.queue, stream, self.consumer, self.position) = (queue, spec.stream, consumer, position)
    callTime = Sampler(queue.callTime)
    times = naming.stream(.latency, of: spec.name)
    failures = naming.stream(.failure, of: spec.name)
    attempts = naming.stream(.failure, of: spec.name, part: ".attempts")
    var salts = naming.stream(.salt, of: spec.name)
    salt = salts.next()
  }

  // MARK: Records

  /// A worker's receive, known by the worker's number.
  mutating func receive(
    _ worker: Int, _ endpoint: inout Endpoint, at now: Instant, into records: inout [ReceivedRecord]
  ) -> Receive {
    let call = ReceiveCall(poll: worker, limit: queue.limit, wait: queue.wait)
    return endpoint.queues(of: stream) { stream, faults, _ in
      guard !faults.isFailing(drawing: &failures) else { return .refused(isThrottled: false) }
      do throws(Refusal) {
        switch try stream.receive(call, .records, from: position, at: now, into: &records) {
        case .waits: return .waits
        case .answered: return .answered(took(faults))
        }
      } catch {
        return .refused(isThrottled: error.code == Refusal.throttling("").code)
      }
    }
  }

  private mutating func took(_ faults: StreamFaults) -> Interval {
    Interval(nanoseconds: faults.stretched(callTime.draw(from: &times)))
  }

  /// Receives that wait are answered. Returns how long the answers travel.
  mutating func answer(
    _ endpoint: inout Endpoint, at now: Instant, into answers: inout [PollAnswer], _ records: inout [ReceivedRecord]
  ) -> Interval {
    endpoint.queues(of: stream) { stream, faults, _ in
      stream.answerPolls(of: position, at: now, into: &answers, &records)
      return took(faults)
    }
  }

  /// A call that acknowledges; `after` gets the age of each record for which it succeeds. Returns for how many it came too late,
  /// and how long it took. A call that the service fails acknowledges nothing: that nobody repeats it is assumed.
  mutating func acknowledge(
    _ records: [ReceivedRecord], _ endpoint: inout Endpoint, at now: Instant, _ after: inout LatencyHistogram
  ) -> (late: Int, took: Interval) {
    endpoint.queues(of: stream) { stream, faults, _ in
      let took = took(faults)
      guard admits(records.count, stream: &stream, faults, at: now) else { return (0, took) }
      var late = 0, groups = ArrivalGroups()
      for record in records {
        if stream.acknowledge(record.handle, .records, of: position) == nil {
          if let one = groups.add(record.arrival) { after.record(now - one.arrival, count: one.count) }
        } else {
          late += 1
        }
      }
      if let one = groups.last { after.record(now - one.arrival, count: one.count) }
      return (late, took)
    }
  }

  /// A call that changes visibility. Returns how long it took.
  mutating func hide(
    _ records: [ReceivedRecord], for length: Interval, _ endpoint: inout Endpoint, at now: Instant
  ) -> Interval {
    endpoint.queues(of: stream) { stream, faults, _ in
      let took = took(faults)
      guard admits(records.count, stream: &stream, faults, at: now) else { return took }
      for record in records {
        _ = stream.hide(VisibilityEntry(record.handle, visibility: length), .records, of: position)
      }
      return took
    }
  }

  private mutating func admits(
    _ entries: Int, stream: inout KinesisCore.Stream, _ faults: StreamFaults, at now: Instant
  ) -> Bool {
    guard !faults.isFailing(drawing: &failures) else { return false }
    do throws(Refusal) {
      try stream.admitEntries(entries, of: position, at: now)
      return true
    } catch {
      return false
    }
  }

  /// A worker's connection is gone.
  func hangUp(_ worker: Int, _ endpoint: inout Endpoint) {
    endpoint.queues(of: stream) { stream, _, _ in stream.hangUp(worker, on: position) }
  }

  /// All connections are gone.
  func hangUp(_ endpoint: inout Endpoint) {
    endpoint.queues(of: stream) { stream, _, _ in stream.hangUpAll(on: position) }
  }

  // MARK: Attempts

  /// How an attempt fails; nil when it does not. A poisoned record fails whenever it is tried.
  mutating func attempt(_ record: ReceivedRecord) -> QueueSpec.Failures.Kind? {
    let failures = queue.failures
    if failures.poison > 0, isPoisoned(record.id) { return failures.kind }
    guard failures.rate > 0, attempts.chance(failures.rate) else { return nil }
    return failures.kind
  }

  private func isPoisoned(_ id: QueueRecordID) -> Bool {
    let word = UInt64(id.shard.index) << 44 | UInt64(id.position)
    return Double(StableHash.mix(salt ^ StableHash.mix(word)) >> 11) * 0x1p-53 < queue.failures.poison
  }

  // MARK: Dead letters

  /// Receives ten dead letters and restores them, or throws them away. Returns how long that took; nil when there is none.
  mutating func settleDead(
    _ action: QueueSpec.DeadLetterReader.Action, _ endpoint: inout Endpoint, at now: Instant,
    into records: inout [ReceivedRecord]
  ) -> Interval? {
    let call = ReceiveCall(poll: -1, limit: queue.limit, wait: .seconds(1))
    return endpoint.queues(of: stream) { stream, faults, _ in
      let outcome = try? stream.receive(call, .deadLetters, from: position, at: now, into: &records)
      guard case .answered = outcome else {
        stream.hangUp(-1, on: position)
        return nil
      }
      let took = took(faults) + took(faults)
      guard admits(records.count, stream: &stream, faults, at: now) else { return took }
      for record in records {
        switch action {
        case .restore: _ = stream.restore(record.handle, of: position)
        case .discard: _ = stream.acknowledge(record.handle, .deadLetters, of: position)
        }
      }
      return took
    }
  }

  // MARK: Figures

  func counts(_ endpoint: inout Endpoint, at now: Instant) -> QueueCounts {
    endpoint.queues(of: stream) { stream, _, _ in
      stream.passTime(in: position, to: now)
      return stream.queues[position].counts
    }
  }

  /// A second ends: what CloudWatch sees of it.
  mutating func observe(_ endpoint: inout Endpoint, at now: Instant) -> QueueCounts {
    let most = Int64(1_000_000)
    return endpoint.queues(of: stream) { stream, _, book in
      stream.passTime(in: position, to: now)
      let counts = stream.queues[position].counts, ledger = stream.queues[position].ledger
      book.note(.received, ledger.received - before.received, consumer: consumer)
      book.note(.acknowledged, ledger.acknowledged - before.acknowledged, consumer: consumer)
      book.note(.emptyReceives, ledger.emptyReceives - before.emptyReceives, consumer: consumer)
      book.note(.visible, min(most, counts.visible), consumer: consumer)
      book.note(.inFlight, counts.inFlight + counts.deadInFlight, consumer: consumer)
      book.note(.deadVisible, min(most, counts.dead), consumer: consumer)
      before = ledger
      return counts
    }
  }
}

extension DrawNaming {
  /// A stream of draws of a consumer's queue.
  func stream(_ purpose: Purpose, of consumer: String, part: String = "") -> RandomStream {
    stream(purpose, EntityName("consumers.\(consumer).queue\(part)"))
  }
}
