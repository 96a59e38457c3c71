internal import Units

// What reads a shard fails, and everything it held in memory with it (F§2: rereads due to failovers).
extension DeliveryStream {
  /// Takes out all that a shard's records have not come to an end with; the shard is to be read again from its checkpoint.
  ///
  /// What was on its way counts as not delivered, and the answer to it changes nothing. The backup's copies are read and
  /// kept apart; a failover does not touch them.
  mutating func failOver(_ shard: ShardID, into effects: inout [DeliveryEffect]) {
    guard let index = originOfShard[shard] else { return }
    giveBack(origins[index].transform?.remove(origin: Int32(index)) ?? [])
    giveBack(origins[index].staging?.remove(origin: Int32(index)) ?? [])
    for slot in transformations.used where transformations[slot].origin == index {
      giveBack(transformations[slot].batch.parcels)
      transformations.remove(slot)
    }
    (origins[index].invocations, origins[index].waiting) = (0, SlotLine())
    takeOutSealed(of: index)
    for unit in units.indices where !units[unit].isBackup {
      giveBack(units[unit].buffer.remove(origin: Int32(index)))
    }
    origins[index].log.rewind()
    origins[index].isEnded = false
    effects.append(.reread(shard, from: origins[index].log.checkpoint))
    for unit in units.indices where !units[unit].isBackup {
      startWaiting(unit, into: &effects)
      releaseIfIdle(unit)
    }
  }

  /// Takes a shard's records out of all sealed batches; those left empty are gone.
  private mutating func takeOutSealed(of origin: Int) {
    for slot in consignments.used where consignments[slot].target != .backup {
      let removed = consignments[slot].batch.remove(origin: Int32(origin))
      giveBack(removed)
      guard !removed.isEmpty, consignments[slot].batch.isEmpty else { continue }
      let unit = consignments[slot].unit
      guard consignments[slot].state == .waiting else {
        leave(slot)
        continue
      }
      units[unit].waiting.remove(slot)
      if units[unit].isShared { sharedWaiting -= 1 }
      consignments.remove(slot)
    }
  }

  private mutating func giveBack(_ parcels: [DeliveryParcel]) {
    for parcel in parcels {
      ledger.givenBack += parcel.records
      ledger.note(parcel) { $0.taken -= parcel.records }
    }
  }
}
