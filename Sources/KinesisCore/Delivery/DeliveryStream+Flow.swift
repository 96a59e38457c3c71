internal import Units

// What happens to records between the way in and a delivery.
extension DeliveryStream {
  var timer: DeliveryBuffer.Timer {
    limits[.firehose.timerStart] == 0 ? .firstRecord : .freeRunning(since: createdAt)
  }

  var mainBuffer: DeliveryBuffer {
    DeliveryBuffer(size: terms.size, interval: terms.interval, mostRecords: terms.mostRecords, timer: timer)
  }

  var backupBuffer: DeliveryBuffer {
    DeliveryBuffer(size: terms.backupSize, interval: terms.backupInterval, timer: timer)
  }

  var transformBuffer: DeliveryBuffer? {
    guard configuration.transform != nil else { return nil }
    return DeliveryBuffer(size: terms.transformSize, interval: terms.transformInterval, timer: timer)
  }

  /// Half an interval ahead of the partitions' own buffers gives the 1.5 intervals that AWS warns of, and keeps its example
  /// of 180 active partitions right (F§3.3).
  var stagingBuffer: DeliveryBuffer? {
    guard terms.staging > .zero else { return nil }
    return DeliveryBuffer(size: terms.size, interval: terms.staging, timer: timer)
  }

  /// Records that were admitted or read begin their way.
  mutating func take(_ parcel: DeliveryParcel, into effects: inout [DeliveryEffect]) {
    note(parcel)
    guard configuration.transform != nil else { return route(parcel, into: &effects) }
    let origin = Int(parcel.origin)
    var rest: DeliveryParcel? = parcel
    while let next = rest {
      rest = origins[origin].transform?.add(next, at: latest)
      if origins[origin].transform?.isFull == true { invoke(origin, into: &effects) }
    }
    armTransform(origin)
  }

  /// Enters records that were taken.
  mutating func note(_ parcel: DeliveryParcel) {
    ledger.bytesTaken += parcel.bytes
    ledger.note(parcel) { $0.taken += parcel.records }
  }

  /// A copy of source records, to be kept in the backup.
  mutating func copy(_ parcel: DeliveryParcel, into effects: inout [DeliveryEffect]) {
    guard let unit = origins[Int(parcel.origin)].backup else { return }
    ledger.copies.taken += parcel.records
    add(parcel, to: unit, into: &effects)
  }

  /// Records are ready for the destination's buffers: at once, or staged ahead of the dynamic partitions.
  mutating func route(_ parcel: DeliveryParcel, into effects: inout [DeliveryEffect]) {
    let origin = Int(parcel.origin)
    guard origins[origin].staging != nil else { return place(parcel, into: &effects) }
    var rest: DeliveryParcel? = parcel
    while let next = rest {
      rest = origins[origin].staging?.add(next, at: latest)
      if origins[origin].staging?.isFull == true { unstage(origin, into: &effects) }
    }
    armStaging(origin)
  }

  private mutating func unstage(_ origin: Int, into effects: inout [DeliveryEffect]) {
    guard let batch = origins[origin].staging?.seal() else { return }
    for parcel in batch.parcels { place(parcel, into: &effects) }
  }

  private mutating func place(_ parcel: DeliveryParcel, into effects: inout [DeliveryEffect]) {
    if let unit = origins[Int(parcel.origin)].unit { return add(parcel, to: unit, into: &effects) }
    guard let unit = unit(ofPartition: parcel.partition) else {
      effects.append(.placed(parcel, .errorOutput(.activePartitionExceeded)))
      return add(parcel, to: ErrorOutput.activePartitionExceeded.rawValue, into: &effects)
    }
    effects.append(.placed(parcel, .destination))
    add(parcel, to: unit, into: &effects)
  }

  /// The buffer of a partition, made active if it may be; nil when as many are active as may be (F§3.3).
  private mutating func unit(ofPartition partition: Int32) -> Int? {
    if let unit = unitOfPartition[partition] { return unit }
    guard unitOfPartition.count < terms.mostActive else { return nil }
    let unit = vacantUnits.popLast() ?? units.count
    if unit == units.count { units.append(DeliveryUnit(kind: .vacant, buffer: mainBuffer, hint: terms.size)) }
    units[unit].kind = .partition(partition)
    unitOfPartition[partition] = unit
    return unit
  }

  /// A partition without a record on the way is no longer active.
  mutating func releaseIfIdle(_ unit: Int) {
    guard case .partition(let partition) = units[unit].kind, units[unit].isIdle else { return }
    unitOfPartition[partition] = nil
    units[unit].kind = .vacant
    vacantUnits.append(unit)
  }

  /// Adds to a buffer; what fills it is sealed and delivered.
  mutating func add(_ parcel: DeliveryParcel, to unit: Int, into effects: inout [DeliveryEffect]) {
    var rest: DeliveryParcel? = parcel
    while let next = rest {
      rest = units[unit].buffer.add(next, at: latest)
      if units[unit].buffer.isFull { seal(unit, because: .size, into: &effects) }
    }
    armBuffer(unit)
  }

  private mutating func armBuffer(_ unit: Int) {
    if let due = units[unit].buffer.due { alarms.arm(.buffer, unit, at: due) }
  }

  private mutating func armTransform(_ origin: Int) {
    if let due = origins[origin].transform?.due { alarms.arm(.transform, origin, at: due) }
  }

  private mutating func armStaging(_ origin: Int) {
    if let due = origins[origin].staging?.due { alarms.arm(.staging, origin, at: due) }
  }

  mutating func wakeTransform(_ origin: Int, into effects: inout [DeliveryEffect]) {
    if let due = origins[origin].transform?.due, due <= latest { invoke(origin, into: &effects) }
    armTransform(origin)
  }

  mutating func wakeStaging(_ origin: Int, into effects: inout [DeliveryEffect]) {
    if let due = origins[origin].staging?.due, due <= latest { unstage(origin, into: &effects) }
    armStaging(origin)
  }

  mutating func wakeBuffer(_ unit: Int, into effects: inout [DeliveryEffect]) {
    if let due = units[unit].buffer.due, due <= latest { seal(unit, because: .interval, into: &effects) }
    armBuffer(unit)
  }
}

extension DeliveryLedger {
  /// Enters a parcel where it belongs: among records, or among those met again.
  mutating func note(_ parcel: DeliveryParcel, _ entry: (inout Ends) -> Void) {
    if parcel.isRepeat { entry(&repeats) } else { entry(&records) }
  }
}
