public import Units

// Records whose contents a driver knows: what each has become is told, where counts alone would be spread evenly.
extension DeliveryStream {
  /// PutRecordBatch of single records, each of which becomes its pieces on the way in. Limits, bills and copies are the record's own;
  /// a refused one has no pieces. Appends to `accepted` 1 for each record that was taken, 0 for others.
  ///
  /// - Throws: `slowDown` or `invalidArgument`; then nothing was taken and nothing appended.
  public mutating func putRecordBatch(
    _ records: [DeliveryRecord], as pieces: [[DeliveryPiece]], at now: Instant, accepted: inout [Int32],
    into effects: inout [DeliveryEffect]
  ) throws(DeliveryRefusal) {
    precondition(records.count == pieces.count, "pieces of every record")
    let channel = try openCall(records, at: now, into: &effects)
    for (record, pieces) in zip(records, pieces) {
      let parcel = admit(record, by: channel)
      accepted.append(Int32(parcel?.records ?? 0))
      guard let parcel else { continue }
      for piece in pieces { take(piece, of: parcel, into: &effects) }
      copy(parcel, into: &effects)
    }
  }

  /// What a poll brought, each run a single record that becomes its pieces. A shard that is read so cannot fail over.
  public mutating func take(
    _ read: DeliveryRead, as pieces: [[DeliveryPiece]], at now: Instant, into effects: inout [DeliveryEffect]
  ) {
    wake(at: now, into: &effects)
    precondition(read.runs.count == pieces.count, "pieces of every record")
    guard let index = originOfShard[read.shard], read.next > origins[index].log.next else { return }
    var position = origins[index].log.next
    origins[index].log.open(upTo: read.next)
    for (run, pieces) in zip(read.runs, pieces) {
      precondition(run.first >= position && run.count == 1 && run.first < read.next, "read in order")
      ledger.missed += run.first - position
      position = run.first + 1
      let parcel = DeliveryParcel(
        records: 1, bytes: run.bytes, arrival: run.arrival, received: latest, partition: run.partition,
        origin: Int32(index), read: origins[index].log.currentRead, isRepeat: false)
      bill(records: 1, bytes: run.bytes)
      copy(parcel, into: &effects)
      origins[index].log.note(Int64(pieces.count), isRepeat: false)
      for piece in pieces { take(piece, of: parcel, into: &effects) }
      origins[index].log.copied(upTo: position)
    }
    tellCheckpoint(of: index, into: &effects)
  }

  private mutating func take(_ piece: DeliveryPiece, of parcel: DeliveryParcel, into effects: inout [DeliveryEffect]) {
    let own = parcel.becoming(piece)
    if case .on = piece.way { return take(own, into: &effects) }
    note(own)
    place(own, piece.way, into: &effects)
  }

  /// Sends what was taken where it goes behind the function.
  private mutating func place(
    _ parcel: DeliveryParcel, _ way: DeliveryPiece.Way, into effects: inout [DeliveryEffect]
  ) {
    switch way {
    case .on: route(parcel, into: &effects)
    case .dropped: settle([parcel], as: .dropped, by: nil, for: nil, into: &effects)
    case .failed(let output): add(parcel, to: output.rawValue, into: &effects)
    }
  }

  /// The function answered, record by record.
  mutating func finish(_ id: InvocationID, as pieces: [DeliveryPiece], into effects: inout [DeliveryEffect]) {
    guard let slot = transformations.slot(named: id.raw) else { return }
    let batch = transformations[slot].batch
    precondition(Int64(pieces.count) == batch.records, "a piece for each record")
    var rest = pieces[...]
    for parcel in batch.parcels {
      for piece in rest.prefix(Int(parcel.records)) {
        place(parcel.becoming(piece), piece.way, into: &effects)
      }
      rest = rest.dropFirst(Int(parcel.records))
    }
    // The next call comes behind: what it is too large for would be among the failed ones of this.
    end(slot, into: &effects)
  }
}

extension DeliveryParcel {
  /// One record of it, as it has become.
  fileprivate func becoming(_ piece: DeliveryPiece) -> DeliveryParcel {
    var own = self
    (own.records, own.bytes) = (1, piece.size)
    if case .on(let partition) = piece.way { own.partition = partition }
    return own
  }
}
