internal import KinesisCore
internal import Simulation
internal import Units

/// Readers take leases, poll or are pushed to, and hand batches to record processors.
///
/// A new kind of consumer is a case of `ConsumerSpec.Retrieval`; what differs is how it asks (`read`) and how many batches
/// it may hold (`Consumer.prefetch`).
extension Run {
  /// How long the service gathers records into one fan-out event: assumed; part of the calibrated 70 ms.
  static var fanOutGathering: Interval { .milliseconds(10) }

  mutating func startConsumers() {
    for (index, spec) in experiment.consumers.enumerated() {
      consumers.append(
        Consumer(
          spec, fanOut: registerFanOut(spec), isCrashable: canCrash(index), seed: experiment.seed,
          replication: replication))
      if spec.retrieval.isFanOut { fanOutConsumers[spec.stream].append(index) }
      if isDeployedLate(index) {
        (consumers[index].isStopped, consumers[index].isDeployed) = (true, false)
      } else {
        deploy(index)
      }
    }
  }

  private func canCrash(_ consumer: Int) -> Bool {
    experiment.events.contains { if case .crashWorkers(consumer, _) = $0.action { true } else { false } }
  }

  private mutating func registerFanOut(_ spec: ConsumerSpec) -> Int {
    guard spec.retrieval.isFanOut else { return -1 }
    do throws(Refusal) {
      let position = try account.streams[spec.stream].registerActiveConsumer(spec.name, at: now)
      return position
    } catch {
      preconditionFailure("the scenario was checked against the consumer limit: \(error.message)")
    }
  }

  mutating func addReader(of consumer: Int, _ shard: ShardID, from position: Int64) -> Int {
    let spec = consumers[consumer].spec
    readers.append(
      Reader(
        spec.name, consumer: consumer, stream: spec.stream, shard: shard, from: position, seed: experiment.seed,
        replication: replication))
    readers[readers.count - 1].subShards = Array(repeating: SubShard(), count: spec.function?.factor ?? 0)
    while consumers[consumer].readers.count <= shard.index { consumers[consumer].readers.append(-1) }
    consumers[consumer].readers[shard.index] = Int32(readers.count - 1)
    return readers.count - 1
  }

  func leastLoaded(of consumer: Int) -> Int {
    let workers = consumers[consumer].workers
    return workers.indices.filter { workers[$0].isAlive }.min { (workers[$0].leases, $0) < (workers[$1].leases, $1) }
      ?? 0
  }

  mutating func lease(_ reader: Int, to worker: Int) {
    readers[reader].worker = worker
    consumers[readers[reader].consumer].workers[worker].leases += 1
  }

  /// The reader holds its lease and begins to read at `instant`.
  mutating func start(_ reader: Int, at instant: Instant) {
    readers[reader].isActive = true
    if consumers[readers[reader].consumer].spec.retrieval.isFanOut {
      subscribe(reader)
    } else {
      wake(reader, at: instant)
    }
  }

  /// A worker has found the lease (or tries to subscribe again).
  mutating func activate(_ reader: Int) {
    guard !consumers[readers[reader].consumer].isHalted, !readers[reader].isDrained, !readers[reader].isGone else {
      return
    }
    // A restart of the consumer may have been first.
    let isFanOut = consumers[readers[reader].consumer].spec.retrieval.isFanOut
    guard isFanOut ? readers[reader].subscription < 0 : !readers[reader].isActive else { return }
    start(reader, at: now)
  }

  /// Schedules the reader's next poll or push, unless one is due earlier.
  mutating func wake(_ reader: Int, at instant: Instant) {
    if let known = readers[reader].wakeAt, known <= instant, known >= now { return }
    readers[reader].wakeAt = instant
    guard instant != readers[reader].lastWake else { return }
    readers[reader].lastWake = max(instant, readers[reader].lastWake)
    schedule(RunEvent(.read, reader), at: instant)
  }

