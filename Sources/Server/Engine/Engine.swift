internal import KinesisCore
public import Units

/// Runs the service for those who call it: stamps each call with its clock, steps, hands out answers and events, sets one alarm.
///
/// Nothing is decided here. The same `KinesisService` on the same instants gives the same answers. With a log, what can change
/// anything is on the disk before it is done: calls that come while one is being written are written together, and nothing that
/// comes later is done earlier.
public actor Engine {
  /// What a call is answered with.
  public enum Answer: Sendable {
    /// All at once.
    case whole(ServiceReply)
    /// Bytes that follow as they come; to stop reading them ends the subscription.
    case events(AsyncStream<[UInt8]>)
  }

  /// The clock cannot be advanced.
  public enum ClockError: Error, Sendable, Hashable {
    /// It is the machine's.
    case isReal
    /// It would go backwards.
    case isBackwards
  }

  private var service: KinesisService
  private var clock: EngineClock
  private var alarm: (at: Instant, task: Task<Void, Never>)?
  private var calls = 0
  /// Calls that are not answered yet, by number.
  private var waiting: [Int: CheckedContinuation<Answer, Never>] = [:]
  private var streams: [Int: AsyncStream<[UInt8]>.Continuation] = [:]
  private var isStopped = false
  private let log: CallLog?
  private let courier: Courier
  private let journal: CallJournal?
  /// What is being delivered, and who waits until nothing is.
  private var shipping: Set<Shipment.ID> = []
  private var idlers: [CheckedContinuation<Void, Never>] = []
  /// What comes while calls are being written, in order.
  private var queue: [CallFrame] = []
  private var isWriting = false

  /// How many events may wait for a subscriber who does not read; one more ends the subscription.
  private static let mostEvents = 256

  /// An engine for a service that keeps nothing.
  public init(
    _ service: KinesisService, clock: EngineClock, courier: Courier = .none, journal: CallJournal? = nil
  ) {
    (self.service, self.clock, self.courier, self.journal, log) = (service, clock, courier, journal, nil)
  }

  /// An engine for what a data directory holds: its calls are done again. `clock` is told the last one's instant.
  public init(
    _ terms: DataDirectory.Terms, _ contents: DataDirectory.Contents, log: CallLog, courier: Courier = .none,
    journal: CallJournal? = nil,
    clock: (Instant) -> EngineClock
  ) {
    service = KinesisService(terms.place, limits: terms.limits, at: contents.start)
    var effects: [ServiceEffect] = []
    for frame in contents.frames {
      service.step(frame.call, at: frame.at, into: &effects)
      effects.removeAll(keepingCapacity: true)
      calls = max(calls, frame.call.number)
    }
    let last = contents.frames.last?.at ?? contents.start
    (self.log, self.courier, self.journal, self.clock) = (log, courier, journal, clock(last))
    // Those who waited when the process ended are gone.
    queue = service.audience.waiting.map { CallFrame(Self.hangUp($0, number: 0), at: last) }
  }

  /// Begins to do what is due by itself.
  public func start() {
    // What was under way when the process ended is delivered again: nobody knows what became of it.
    service.underWay.forEach(ship)
    guard !queue.isEmpty else { return setAlarm() }
    isWriting = true
    Task { await self.write() }
  }

  /// The instant that calls are stamped with.
  public var now: Instant { clock.now }

  /// What CloudWatch counts, in Prometheus' text.
  public var metrics: String { service.metrics }

  // MARK: Calls

  /// Does what is asked. A receive may wait for its answer; when the task is cancelled its caller is taken to be gone.
  public func send(
    _ service: ServiceCall.Service, _ operation: String, _ format: WireFormat, _ ask: ServiceCall.Ask
  ) async -> Answer {
    guard !isStopped else { return .whole(Self.stopping(format)) }
    calls += 1
    let number = calls
    let frame = CallFrame(
      ServiceCall(number: number, service, operation: operation, format: format, ask: ask), at: clock.now)
    if canStep(frame), let answer = step(frame) { return answer }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        waiting[number] = continuation
        if !canStep(frame) { enqueue(frame) }
      }
    } onCancel: {
      Task { await self.hangUp(number) }
    }
  }

  /// Whether nothing has to be written before a call is done.
  private func canStep(_ frame: CallFrame) -> Bool { log == nil || (!isWriting && !isLasting(frame)) }

  private func isLasting(_ frame: CallFrame) -> Bool {
    frame.call.isLasting(whereOneIsRead: service.deliveries.readsStreams)
  }

  private func enqueue(_ frame: CallFrame) {
    queue.append(frame)
    guard !isWriting else { return }
    isWriting = true
    Task { await self.write() }
  }

  /// Writes what is waiting to be, all of it at once, then does it; until nothing waits.
  private func write() async {
    while !queue.isEmpty {
      let batch = queue
      queue = []
      let lasting = batch.filter(isLasting)
      let failure = lasting.isEmpty ? nil : await log?.append(lasting)
      let unwritten = failure == nil ? [] : Set(lasting.map(\.call.number))
      for frame in batch {
        if let failure, unwritten.contains(frame.call.number) {
          if case .outcome(let id, let outcome) = frame.call.ask { retell(id, outcome) }
          let error = ServiceError("InternalFailureException", "Nothing was done: \(failure)", status: 500)
          let reply = ServiceReply(error, frame.call.format)
          waiting.removeValue(forKey: frame.call.number)?.resume(returning: .whole(reply))
        } else if case .outcome = frame.call.ask {
          conclude(frame)
        } else if let answer = step(frame) ?? Self.tick(frame) {
          waiting.removeValue(forKey: frame.call.number)?.resume(returning: answer)
        }
      }
    }
    isWriting = false
    setAlarm()
  }

  /// What a call that only lets time pass is answered with.
  private static func tick(_ frame: CallFrame) -> Answer? {
    frame.call.ask == .hangUp(0) ? .whole(ServiceReply([], frame.call.format)) : nil
  }

  private static func stopping(_ format: WireFormat) -> ServiceReply {
    ServiceReply(ServiceError("ServiceUnavailableException", "The server is stopping.", status: 503), format)
  }

  /// Steps the service. Returns the call's own answer, if it has one already.
  private func step(_ frame: CallFrame) -> Answer? {
    let call = frame.call
    var effects: [ServiceEffect] = []
    journal?.note(frame)
    service.step(call, at: frame.at, into: &effects)
    note(effects)
    var own: Answer?
    for effect in effects {
      switch effect {
      case .reply(call.number, let reply): own = .whole(reply)
      case .begin(call.number): own = .events(begin(call.number))
      default: perform(effect)
      }
    }
    setAlarm()
    return own
  }

  /// What calls are answered goes into the journal.
  private func note(_ effects: [ServiceEffect]) {
    guard let journal else { return }
    for effect in effects {
      switch effect {
      case .reply(let call, let reply): journal.note(.init(call, status: reply.status, reply.body))
      case .event(let call, let bytes): journal.note(.init(call, status: 0, bytes))
      case .begin, .end, .ship: break
      }
    }
  }

  private func begin(_ number: Int) -> AsyncStream<[UInt8]> {
    let (stream, events) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingOldest(Self.mostEvents))
    events.onTermination = { _ in Task { await self.hangUp(number) } }
    streams[number] = events
    return stream
  }

  private func perform(_ effect: ServiceEffect) {
    switch effect {
    case .reply(let number, let reply): waiting.removeValue(forKey: number)?.resume(returning: .whole(reply))
    case .event(let number, let bytes):
      guard case .dropped = streams[number]?.yield(bytes) else { return }
      streams.removeValue(forKey: number)?.finish()
    case .end(let number): streams.removeValue(forKey: number)?.finish()
    case .ship(let shipment): ship(shipment)
    case .begin: preconditionFailure("a stream of events that nobody asked for")
    }
  }

  /// The caller of a call is gone; nothing happens where it was answered.
  private func hangUp(_ number: Int) {
    let isOpen = streams.removeValue(forKey: number) != nil
    let isWaiting = waiting.removeValue(forKey: number)
    isWaiting?.resume(returning: .whole(Self.stopping(.json)))
    guard isOpen || isWaiting != nil, !isStopped else { return }
    calls += 1
    take(CallFrame(Self.hangUp(number, number: calls), at: clock.now))
  }

  private static func hangUp(_ call: Int, number: Int) -> ServiceCall {
    ServiceCall(number: number, .kinesis, operation: "", format: .json, ask: .hangUp(call))
  }

  /// Does what nobody waits for.
  private func take(_ frame: CallFrame) {
    if canStep(frame) { _ = step(frame) } else { enqueue(frame) }
  }

  /// Ends it: nothing is taken any more; who waits is told so.
  public func stop() {
    if !isStopped, journal != nil, !isWriting {
      calls += 1
      // The time up to here is in the journal as well.
      _ = step(CallFrame(Self.hangUp(0, number: calls), at: clock.now))
    }
    isStopped = true
    alarm?.task.cancel()
    alarm = nil
    for (_, continuation) in waiting { continuation.resume(returning: .whole(Self.stopping(.json))) }
    for (_, events) in streams { events.finish() }
    for idler in idlers { idler.resume() }
    idlers = []
    (waiting, streams) = ([:], [:])
  }

  // MARK: Deliveries

  /// Has a shipment carried out and takes what became of it.
  private func ship(_ shipment: Shipment) {
    shipping.insert(shipment.id)
    Task {
      let result = await courier.carry(shipment)
      tell(shipment.id, outcome(result))
    }
  }

  /// On a virtual clock nothing is left to chance.
  private func outcome(_ result: Courier.Result) -> Shipment.Outcome {
    let failure: DeliveryFailure
    switch result {
    case .delivered: return .delivered
    case .answered(let verdicts): return .answered(verdicts)
    case .partly(let refused): return .partly(refused, jitter: jitter)
    case .failed(let reason): failure = reason
    }
    guard !failure.isFinal else { return .rejected(failure.reason) }
    return .failed(failure.reason, jitter: jitter)
  }

  private var jitter: Int64 {
    guard case .real = clock else { return 1_000 }
    return .random(in: 850...1_150)
  }

  private func tell(_ id: Shipment.ID, _ outcome: Shipment.Outcome) {
    guard !isStopped else { return }
    calls += 1
    let call = ServiceCall(number: calls, .firehose, operation: "", format: .json, ask: .outcome(id, outcome))
    let frame = CallFrame(call, at: clock.now)
    if canStep(frame) { conclude(frame) } else { enqueue(frame) }
  }

  /// It could not be written down: it is told again when the disk may have room.
  private func retell(_ id: Shipment.ID, _ outcome: Shipment.Outcome) {
    Task {
      try? await Task.sleep(for: .seconds(1))
      tell(id, outcome)
    }
  }

  /// Does what nobody waits for but those who wait until nothing is under way.
  private func conclude(_ frame: CallFrame) {
    _ = step(frame)
    guard case .outcome(let id, _) = frame.call.ask else { return }
    shipping.remove(id)
    guard shipping.isEmpty else { return }
    for idler in idlers { idler.resume() }
    idlers = []
  }

  /// Returns when nothing is under way.
  private func idle() async {
    guard !shipping.isEmpty, !isStopped else { return }
    await withCheckedContinuation { idlers.append($0) }
  }

  // MARK: Time

  /// Moves a virtual clock. All that is due happens on the way, in its order and at its instants. Returns where it stands, when all
  /// that was to be delivered has been, or has failed.
  public func advance(by interval: Interval) async throws(ClockError) -> Instant {
    guard case .virtual(let now) = clock else { throw .isReal }
    guard interval >= .zero else { throw .isBackwards }
    let end = now + interval
    clock = .virtual(end)
    calls += 1
    // That nobody hangs up is what stands in the log for time that passed.
    let frame = CallFrame(Self.hangUp(0, number: calls), at: end)
    if canStep(frame) {
      _ = step(frame)
    } else {
      let number = calls
      _ = await withCheckedContinuation { continuation in
        waiting[number] = continuation
        enqueue(frame)
      }
    }
    await idle()
    return end
  }

  /// One alarm, for the service's deadline as it stands now; none on a virtual clock.
  private func setAlarm() {
    guard case .real = clock, !isStopped, !isWriting, alarm?.at != service.deadline else { return }
    alarm?.task.cancel()
    alarm = service.deadline.map { due in (due, Task { await self.ring(at: due) }) }
  }

  private func ring(at due: Instant) async {
    let left = (due - clock.now).nanoseconds
    if left > 0 { try? await Task.sleep(for: .nanoseconds(left)) }
    guard !Task.isCancelled, !isStopped, alarm?.at == due else { return }
    alarm = nil
    // While calls are being written time stands: they were stamped before this.
    guard !isWriting else { return }
    var effects: [ServiceEffect] = []
    service.wake(at: clock.now, into: &effects)
    note(effects)
    effects.forEach(perform)
    setAlarm()
  }
}
