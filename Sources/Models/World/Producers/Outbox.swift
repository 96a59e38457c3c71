internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// The put requests of plain clients: filled, sent, answered, tried again by the AWS SDK or by the application.
struct Outbox: ~Copyable {
  private var requests = RequestPool()
  private var lines: [Line] = []
  /// What the SDK did, by producer.
  private(set) var counts: [ClientCounts]

  /// The requests of one process.
  private struct Line {
    /// The request being filled; −1 for none.
    var open: Int32 = -1
    /// Those that wait for another try, longest waiting first; −1 for none.
    var waitingHead: Int32 = -1, waitingTail: Int32 = -1
    /// Those that the SDK's own limiter holds back, and when it lets the first one go.
    var heldHead: Int32 = -1, heldTail: Int32 = -1, heldUntil: Instant = .epoch
    /// Requests gathering, on the wire and waiting.
    var count: Int32 = 0
    var sdk: SDKClient, jitter: RandomStream
  }

  init(_ plans: [ProducerPlan], _ naming: DrawNaming, at start: Instant) {
    counts = plans.map { _ in ClientCounts() }
    for plan in plans {
      lines += (0..<plan.spec.processes).map { number in
        let delays = EntityName("producers.\(plan.spec.name).sdk", index: number)
        let sdk = SDKClient(plan.sdk, naming.stream(.retryJitter, delays), at: start)
        return Line(sdk: sdk, jitter: naming.stream(.retryJitter, plan.entity(number)))
      }
    }
  }

  // MARK: Filling

  /// Whether a process may fill a request.
  @inline(__always)
  func hasRoom(in process: Int, _ plan: ProducerPlan) -> Bool {
    lines[process].open >= 0 || lines[process].count < plan.maxRequests
  }

  /// Puts a record into the request being filled, and sends it when it is full.
  mutating func add(
    _ slot: Int32, in process: Int, _ plan: ProducerPlan, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint,
    _ calendar: inout Calendar
  ) {
    let open = lines[process].open
    if open >= 0, requests[open].records.bytes + Int64(holdings[slot].size) > plan.maxBytes {
      sendOpen(of: process, &holdings, endpoint, &calendar)
    }
    let request = openRequest(of: process)
    holdings.append(slot, to: &requests[request].records)
    if requests[request].records.count >= plan.maxRecords {
      sendOpen(of: process, &holdings, endpoint, &calendar)
    } else if requests[request].records.count == 1 {
      let event = RunEvent(.linger, Int(request), generation: requests[request].generation)
      requests[request].lingersUntil = calendar.now + plan.linger
      calendar.schedule(event, at: requests[request].lingersUntil)
    }
  }

  /// How many more records, and how many bytes, surely join the request being filled, if they come before an instant.
  func roomAhead(in process: Int, _ plan: ProducerPlan, of calendar: borrowing Calendar) -> (Int, Int64, Instant) {
    let open = lines[process].open
    guard open >= 0 else { return (0, 0, calendar.now) }
    let records = requests[open].records, end = min(requests[open].lingersUntil, calendar.nextLook)
    return (Int(plan.maxRecords - records.count) - 1, plan.maxBytes.minusClamped(records.bytes), end)
  }

  /// Records join the request being filled, which has room for them.
  mutating func add(_ chain: Chain, in process: Int, _ holdings: inout Holdings) {
    holdings.append(chain, to: &requests[lines[process].open].records)
  }

  private mutating func openRequest(of process: Int) -> Int32 {
    if lines[process].open < 0 {
      lines[process].open = requests.add(process: Int32(process))
      lines[process].count += 1
    }
    return lines[process].open
  }

  private mutating func sendOpen(
    of process: Int, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar
  ) {
    let open = lines[process].open
    lines[process].open = -1
    holdings.catchUp(process, to: .never)
    requests[open].generation &+= 1
    send(open, &holdings, endpoint, &calendar)
  }

  /// A request has gathered long enough, unless it was sent before.
  mutating func linger(
    _ event: RunEvent, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar
  ) {
    let request = Int32(event.index)
    guard requests[request].generation & 0xff_ffff == event.generation else { return }
    sendOpen(of: Int(requests[request].process), &holdings, endpoint, &calendar)
  }