  /// A poll or push is due, if this is the instant it was last scheduled for.
  mutating func read(_ reader: Int) {
    if readers[reader].lastWake == now { readers[reader].lastWake = .epoch }
    guard readers[reader].wakeAt == now else { return }
    readers[reader].wakeAt = nil
    let consumer = readers[reader].consumer
    guard readers[reader].isActive, !consumers[consumer].isHalted, !readers[reader].isDrained else { return }
    if consumers[consumer].spec.retrieval.isFanOut { push(to: reader) } else { poll(reader) }
  }

  // MARK: Polling

  private func hasRoom(_ reader: Int) -> Bool {
    guard readers[reader].subShards.isEmpty else { return hasRoomAhead(reader) }
    let held = readers[reader].queue.count + readers[reader].travelling.count
    let prefetch = consumers[readers[reader].consumer].prefetch
    return prefetch == 0 ? held == 0 && !readers[reader].isProcessing : held < prefetch
  }

  /// A mapping reads ahead of its function up to so many records a sub-shard.
  private func hasRoomAhead(_ reader: Int) -> Bool {
    let coming = readers[reader].travelling.reduce(0) { $0 + $1.count }
    let held = readers[reader].subShards.reduce(coming) { $0 + $1.count }
    return held < experiment.limits[.lambdaHeldRecords] * Int64(readers[reader].subShards.count)
  }

  private mutating func poll(_ reader: Int) {
    guard hasRoom(reader), !readers[reader].isCalling else { return }
    let (consumer, stream, shard) = (readers[reader].consumer, readers[reader].stream, readers[reader].shard)
    let took = Interval(nanoseconds: stretched(readTime.draw(from: &readers[reader].latencies), on: stream))
    readers[reader].calledAt = now
    consumers[consumer].calls += 1
    guard !isFailing(stream, forReader: reader) else {
      book.note(.getSuccess, 0, stream: stream)
      return wake(reader, at: now + consumers[consumer].spec.pollInterval)
    }
    do throws(Refusal) {
      let answer = try account.streams[stream].getRecords(
        iterator(of: reader), limit: consumers[consumer].spec.maxRecords, at: now)
      noteRead(answer, stream: stream, consumer: consumer, took: took)
      take(answer, reader)
      readers[reader].isCalling = true
      schedule(RunEvent(.arrival, reader), at: now + took, .release)
    } catch {
      noteRefusedRead(of: consumer, stream, shard)
      wake(reader, at: now + consumers[consumer].spec.pollInterval)
    }
  }

  /// The reader's iterator; a new one when it has none or has held it for too long.
  private func iterator(of reader: Int) -> ShardIterator {
    let lifetime = Interval.seconds(experiment.limits[.iteratorLifetime])
    if let held = readers[reader].iterator, now - held.issuedAt <= lifetime { return held }
    return ShardIterator(shard: readers[reader].shard, next: readers[reader].next, issuedAt: now)
  }

  private mutating func take(_ answer: ReadAnswer, _ reader: Int) {
    readers[reader].iterator = answer.next
    readers[reader].isDrained = answer.next == nil
    readers[reader].isBehind = answer.millisBehindLatest > 0
    take(answer.first, answer.count, by: reader)
  }

  /// Records between the last one asked for and the first one given have left by age, before a subscription or within.
  private mutating func take(_ first: Int64, _ count: Int64, by reader: Int) {
    let from = max(readers[reader].next, readers[reader].handed)
    if first > from {
      consumers[readers[reader].consumer].expired += counted(Batch(first: from, count: first - from), of: reader)
    }
    readers[reader].next = first + count
    readers[reader].travelling.append(Batch(first: first, count: count))
    trajectory.fold(UInt64(bitPattern: first) << 20 ^ UInt64(count))
  }

