internal import KinesisCore
internal import Simulation
internal import Units

/// Lambda event source mappings: records gather, batches are formed, functions run, fail and are tried again (facts §9.5).
extension Run {
  /// Sub-shards a reader can have: the index of an event is reader · 16 + sub-shard.
  private static var subShardBits: Int { 4 }

  /// Lays records that have arrived into their sub-shards.
  mutating func gather(_ batch: Batch, at reader: Int) {
    let (consumer, shard, stream) = (readers[reader].consumer, readers[reader].shard, readers[reader].stream)
    let factor = readers[reader].subShards.count
    notePoison(in: batch, of: reader)
    for run in account.streams[stream].shards[shard.index].log.runs(from: batch.first, to: batch.end) {
      var piece = Piece(first: run.first, count: run.count, bytes: run.bytes, arrival: run.arrival, received: now)
      guard factor > 1 else {
        readers[reader].subShards[0].append(piece)
        continue
      }
      (piece.count, piece.bytes) = (1, run.bytes / run.count)
      for position in run.first..<run.end {
        piece.first = position
        let subShard = keyTrails[stream].subShard(of: position, in: shard, factor: factor)
        readers[reader].subShards[subShard].append(piece)
      }
    }
    // Records that left by age while they travelled are expired, like those before them.
    let horizon = account.streams[stream].shards[shard.index].log.trimHorizon
    consumers[consumer].expired += max(0, min(batch.end, horizon) - batch.first)
  }

  /// The first record read that arrived from the scenario's instant on is poison.
  private mutating func notePoison(in batch: Batch, of reader: Int) {
    let consumer = readers[reader].consumer
    guard let at = consumers[consumer].spec.function?.failures.poisonAt, !consumers[consumer].hasPoison else { return }
    let log = account.streams[readers[reader].stream].shards[readers[reader].shard.index].log
    let position = max(batch.first, log.position(arrivedFrom: start + at))
    guard position < batch.end else { return }
    consumers[consumer].hasPoison = true
    readers[reader].poison = position
  }

  /// Invokes the function for every sub-shard of a reader that is ready.
  mutating func invokeAll(of reader: Int) {
    for subShard in readers[reader].subShards.indices { invoke(reader, subShard) }
  }

  /// A window or a wait is over, if this is the instant it was last scheduled for.
  mutating func invokeWhenDue(_ index: Int) {
    let reader = index >> Self.subShardBits, subShard = index & (1 << Self.subShardBits - 1)
    guard readers[reader].subShards[subShard].dueAt == now else { return }
    readers[reader].subShards[subShard].dueAt = nil
    invoke(reader, subShard)
    advance(reader)
  }

  private mutating func look(at reader: Int, _ subShard: Int, from instant: Instant) {
    guard readers[reader].subShards[subShard].dueAt != instant else { return }
    readers[reader].subShards[subShard].dueAt = instant
    schedule(RunEvent(.invoke, reader << Self.subShardBits | subShard), at: instant)
  }

  private mutating func invoke(_ reader: Int, _ subShard: Int) {
    let consumer = readers[reader].consumer
    guard !consumers[consumer].isStopped, !readers[reader].subShards[subShard].isRunning,
      !readers[reader].subShards[subShard].isThrottled,
      let function = consumers[consumer].spec.function
    else { return }
    while prepare(reader, subShard, function) {
      dropAged(reader, subShard, function)
      guard readers[reader].subShards[subShard].work.last?.pieces.isEmpty ?? true else {
        return run(function, reader, subShard)
      }
      readers[reader].subShards[subShard].work.removeLast()
    }
  }

  /// Whether a batch is there whose time has come; forms one when none is in work.
  private mutating func prepare(_ reader: Int, _ subShard: Int, _ function: FunctionSpec) -> Bool {
    let notBefore = readers[reader].subShards[subShard].notBefore
    guard notBefore <= now else {
      look(at: reader, subShard, from: notBefore)
      return false
    }
    guard readers[reader].subShards[subShard].work.isEmpty else { return true }
    let size = Int64(function.batchSize), payload = experiment.limits[.lambdaPayload]
    switch readers[reader].subShards[subShard].readiness(size: size, payload: payload, window: function.window, at: now)
    {
    case .nothing: return false
    case .later(let instant):
      look(at: reader, subShard, from: instant)
      return false
    case .now:
      readers[reader].subShards[subShard].formBatch(size: size, payload: payload)
      return true
    }
  }

