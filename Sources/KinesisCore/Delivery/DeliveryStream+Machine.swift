public import Units

extension DeliveryStream: Machine {
  /// Lets time pass, then takes the input. An answer to a put is the last effect but for deliveries that it caused.
  public mutating func step(_ input: DeliveryInput, at now: Instant, into effects: inout [DeliveryEffect]) {
    wake(at: now, into: &effects)
    switch input {
    case .putRecord(let record): answerPut([record], into: &effects)
    case .putRecordBatch(let records): answerPut(records, into: &effects)
    case .openShard(let shard, let position): openShard(shard, from: position)
    case .endShard(let shard):
      if let index = originOfShard[shard] { origins[index].isEnded = true }
    case .read(let read): take(read, into: &effects)
    case .failOver(let shard): failOver(shard, into: &effects)
    case .transformed(let id, let dropped, let failed):
      finish(id, dropped: dropped, failed: failed, into: &effects)
    case .processed(let id, let pieces): finish(id, as: pieces, into: &effects)
    case .transformFailed(let id): retryOrFail(id, into: &effects)
    case .delivered(let id): finish(id, into: &effects)
    case .deliveryFailed(let id, let jitter): restOrGiveUp(id, jitter: jitter, into: &effects)
    case .deliveryRejected(let id): reject(id, into: &effects)
    }
  }

  /// Lets time pass: buffers that reached their age are delivered, waits for retries end, the limit is raised.
  public mutating func wake(at now: Instant, into effects: inout [DeliveryEffect]) {
    while let alarm = alarms.pop(by: now) {
      latest = max(latest, alarm.due)
      switch alarm.kind {
      case .limit: raiseLimit(into: &effects)
      case .transform: wakeTransform(alarm.index, into: &effects)
      case .staging: wakeStaging(alarm.index, into: &effects)
      case .expiry: expireWaiting(alarm.index, into: &effects)
      case .buffer: wakeBuffer(alarm.index, into: &effects)
      case .consignment: wakeConsignment(alarm.index, into: &effects)
      }
    }
    latest = max(latest, now)
  }

  /// The first thing due. It may turn out to be needless; waking then changes nothing.
  public var deadline: Instant? { alarms.first }

  private mutating func answerPut(_ records: [DeliveryRecord], into effects: inout [DeliveryEffect]) {
    var accepted: [Int32] = []
    do throws(DeliveryRefusal) {
      try putRecordBatch(records, at: latest, accepted: &accepted, into: &effects)
      effects.append(.put(accepted))
    } catch {
      effects.append(.refused(error))
    }
  }
}
