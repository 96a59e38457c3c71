internal import KinesisCore
internal import Simulation
internal import Units

/// Requests travel to the service and back, and are tried again.
extension Run {
  /// Sends a request: it reaches the service half-way through its round trip.
  mutating func send(_ request: Int32) {
    let index = Int(requests[request].process)
    let producer = Int(processes[index].producer)
    let plan = producers[producer].plan, trip = roundTrip(of: index, plan)
    requests[request].sentAt = now
    requests[request].roundTrip = trip
    guard trip <= plan.sdk.timeout else { return sendInVain(request, plan, trip) }
    schedule(RunEvent(.put, Int(request)), at: now + Interval(nanoseconds: trip.nanoseconds / 2))
  }

  /// A call whose answer will come too late: the service may take its records, the client will not know.
  private mutating func sendInVain(_ request: Int32, _ plan: ProducerPlan, _ trip: Interval) {
    requests[request].failure = .timeout
    requests[request].roundTrip = plan.sdk.timeout
    let half = Interval(nanoseconds: trip.nanoseconds / 2)
    guard half < plan.sdk.timeout else {
      schedule(RunEvent(.putAnswer, Int(request)), at: now + plan.sdk.timeout, .release)
      return
    }
    schedule(RunEvent(.put, Int(request)), at: now + half)
  }

  /// The request reaches the service: each record in turn is taken or refused.
  mutating func put(_ request: Int32) {
    let producer = Int(processes[Int(requests[request].process)].producer)
    let plan = producers[producer].plan
    let arrivesAt = requests[request].sentAt + requests[request].roundTrip
    if let firehose = plan.firehose { return put(request, to: firehose, plan, of: producer) }
    guard !isFailing(plan.stream, for: Int(requests[request].process)) else {
      if requests[request].failure == .none { requests[request].failure = .service }
      noteFailedCall(plan, records: Int(requests[request].count))
      return schedule(RunEvent(.putAnswer, Int(request)), at: arrivesAt, .release)
    }
    let isAnswered = requests[request].failure == .none, offered = requests[request].count
    var refused = Chain()
    var taken: (count: Int32, bytes: Int64) = (0, 0)
    var next = requests[request].head
    while next >= 0 {
      let slot = next
      let record = records[slot]
      next = record.next
      let isTaken = offer(record, of: producer, plan, isFirst: !record.isOffered)
      if isTaken { taken = (taken.count + 1, taken.bytes + Int64(record.size)) }
      if isTaken { store(slot, of: producer) }
      if isTaken, isAnswered {
        acknowledge(record, of: producer, at: arrivesAt)
        records.remove(slot)
      } else {
        records[slot].isOffered = true
        refused.append(slot, Int64(record.size), in: &records)
      }
    }
    let left = offered - taken.count
    (requests[request].head, requests[request].tail) = (refused.head, refused.tail)
    (requests[request].count, requests[request].bytes) = (refused.count, refused.bytes)
    requests[request].acceptedBytes = isAnswered ? taken.bytes : 0
    noteCall(plan, taken: taken, refused: left, took: requests[request].roundTrip)
    schedule(RunEvent(.putAnswer, Int(request)), at: arrivesAt, .release)
    announce(taken, in: plan.stream)
  }

  /// Records were stored: fan-out consumers and delivery channels of the stream want them.
  mutating func announce(_ taken: (count: Int32, bytes: Int64), in stream: Int) {
    guard taken.count > 0 else { return }
    wakeFanOut(of: stream)
    if !channels.isEmpty { gather(Int64(taken.count), bytes: taken.bytes, of: stream) }
  }

  /// One record of a request, as the core rules it.
  @inline(__always)
  private mutating func offer(
    _ record: PendingRecord, of producer: Int, _ plan: ProducerPlan, isFirst: Bool
  ) -> Bool {
    let stream = plan.stream
    let header = RecordHeader(hashKey: hashKey(of: record, plan), size: record.size)
    let outcome = account.streams[stream].put(header, at: now)
    meters[stream].note(outcome, of: header, isFirst: isFirst)
    if keyTrails[stream].isKept { keyTrails[stream].note(outcome, of: header.hashKey) }
    if isFirst, Int(record.key) < producers[producer].firstAttempts.count {
      producers[producer].firstAttempts[Int(record.key)] &+= 1
    }
    trajectory.fold(UInt64(UInt32(outcome.shard.number)) << 1 | (outcome.accepted > 0 ? 1 : 0))
    return outcome.accepted > 0
  }

  @inline(__always)
  private func hashKey(of record: PendingRecord, _ plan: ProducerPlan) -> HashKey {
    guard plan.keys.isRoundRobin else { return plan.keys.hash(of: record.key) }
    let open = account.streams[plan.stream].openShards
    return account.streams[plan.stream].shards[open[Int(record.key) % open.count].index].range.middle
  }

  @inline(__always)
  mutating func acknowledge(_ record: PendingRecord, of producer: Int, at instant: Instant) {
    let latency = instant - record.birth
    producers[producer].latency.record(latency)
    for monitor in putMonitors[producer] { monitors[monitor].add(latency, count: 1) }
  }

