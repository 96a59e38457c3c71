internal import Units

// Batches on their way to the destination, the error output or the backup (F§6).
extension DeliveryStream {
  /// Seals a buffer; its batch is delivered, or waits for one of the deliveries under way.
  mutating func seal(_ unit: Int, because reason: FlushReason, into effects: inout [DeliveryEffect]) {
    let batch = units[unit].buffer.seal()
    guard !batch.isEmpty else { return }
    let from = isFromStream ? batch.oldestArrival : batch.oldestReceived
    let slot = consignments.insert(
      Consignment(
        unit: unit, target: target(of: unit), reason: reason, batch: batch, expiry: from + terms.retention))
    units[unit].waiting.append(slot)
    if units[unit].isShared { sharedWaiting += 1 }
    startWaiting(unit, into: &effects)
    armExpiry(unit)
    growIfBehind(unit)
  }

  private var isFromStream: Bool { front == nil }

  private func target(of unit: Int) -> DeliveryTarget {
    switch units[unit].kind {
    case .main, .partition, .vacant: .destination
    case .errors(let output): .errorOutput(output)
    case .backup: .backup
    }
  }

  private func mostOutstanding(_ unit: Int) -> Int64 {
    switch units[unit].kind {
    case .main, .partition, .vacant: terms.mostOutstanding
    case .errors, .backup: limits[.firehose.outstanding]
    }
  }

  /// AWS raises the buffer's size when deliveries fall behind; by the law the profile says, which by default is not at all.
  private mutating func growIfBehind(_ unit: Int) {
    let factor = limits[.firehose.bufferGrowth], isBehind = !units[unit].waiting.isEmpty
    guard factor > 1_000 else { return }
    let grown = min(terms.largestSize, DeliveryParcel.share(of: units[unit].buffer.size, factor, of: 1_000))
    units[unit].buffer.size = isBehind ? max(units[unit].hint, grown) : units[unit].hint
  }

  /// Starts what waits, oldest first, as far as the buffer may have deliveries under way.
  mutating func startWaiting(_ unit: Int, into effects: inout [DeliveryEffect]) {
    while units[unit].stuck == 0, units[unit].outstanding < mostOutstanding(unit),
      let slot = units[unit].waiting.first
    {
      units[unit].waiting.removeFirst()
      if units[unit].isShared { sharedWaiting -= 1 }
      units[unit].outstanding += 1
      consignments[slot].firstAttempt = latest
      attempt(slot, into: &effects)
    }
  }

  private mutating func attempt(_ slot: Int, into effects: inout [DeliveryEffect]) {
    consignments[slot].attempt += 1
    consignments[slot].state = .underWay
    let id = DeliveryID(raw: consignments.rename(slot))
    effects.append(.deliver(delivery(id, consignments[slot])))
  }

  private func delivery(_ id: DeliveryID, _ consignment: Consignment) -> Delivery {
    let unit = units[consignment.unit], batch = consignment.batch
    let isMain = consignment.target == .destination
    // Rounded up, so that a batch with data is never empty.
    let ratio = configuration.compressionPermille
    let out =
      isMain
      ? DeliveryParcel.share(of: batch.bytes, 1_000, of: ratio) + (batch.bytes * 1_000 % ratio > 0 ? 1 : 0)
      : batch.bytes
    return Delivery(
      id: id, target: consignment.target, reason: consignment.reason, attempt: consignment.attempt,
      origin: unit.origin, partition: unit.partition, records: batch.records, bytes: batch.bytes, bytesOut: out,
      oldestArrival: batch.oldestArrival, putRequests: putRequests(bytes: out, isMain: isMain),
      timeout: isMain ? configuration.destination.responseTimeout : nil)
  }

  private func putRequests(bytes: Int64, isMain: Bool) -> Int64 { isMain ? putRequests(forObjectOf: bytes) : 1 }

