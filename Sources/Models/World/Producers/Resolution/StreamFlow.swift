internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// A stream whose writers are settled interval by interval: shard by shard, up to the instant at which somebody looks.
///
/// A stretch of a shard is settled where no order of what can arrive in it could empty a bucket of its gate; it goes record by
/// record where one could. `ShardFlow` decides and draws; the core decides what is stored.
struct StreamFlow {
  let stream: Int
  private let name: String, end: Instant, naming: DrawNaming, service: Sampler
  /// The longest stretch that counts as one run of the shard's log: readers that keep arrivals apart see no finer.
  private let grain: Interval
  /// Whether readers are pushed to as soon as records arrive: then each call is told apart.
  private let isFine: Bool
  private var writers: [FlowWriter]
  private var shards: [ShardFlow] = [], open: [Bool] = []
  private var keyDraws: RandomStream
  /// Used again and again.
  private var parts: [ShardFlow.Part] = [], runs: [ArrivalRun] = []
  /// Why it cannot go on; nil while it can.
  private(set) var failure: String?

  init(
    _ plan: StreamFlowPlan, _ writers: [FlowWriter], name: String, until end: Instant, _ naming: DrawNaming,
    service: Sampler, _ endpoint: borrowing Endpoint, at start: Instant
  ) {
    (stream, grain, self.writers, self.name, self.end) = (plan.stream, plan.grain, writers, name, end)
    (self.naming, self.service, isFine) = (naming, service, plan.isPushed)
    keyDraws = naming.stream(.key, EntityName("streams.\(name).keys"))
    follow(endpoint.stream(stream), at: start)
  }

  // MARK: Shards

  /// The shards are these now: new ones begin, closed ones end, and what waited for those goes to their children.
  mutating func follow(_ state: Stream, at now: Instant) {
    extend(to: now)
    for shard in state.shards.dropFirst(shards.count) {
      let shares = writers.map { shard.isOpen ? $0.keys.share(of: shard.range) : 0 }
      let entity = EntityName("streams.\(name).arrivals", index: shard.id.index)
      shards.append(
        ShardFlow(state.gate(of: shard.id), shares: shares, sums: writers.map { $0.pulse.sum(at: now) }, at: now) {
          naming.stream($0, entity)
        })
      open.append(shard.isOpen)
    }
    for shard in state.shards where open[shard.id.index] && !shard.isOpen { close(shard.id, state) }
  }

  private mutating func close(_ shard: ShardID, _ state: Stream) {
    open[shard.index] = false
    let children = state.children(of: shard).map(\.index)
    guard let first = children.first, let last = children.last else { return }
    for attempt in shards[shard.index].close() {
      let writer = Int(attempt.writer), whole = shards[first].shares[writer] + shards[last].shares[writer]
      var (lower, upper) = (attempt, attempt)
      let part = first == last || whole == 0 ? 1 : shards[first].shares[writer] / whole
      lower.count = shards[shard.index].divide(attempt, part: part)
      upper.count -= lower.count
      if lower.count > 0 { shards[first].wait(lower) }
      if upper.count > 0 { shards[last].wait(upper) }
    }
  }

  private mutating func extend(to now: Instant) {
    for index in writers.indices { writers[index].pulse.extend(to: now) }
  }

  // MARK: Settling

  /// Puts into every open shard what has arrived up to now.
  mutating func settleAll(
    _ holdings: inout Holdings, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    for shard in shards.indices where open[shard] { settle(shard, &holdings, &endpoint, &calendar, &observers) }
  }

  /// Puts into a shard what has arrived up to now.
  mutating func settle(
    _ shard: Int, _ holdings: inout Holdings, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    let now = calendar.now
    guard open[shard], shards[shard].upTo < now else { return }
    extend(to: now)
    while shards[shard].upTo < now {
      let due = min(now, shards[shard].nextTry, shards[shard].head?.at ?? .never)
      if let head = shards[shard].head {
        // Until then nothing arrives: that is what drawing ahead has told.
        shards[shard].pass(to: due, writers)
        if head.at == due { take(head, in: shard, &holdings, &endpoint, &calendar, &observers) }
      } else {
        pass(shard, until: due, &holdings, &endpoint, &calendar, &observers)
      }
      tryAgain(in: shard, until: due, &holdings, &endpoint, &calendar, &observers)
    }
  }

  /// Settles what it can of a shard's stretch, and goes by record through the rest.
  private mutating func pass(
    _ shard: Int, until stop: Instant, _ holdings: inout Holdings, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    while shards[shard].upTo < stop {
      let gate = endpoint.gate(of: ShardID(shard), in: stream)
      if !shards[shard].trail.isFull, let to = shards[shard].stretch(until: stop, grain: grain, gate, writers) {
        settle(shard, until: to, &holdings, &endpoint, &calendar, &observers)
      } else if !shards[shard].trail.isExact {
        resolve(shard, &endpoint)
      } else {
        let to = min(stop, shards[shard].upTo + ShardFlow.shortest)
        let fresh = shards[shard].drawAttempts(until: to, writers)
        goByRecord(fresh, in: shard, until: to, &holdings, &endpoint, &calendar, &observers)
      }
    }
  }

