internal import Units

// The Lambda function on the way (F§4).
extension DeliveryStream {
  /// Seals a transform's buffer and calls the function, or has the batch wait for one of the calls under way.
  mutating func invoke(_ origin: Int, into effects: inout [DeliveryEffect]) {
    guard let batch = origins[origin].transform?.seal(), !batch.isEmpty else { return }
    let slot = transformations.insert(Transformation(origin: origin, batch: batch))
    origins[origin].waiting.append(slot)
    invokeWaiting(origin, into: &effects)
  }

  /// Whether request and answer stay within Lambda's 6 MB, as far as the output's size can be told ahead.
  private func fits(_ batch: DeliveryBatch) -> Bool {
    let permille = max(1_000, configuration.transform?.outputPermille ?? 1_000)
    let larger = batch.bytes * permille / 1_000
    return (larger + 2) / 3 * 4 <= limits[.firehose.payload]
  }

  private mutating func invokeWaiting(_ origin: Int, into effects: inout [DeliveryEffect]) {
    while origins[origin].invocations < terms.mostInvocations, let slot = origins[origin].waiting.first {
      origins[origin].waiting.removeFirst()
      guard fits(transformations[slot].batch) else {
        let parcels = transformations[slot].batch.parcels
        transformations.remove(slot)
        effects.append(.unprocessed(parcels, nil))
        fail(parcels, into: &effects)
        continue
      }
      origins[origin].invocations += 1
      call(slot, into: &effects)
    }
  }

  private mutating func call(_ slot: Int, into effects: inout [DeliveryEffect]) {
    transformations[slot].attempt += 1
    let transformation = transformations[slot]
    effects.append(
      .invoke(
        Invocation(
          id: InvocationID(raw: transformations.rename(slot)), origin: Int32(transformation.origin),
          attempt: transformation.attempt, records: transformation.batch.records, bytes: transformation.batch.bytes,
          timeout: .seconds(limits[.firehose.invocationTimeout]))))
  }

  /// The function answered. Which records were dropped or failed is told by number only; they are spread evenly.
  mutating func finish(
    _ id: InvocationID, dropped: Int64, failed: Int64, into effects: inout [DeliveryEffect]
  ) {
    guard let slot = transformations.slot(named: id.raw) else { return }
    let batch = transformations[slot].batch
    precondition(dropped >= 0 && failed >= 0 && dropped + failed <= batch.records, "more results than records")
    let results = TransformResults(batch, dropped: dropped, failed: failed, configuration.transform?.outputPermille)
    end(slot, into: &effects)
    settle(results.dropped, as: .dropped, by: nil, for: nil, into: &effects)
    fail(results.failed, into: &effects)
    for parcel in results.kept { route(parcel, into: &effects) }
  }

  /// The function failed: it is called again at once, three times by default; then all records are processing-failed.
  mutating func retryOrFail(_ id: InvocationID, into effects: inout [DeliveryEffect]) {
    guard let slot = transformations.slot(named: id.raw) else { return }
    guard transformations[slot].attempt > terms.transformRetries else { return call(slot, into: &effects) }
    let parcels = transformations[slot].batch.parcels
    end(slot, into: &effects)
    effects.append(.unprocessed(parcels, id))
    fail(parcels, into: &effects)
  }

  mutating func end(_ slot: Int, into effects: inout [DeliveryEffect]) {
    let origin = transformations[slot].origin
    transformations.remove(slot)
    origins[origin].invocations -= 1
    invokeWaiting(origin, into: &effects)
  }

  private mutating func fail(_ parcels: [DeliveryParcel], into effects: inout [DeliveryEffect]) {
    for parcel in parcels { add(parcel, to: ErrorOutput.processingFailed.rawValue, into: &effects) }
  }
}

/// What a function's answer makes of the parcels it was given.
struct TransformResults {
  private(set) var kept: [DeliveryParcel] = [], dropped: [DeliveryParcel] = [], failed: [DeliveryParcel] = []

  init(_ batch: DeliveryBatch, dropped: Int64, failed: Int64, _ outputPermille: Int64?) {
    let gone = dropped + failed
    var seen: Int64 = 0
    for parcel in batch.parcels {
      let before = DeliveryParcel.share(of: gone, seen, of: batch.records)
      seen += parcel.records
      let after = DeliveryParcel.share(of: gone, seen, of: batch.records)
      let failedBefore = gone == 0 ? 0 : DeliveryParcel.share(of: failed, before, of: gone)
      let failedAfter = gone == 0 ? 0 : DeliveryParcel.share(of: failed, after, of: gone)
      let failing = failedAfter - failedBefore
      add(parcel, dropping: after - before - failing, failing: failing, outputPermille ?? 1_000)
    }
  }

  private mutating func add(_ parcel: DeliveryParcel, dropping: Int64, failing: Int64, _ outputPermille: Int64) {
    var rest = parcel
    if dropping > 0 { dropped.append(Self.take(dropping, from: &rest)) }
    if failing > 0 { failed.append(Self.take(failing, from: &rest)) }
    guard rest.records > 0 else { return }
    rest.bytes = DeliveryParcel.share(of: rest.bytes, outputPermille, of: 1_000)
    kept.append(rest)
  }

  private static func take(_ n: Int64, from parcel: inout DeliveryParcel) -> DeliveryParcel {
    guard n == parcel.records else { return parcel.cut(n) }
    let all = parcel
    parcel.records = 0
    return all
  }
}