  /// S3 requests of the PUT class that a delivery of so many bytes, as stored, takes: one PUT; or, when the interval is short,
  /// a multipart upload's beginning, parts and end (F§3.2); 0 where the destination is not S3.
  public func putRequests(forObjectOf bytes: Int64) -> Int64 {
    guard configuration.destination.writesObjects else { return 0 }
    let isMultipart = terms.hint < .seconds(limits[.firehose.multipartBelow])
    let part = limits[.firehose.multipartPart]
    return configuration.destination == .s3 && isMultipart ? max(1, (bytes + part - 1) / part) + 2 : 1
  }

  /// The place of a delivery that waits for this answer; nil when it is a late, second or unknown one.
  private func slotUnderWay(_ id: DeliveryID) -> Int? {
    guard let slot = consignments.slot(named: id.raw), consignments[slot].state == .underWay else { return nil }
    return slot
  }

  /// It was delivered, or written.
  mutating func finish(_ id: DeliveryID, into effects: inout [DeliveryEffect]) {
    guard let slot = slotUnderWay(id) else { return }
    switch consignments[slot].target {
    case .destination: end(slot, as: .delivered, by: id, into: &effects)
    case .errorOutput(let output): end(slot, as: .errorOutput(output), by: id, into: &effects)
    case .backup: end(slot, as: .backedUp, by: id, into: &effects)
    }
  }

  /// It failed: it rests for another attempt, goes to the error output, or is lost for its age.
  mutating func restOrGiveUp(_ id: DeliveryID, jitter: Int64, into effects: inout [DeliveryEffect]) {
    guard let slot = slotUnderWay(id) else { return }
    guard latest < consignments[slot].expiry else { return end(slot, as: .lost, by: id, into: &effects) }
    let isMain = consignments[slot].target == .destination
    if isMain, isSpent(slot), let output = configuration.destination.failedOutput {
      return redirect(slot, to: output, into: &effects)
    }
    if !isMain { markStuck(slot) }
    let spacing = isMain ? terms.retry.spacing : .exponential
    let wait = spacing.wait(after: consignments[slot].attempt, jitter: jitter, limits)
    consignments[slot].rested = consignments[slot].rested + wait
    consignments[slot].state = .resting(until: latest + wait)
    alarms.arm(.consignment, slot, at: min(latest + wait, consignments[slot].expiry))
  }

  /// It will never be taken. HTTP's 413 goes to no error output (F§6.1); S3 is tried again whatever it says.
  mutating func reject(_ id: DeliveryID, into effects: inout [DeliveryEffect]) {
    guard let slot = slotUnderWay(id) else { return }
    guard consignments[slot].target == .destination, let output = configuration.destination.failedOutput else {
      return restOrGiveUp(id, jitter: 1_000, into: &effects)
    }
    if configuration.destination.isHTTP { return end(slot, as: .lost, by: id, into: &effects) }
    redirect(slot, to: output, into: &effects)
  }

  /// Whether the retry duration is over. The check is made when an attempt fails: with time left, there is another (F§6).
  private func isSpent(_ slot: Int) -> Bool {
    guard let duration = terms.retryDuration else { return false }
    switch terms.retry.clock {
    case .elapsed: return latest - consignments[slot].firstAttempt >= duration
    case .waits: return consignments[slot].rested >= duration
    }
  }

  private mutating func redirect(_ slot: Int, to output: ErrorOutput, into effects: inout [DeliveryEffect]) {
    consignments[slot].target = .errorOutput(output)
    consignments[slot].attempt = 0
    consignments[slot].rested = .zero
    consignments[slot].firstAttempt = latest
    attempt(slot, into: &effects)
  }

  /// Neither the destination nor S3 takes it: its buffer delivers nothing until S3 does (F§6: delivery pauses).
  private mutating func markStuck(_ slot: Int) {
    guard !consignments[slot].isStuck else { return }
    consignments[slot].isStuck = true
    units[consignments[slot].unit].stuck += 1
  }

  mutating func wakeConsignment(_ slot: Int, into effects: inout [DeliveryEffect]) {
    guard case .resting(let until) = consignments[slot].state else { return }
    if until <= latest { return attempt(slot, into: &effects) }
    if consignments[slot].expiry <= latest {
      return end(slot, as: .lost, by: DeliveryID(raw: consignments.name(of: slot)), into: &effects)
    }
    alarms.arm(.consignment, slot, at: min(until, consignments[slot].expiry))
  }