  private mutating func settle(
    _ shard: Int, until to: Instant, _ holdings: inout Holdings, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    shards[shard].draw(until: to, writers, into: &parts)
    var span = RecordSpan(count: 0, bytes: 0, from: shards[shard].upTo, to: to), sums = Tariff.Intake()
    for part in parts {
      span.count += part.count
      sums += part.sums
    }
    span.bytes = sums.bytes
    guard span.count > 0 else { return shards[shard].pass(to: to, writers) }
    if isFine {
      shards[shard].layCalls(parts, until: to, writers, into: &runs)
    } else {
      shards[shard].layRuns(of: span, writers, into: &runs)
    }
    guard store(span, sums, in: shard, &endpoint, &calendar) else {
      // About one stretch in 10¹⁵ has more than its margin.
      let drawn = parts
      var fresh: [PutAttempt] = []
      for part in drawn {
        fresh += shards[shard].scatter(part.count, part.sums.bytes, of: part.writer, until: to, writers)
      }
      fresh.sort { $0.at < $1.at }
      return goByRecord(fresh, in: shard, until: to, &holdings, &endpoint, &calendar, &observers)
    }
    for part in parts { holdings.settle(part.count, by: writers[part.writer].producer, &observers) }
    shards[shard].pass(to: to, writers)
  }

  /// Stores a span's records, laid out in `runs`, if none can be refused.
  private mutating func store(
    _ span: RecordSpan, _ sums: Tariff.Intake, in shard: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar
  ) -> Bool {
    guard endpoint.settle(span, runs, sums, in: ShardID(shard), of: stream, &calendar) else { return false }
    shards[shard].accepted += span.count
    shards[shard].bytes += span.bytes
    shards[shard].trail.add(
      Trail.Cell(from: span.from, to: span.to, count: span.count, bytes: span.bytes),
      endpoint.gate(of: ShardID(shard), in: stream))
    return true
  }

  /// Finds out exactly where a shard's gate stands.
  private mutating func resolve(_ shard: Int, _ endpoint: inout Endpoint) {
    guard !shards[shard].trail.isExact else { return }
    let arrivals = shards[shard].replay(writers)
    endpoint.replay(arrivals, from: shards[shard].trail.base, in: ShardID(shard), of: stream)
    shards[shard].trail.restart(from: endpoint.gate(of: ShardID(shard), in: stream))
  }

  // MARK: By record

  /// Puts a stretch's arrivals one by one, together with what is tried again in it.
  private mutating func goByRecord(
    _ fresh: [PutAttempt], in shard: Int, until to: Instant, _ holdings: inout Holdings, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    for attempt in fresh {
      tryAgain(in: shard, until: attempt.at, &holdings, &endpoint, &calendar, &observers)
      holdings.offer(Int64(attempt.count), by: writers[Int(attempt.writer)].producer)
      put(attempt, in: shard, &holdings, &endpoint, &calendar, &observers)
    }
    tryAgain(in: shard, until: to, &holdings, &endpoint, &calendar, &observers)
    shards[shard].pass(to: to, writers)
  }

  /// Puts once more what is due by an instant.
  private mutating func tryAgain(
    in shard: Int, until instant: Instant, _ holdings: inout Holdings, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    while shards[shard].nextTry <= instant {
      let attempt = shards[shard].takeTry()
      writers[Int(attempt.writer)].held -= Int64(attempt.count) * Int64(attempt.size)
      shards[shard].tries += 1
      put(attempt, in: shard, &holdings, &endpoint, &calendar, &observers)
    }
  }

  /// Asks the shard to take an attempt's records; those it refuses wait for another try, or are given up.
  private mutating func put(
    _ attempt: PutAttempt, in shard: Int, _ holdings: inout Holdings, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    resolve(shard, &endpoint)
    let arrival = RecordArrival(at: attempt.at, count: attempt.count, size: attempt.size)
    let outcome = endpoint.put(arrival, isFirst: attempt.number == 1, in: ShardID(shard), of: stream, &calendar)
    let producer = writers[Int(attempt.writer)].producer, taken = Int64(outcome.accepted)
    shards[shard].trail.restart(from: endpoint.gate(of: ShardID(shard), in: stream))
    shards[shard].accepted += taken
    shards[shard].bytes += taken * Int64(attempt.size)
    let parts = attempt.parted(after: outcome.accepted)
    var rest = parts.refused
    if parts.stored.count > 0 { holdings.accept(parts.stored, by: producer, &observers) }
    guard rest.count > 0 else { return }
    shards[shard].refused += Int64(rest.count)
    if attempt.number == 1 {
      let youngest = shards[shard].youngest(rest.count, of: attempt)
      for one in youngest { holdings.spread(one.law, sign: -1, by: producer, &observers) }
      if let first = youngest.first { rest.bornFrom = first.bornFrom }
    }
    reconsider(rest, in: shard, &holdings, &observers)
  }

