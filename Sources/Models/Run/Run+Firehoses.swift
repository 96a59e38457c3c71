internal import KinesisCore
internal import Simulation
internal import Units

/// Delivery streams: the core's machine says what to do, and this does it in virtual time.
extension Run {
  mutating func startFirehoses() {
    for (index, spec) in experiment.firehoses.enumerated() {
      firehoses.append(
        Firehose(
          spec, limits: experiment.limits, seed: experiment.seed, replication: replication, at: start))
      firehoses[index].ingest.quotaStart = firehoses[index].machine.bytesPerSecond ?? .zero
      firehoses[index].ingest.quotaEnd = firehoses[index].ingest.quotaStart
      firehoses[index].canFailOver = experiment.events.contains { $0.action == .firehoseFailover(index) }
      guard let stream = spec.stream else { continue }
      for shard in account.streams[stream].openShards {
        openSource(shard, of: index, from: account.streams[stream].shards[shard.index].log.tip)
      }
    }
  }

  /// Hands the machine an input and does what it wants done.
  mutating func step(_ firehose: Int, _ input: DeliveryInput) {
    var effects: [DeliveryEffect] = []
    firehoses[firehose].machine.step(input, at: now, into: &effects)
    perform(effects, of: firehose)
  }

  /// The machine's own deadline.
  mutating func wakeDelivery(_ firehose: Int) {
    guard firehoses[firehose].wakeAt == now else { return }
    firehoses[firehose].wakeAt = nil
    var effects: [DeliveryEffect] = []
    firehoses[firehose].machine.wake(at: now, into: &effects)
    perform(effects, of: firehose)
  }

  /// Does what the machine wants done; answers to callers are theirs.
  mutating func perform(_ effects: [DeliveryEffect], of firehose: Int) {
    for effect in effects {
      switch effect {
      case .put, .refused: continue
      case .invoke(let invocation): begin(invocation, of: firehose)
      case .deliver(let delivery): begin(delivery, of: firehose)
      case .settled(let receipt): settle(receipt, of: firehose)
      case .checkpoint(let shard, let position): trajectory.fold(UInt64(shard.index) << 48 ^ UInt64(position))
      case .reread(let shard, let position): reread(shard, of: firehose, from: position)
      case .limitRaised(let limit): noteRaise(to: limit, of: firehose)
      }
    }
    noteState(of: firehose)
    armWake(of: firehose)
  }

  private mutating func armWake(of firehose: Int) {
    guard let due = firehoses[firehose].machine.deadline, due < .never else { return }
    let instant = max(due, now)
    guard firehoses[firehose].wakeAt != instant else { return }
    firehoses[firehose].wakeAt = instant
    schedule(RunEvent(.deliveryWake, firehose), at: instant, .release)
  }

  private mutating func noteState(of firehose: Int) {
    let active = Int64(firehoses[firehose].machine.activePartitions)
    firehoses[firehose].partitionsPeak = max(firehoses[firehose].partitionsPeak, active)
  }

  private mutating func noteRaise(to limit: Bytes, of firehose: Int) {
    firehoses[firehose].ingest.quotaEnd = limit
    notes.add(.quotaRaised, firehoses[firehose].spec.name, "to \(limit) a second, after throttling", at: now)
  }

  // MARK: Attempts

  private mutating func begin(_ delivery: Delivery, of firehose: Int) {
    var time = Interval(nanoseconds: firehoses[firehose].latency.draw(from: &firehoses[firehose].latencies))
    if delivery.target == .destination, let factor = firehoses[firehose].slowdowns.last?.factor {
      time = Interval(nanoseconds: Int64((Double(time.nanoseconds) * factor).rounded()))
    }
    firehoses[firehose].delivery.putRequests += delivery.putRequests
    if delivery.attempt > 1 { firehoses[firehose].delivery.retries += 1 }
    if delivery.attempt == 1, delivery.target == .destination { firehoses[firehose].noteBuffer(delivery) }
    wait(for: .delivery(delivery), of: firehose, time: time, atMost: delivery.timeout)
  }

  private mutating func begin(_ invocation: Invocation, of firehose: Int) {
    let time = firehoses[firehose].transformTime.draw(from: &firehoses[firehose].transformTimes)
    firehoses[firehose].transform.invocations += 1
    if invocation.attempt > 1 { firehoses[firehose].transform.retries += 1 }
    wait(for: .invocation(invocation), of: firehose, time: Interval(nanoseconds: time), atMost: invocation.timeout)
  }

