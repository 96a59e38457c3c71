internal import KinesisCore
internal import Simulation
internal import Units

/// How delivery streams get their records: by polling a stream, or from callers.
extension Run {
  // MARK: A stream

  /// Begins to read a shard: one call a second, and a second one for the backup of all records (F§2).
  mutating func openSource(_ shard: ShardID, of firehose: Int, from position: Int64) {
    firehoses[firehose].origins.append(shard)
    step(firehose, .openShard(shard, from: position))
    let polls = firehoses[firehose].machine.pollsPerSecond
    for number in 0..<Int(polls) {
      addPoller(of: firehose, shard, from: position, use: number == 0 ? .delivery : .backup)
    }
  }

  private mutating func addPoller(of firehose: Int, _ shard: ShardID, from position: Int64, use: SourcePoller.Use) {
    guard let stream = firehoses[firehose].spec.stream else { return }
    let path = "firehoses.\(firehoses[firehose].spec.name).\(use == .delivery ? "shards" : "backup")"
    func random(_ purpose: Purpose) -> RandomStream {
      RandomStream(
        seed: experiment.seed, replication: replication, purpose: purpose,
        entity: EntityName(path, index: shard.index))
    }
    var phases = random(.phase)
    firehoses[firehose].pollers.append(sources.count)
    sources.append(
      SourcePoller(
        firehose: firehose, stream: stream, shard: shard, use: use, next: position, latencies: random(.latency)))
    let phase = Interval(nanoseconds: Int64(phases.below(1_000_000_000)))
    schedule(RunEvent(.sourcePoll, sources.count - 1), at: now + phase)
  }

  /// A poller's second is over: it calls GetRecords, whether or not it was refused the last time.
  mutating func pollSource(_ index: Int) {
    guard !sources[index].isFinished else { return }
    schedule(RunEvent(.sourcePoll, index), at: now + .seconds(1))
    guard sources[index].answer == nil,
      firehoses[sources[index].firehose].machine.mayRead(sources[index].shard)
    else { return }
    let (firehose, stream) = (sources[index].firehose, sources[index].stream)
    let took = Interval(nanoseconds: readTime.draw(from: &sources[index].latencies))
    firehoses[firehose].reading.calls += 1
    do throws(Refusal) {
      let answer = try account.streams[stream].getRecords(sourceIterator(of: index), at: now)
      sources[index].answer = answer
      noteSourceRead(answer, stream: stream, firehose: firehose, took: took)
      schedule(RunEvent(.sourceAnswer, index), at: now + took, .release)
    } catch {
      noteRefusedSource(index)
    }
  }

  private func sourceIterator(of index: Int) -> ShardIterator {
    let lifetime = Interval.seconds(experiment.limits[.iteratorLifetime])
    if let held = sources[index].iterator, now - held.issuedAt <= lifetime { return held }
    return ShardIterator(shard: sources[index].shard, next: sources[index].next, issuedAt: now)
  }

  private mutating func noteSourceRead(_ answer: ReadAnswer, stream: Int, firehose: Int, took: Interval) {
    trajectory.fold(UInt64(bitPattern: answer.first) << 20 ^ UInt64(answer.count))
    meters[stream].notePolled(answer.bytes, longTerm: account.streams[stream].longTermBytes(of: answer, at: now))
    book.note(.getBytes, Double(answer.bytes), stream: stream)
    book.note(.getRecords, Double(answer.count), stream: stream)
    book.note(.getLatency, took.inMilliseconds, stream: stream)
    book.note(.getSuccess, 1, stream: stream)
    book.note(.getAge, Double(answer.millisBehindLatest), stream: stream)
    book.note(.readExceeded, 0, stream: stream)
    book.note(.behind, Double(answer.millisBehindLatest), firehose: firehose)
    let behind = Interval.milliseconds(answer.millisBehindLatest)
    firehoses[firehose].reading.behindMax = max(firehoses[firehose].reading.behindMax, behind)
  }

  private mutating func noteRefusedSource(_ index: Int) {
    let (firehose, stream) = (sources[index].firehose, sources[index].stream)
    if firehoses[firehose].reading.throttledCalls == 0 {
      notes.add(
        .readThrottled, firehoses[firehose].spec.name,
        "GetRecords on \(sources[index].shard) is refused for the first time", at: now)
    }
    firehoses[firehose].reading.throttledCalls += 1
    book.note(.getSuccess, 0, stream: stream)
    book.note(.readExceeded, 1, stream: stream)
    book.note(.throttledGetRecords, 1, firehose: firehose)
  }

