public import KinesisCore
public import Units

/// Kinesis Data Streams and Data Firehose as a machine: calls in, answers and events out, time an argument.
///
/// What is decided, the core's `Account` decides. Here is what it has no use for: names and ARNs, what is only kept, payloads, who
/// waits for which answer. The live engine and tests on virtual time drive the same value.
public struct KinesisService: Machine {
  /// Whose streams these are.
  public let place: Place
  /// The streams and the rules.
  var account: Account
  /// What is kept and decides nothing.
  var directory = Directory()
  var payloads = PayloadStore()
  var audience = Audience()
  var meters = Meters()
  /// Delivery streams.
  var deliveries: DeliveryBook
  var channels = ChannelBook()
  /// What is to be delivered and nobody has been told yet.
  var unsent: [Shipment] = []
  /// The instant that is being acted at.
  private(set) var now: Instant
  /// What the core did by itself and nobody has been told yet.
  private var unsolicited: [Answer] = []
  /// Streams in DELETING.
  private var leaving: Set<Int> = []
  private var sweepAt: Instant

  /// What a call came to.
  enum Outcome {
    /// Its answer was written.
    case answered
    /// Events follow.
    case subscribed
    /// A receive waits.
    case waits
    /// Nobody is there to be answered.
    case nothing
  }

  /// A service without streams.
  public init(_ place: Place, limits: LimitsProfile, at now: Instant) {
    (self.place, self.now, sweepAt) = (place, now, now)
    account = Account(region: place.region, limits: limits, at: now)
    deliveries = DeliveryBook(limits: limits)
  }

  // MARK: Machine

  /// The first thing due: of the account, of a delivery stream or a channel, or an event without records.
  public var deadline: Instant? {
    let due = min(account.deadline ?? .never, audience.heartbeatAt, deliveries.due, channels.due)
    return due == .never ? nil : due
  }

  /// Lets time pass, then does what is asked; its answer comes before the events that it causes.
  public mutating func step(_ call: ServiceCall, at instant: Instant, into effects: inout [ServiceEffect]) {
    wake(at: instant, into: &effects)
    var writer = WireWriter(call.format)
    do throws(ServiceError) {
      switch try perform(call, into: &writer) {
      case .answered: effects.append(.reply(to: call.number, ServiceReply(writer.bytes, call.format)))
      case .subscribed:
        let first = EventStream.event("initial-response", Self.emptyObject(call.format), call.format)
        effects += [.begin(call.number), .event(to: call.number, first)]
      case .waits, .nothing: break
      }
    } catch {
      effects.append(.reply(to: call.number, ServiceReply(error, call.format)))
    }
    tell(into: &effects)
  }

  /// Lets time pass: subscribers and receives that wait get what is due.
  public mutating func wake(at instant: Instant, into effects: inout [ServiceEffect]) {
    while let due = nextOwn(by: instant) {
      pass(to: due, into: &effects)
      if audience.heartbeatAt <= due {
        for subscriber in audience.beat() {
          effects.append(.event(to: subscriber.call, render(nil, for: subscriber)))
        }
      }
      if deliveries.due <= due { tendDeliveries() }
      if channels.due <= due { tendChannels() }
    }
    pass(to: instant, into: &effects)
  }

  /// What is due first by an instant of what the core does not know of; nil for nothing.
  private mutating func nextOwn(by instant: Instant) -> Instant? {
    if deliveries.due <= instant { skipIdlePolls(until: instant) }
    let due = min(audience.heartbeatAt, deliveries.due, channels.due)
    return due <= instant ? due : nil
  }

  private mutating func pass(to instant: Instant, into effects: inout [ServiceEffect]) {
    now = max(now, instant)
    meters.pass(to: now)
    account.wake(at: now, into: &unsolicited)
    tell(into: &effects)
    for stream in leaving.sorted() where !account.streamIDs.contains(stream) { forget(stream, into: &effects) }
    if sweepAt <= now { sweep() }
  }

  /// Once a minute, what has left by age is forgotten; nothing that is answered depends on it.
  private mutating func sweep() {
    sweepAt = now + .minutes(1)
    for stream in account.streamIDs {
      account[stream].trim(at: now)
      for shard in account[stream].shards.indices {
        let id = ShardID(shard)
        payloads.trim(id, of: stream, before: account.horizon(of: id, in: stream))
      }
    }
  }

  // MARK: Asking the core