  // MARK: On the wire

  /// Sends a request, unless the SDK holds it back.
  mutating func send(
    _ request: Int32, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar
  ) {
    let process = Int(requests[request].process)
    guard holdings.plan(of: process).sdk.limiter != nil else {
      return transmit(request, &holdings, endpoint, &calendar)
    }
    hold(request, of: process)
    sendHeld(of: process, &holdings, endpoint, &calendar)
  }

  /// A process's limiter may let requests go.
  mutating func release(
    _ process: Int, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar
  ) {
    if lines[process].heldUntil == calendar.now { sendHeld(of: process, &holdings, endpoint, &calendar) }
  }

  /// Sends what a process's limiter lets go now, and comes back for the rest.
  private mutating func sendHeld(
    of process: Int, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar
  ) {
    while lines[process].heldHead >= 0 {
      let until = calendar.now + lines[process].sdk.hold(at: calendar.now)
      guard until == calendar.now else {
        guard until != lines[process].heldUntil else { return }
        lines[process].heldUntil = until
        return calendar.schedule(RunEvent(.sdkRelease, process), at: until)
      }
      transmit(unhold(of: process), &holdings, endpoint, &calendar)
    }
  }

  /// Puts a request on the wire: it reaches the service half-way through its round trip.
  private mutating func transmit(
    _ request: Int32, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar
  ) {
    let process = Int(requests[request].process), plan = holdings.plan(of: process)
    let trip = holdings.roundTrip(of: process, plan, endpoint, &calendar)
    let half = Interval(nanoseconds: trip.nanoseconds / 2)
    requests[request].sentAt = calendar.now
    requests[request].roundTrip = min(trip, plan.sdk.timeout)
    // An answer that will come too late: the service may take the records, the client will not know.
    if trip > plan.sdk.timeout { requests[request].failure = .timeout }
    guard trip <= plan.sdk.timeout || half < plan.sdk.timeout else {
      return calendar.schedule(RunEvent(.putAnswer, Int(request)), at: requests[request].answeredAt, .release)
    }
    calendar.schedule(RunEvent(.put, Int(request)), at: calendar.now + half)
  }

  /// The request reaches the service: each record in turn is accepted or throttled.
  mutating func put(
    _ request: Int32, _ holdings: inout Holdings, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) -> PutEffect {
    let process = Int(requests[request].process), producer = holdings.producer(of: process)
    let plan = holdings.plan(of: process), offered = requests[request].records
    let answeredAt = requests[request].answeredAt
    if let firehose = plan.firehose { return .batch(request, firehose: firehose) }
    let call = plan.call(of: offered.count)
    guard !holdings.isFailing(call, of: process, &endpoint) else {
      if requests[request].failure == .none { requests[request].failure = .service }
      calendar.schedule(RunEvent(.putAnswer, Int(request)), at: answeredAt, .release)
      return .none
    }
    let isAnswered = requests[request].failure == .none
    let (left, accepted) = holdings.put(
      offered, by: producer, plan, answeredAt: isAnswered ? answeredAt : nil, &endpoint, &calendar, &observers)
    endpoint.note(call, accepted: accepted, took: requests[request].roundTrip)
    observers.notePut(
      call.isSingle ? .putRecord : .putRecords, by: producer, until: answeredAt, took: requests[request].roundTrip,
      records: offered.count, failed: left.count)
    take(left, accepted: isAnswered ? accepted.bytes : 0, back: request, &calendar)
    return accepted.count > 0 ? .stored(records: accepted.count, bytes: accepted.bytes, in: plan.stream) : .none
  }

  /// A request was put: what is left of it and what was accepted go back with the answer.
  private mutating func take(
    _ left: Chain, accepted bytes: Int64, back request: Int32, _ calendar: inout Calendar
  ) {
    (requests[request].records, requests[request].acceptedBytes) = (left, bytes)
    calendar.schedule(RunEvent(.putAnswer, Int(request)), at: requests[request].answeredAt, .release)
  }