  /// Records too old for the mapping, or for the stream, are given up before an invocation.
  private mutating func dropAged(_ reader: Int, _ subShard: Int, _ function: FunctionSpec) {
    let retention = account.streams[readers[reader].stream].retention
    let oldest = now - min(function.failures.maxRecordAge ?? retention, retention)
    let last = readers[reader].subShards[subShard].work.count - 1
    let gone = readers[reader].subShards[subShard].work[last].dropAged(before: oldest)
    if gone > 0 { giveUp(gone, of: readers[reader].consumer, because: "too old") }
  }

  private mutating func run(_ function: FunctionSpec, _ reader: Int, _ subShard: Int) {
    let consumer = readers[reader].consumer
    guard Int64(functionsRunning) < experiment.limits[.lambdaConcurrency] else {
      return throttle(reader, subShard)
    }
    functionsRunning += 1
    consumers[consumer].functionsRunning += 1
    consumers[consumer].function.invocations += 1
    consumers[consumer].function.concurrencyPeak = max(
      consumers[consumer].function.concurrencyPeak, consumers[consumer].functionsRunning)
    guard let batch = readers[reader].subShards[subShard].work.last else { return }
    let time = functionTime(batch.count, of: reader)
    let isUnlucky = function.failures.errorRate > 0 && readers[reader].failures.chance(function.failures.errorRate)
    let isPoisoned = readers[reader].poison.map(batch.holds) ?? false
    let limit = Interval.seconds(experiment.limits[.lambdaTimeout])
    readers[reader].subShards[subShard].isRunning = true
    readers[reader].subShards[subShard].startedAt = now
    readers[reader].subShards[subShard].willFail = isUnlucky || isPoisoned || time > limit
    trajectory.fold(UInt64(time.nanoseconds))
    schedule(RunEvent(.invoked, reader << Self.subShardBits | subShard), at: now + min(time, limit), .release)
  }

  private mutating func functionTime(_ count: Int64, of reader: Int) -> Interval {
    let consumer = readers[reader].consumer
    let each = consumers[consumer].perRecord.draw(from: &readers[reader].service)
    let time = consumers[consumer].perBatch.draw(from: &readers[reader].service)
    return Interval(nanoseconds: time) + Interval(nanoseconds: each) * count
  }

  /// The account has no room: the batch waits for its turn, and no retry is spent. Lambda tries again and again instead;
  /// who waits longest is assumed to be first, so a throttle counts once however long it lasts.
  private mutating func throttle(_ reader: Int, _ subShard: Int) {
    let consumer = readers[reader].consumer
    if consumers[consumer].function.throttles == 0 {
      notes.add(
        .functionThrottled, consumers[consumer].spec.name,
        "the account's concurrency of \(experiment.limits[.lambdaConcurrency]) is used up", at: now)
    }
    consumers[consumer].function.throttles += 1
    readers[reader].subShards[subShard].isThrottled = true
    throttledFunctions.append(reader << Self.subShardBits | subShard)
  }

  /// Those that wait for the account's concurrency, while it lasts.
  private mutating func serveThrottled() {
    while !throttledFunctions.isEmpty, Int64(functionsRunning) < experiment.limits[.lambdaConcurrency] {
      let index = throttledFunctions.removeFirst()
      let reader = index >> Self.subShardBits, subShard = index & (1 << Self.subShardBits - 1)
      readers[reader].subShards[subShard].isThrottled = false
      invoke(reader, subShard)
      advance(reader)
    }
  }

  /// Sets when the next try may begin: doubled with every try of the same batch before.
  private mutating func wait(_ reader: Int, _ subShard: Int, after tries: Int) {
    let first = experiment.limits[.lambdaRetryFirst] << Int64(min(tries, 20))
    readers[reader].subShards[subShard].notBefore = now + .seconds(min(first, experiment.limits[.lambdaRetryMost]))
  }

  // MARK: Returning