  /// An answer has arrived: its records are the machine's.
  mutating func answerSource(_ index: Int) {
    guard let answer = sources[index].answer else { return }
    sources[index].answer = nil
    sources[index].iterator = answer.next
    let (firehose, shard) = (sources[index].firehose, sources[index].shard)
    firehoses[firehose].reading.expired += max(0, answer.first - sources[index].next)
    sources[index].next = answer.end
    sources[index].isFinished = answer.next == nil
    guard sources[index].use == .delivery else { return }
    hand(answer, of: shard, to: firehose, from: sources[index].stream)
    guard sources[index].isFinished else { return }
    step(firehose, .endShard(shard))
    openChildren(of: shard, for: firehose)
  }

  private mutating func hand(_ answer: ReadAnswer, of shard: ShardID, to firehose: Int, from stream: Int) {
    guard answer.count > 0 else { return }
    let keyBytes = sourceKeyBytes[stream]
    var runs: [DeliveryRun] = []
    var bytes: Int64 = 0
    for run in account.streams[stream].shards[shard.index].log.runs(from: answer.first, to: answer.end) {
      let data = max(0, run.bytes - keyBytes * run.count)
      bytes += data
      append(run, data, in: shard, to: &runs, of: firehose)
    }
    let taken = runs.reduce(0) { $0 + $1.records }
    firehoses[firehose].handed += taken
    book.note(.readBytes, Double(bytes), firehose: firehose)
    book.note(.readRecords, Double(taken), firehose: firehose)
    step(firehose, .read(DeliveryRead(shard: shard, runs: runs, next: answer.end)))
  }

  /// A run as the machine takes it, aggregates of the KPL taken apart; with dynamic partitions each record of the stream is
  /// one of its own.
  private mutating func append(
    _ run: RecordRun, _ bytes: Int64, in shard: ShardID, to runs: inout [DeliveryRun], of firehose: Int
  ) {
    guard let stream = firehoses[firehose].spec.stream else { return }
    let end = run.first + run.count
    guard firehoses[firehose].partitions != nil else {
      let records = users(from: run.first, to: end, in: shard, of: stream)
      runs.append(
        DeliveryRun(first: run.first, count: run.count, records: records, bytes: bytes, arrival: run.arrival))
      return
    }
    for offset in 0..<run.count {
      let size = bytes * (offset + 1) / run.count - bytes * offset / run.count
      runs.append(
        DeliveryRun(
          first: run.first + offset, count: 1,
          records: users(from: run.first + offset, to: run.first + offset + 1, in: shard, of: stream), bytes: size,
          arrival: run.arrival, partition: firehoses[firehose].drawPartition()))
    }
  }

  /// Children are read once all their parents are read to their ends.
  private mutating func openChildren(of shard: ShardID, for firehose: Int) {
    guard let stream = firehoses[firehose].spec.stream else { return }
    for child in account.streams[stream].children(of: shard) where !firehoses[firehose].origins.contains(child) {
      let parents = account.streams[stream].shards[child.index].parents
      let isReady = parents.allSatisfy { parent in
        firehoses[firehose].pollers.contains {
          sources[$0].shard == parent && sources[$0].use == .delivery && sources[$0].isFinished
        }
      }
      if isReady { openSource(child, of: firehose, from: 0) }
    }
  }

  mutating func reread(_ shard: ShardID, of firehose: Int, from position: Int64) {
    for index in firehoses[firehose].pollers where sources[index].shard == shard && sources[index].use == .delivery {
      sources[index].answer = nil
      sources[index].iterator = nil
      sources[index].next = position
      // A shard that was read to its end is polled again.
      if sources[index].isFinished { schedule(RunEvent(.sourcePoll, index), at: now + .seconds(1)) }
      sources[index].isFinished = false
    }
  }

  /// The first position of a shard that some delivery stream has not been handed; the tip when there is none.
  func firstNeededBySources(of stream: Int, _ shard: Int) -> Int64 {
    var first = account.streams[stream].shards[shard].log.tip
    for firehose in firehoses where firehose.spec.stream == stream {
      guard let poller = firehose.pollers.first(where: { sources[$0].shard.index == shard }) else {
        // A shard is opened by every delivery stream that reads its stream, sooner or later.
        first = 0
        continue
      }
      first = min(first, sources[poller].next)
      guard firehose.canFailOver, let safe = firehose.machine.checkpoint(of: ShardID(shard)) else { continue }
      first = min(first, safe)
    }
    return first
  }