  // MARK: PutRecordBatch

  /// A request's records as a delivery stream is handed them, and how long the request takes.
  func batch(_ request: Int32, _ holdings: borrowing Holdings) -> (records: [DeliveryRecord], took: Interval) {
    var records: [DeliveryRecord] = [], next = requests[request].records.head
    records.reserveCapacity(Int(requests[request].records.count))
    while next >= 0 {
      records.append(DeliveryRecord(size: holdings[next].size))
      next = holdings[next].next
    }
    return (records, requests[request].roundTrip)
  }

  /// A delivery stream has accepted some of a request's records: how many of each entry; none of a call it refused.
  mutating func settle(
    _ request: Int32, accepted: [Int32], _ holdings: inout Holdings, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    let producer = holdings.producer(of: Int(requests[request].process)), answeredAt = requests[request].answeredAt
    var left = Chain(), bytes: Int64 = 0
    var (next, position) = (requests[request].records.head, 0)
    while next >= 0 {
      let (slot, record) = (next, holdings[next])
      (next, position) = (record.next, position + 1)
      if position <= accepted.count, accepted[position - 1] > 0 {
        bytes += Int64(record.size)
        holdings.accept(slot, of: producer)
        holdings.finish(slot, of: producer, at: answeredAt, &observers)
      } else {
        holdings.append(slot, to: &left)
      }
    }
    observers.notePut(
      .putRecordBatch, by: producer, until: answeredAt, took: requests[request].roundTrip, records: Int32(position),
      failed: left.count)
    take(left, accepted: bytes, back: request, &calendar)
  }

  // MARK: Answers

  /// The answer is back: bytes are free again, records left wait for another try or are given up. Returns the process.
  mutating func answer(
    _ request: Int32, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) -> Int {
    let process = Int(requests[request].process)
    holdings.free(requests[request].acceptedBytes, of: process, at: calendar.now)
    requests[request].acceptedBytes = 0
    let isRetried = isRetriedBySDK(request, of: process, &holdings, &calendar)
    sendHeld(of: process, &holdings, endpoint, &calendar)
    guard !isRetried else { return process }
    if requests[request].records.count > 0 {
      reconsider(request, of: process, &holdings, endpoint, &calendar, &observers)
    } else {
      retire(request)
    }
    return process
  }

  /// What the AWS SDK does by itself when a whole call fails (facts §9.4); failed entries of an answer are the caller's.
  /// Whether it sends the request once more; if not, its caller gets the answer.
  private mutating func isRetriedBySDK(
    _ request: Int32, of process: Int, _ holdings: inout Holdings, _ calendar: inout Calendar
  ) -> Bool {
    let producer = holdings.producer(of: process), plan = holdings.plan(of: process)
    let failure = failure(of: request, plan)
    requests[request].failure = .none
    if failure == .service || failure == .timeout { counts[producer].failedCalls += 1 }
    let answer = lines[process].sdk.answer(&requests[request].call, failure, plan.sdk, at: calendar.now)
    if answer == .givenUp { counts[producer].sdkGaveUp += 1 }
    guard case .again(let wait) = answer else { return false }
    holdings.noteRetries(requests[request].records.count, by: producer)
    counts[producer].sdkRetries += 1
    calendar.fold(UInt64(wait.nanoseconds))
    calendar.schedule(RunEvent(.sdkRetry, Int(request)), at: calendar.now + wait)
    return true
  }

  /// Why the request's call failed as a whole.
  private func failure(of request: Int32, _ plan: ProducerPlan) -> CallFailure {
    let known = requests[request].failure
    guard known == .none, plan.spec.batching == .putRecord, requests[request].records.count > 0 else { return known }
    return .throttle
  }