  /// Another try for records whose attempts and time are not spent.
  private mutating func reconsider(
    _ refused: PutAttempt, in shard: Int, _ holdings: inout Holdings, _ observers: inout Observers
  ) {
    let index = Int(refused.writer), plan = writers[index].plan, retry = plan.spec.retry
    let answered = refused.at + refused.half, producer = writers[index].producer
    guard retry.policy != .none, refused.number < retry.maxAttempts else {
      return holdings.lose(.attempts, refused.count, of: producer, at: answered, &observers)
    }
    let back = shards[shard].backOff(for: refused, plan, service)
    if let ttl = retry.ttl, refused.bornTo < answered + back.wait - ttl {
      return holdings.lose(.age, refused.count, of: producer, at: answered, &observers)
    }
    var next = refused
    (next.at, next.half, next.number) = (answered + back.wait + back.half, back.half, refused.number + 1)
    holdings.noteRetries(refused.count, by: producer)
    shards[shard].wait(next)
    writers[index].held += Int64(next.count) * Int64(next.size)
    guard writers[index].held > writers[index].room else { return }
    failure = "what producer \(plan.spec.name) tries again fills half of its buffers"
  }

  // MARK: Drawing ahead

  /// When the next records of a shard arrive, for somebody who waits for them; nil when that is not before the end, or when the
  /// shard has opened at this instant and is not followed yet.
  mutating func lookAhead(in shard: Int) -> Instant? {
    open.indices.contains(shard) && open[shard] ? shards[shard].lookAhead(&writers, until: end) : nil
  }

  /// What was drawn ahead has arrived.
  private mutating func take(
    _ head: ShardFlow.Head, in shard: Int, _ holdings: inout Holdings, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let sums = shards[shard].takeHead(head, writers), producer = writers[head.writer].producer
    let span = RecordSpan(count: head.count, bytes: sums.bytes, from: head.at, to: head.at)
    runs.removeAll(keepingCapacity: true)
    runs.append(ArrivalRun(count: head.count, first: head.at, last: head.at))
    if store(span, sums, in: shard, &endpoint, &calendar) {
      return holdings.settle(head.count, by: producer, &observers)
    }
    let knot = writers[head.writer].pulse.knot(at: head.at), flush = head.at - knot.half
    let fresh = RecordArrival.even(head.count, sums.bytes, at: head.at).map {
      PutAttempt(
        at: head.at, count: $0.count, size: $0.size, writer: Int32(head.writer), bornFrom: flush - knot.window,
        bornTo: flush, half: knot.half)
    }
    goByRecord(fresh, in: shard, until: head.at, &holdings, &endpoint, &calendar, &observers)
  }

  // MARK: Figures

  /// Tells how long records took that arrived between two instants, and what CloudWatch sees of their calls.
  mutating func tell(
    from begin: Instant, to end: Instant, _ holdings: inout Holdings, _ endpoint: inout Endpoint,
    _ observers: inout Observers
  ) {
    var calls = PutCalls(stream: stream, isSingle: writers.allSatisfy { $0.plan.spec.batching == .putRecord })
    var made = 0.0
    for index in writers.indices {
      made += writers[index].tell(from: begin, to: end, &holdings, &calls, &observers)
    }
    for shard in shards.indices {
      calls.accepted += shards[shard].accepted
      calls.bytes += shards[shard].bytes
      calls.refused += shards[shard].refused
      made += Double(shards[shard].tries)
      (shards[shard].accepted, shards[shard].bytes, shards[shard].refused, shards[shard].tries) = (0, 0, 0, 0)
    }
    guard calls.accepted + calls.refused > 0 else { return }
    calls.count = max(1, Int64(made.rounded()))
    if calls.time == 0 { (calls.shortest, calls.longest) = (0, 0) }
    endpoint.note(calls)
  }

  /// Draws how often each key was asked for that is counted, of all records so far that were not.
  mutating func countKeys(_ holdings: inout Holdings) {
    for index in writers.indices {
      let sum = shards.reduce(writers[index].counted) { max($0, $1.sums[index]) }
      writers[index].countKeys(upTo: sum, &holdings, drawing: &keyDraws)
    }
  }

  /// What was born before the end and has not arrived is in flight.
  mutating func land(_ holdings: inout Holdings, at end: Instant) {
    for writer in writers {
      var expected = 0.0
      writer.pulse.airborne(at: end) { count, _, _ in expected += count }
      guard expected > 0 else { continue }
      holdings.offer(Int64(keyDraws.poisson(mean: expected)), by: writer.producer)
    }
  }

  /// Adds how old the records are that one producer, or all, have not been told are stored.
  func addUnfinished(of producer: Int?, at now: Instant, to ages: inout LatencyHistogram) {
    for writer in writers where producer == nil || producer == writer.producer {
      writer.addAirborne(at: now, to: &ages)
    }
    for attempt in shards.lazy.flatMap(\.waiting)
    where producer == nil || writers[Int(attempt.writer)].producer == producer {
      ages.record(from: now - attempt.bornTo, to: now - attempt.bornFrom, count: Int64(attempt.count))
    }
  }
}