  private mutating func noteRead(_ answer: ReadAnswer, stream: Int, consumer: Int, took: Interval) {
    meters[stream].notePolled(answer.bytes, longTerm: account.streams[stream].longTermBytes(of: answer, at: now))
    book.note(.getBytes, Double(answer.bytes), stream: stream)
    book.note(.getRecords, Double(answer.count), stream: stream)
    book.note(.getLatency, took.inMilliseconds, stream: stream)
    book.note(.getSuccess, 1, stream: stream)
    book.note(.getAge, Double(answer.millisBehindLatest), stream: stream)
    book.note(.readExceeded, 0, stream: stream)
  }

  private mutating func noteRefusedRead(of consumer: Int, _ stream: Int, _ shard: ShardID) {
    if consumers[consumer].throttledCalls == 0 {
      notes.add(
        .readThrottled, consumers[consumer].spec.name, "GetRecords on \(shard) is refused for the first time", at: now)
    }
    consumers[consumer].throttledCalls += 1
    book.note(.getSuccess, 0, stream: stream)
    book.note(.readExceeded, 1, stream: stream)
  }

  // MARK: Enhanced fan-out

  /// SubscribeToShard where the reader stopped; again in five seconds when that is refused.
  private mutating func subscribe(_ reader: Int) {
    let (consumer, stream, shard) = (readers[reader].consumer, readers[reader].stream, readers[reader].shard)
    do throws(Refusal) {
      readers[reader].subscription = try account.streams[stream].subscribe(
        consumers[consumer].fanOut, to: shard, from: position(of: reader), at: now)
      wake(reader, at: now + Self.fanOutGathering)
    } catch {
      schedule(RunEvent(.lease, reader), at: now + .seconds(experiment.limits[.fanOutTakeover]))
    }
  }

  private func position(of reader: Int) -> IteratorPosition {
    let next = readers[reader].next
    guard next > 0 else { return .trimHorizon }
    let shard = account.streams[readers[reader].stream].shards[readers[reader].shard.index]
    return .afterSequenceNumber(shard.sequenceNumber(at: next - 1, arrived: now))
  }

  /// Records were stored: the service will push them when it has gathered a little.
  mutating func wakeFanOut(of stream: Int) {
    guard !fanOutConsumers[stream].isEmpty else { return }
    for consumer in fanOutConsumers[stream] {
      for slot in consumers[consumer].readers.indices {
        let reader = Int(consumers[consumer].readers[slot])
        if reader >= 0, !isWoken(reader), needsPush(reader) { wake(reader, at: now + Self.fanOutGathering) }
      }
    }
  }

  /// Whether a push is due no later than one scheduled now would be.
  private func isWoken(_ reader: Int) -> Bool {
    guard let known = readers[reader].wakeAt else { return false }
    return known >= now && known <= now + Self.fanOutGathering
  }

  private func needsPush(_ reader: Int) -> Bool {
    guard readers[reader].subscription >= 0, !readers[reader].isDrained else { return false }
    return account.tip(of: readers[reader].shard, in: readers[reader].stream) > readers[reader].next
  }

  /// Whether its shard has closed, so that a last event is due even when nothing is left to push.
  private func awaitsEnd(_ reader: Int) -> Bool {
    readers[reader].subscription >= 0
      && !account.streams[readers[reader].stream].shards[readers[reader].shard.index].isOpen
  }

  private mutating func push(to reader: Int) {
    guard hasRoom(reader), readers[reader].subscription >= 0 else { return }
    let (consumer, stream) = (readers[reader].consumer, readers[reader].stream)
    let fanOut = consumers[consumer].fanOut, subscription = readers[reader].subscription
    if let event = account.streams[stream].push(fanOut, subscription, at: now) {
      deliver(event, to: reader)
      if event.isLast {
        readers[reader].subscription = -1
        return readers[reader].isDrained ? () : subscribe(reader)
      }
    }
    let next = account.streams[stream].nextPush(fanOut, subscription, after: now)
    if next < .never { wake(reader, at: max(next, now + Self.fanOutGathering)) }
  }

