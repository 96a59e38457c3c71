public import Units

// How records come in: by PutRecordBatch, or read from the shards of a data stream.
extension DeliveryStream {
  /// PutRecordBatch without an allocation: appends to `accepted`, for each entry, how many of its records were taken.
  ///
  /// A call takes one of the requests of its second; then each record is checked in order against bytes and records, and a
  /// refused one costs nothing (F§1; that a call is partly refused is observed, the order is assumed).
  ///
  /// - Throws: `slowDown` or `invalidArgument`; then nothing was taken and nothing appended.
  public mutating func putRecordBatch(
    _ records: [DeliveryRecord], at now: Instant, accepted: inout [Int32], into effects: inout [DeliveryEffect]
  ) throws(DeliveryRefusal) {
    let channel = try openCall(records, at: now, into: &effects)
    for record in records {
      let parcel = admit(record, by: channel)
      accepted.append(Int32(parcel?.records ?? 0))
      guard let parcel else { continue }
      take(parcel, into: &effects)
      copy(parcel, into: &effects)
    }
  }

  /// Checks a call and takes its request; the channel that its records go by.
  mutating func openCall(
    _ records: [DeliveryRecord], at now: Instant, into effects: inout [DeliveryEffect]
  ) throws(DeliveryRefusal) -> Int {
    wake(at: now, into: &effects)
    guard front != nil else {
      throw .invalidArgument("A delivery stream with a Kinesis data stream as its source takes no PutRecord.")
    }
    try check(records)
    guard front?.takeRequest(at: latest) == true else {
      noteThrottle()
      throw .slowDown
    }
    return front?.nextChannel(of: origins.count) ?? 0
  }

  private func check(_ records: [DeliveryRecord]) throws(DeliveryRefusal) {
    let count = records.reduce(0) { $0 + Int64($1.count) }
    let bytes = records.reduce(0) { $0 + Int64($1.count) * Int64($1.size) }
    let most = limits[.firehose.recordsPerCall], largest = limits[.firehose.recordBytes]
    guard count >= 1, count <= most, !records.contains(where: { $0.count < 1 }) else {
      throw .invalidArgument("A call has 1 to \(most) records, not \(count).")
    }
    guard !records.contains(where: { $0.size < 0 || Int64($0.size) > largest }) else {
      throw .invalidArgument("A record has at most \(largest) bytes.")
    }
    guard bytes <= limits[.firehose.bytesPerCall] else {
      throw .invalidArgument("A call has at most \(limits[.firehose.bytesPerCall]) bytes, not \(bytes).")
    }
  }

  /// What the limits let in of a record; nil for nothing. It is billed.
  mutating func admit(_ record: DeliveryRecord, by channel: Int) -> DeliveryParcel? {
    guard let taken = front?.take(record, at: latest) else { return nil }
    if taken < record.count { noteThrottle() }
    guard taken > 0 else { return nil }
    let parcel = DeliveryParcel(
      records: taken, bytes: taken * Int64(record.size), arrival: latest, received: latest,
      partition: record.partition, origin: Int32(channel), read: 0, isRepeat: false)
    bill(records: taken, bytes: parcel.bytes)
    return parcel
  }

  /// Opens the channels of Direct PUT: as many as its limit is times the region's (F§0.1 row 8).
  mutating func openFront(at now: Instant) {
    guard case .directPut(let quota) = configuration.source else { return }
    let front = DirectPut(
      quota: quota?.count, base: limits.directPut(region: configuration.region),
      burst: limits[.firehose.burstSeconds], at: now)
    self.front = front
    openChannels(scale: front.scale)
  }

  private mutating func openChannels(scale: Int64) {
    let isParallel = limits[.firehose.channels] == 1
    for _ in origins.count..<max(origins.count, isParallel ? Int(scale) : 1) { openOrigin(nil, from: 0) }
    guard !isParallel else { return }
    // The older account: one channel, and buffers as many times smaller.
    for index in units.indices where !units[index].isShared && !units[index].isBackup {
      units[index].buffer.size = max(1, terms.size / scale)
      units[index].hint = max(1, terms.size / scale)
    }
  }

  private mutating func noteThrottle() {
    front?.noteThrottle(at: latest, raisedAfter: .seconds(limits[.firehose.increaseAfter]))
    if let raise = front?.raise { alarms.arm(.limit, 0, at: raise) }
  }