  private mutating func armExpiry(_ unit: Int) {
    if let slot = units[unit].waiting.first { alarms.arm(.expiry, unit, at: consignments[slot].expiry) }
  }

  /// Gives up what became too old while it waited.
  mutating func expireWaiting(_ unit: Int, into effects: inout [DeliveryEffect]) {
    while let slot = units[unit].waiting.first, consignments[slot].expiry <= latest {
      units[unit].waiting.removeFirst()
      if units[unit].isShared { sharedWaiting -= 1 }
      let parcels = consignments[slot].batch.parcels, target = consignments[slot].target
      consignments.remove(slot)
      settle(parcels, as: .lost, by: nil, for: target, into: &effects)
    }
    armExpiry(unit)
    releaseIfIdle(unit)
  }

  /// A delivery under way comes to its end, and the next may start.
  private mutating func end(
    _ slot: Int, as end: DeliveryReceipt.End, by id: DeliveryID, into effects: inout [DeliveryEffect]
  ) {
    let consignment = consignments[slot]
    leave(slot)
    settle(consignment.batch.parcels, as: end, by: id, for: consignment.target, into: &effects)
    startWaiting(consignment.unit, into: &effects)
    releaseIfIdle(consignment.unit)
  }

  /// Vacates the place of a delivery under way or resting.
  mutating func leave(_ slot: Int) {
    let unit = consignments[slot].unit
    if consignments[slot].isStuck { units[unit].stuck -= 1 }
    units[unit].outstanding -= 1
    consignments.remove(slot)
    if units[unit].waiting.isEmpty { units[unit].buffer.size = units[unit].hint }
  }

  /// Notes the end of records, and moves the checkpoints of the shards they came from.
  mutating func settle(
    _ parcels: [DeliveryParcel], as end: DeliveryReceipt.End, by id: DeliveryID?, for target: DeliveryTarget?,
    into effects: inout [DeliveryEffect]
  ) {
    guard !parcels.isEmpty else { return }
    let isCopy = target == .backup
    for parcel in parcels {
      if isCopy { ledger.copies.note(parcel.records, end) } else { settle(parcel, as: end) }
    }
    effects.append(.settled(DeliveryReceipt(end: end, id: id, isCopy: isCopy, target: target, parcels: parcels)))
    guard isFromStream, !isCopy else { return }
    var previous: Int32 = -1
    for parcel in parcels where parcel.origin != previous {
      previous = parcel.origin
      tellCheckpoint(of: Int(parcel.origin), into: &effects)
    }
  }

  private mutating func settle(_ parcel: DeliveryParcel, as end: DeliveryReceipt.End) {
    ledger.note(parcel) { $0.note(parcel.records, end) }
    if end == .delivered { ledger.bytesDelivered += parcel.bytes }
    if isFromStream { origins[Int(parcel.origin)].log.settle(parcel) }
  }

  /// Tells how far a shard's records have come to an end, if that changed.
  mutating func tellCheckpoint(of origin: Int, into effects: inout [DeliveryEffect]) {
    guard let shard = origins[origin].shard, let position = origins[origin].log.advance() else { return }
    effects.append(.checkpoint(shard, position))
  }
}

extension DeliveryUnit {
  /// The shard or channel whose alone it is.
  var origin: Int32? {
    switch kind {
    case .main(let origin), .backup(let origin): Int32(origin)
    case .partition, .errors, .vacant: nil
    }
  }

  var partition: Int32 {
    switch kind {
    case .partition(let partition): partition
    case .main, .backup, .errors, .vacant: 0
    }
  }
}

extension DeliveryLedger.Ends {
  mutating func note(_ records: Int64, _ end: DeliveryReceipt.End) {
    switch end {
    case .delivered, .backedUp: delivered += records
    case .errorOutput(let output): outputs[output.rawValue] += records
    case .dropped: dropped += records
    case .lost: lost += records
    }
  }
}