  /// A function has returned, or failed.
  mutating func functionReturned(_ index: Int) {
    let reader = index >> Self.subShardBits, subShard = index & (1 << Self.subShardBits - 1)
    let consumer = readers[reader].consumer
    functionsRunning -= 1
    consumers[consumer].functionsRunning -= 1
    let startedAt = readers[reader].subShards[subShard].startedAt
    let milliseconds = ((now - startedAt).nanoseconds + 999_999) / 1_000_000
    consumers[consumer].function.duration = consumers[consumer].function.duration + .milliseconds(milliseconds)
    readers[reader].subShards[subShard].isRunning = false
    readers[reader].subShards[subShard].endedAt = now
    guard let batch = readers[reader].subShards[subShard].work.popLast() else { return }
    if readers[reader].subShards[subShard].willFail {
      fail(batch, reader, subShard)
    } else {
      succeed(batch, of: consumer, startedAt: startedAt)
    }
    serveThrottled()
    invoke(reader, subShard)
    advance(reader)
  }

  /// Records count as handed over when the invocation that succeeded began.
  private mutating func succeed(_ batch: FunctionInvocation, of consumer: Int, startedAt: Instant) {
    consumers[consumer].records += batch.count
    for piece in batch.pieces {
      let delay = startedAt - piece.arrival
      consumers[consumer].propagation.record(delay, count: piece.count)
      for monitor in readMonitors[consumer] { monitors[monitor].add(delay, count: piece.count) }
    }
  }

  /// A failed batch is split, tried again, or given up.
  private mutating func fail(_ batch: FunctionInvocation, _ reader: Int, _ subShard: Int) {
    let consumer = readers[reader].consumer
    noteFailure(of: reader)
    guard let failures = consumers[consumer].spec.function?.failures else { return }
    wait(reader, subShard, after: batch.retries)
    if failures.batch == .bisected, batch.count > 1 {
      let (lower, upper) = batch.halves()
      readers[reader].subShards[subShard].work += [upper, lower]
      consumers[consumer].function.bisects += 1
    } else if let most = failures.maxRetries, batch.retries >= most {
      giveUp(batch.count, of: consumer, because: "out of retries")
      readers[reader].subShards[subShard].notBefore = now
    } else {
      var again = batch
      again.retries += 1
      readers[reader].subShards[subShard].work.append(again)
    }
  }

  private mutating func noteFailure(of reader: Int) {
    let consumer = readers[reader].consumer
    if consumers[consumer].function.errors == 0 {
      let shard = "\(account.streams[readers[reader].stream].name)/\(readers[reader].shard)"
      notes.add(.functionFailed, consumers[consumer].spec.name, "an invocation fails, on \(shard)", at: now)
    }
    consumers[consumer].function.errors += 1
  }

  private mutating func giveUp(_ count: Int64, of consumer: Int, because reason: String) {
    if consumers[consumer].function.givenUp == 0 {
      notes.add(.recordsGivenUp, consumers[consumer].spec.name, "the first \(count), \(reason)", at: now)
    }
    consumers[consumer].function.givenUp += count
  }

  /// Everything before the first record that is not done counts as handed over; then the reader goes on.
  private mutating func advance(_ reader: Int) {
    let coming = readers[reader].travelling.first?.first ?? readers[reader].next
    readers[reader].handed = readers[reader].subShards.reduce(coming) { min($0, $1.firstOpen ?? coming) }
    goOn(reader)
  }

  /// Forgets the keys that every mapping has read.
  mutating func dropKeys(of stream: Int, _ shard: Int) {
    var first = account.streams[stream].shards[shard].log.tip
    for consumer in consumers where consumer.spec.stream == stream && consumer.spec.needsKeys {
      let slot = consumer.readers.indices.contains(shard) ? consumer.readers[shard] : -1
      // A mapping sorts what arrives; an application looks when it works on a record.
      let unread = slot < 0 ? 0 : readers[Int(slot)].travelling.first?.first ?? readers[Int(slot)].next
      first = min(first, slot >= 0 && consumer.flink != nil ? readers[Int(slot)].handed : unread)
    }
    keyTrails[stream].drop(before: first, in: shard)
  }
}