  /// AWS raises the limit of a stream that was throttled, until it is no longer; when and by how much is assumed (F§1).
  mutating func raiseLimit(into effects: inout [DeliveryEffect]) {
    guard let raise = front?.raise, raise <= latest else { return }
    let before = front?.quota
    front?.increase(
      permille: limits[.firehose.increaseFactor], most: limits[.firehose.quotaMaximum], at: latest)
    guard let front, front.quota != before else { return }
    openChannels(scale: front.scale)
    effects.append(.limitRaised(Bytes(front.quota)))
  }

  /// A shard is to be read from a position on; a second time changes nothing.
  mutating func openShard(_ shard: ShardID, from position: Int64) {
    guard front == nil, originOfShard[shard] == nil else { return }
    originOfShard[shard] = origins.count
    openOrigin(shard, from: position)
  }

  private mutating func openOrigin(_ shard: ShardID?, from position: Int64) {
    let index = origins.count
    let hasUnit = configuration.partitioning == nil, hasBackup = configuration.backup == .all
    let unit = hasUnit ? units.count : nil
    if hasUnit { units.append(DeliveryUnit(kind: .main(origin: index), buffer: mainBuffer, hint: terms.size)) }
    let backup = hasBackup ? units.count : nil
    if hasBackup {
      units.append(DeliveryUnit(kind: .backup(origin: index), buffer: backupBuffer, hint: terms.backupSize))
    }
    origins.append(
      DeliveryOrigin(
        shard: shard, unit: unit, backup: backup, transform: transformBuffer, staging: stagingBuffer,
        log: ReadLog(from: position)))
  }

  /// Takes what a poll brought; an answer that leads no further than the shard was read changes nothing.
  mutating func take(_ read: DeliveryRead, into effects: inout [DeliveryEffect]) {
    guard let index = originOfShard[read.shard], read.next > origins[index].log.next else { return }
    var position = origins[index].log.next
    origins[index].log.open(upTo: read.next)
    for run in read.runs {
      precondition(run.first >= position && run.count >= 1 && run.first + run.count <= read.next, "read in order")
      ledger.missed += run.first - position
      position = run.first + run.count
      take(run, of: index, into: &effects)
    }
    tellCheckpoint(of: index, into: &effects)
  }

  /// A run, cut where it was read before a failover already.
  private mutating func take(_ run: DeliveryRun, of origin: Int, into effects: inout [DeliveryEffect]) {
    var rest = run
    while rest.count > 0 {
      let (positions, repeats) = origins[origin].log.repeats(
        at: rest.first, count: rest.count, records: rest.records)
      let isCopied = rest.first < origins[origin].log.copiedUpTo
      var piece = rest
      (piece.count, piece.records) = (positions, DeliveryParcel.share(of: rest.records, positions, of: rest.count))
      piece.bytes = DeliveryParcel.share(of: rest.bytes, positions, of: rest.count)
      admit(piece, repeats: repeats, isCopied: isCopied, of: origin, into: &effects)
      rest.first += piece.count
      rest.count -= piece.count
      rest.records -= piece.records
      rest.bytes -= piece.bytes
    }
    origins[origin].log.copied(upTo: run.first + run.count)
  }

  private mutating func admit(
    _ piece: DeliveryRun, repeats: Int64, isCopied: Bool, of origin: Int, into effects: inout [DeliveryEffect]
  ) {
    guard piece.records > 0 else { return }
    var parcel = DeliveryParcel(
      records: piece.records, bytes: piece.bytes, arrival: piece.arrival, received: latest,
      partition: piece.partition, origin: Int32(origin), read: origins[origin].log.currentRead, isRepeat: false)
    if !isCopied {
      bill(records: piece.count, bytes: piece.bytes)
      copy(parcel, into: &effects)
    }
    if repeats > 0 {
      var again = repeats < parcel.records ? parcel.cut(repeats) : parcel
      again.isRepeat = true
      note(again, of: origin, into: &effects)
      guard repeats < piece.records else { return }
    }
    note(parcel, of: origin, into: &effects)
  }

  private mutating func note(_ parcel: DeliveryParcel, of origin: Int, into effects: inout [DeliveryEffect]) {
    origins[origin].log.note(parcel.records, isRepeat: parcel.isRepeat)
    take(parcel, into: &effects)
  }

  /// Each record counts as a whole number of 5 KiB (F§8), unless the destination is billed otherwise; those of a run are taken as
  /// equal.
  mutating func bill(records: Int64, bytes: Int64) {
    guard configuration.destination.isBilledByRecord else {
      ledger.bytesBilled += bytes
      return
    }
    let step = limits[.firehose.billedBytes]
    ledger.bytesBilled += records * bytes.steps(of: records).roundedUp(to: step)
  }
}