  private mutating func deliver(_ event: FanOutEvent, to reader: Int) {
    let consumer = readers[reader].consumer
    readers[reader].isDrained =
      event.isLast && !account.streams[readers[reader].stream].shards[event.shard.index].isOpen
      && event.first + event.count >= account.streams[readers[reader].stream].shards[event.shard.index].log.tip
    take(event.first, event.count, by: reader)
    let time = stretched(fanOutTime.draw(from: &readers[reader].latencies), on: readers[reader].stream)
    let took = Interval(nanoseconds: time)
    readers[reader].arrivesAt = max(readers[reader].arrivesAt, now + took)
    schedule(RunEvent(.arrival, reader), at: readers[reader].arrivesAt, .release)
    meters[consumers[consumer].spec.stream].notePushed(event.bytes, to: consumer)
    book.note(.bytes, Double(event.bytes), consumer: consumer)
    book.note(.records, Double(event.count), consumer: consumer)
    book.note(.behind, Double(event.millisBehindLatest), consumer: consumer)
    book.note(.success, 1, consumer: consumer)
  }

  // MARK: Processing

  /// An answer or an event has arrived.
  mutating func arrive(at reader: Int) {
    guard !readers[reader].isGone else { return }
    let batch = readers[reader].travelling.removeFirst()
    readers[reader].isCalling = false
    if batch.count > 0 {
      if readers[reader].subShards.isEmpty { readers[reader].queue.append(batch) } else { gather(batch, at: reader) }
    }
    process(reader)
    goOn(reader)
  }

  /// Hands the next batch to a record processor, when the reader and its worker are free.
  mutating func process(_ reader: Int) {
    guard readers[reader].subShards.isEmpty else { return invokeAll(of: reader) }
    let (consumer, worker) = (readers[reader].consumer, readers[reader].worker)
    guard !readers[reader].isProcessing, !consumers[consumer].isHalted, !readers[reader].queue.isEmpty else {
      return
    }
    if let most = consumers[consumer].mostAtOnce, consumers[consumer].workers[worker].running >= most {
      if !consumers[consumer].workers[worker].waiting.contains(Int32(reader)) {
        consumers[consumer].workers[worker].waiting.append(Int32(reader))
      }
      return
    }
    let batch = takeBatch(of: reader)
    readers[reader].isProcessing = true
    readers[reader].processing = batch.end
    consumers[consumer].workers[worker].running += 1
    handOver(batch, to: reader)
    let time = processingTime(of: batch, at: reader)
    trajectory.fold(UInt64(time))
    schedule(RunEvent(.processed, reader), at: now + Interval(nanoseconds: time), .release)
  }

  /// The next batch. Flink works record by record: of a long one it takes a tenth of a second's worth.
  private mutating func takeBatch(of reader: Int) -> Batch {
    let whole = readers[reader].queue[0]
    let most = consumers[readers[reader].consumer].flink?.countAtOnce ?? .max
    guard whole.count > most else { return readers[reader].queue.removeFirst() }
    readers[reader].queue[0] = Batch(first: whole.first + most, count: whole.count - most)
    return Batch(first: whole.first, count: most)
  }

  private mutating func processingTime(of batch: Batch, at reader: Int) -> Int64 {
    let consumer = readers[reader].consumer
    if let job = consumers[consumer].flink {
      beginFlinkBatch(of: consumer)
      return job.time(for: counted(batch, of: reader)).nanoseconds
    }
    let each = consumers[consumer].perRecord.draw(from: &readers[reader].service)
    return consumers[consumer].perBatch.draw(from: &readers[reader].service) + each * counted(batch, of: reader)
  }