  private mutating func wait(
    for kind: PendingAttempt.Kind, of firehose: Int, time: Interval, atMost timeout: Interval?
  ) {
    let timesOut = timeout.map { time > $0 } ?? false
    let took = timeout.map { min(time, $0) } ?? time
    trajectory.fold(UInt64(took.nanoseconds))
    let pending = PendingAttempt(firehose: firehose, kind: kind, timesOut: timesOut, took: took)
    let slot = freeAttempts.popLast() ?? attempts.count
    if slot == attempts.count { attempts.append(pending) } else { attempts[slot] = pending }
    schedule(RunEvent(.attemptEnd, slot), at: now + took, .release)
  }

  /// An attempt or a call comes to its end.
  mutating func endAttempt(_ slot: Int) {
    let pending = attempts[slot]
    attempts[slot].kind = .none
    freeAttempts.append(slot)
    switch pending.kind {
    case .none: return
    case .delivery(let delivery): end(delivery, pending)
    case .invocation(let invocation): end(invocation, pending)
    }
  }

  private mutating func end(_ delivery: Delivery, _ pending: PendingAttempt) {
    let firehose = pending.firehose
    guard fails(delivery, of: firehose) || pending.timesOut else {
      note(delivery, of: firehose)
      step(firehose, .delivered(delivery.id))
      return
    }
    if firehoses[firehose].delivery.failedAttempts == 0 {
      notes.add(
        .deliveryFailed, firehoses[firehose].spec.name, "a delivery of \(delivery.records) records fails", at: now)
    }
    firehoses[firehose].delivery.failedAttempts += 1
    note(success: 0, of: delivery.target, firehose)
    let jitter = 850 + Int64(firehoses[firehose].outcomes.below(301))
    step(firehose, .deliveryFailed(delivery.id, jitter: jitter))
  }

  /// Whether an attempt that ends now fails. The error output and the backup fail only with the bucket they share.
  private mutating func fails(_ delivery: Delivery, of firehose: Int) -> Bool {
    let isDown = firehoses[firehose].outages > 0
    switch delivery.target {
    case .destination:
      let rate = firehoses[firehose].spec.errorRate
      return isDown || (rate > 0 && firehoses[firehose].outcomes.chance(rate)) || isOverLimit(delivery, firehose)
    case .errorOutput: return isDown && firehoses[firehose].spec.configuration.destination == .s3
    case .backup: return false
    }
  }

  /// Whether the destination has no room in this second. One that has takes all of the delivery, and may be full for longer.
  private mutating func isOverLimit(_ delivery: Delivery, _ firehose: Int) -> Bool {
    guard var room = firehoses[firehose].room else { return false }
    let isFull = !room.isSolvent(at: now)
    if !isFull { room.overdraw(delivery.bytesOut, at: now) }
    firehoses[firehose].room = room
    return isFull
  }

  /// A slow-down of the destination begins.
  mutating func beginSlowdown(of firehose: Int, event: Int, factor: Double) {
    firehoses[firehose].slowdowns.append((event, factor))
    notes.add(.faultBegan, firehoses[firehose].spec.name, "deliveries take \(factor) times as long", at: now)
  }

  /// It ends.
  mutating func endSlowdown(of firehose: Int, event: Int) {
    firehoses[firehose].slowdowns.removeAll { $0.event == event }
    notes.add(.faultEnded, firehoses[firehose].spec.name, "deliveries take their usual time", at: now)
  }

  /// Every shard is read again from where all was delivered.
  mutating func rereadSources(of firehose: Int) {
    notes.add(.faultBegan, firehoses[firehose].spec.name, "what reads its source fails; it is read again", at: now)
    for shard in firehoses[firehose].origins { step(firehose, .failOver(shard)) }
  }