  /// Asks the account; what it does by itself meanwhile waits until the call is answered.
  mutating func ask(_ request: Request, of stream: Int? = nil) throws(ServiceError) -> Answer {
    var answers: [Answer] = []
    account.step(request, at: now, into: &answers)
    guard let own = answers.lastIndex(where: { !$0.isUnsolicited }) else { preconditionFailure("no answer") }
    unsolicited += answers[..<own]
    unsolicited += answers[(own + 1)...]
    guard case .refused(let refusal) = answers[own] else { return answers[own] }
    throw ServiceError(refusal, stream: stream.map { StreamName(name: account[$0].name, account: place.account) })
  }

  /// Asks a stream.
  @discardableResult
  mutating func ask(_ request: StreamRequest, of stream: Int) throws(ServiceError) -> Answer {
    try ask(.stream(account[stream].name, request), of: stream)
  }

  /// A refusal of one of the core's checks that need no time.
  static func checking<Value>(_ check: () throws(Refusal) -> Value) throws(ServiceError) -> Value {
    do throws(Refusal) {
      return try check()
    } catch {
      throw ServiceError(error)
    }
  }

  // MARK: Telling

  private mutating func tell(into effects: inout [ServiceEffect]) {
    let answers = unsolicited
    unsolicited = []
    for answer in answers {
      switch answer {
      case .pushed(let stream, let consumer, let event): push(event, stream, consumer, into: &effects)
      case .polled(_, let answer): answerPoll(answer, into: &effects)
      default: break
      }
    }
    audience.tell(into: &effects)
    effects += unsent.map { .ship($0) }
    unsent = []
  }

  private mutating func push(
    _ event: FanOutEvent, _ stream: String, _ consumer: Int, into effects: inout [ServiceEffect]
  ) {
    guard let id = try? account.stream(named: stream) else { return }
    let key = Audience.Key(stream: id, consumer: consumer, shard: event.shard)
    let next = sequenceNumber(before: event.first + event.count, in: event.shard, of: id)
    guard let subscriber = audience.advance(key, to: next) else { return }
    meters.add(event.count, to: .pushedRecords, of: .stream(id))
    meters.add(event.bytes, to: .pushedBytes, of: .stream(id))
    effects.append(.event(to: subscriber.call, render(event, for: subscriber)))
    if event.isLast { audience.end(key, with: nil) }
  }

  private mutating func answerPoll(_ answer: QueueAnswer, into effects: inout [ServiceEffect]) {
    switch answer {
    case .received(let call, let records):
      guard let poll = audience.takePoll(call) else { return }
      var writer = WireWriter(poll.format)
      write(records, of: poll.queue, into: &writer)
      effects.append(.reply(to: call, ServiceReply(writer.bytes, poll.format)))
    case .closed(let call):
      guard let poll = audience.takePoll(call) else { return }
      let error = ServiceError.notFound("Queue \(poll.queue.name) was deleted.")
      effects.append(.reply(to: call, ServiceReply(error, poll.format)))
    case .waits, .entries, .described, .tags, .done: return
    }
  }

  /// The caller of a call is gone.
  mutating func hangUp(_ call: Int) throws(ServiceError) {
    switch audience.hangUp(call) {
    case .poll(let queue): _ = try ask(.queue(queue, .hangUp(poll: call)))
    case .subscriber(let key): try ask(.unsubscribe(consumer: key.consumer, key.shard), of: key.stream)
    case nil: return
    }
  }

  // MARK: Leaving

  /// A stream is in DELETING.
  mutating func leave(_ stream: Int) { leaving.insert(stream) }

  private mutating func forget(_ stream: Int, into effects: inout [ServiceEffect]) {
    leaving.remove(stream)
    payloads.remove(stream: stream)
    directory.remove(stream: stream)
    meters.forget(.stream(stream))
    audience.end(of: stream, consumer: nil, with: .notFound("The stream was deleted."))
    audience.tell(into: &effects)
  }

  /// What CloudWatch counts, in Prometheus' text.
  var metrics: String {
    meters.text { subject in
      switch subject {
      case .stream(let id): account[id].name
      case .delivery(let id): deliveries.post(id)?.name ?? ""
      case .channel(let id): channels[id]?.name ?? ""
      }
    }
  }

  static func emptyObject(_ format: WireFormat) -> [UInt8] {
    var writer = WireWriter(format)
    writer.object { _ in }
    return writer.bytes
  }
}

extension Answer {
  /// Whether it is what the core did by itself, and no request's own answer.
  fileprivate var isUnsolicited: Bool {
    switch self {
    case .pushed, .polled, .becameActive: true
    default: false
    }
  }
}