  /// Another try for those records whose attempts and time are not spent.
  private mutating func reconsider(
    _ request: Int32, of process: Int, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let plan = holdings.plan(of: process), retry = plan.spec.retry, now = calendar.now
    guard retry.policy != .none, requests[request].attempt < retry.maxAttempts else {
      holdings.abandon(requests[request].records, of: process, .attempts, at: now, &observers)
      return retire(request)
    }
    let wait = plan.backoff(after: requests[request].attempt, jitter: &lines[process].jitter)
    if let ttl = retry.ttl { giveUpAged(of: request, bornBefore: now + wait - ttl, &holdings, at: now, &observers) }
    guard requests[request].records.count > 0 else { return retire(request) }
    requests[request].attempt += 1
    holdings.noteRetries(requests[request].records.count, by: holdings.producer(of: process))
    guard wait > .zero else { return send(request, &holdings, endpoint, &calendar) }
    link(request, to: process)
    calendar.schedule(RunEvent(.retry, Int(request), generation: requests[request].generation), at: now + wait)
  }

  /// Gives up records that will be too old at their next try, and keeps the others in order.
  private mutating func giveUpAged(
    of request: Int32, bornBefore limit: Instant, _ holdings: inout Holdings, at now: Instant,
    _ observers: inout Observers
  ) {
    var kept = Chain(), next = requests[request].records.head
    while next >= 0 {
      let slot = next
      next = holdings[slot].next
      if holdings[slot].birth < limit {
        holdings.abandon(slot, of: Int(requests[request].process), .age, at: now, &observers)
      } else {
        holdings.append(slot, to: &kept)
      }
    }
    requests[request].records = kept
  }

  /// The wait for another try is over, unless the request was given up.
  mutating func retry(
    _ event: RunEvent, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar
  ) {
    let request = Int32(event.index)
    guard requests[request].generation & 0xff_ffff == event.generation else { return }
    unlink(request)
    send(request, &holdings, endpoint, &calendar)
  }

  /// Gives up the record that waits longest: of the requests that wait for another try, else of the one being filled.
  /// Returns whether there was one.
  mutating func dropOldest(
    of process: Int, _ holdings: inout Holdings, at now: Instant, _ observers: inout Observers
  ) -> Bool {
    let request = lines[process].waitingHead >= 0 ? lines[process].waitingHead : lines[process].open
    guard request >= 0, requests[request].records.head >= 0 else { return false }
    let oldest = requests[request].records.head, record = holdings[oldest]
    requests[request].records.head = record.next
    requests[request].records.count -= 1
    requests[request].records.bytes -= Int64(record.size)
    holdings.abandon(oldest, of: process, .dropped, at: now, &observers)
    guard requests[request].records.count == 0 else { return true }
    if lines[process].open == request { lines[process].open = -1 } else { unlink(request) }
    retire(request)
    return true
  }

  // MARK: Lines

  /// Frees a request that has no records left.
  private mutating func retire(_ request: Int32) {
    lines[Int(requests[request].process)].count -= 1
    requests.remove(request)
  }

  private mutating func hold(_ request: Int32, of process: Int) {
    let last = lines[process].heldTail
    requests[request].later = -1
    if last >= 0 { requests[last].later = request } else { lines[process].heldHead = request }
    lines[process].heldTail = request
  }

  private mutating func unhold(of process: Int) -> Int32 {
    let first = lines[process].heldHead
    lines[process].heldHead = requests[first].later
    if lines[process].heldHead < 0 { lines[process].heldTail = -1 }
    requests[first].later = -1
    return first
  }

  private mutating func link(_ request: Int32, to process: Int) {
    let last = lines[process].waitingTail
    (requests[request].earlier, requests[request].later) = (last, -1)
    if last >= 0 { requests[last].later = request } else { lines[process].waitingHead = request }
    lines[process].waitingTail = request
  }

  private mutating func unlink(_ request: Int32) {
    let (earlier, later) = (requests[request].earlier, requests[request].later)
    let process = Int(requests[request].process)
    if earlier >= 0 { requests[earlier].later = later } else { lines[process].waitingHead = later }
    if later >= 0 { requests[later].earlier = earlier } else { lines[process].waitingTail = earlier }
    (requests[request].earlier, requests[request].later) = (-1, -1)
  }
}

/// What others have to do with a put.
enum PutEffect {
  case none
  /// Records were stored: their readers and channels want to know.
  case stored(records: Int32, bytes: Int64, in: Int)
  /// A request is there for a delivery stream.
  case batch(Int32, firehose: Int)
}