  private mutating func end(_ invocation: Invocation, _ pending: PendingAttempt) {
    let firehose = pending.firehose
    firehoses[firehose].transform.time = firehoses[firehose].transform.time + pending.took
    let billed = Interval.milliseconds((pending.took.nanoseconds + 999_999) / 1_000_000)
    firehoses[firehose].transform.billedTime = firehoses[firehose].transform.billedTime + billed
    book.note(.processingDuration, pending.took.inMilliseconds, firehose: firehose)
    book.note(.processingSuccess, pending.timesOut ? 0 : 1, firehose: firehose)
    guard !pending.timesOut else {
      step(firehose, .transformFailed(invocation.id))
      return
    }
    let spec = firehoses[firehose].spec, count = Int(invocation.records)
    let dropped = firehoses[firehose].outcomes.binomial(n: count, p: spec.droppedShare)
    let left = 1 - spec.droppedShare
    let share = left > 0 ? min(1, spec.failedShare / left) : 0
    let failed = firehoses[firehose].outcomes.binomial(n: count - dropped, p: share)
    book.note(.processedRecords, Double(count - failed), firehose: firehose)
    step(firehose, .transformed(invocation.id, dropped: Int64(dropped), failed: Int64(failed)))
  }

  // MARK: Counting

  private mutating func note(_ delivery: Delivery, of firehose: Int) {
    note(success: 1, of: delivery.target, firehose)
    if delivery.putRequests > 0 { firehoses[firehose].delivery.storedBytes += Bytes(delivery.bytesOut) }
    switch delivery.target {
    case .destination:
      firehoses[firehose].noteObject(delivery, at: now)
      book.note(.deliveryBytes, Double(delivery.bytesOut), firehose: firehose)
      book.note(.deliveryRecords, Double(delivery.records), firehose: firehose)
      book.note(.deliveryFreshness, (now - delivery.oldestArrival).inSeconds, firehose: firehose)
      if firehoses[firehose].partitions != nil { book.note(.deliveryObjects, 1, firehose: firehose) }
    case .errorOutput: firehoses[firehose].delivery.errorObjects += 1
    case .backup:
      firehoses[firehose].delivery.backupObjects += 1
      book.note(.backupBytes, Double(delivery.bytesOut), firehose: firehose)
      book.note(.backupRecords, Double(delivery.records), firehose: firehose)
    }
  }

  private mutating func note(success: Double, of target: DeliveryTarget, _ firehose: Int) {
    switch target {
    case .destination: book.note(.deliverySuccess, success, firehose: firehose)
    case .backup: book.note(.backupSuccess, success, firehose: firehose)
    case .errorOutput: return
    }
  }

  private mutating func settle(_ receipt: DeliveryReceipt, of firehose: Int) {
    switch receipt.end {
    case .delivered:
      for parcel in receipt.parcels where !parcel.isRepeat {
        let age = now - parcel.arrival
        firehoses[firehose].freshness.record(age, count: parcel.records)
        for monitor in freshnessMonitors[firehose] { monitors[monitor].add(age, count: parcel.records) }
      }
    case .errorOutput(.activePartitionExceeded): noteOverflow(receipt, of: firehose)
    case .errorOutput, .backedUp, .dropped, .lost: return
    }
  }

  private mutating func noteOverflow(_ receipt: DeliveryReceipt, of firehose: Int) {
    let records = receipt.parcels.reduce(0) { $0 + $1.records }
    if firehoses[firehose].overflow == 0 {
      let limit = firehoses[firehose].machine.partitionLimit
      notes.add(
        .partitionsExceeded, firehoses[firehose].spec.name,
        "all \(limit) partitions are active: the first \(records) records go to the error output", at: now)
    }
    firehoses[firehose].overflow += records
    book.note(.partitionCountExceeded, 1, firehose: firehose)
  }

  /// Once a second: what there is to see at any time.
  mutating func observeFirehoses() {
    for firehose in firehoses.indices {
      let held = firehoses[firehose].machine.ledger.records.held
      firehoses[firehose].delivery.heldPeak = max(firehoses[firehose].delivery.heldPeak, held)
      guard firehoses[firehose].partitions != nil else { continue }
      book.note(.partitionCount, Double(firehoses[firehose].machine.activePartitions), firehose: firehose)
    }
  }

  /// A destination takes nothing, or takes deliveries again.
  mutating func changeOutages(of firehose: Int, by change: Int) {
    firehoses[firehose].outages += change
    let isDown = firehoses[firehose].outages > 0
    notes.add(
      isDown ? .outageBegan : .outageEnded, firehoses[firehose].spec.name,
      isDown ? "the destination takes nothing" : "the destination takes deliveries again", at: now)
  }
}