  // MARK: Direct PUT

  /// A request reaches a delivery stream: PutRecordBatch, each record taken or refused.
  mutating func put(_ request: Int32, to firehose: Int, _ plan: ProducerPlan, of producer: Int) {
    let arrivesAt = requests[request].sentAt + requests[request].roundTrip
    let taken = offerBatch(request, to: firehose)
    var refused = Chain()
    var accepted: (count: Int32, bytes: Int64) = (0, 0)
    var (next, position) = (requests[request].head, 0)
    while next >= 0 {
      let (slot, record) = (next, records[next])
      (next, position) = (record.next, position + 1)
      if position <= taken.count, taken[position - 1] > 0 {
        accepted = (accepted.count + 1, accepted.bytes + Int64(record.size))
        store(slot, of: producer)
        acknowledge(record, of: producer, at: arrivesAt)
        records.remove(slot)
      } else {
        refused.append(slot, Int64(record.size), in: &records)
      }
    }
    (requests[request].head, requests[request].tail) = (refused.head, refused.tail)
    (requests[request].count, requests[request].bytes) = (refused.count, refused.bytes)
    requests[request].acceptedBytes = accepted.bytes
    noteBatch(firehose, accepted: accepted, refused: refused, took: requests[request].roundTrip)
    schedule(RunEvent(.putAnswer, Int(request)), at: arrivesAt, .release)
  }

  /// How many of each entry the machine takes; none when it refuses the call as a whole.
  private mutating func offerBatch(_ request: Int32, to firehose: Int) -> [Int32] {
    var batch: [DeliveryRecord] = []
    batch.reserveCapacity(Int(requests[request].count))
    var next = requests[request].head
    while next >= 0 {
      batch.append(DeliveryRecord(size: records[next].size, partition: firehoses[firehose].drawPartition()))
      next = records[next].next
    }
    firehoses[firehose].ingest.calls += 1
    var (taken, effects): ([Int32], [DeliveryEffect]) = ([], [])
    do throws(DeliveryRefusal) {
      try firehoses[firehose].machine.putRecordBatch(batch, at: now, accepted: &taken, into: &effects)
    } catch {
      // A call refused as a whole took nothing: to the caller all its records are refused.
      taken = []
    }
    perform(effects, of: firehose)
    return taken
  }

  private mutating func noteBatch(
    _ firehose: Int, accepted: (count: Int32, bytes: Int64), refused: Chain, took: Interval
  ) {
    trajectory.fold(UInt64(accepted.count) << 32 | UInt64(refused.count))
    book.note(.batchLatency, took.inMilliseconds, firehose: firehose)
    book.note(.batchRequests, 1, firehose: firehose)
    book.note(.batchRecords, Double(accepted.count), firehose: firehose)
    book.note(.batchBytes, Double(accepted.bytes), firehose: firehose)
    book.note(.throttledRecords, Double(refused.count), firehose: firehose)
    if accepted.count > 0 {
      book.note(.incomingBytes, Double(accepted.bytes), firehose: firehose)
      book.note(.incomingRecords, Double(accepted.count), firehose: firehose)
      book.note(.incomingPutRequests, 1, firehose: firehose)
    }
    if let limit = firehoses[firehose].machine.bytesPerSecond {
      book.note(.bytesPerSecondLimit, Double(limit.count), firehose: firehose)
    }
    if refused.count > 0 { noteThrottled(firehose, Int64(refused.count)) }
  }

  private mutating func noteThrottled(_ firehose: Int, _ count: Int64) {
    if firehoses[firehose].ingest.throttledRecords == 0 {
      notes.add(
        .ingestThrottled, firehoses[firehose].spec.name, "the first \(count) records are refused: Slow down.", at: now)
    }
    firehoses[firehose].ingest.throttledRecords += count
    guard firehoses[firehose].lastThrottledSecond != secondCount else { return }
    firehoses[firehose].lastThrottledSecond = secondCount
    firehoses[firehose].ingest.throttledSeconds += 1
  }
}