  /// What was handed over before a crash counts as a duplicate.
  private mutating func handOver(_ batch: Batch, to reader: Int) {
    let consumer = readers[reader].consumer
    let first = min(max(batch.first, readers[reader].handed), batch.end)
    consumers[consumer].records += counted(Batch(first: first, count: batch.end - first), of: reader)
    consumers[consumer].duplicates += counted(Batch(first: batch.first, count: first - batch.first), of: reader)
    readers[reader].handed = max(readers[reader].handed, batch.end)
    let log = account.streams[readers[reader].stream].shards[readers[reader].shard.index].log
    let isWindowed = consumers[consumer].isWindowed
    for run in log.runs(from: first, to: batch.end) {
      if isWindowed { takeIntoWindows(run, of: consumer, reader) }
      let delay = now - run.arrival
      let count = counted(Batch(first: run.first, count: run.count), of: reader)
      consumers[consumer].propagation.record(delay, count: count)
      for monitor in readMonitors[consumer] { monitors[monitor].add(delay, count: count) }
    }
  }

  /// A batch is processed: the processor goes to whoever waits longest.
  mutating func processed(by reader: Int) {
    guard !readers[reader].isGone else { return }
    let (consumer, worker) = (readers[reader].consumer, readers[reader].worker)
    readers[reader].checkpoint = readers[reader].processing
    consumers[consumer].batches += 1
    endFlinkBatch(of: consumer)
    readers[reader].isProcessing = false
    consumers[consumer].workers[worker].running -= 1
    if !consumers[consumer].workers[worker].waiting.isEmpty {
      process(Int(consumers[consumer].workers[worker].waiting.removeFirst()))
    }
    process(reader)
    goOn(reader)
  }

  /// What the reader does next: ask for more, or, at the shard's end with all processed, pass on to the children.
  mutating func goOn(_ reader: Int) {
    if readers[reader].isDrained {
      let isEmpty =
        readers[reader].queue.isEmpty && readers[reader].travelling.isEmpty
        && readers[reader].subShards.allSatisfy { $0.count == 0 }
      if isEmpty, !readers[reader].isProcessing, !readers[reader].isFinished { finish(reader) }
      return
    }
    let spec = consumers[readers[reader].consumer].spec
    guard hasRoom(reader), readers[reader].isActive, !readers[reader].isCalling else { return }
    if spec.retrieval.isFanOut {
      if needsPush(reader) || awaitsEnd(reader) { wake(reader, at: now + Self.fanOutGathering) }
    } else {
      wake(reader, at: max(now, readers[reader].calledAt + pollInterval(of: reader)))
    }
  }

  /// A mapping that is not at the tip goes on as fast as a shard answers calls; that it takes no longer is assumed.
  private func pollInterval(of reader: Int) -> Interval {
    let spec = consumers[readers[reader].consumer].spec
    guard spec.retrieval == .lambdaPolling, readers[reader].isBehind else { return spec.pollInterval }
    return Interval(nanoseconds: 1_000_000_000 / experiment.limits[.shardReadCalls])
  }

  /// The shard is read to its end: its children can be read once all their parents are.
  private mutating func finish(_ reader: Int) {
    let (consumer, stream, shard) = (readers[reader].consumer, readers[reader].stream, readers[reader].shard)
    readers[reader].isFinished = true
    readers[reader].isActive = false
    consumers[consumer].workers[readers[reader].worker].leases -= 1
    notes.add(
      .shardDrained, consumers[consumer].spec.name, "\(account.streams[stream].name)/\(shard) is read to its end",
      at: now)
    for child in account.streams[stream].children(of: shard) where isReadable(child, by: consumer) {
      let reader = addReader(of: consumer, child, from: 0)
      let (worker, instant) = taker(of: consumer, after: now)
      lease(reader, to: worker)
      schedule(RunEvent(.lease, reader), at: instant)
    }
  }

  private func isReadable(_ child: ShardID, by consumer: Int) -> Bool {
    let stream = account.streams[consumers[consumer].spec.stream]
    let known = consumers[consumer].readers
    guard !known.indices.contains(child.index) || known[child.index] < 0 else { return false }
    return stream.shards[child.index].parents.allSatisfy { parent in
      known.indices.contains(parent.index) && known[parent.index] >= 0
        && readers[Int(known[parent.index])].isFinished
    }
  }
}