  /// The answer is back: bytes are free again, refused records wait for another try or are given up.
  mutating func answerPut(_ request: Int32) {
    let index = Int(requests[request].process)
    processes[index].held -= requests[request].acceptedBytes
    requests[request].acceptedBytes = 0
    if !isRetriedBySDK(request, of: index) {
      if requests[request].count > 0 { reconsider(request, of: index) } else { retire(request) }
    }
    unblock(index)
  }

  /// Another try for those refused records whose attempts and time are not spent.
  private mutating func reconsider(_ request: Int32, of index: Int) {
    let producer = Int(processes[index].producer)
    let retry = producers[producer].plan.spec.retry
    guard retry.policy != .none, requests[request].attempt < retry.maxAttempts else {
      giveUpAll(of: request, of: index, \.lostByAttempts)
      return
    }
    let wait = producers[producer].plan.backoff(after: requests[request].attempt, jitter: &processes[index].jitter)
    if let ttl = retry.ttl { giveUpAged(of: request, of: index, bornBefore: now + wait - ttl) }
    guard requests[request].count > 0 else { return retire(request) }
    requests[request].attempt += 1
    producers[producer].retries += Int64(requests[request].count)
    guard wait > .zero else { return send(request) }
    link(request, to: index)
    schedule(RunEvent(.retry, Int(request), generation: requests[request].generation), at: now + wait)
  }

  mutating func retry(_ request: Int32, generation: UInt32) {
    guard requests[request].generation & 0xff_ffff == generation else { return }
    unlink(request, from: Int(requests[request].process))
    send(request)
  }

  /// Frees a request that has no records left.
  mutating func retire(_ request: Int32) {
    processes[Int(requests[request].process)].requests -= 1
    requests.remove(request)
  }

  private mutating func giveUpAll(of request: Int32, of index: Int, _ reason: WritableKeyPath<Producer, Int64>) {
    var next = requests[request].head
    while next >= 0 {
      let slot = next
      next = records[slot].next
      abandon(slot, of: index, reason)
    }
    retire(request)
  }

  mutating func noteFirstLoss(of producer: Int, _ count: Int32) {
    guard producers[producer].lost == 0 else { return }
    notes.add(.recordsLost, producers[producer].plan.spec.name, "the first \(count) records are given up", at: now)
  }

  /// Gives up records that will be too old at their next try, and keeps the others in order.
  private mutating func giveUpAged(of request: Int32, of index: Int, bornBefore limit: Instant) {
    var kept = Chain()
    var next = requests[request].head
    while next >= 0 {
      let slot = next, size = Int64(records[slot].size)
      next = records[slot].next
      if records[slot].birth < limit {
        abandon(slot, of: index, \.lostByAge)
      } else {
        kept.append(slot, size, in: &records)
      }
    }
    (requests[request].head, requests[request].tail) = (kept.head, kept.tail)
    (requests[request].count, requests[request].bytes) = (kept.count, kept.bytes)
  }

  private mutating func link(_ request: Int32, to index: Int) {
    let last = processes[index].waitingTail
    (requests[request].earlier, requests[request].later) = (last, -1)
    if last >= 0 { requests[last].later = request } else { processes[index].waitingHead = request }
    processes[index].waitingTail = request
  }

  mutating func unlink(_ request: Int32, from index: Int) {
    let (earlier, later) = (requests[request].earlier, requests[request].later)
    if earlier >= 0 { requests[earlier].later = later } else { processes[index].waitingHead = later }
    if later >= 0 { requests[later].earlier = earlier } else { processes[index].waitingTail = earlier }
    (requests[request].earlier, requests[request].later) = (-1, -1)
  }

  mutating func noteCall(
    _ plan: ProducerPlan, taken: (count: Int32, bytes: Int64), refused: Int32, took: Interval
  ) {
    let stream = plan.stream, isSingle = plan.spec.batching == .putRecord
    book.note(.writeExceeded, Double(refused), stream: stream)
    book.note(isSingle ? .putRecordLatency : .putRecordsLatency, took.inMilliseconds, stream: stream)
    book.note(isSingle ? .putRecordSuccess : .putRecordsSuccess, taken.count > 0 ? 1 : 0, stream: stream)
    if taken.count > 0 {
      book.note(.incomingBytes, Double(taken.bytes), stream: stream)
      book.note(.incomingRecords, Double(taken.count), stream: stream)
      book.note(isSingle ? .putRecordBytes : .putRecordsBytes, Double(taken.bytes), stream: stream)
    }
    guard !isSingle else { return }
    book.note(.putRecordsTotal, Double(taken.count + refused), stream: stream)
    book.note(.putRecordsSuccessful, Double(taken.count), stream: stream)
    book.note(.putRecordsThrottled, Double(refused), stream: stream)
  }
}

/// Records linked in order.
struct Chain {
  var head: Int32 = -1, tail: Int32 = -1, count: Int32 = 0, bytes: Int64 = 0

  mutating func append(_ slot: Int32, _ size: Int64, in records: inout RecordPool) {
    records[slot].next = -1
    if head < 0 { head = slot } else { records[tail].next = slot }
    (tail, count, bytes) = (slot, count + 1, bytes + size)
  }
}
