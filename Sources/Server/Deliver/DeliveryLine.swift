internal import KinesisCore
internal import Units

/// A delivery stream's machine, the records that it counts, and what it reads. A change of configuration begins another one; the
/// earlier one delivers what it holds and goes.
struct DeliveryLine: Sendable {
  /// The delivery stream's id, and which of its lines this is.
  let post: Int, number: Int
  let plan: DeliveryPlan
  private(set) var machine: DeliveryStream
  private var cargo = Cargo()
  private var partitions = PartitionTable()
  /// Shards of its source in the order in which the machine was told of them, and those that were read to their end.
  private(set) var origins: [ShardID] = []
  private(set) var ended: Set<ShardID> = []
  /// When its source is read next; `.never` without one, and when another line reads it.
  var pollAt = Instant.never
  /// How many records it took.
  private var taken: Int64 = 0
  /// What came to an end since it was last asked.
  private var receipts: [DeliveryReceipt] = []

  init(_ post: Int, _ number: Int, _ plan: DeliveryPlan, limits: LimitsProfile, at now: Instant) throws(ServiceError) {
    (self.post, self.number, self.plan) = (post, number, plan)
    do throws(DeliveryFlaws) {
      machine = try DeliveryStream(plan.running, limits: limits, at: now)
    } catch {
      throw .invalidArgument(error.flaws.first?.reason ?? "")
    }
  }

  /// When something is due by itself.
  var due: Instant { min(machine.deadline ?? .never, pollAt) }

  /// Whether everything it took has come to an end.
  var isDrained: Bool { machine.ledger.records.held == 0 && machine.ledger.copies.held == 0 }

  /// What is under way, as it was given out.
  var underWay: [Shipment] { cargo.underWay }

  /// What came to an end since it was last asked.
  mutating func takeReceipts() -> [DeliveryReceipt] {
    defer { receipts = [] }
    return receipts
  }

  // MARK: Records

  /// A record on its way, and what the machine is told of it.
  private typealias Piece = (item: Cargo.Item, piece: DeliveryPiece)

  /// PutRecord, PutRecordBatch: the numbers of the records taken, nil for those refused; and what is to be shipped.
  mutating func put(
    _ batch: PutBatch, at now: Instant
  ) throws(DeliveryRefusal) -> (numbers: [Int64?], shipments: [Shipment]) {
    var (accepted, effects): ([Int32], [DeliveryEffect]) = ([], [])
    let sizes = batch.entries.map { DeliveryRecord(size: Int32(clamping: $0.dataLength)) }
    let block = PayloadStore.Block(batch.bytes)
    let items = batch.entries.map { entry in
      Cargo.Item(record: PayloadStore.Record(entry, of: block, isEncrypted: false), arrival: now)
    }
    let pieces = items.map { self.pieces(of: $0, at: now) }
    defer { partitions.forgetUnused() }
    try machine.putRecordBatch(
      sizes, as: pieces.map { $0.map(\.piece) }, at: now, accepted: &accepted, into: &effects)
    let origin = Int32(machine.latestChannel)
    var numbers: [Int64?] = []
    for (place, accepted) in accepted.enumerated() {
      numbers.append(accepted > 0 ? taken : nil)
      guard accepted > 0 else { continue }
      taken += 1
      hold(items[place], pieces[place], origin: origin)
    }
    return (numbers, note(effects, at: now))
  }

  /// GetRecords answered: its runs, each of one record.
  mutating func read(_ read: DeliveryRead, _ items: [Cargo.Item], at now: Instant) -> [Shipment] {
    let origin = Int32(origins.firstIndex(of: read.shard) ?? 0)
    let pieces = items.map { self.pieces(of: $0, at: now) }
    for (item, pieces) in zip(items, pieces) { hold(item, pieces, origin: origin) }
    partitions.forgetUnused()
    var effects: [DeliveryEffect] = []
    machine.take(read, as: pieces.map { $0.map(\.piece) }, at: now, into: &effects)
    return note(effects, at: now)
  }

  /// What a record becomes on the way in.
  private mutating func pieces(of item: Cargo.Item, at now: Instant) -> [Piece] {
    guard item.place != nil || plan.processing.changesRecords else { return [destined(item, keys: [:], at: now)] }
    return plan.processing.parts(of: item, at: now).map { part in
      guard let output = part.output else { return destined(part.item, keys: [:], at: now) }
      return (part.item, DeliveryPiece(size: Int64(part.item.record.data.count), .failed(output)))
    }
  }

  /// Where a record goes: on, where a function has yet to see it or nothing is partitioned; to its partition; or, where its keys cannot be
  /// found, under the error prefix.
  private mutating func destined(_ item: Cargo.Item, keys: PartitionTable.Keys, at now: Instant, isSeen: Bool = false)
    -> Piece
  {
    let size = Int64(item.record.data.count)
    guard isPartitioned, isSeen || plan.running.transform == nil else {
      return (item, DeliveryPiece(size: size, .on(partition: 0)))
    }
    do throws(DeliveryFailure) {
      let number = partitions.number(of: try plan.keys(of: item.record.data, given: keys))
      return (item, DeliveryPiece(size: size, .on(partition: number)))
    } catch {
      var failed = item
      failed.failure = .init(
        code: "DynamicPartitioning.MetadataExtractionFailed", message: error.reason, attempts: 1, at: now
      )
      return (failed, DeliveryPiece(size: size, .failed(.processingFailed)))
    }
  }

  private var isPartitioned: Bool { plan.running.partitioning != nil }

  /// Keeps what the machine has taken.
  private mutating func hold(_ item: Cargo.Item, _ pieces: [Piece], origin: Int32) {
    for piece in pieces { hold(piece, origin: origin, isSeen: plan.running.transform == nil) }
    if plan.running.backup == .all { cargo.add(item, to: .copies(origin)) }
  }

  private mutating func hold(_ piece: Piece, origin: Int32, isSeen: Bool) {
    switch piece.piece.way {
    case .on(let partition):
      if partition != 0 { partitions.retain(partition) }
      cargo.add(piece.item, to: isSeen ? isPartitioned ? .staged(origin) : .main(origin) : .ahead(origin))
    case .failed(let output): cargo.add(piece.item, to: .output(output))
    case .dropped: break
    }
  }

  // MARK: Shards

  /// A shard is to be read from a position on.
  mutating func open(_ shard: ShardID, from position: Int64, at now: Instant) {
    guard !origins.contains(shard) else { return }
    origins.append(shard)
    _ = step(.openShard(shard, from: position), at: now)
  }

  /// A closed shard was read to its end.
  mutating func end(_ shard: ShardID, at now: Instant) {
    ended.insert(shard)
    _ = step(.endShard(shard), at: now)
  }

  /// The shards that are read now.
  var reading: [ShardID] { origins.filter { !ended.contains($0) } }

  // MARK: Attempts

  mutating func wake(at now: Instant) -> [Shipment] {
    var effects: [DeliveryEffect] = []
    machine.wake(at: now, into: &effects)
    return note(effects, at: now)
  }

  /// What became of an attempt. One that is not under way, of other records than were told, changes nothing.
  mutating func end(_ id: Shipment.ID, _ outcome: Shipment.Outcome, at now: Instant) -> [Shipment] {
    let ended = cargo.end(id) { plan.failure(of: id.work, outcome, attempt: $0, at: now) }
    guard let load = ended else { return [] }
    switch (id.work, outcome) {
    case (.delivery(let delivery), .delivered): return step(.delivered(delivery), at: now)
    case (.delivery(let delivery), .failed(_, let jitter)):
      return step(.deliveryFailed(delivery, jitter: jitter), at: now)
    case (.delivery(let delivery), .rejected):
      // Of an HTTP endpoint a rejection is its 413, by which records are lost: what weir does not do is none.
      guard plan.obstacle == nil || plan.endpoint == nil else {
        return step(.deliveryFailed(delivery, jitter: 1_000), at: now)
      }
      return step(.deliveryRejected(delivery), at: now)
    case (.delivery(let delivery), .partly(let refused, let jitter)):
      return keep(refused, of: delivery, load, jitter: jitter, at: now)
    case (.delivery(let delivery), .answered): return step(.deliveryFailed(delivery, jitter: 1_000), at: now)
    case (.call(let call), .answered(let verdicts)) where verdicts.count == load.items.count:
      return answer(call, load, verdicts, at: now)
    case (.call(let call), _): return step(.transformFailed(call), at: now)
    case (.channel, _): return []
    }
  }

  /// Documents were refused: they alone are tried again, or, where all are for what they are, they go to the error output.
  private mutating func keep(
    _ refused: [BulkIndex.Refused], of delivery: DeliveryID, _ load: Cargo.Load, jitter: Int64, at now: Instant
  ) -> [Shipment] {
    guard let index = plan.bulk, refused.allSatisfy({ load.items.indices.contains($0.place) }) else {
      return step(.deliveryFailed(delivery, jitter: jitter), at: now)
    }
    let own = load.shipment.flatMap { shipment -> BulkIndex? in
      if case .bulk(let own) = shipment.target { own } else { nil }
    }
    let rests = refused.map { document in
      let item = load.items[document.place], id = own?.id(load.numbers[document.place])
      return (place: document.place, failure: index.failure(of: document, item, id: id, attempt: load.attempt, at: now))
    }
    cargo.keep(rests, of: delivery)
    let isFinal = refused.allSatisfy(\.isFinal)
    return step(isFinal ? .deliveryRejected(delivery) : .deliveryFailed(delivery, jitter: jitter), at: now)
  }

  /// What a function said of each record.
  private mutating func answer(
    _ call: InvocationID, _ load: Cargo.Load, _ verdicts: [FunctionCall.Verdict], at now: Instant
  ) -> [Shipment] {
    let origin = load.origin
    _ = cargo.endCall(call)
    let pieces = zip(load.items, verdicts).map { item, verdict -> Piece in
      switch verdict.result {
      case .ok: return destined(item.holding(verdict.data), keys: verdict.keys, at: now, isSeen: true)
      case .dropped: return (item, DeliveryPiece(size: Int64(item.record.data.count), .dropped))
      case .processingFailed:
        var failed = item
        let (code, message) = verdict.reason
        failed.failure = .init(
          code: code, message: message, attempts: load.attempt, at: now, details: plan.functionDetails)
        return (failed, DeliveryPiece(size: Int64(item.record.data.count), .failed(.processingFailed)))
      }
    }
    for piece in pieces { hold(piece, origin: origin, isSeen: true) }
    partitions.forgetUnused()
    return step(.processed(call, pieces.map(\.piece)), at: now)
  }

  private mutating func step(_ input: DeliveryInput, at now: Instant) -> [Shipment] {
    var effects: [DeliveryEffect] = []
    machine.step(input, at: now, into: &effects)
    return note(effects, at: now)
  }

  private mutating func note(_ effects: [DeliveryEffect], at now: Instant) -> [Shipment] {
    var shipments: [Shipment] = []
    for effect in effects {
      switch effect {
      case .deliver(let delivery): shipments.append(ship(delivery))
      case .invoke(let call): shipments.append(invoke(call))
      case .placed(let parcel, let target):
        let items = cargo.take(parcel.records, from: .staged(parcel.origin))
        if case .errorOutput(let output) = target {
          for item in items { cargo.add(item.failing(.tooManyPartitions(at: now)), to: .output(output)) }
        } else {
          for item in items { cargo.add(item, to: .partition(parcel.partition)) }
        }
      case .unprocessed(let parcels, let call): giveUp(parcels, call, at: now)
      case .settled(let receipt): settle(receipt)
      // A source that does not fail over is not read again.
      case .put, .refused, .checkpoint, .limitRaised, .reread: break
      }
    }
    return shipments
  }

  /// Records that a function did not see, or failed at too often.
  private mutating func giveUp(_ parcels: [DeliveryParcel], _ call: InvocationID?, at now: Instant) {
    guard let load = call.flatMap({ cargo.endCall($0) }) else {
      let failure = Shipment.Content.Failure(
        code: "Lambda.RequestTooLarge", message: "The records are more than the 6 MB that a function takes.",
        attempts: 0,
        at: now, details: plan.functionDetails)
      for parcel in parcels {
        for item in cargo.take(parcel.records, from: .ahead(parcel.origin)) {
          cargo.add(item.failing(failure), to: .output(.processingFailed))
        }
      }
      return
    }
    for item in load.items { cargo.add(load.failure.map(item.failing) ?? item, to: .output(.processingFailed)) }
  }

  private mutating func settle(_ receipt: DeliveryReceipt) {
    cargo.settle(receipt, isPartitioned: isPartitioned)
    receipts.append(receipt)
    guard !receipt.isCopy else { return }
    for parcel in receipt.parcels where parcel.partition != 0 {
      if partitions.release(parcel.partition, parcel.records) { cargo.forget(partition: parcel.partition) }
    }
  }

  // MARK: Shipments

  private mutating func invoke(_ call: Invocation) -> Shipment {
    let load = cargo.load(call)
    let id = Shipment.ID(
      stream: post, line: number, work: .call(call.id), first: load.first, count: Int64(load.items.count))
    let content = Shipment.Content(items: load.items, numbers: load.numbers, form: .records(delimiter: []))
    let seed = "\(plan.configuration.name)/\(post)/\(number)/\(call.origin)/\(load.first)/call/\(call.attempt)"
    let shipment = Shipment(
      id: id, target: .function(plan.call(seed: seed, timeout: call.timeout)), content: content,
      packing: .delivery(.none))
    cargo.ship(shipment)
    return shipment
  }

  private mutating func ship(_ delivery: Delivery) -> Shipment {
    let load = cargo.load(delivery)
    let id = Shipment.ID(
      stream: post, line: number, work: .delivery(delivery.id), first: load.first, count: Int64(load.items.count))
    let isMain = delivery.target == .destination
    let store = isMain ? plan.main : delivery.target == .backup ? plan.backup : plan.errors
    let form: Shipment.Content.Form =
      switch delivery.target {
      case .errorOutput: .failures(load.failure)
      case .backup: .records(delimiter: [])
      case .destination: .records(delimiter: plan.processing.delimiter)
      }
    let content = Shipment.Content(items: load.items, numbers: load.numbers, form: form)
    let shipment = Shipment(
      id: id, target: target(of: delivery, first: load.first), content: content,
      packing: .delivery(store?.compression ?? plan.contentEncoding))
    cargo.ship(shipment)
    return shipment
  }

  private func target(of delivery: Delivery, first: Int64) -> Shipment.Target {
    let line = delivery.origin.map { "\($0)" } ?? partitions.seed(of: delivery.partition)
    let seed = "\(plan.configuration.name)/\(post)/\(number)/\(line)/\(first)/\(delivery.target)"
    switch delivery.target {
    case .destination:
      if let obstacle = plan.obstacle { return .nowhere(obstacle) }
      if var endpoint = plan.endpoint {
        endpoint.requestID = GeneratedID.uuid(seed)
        return .request(endpoint)
      }
      if var index = plan.bulk {
        // As the line is: a document's number is its own among those of its shard or channel.
        index.seed = "\(plan.configuration.name)/\(post)/\(number)/\(line)"
        return .bulk(index)
      }
      if var collector = plan.collector {
        collector.channel = GeneratedID.uuid(seed)
        return .collector(collector)
      }
      guard let main = plan.main else { return .nowhere("weir serve does not know this destination") }
      let keys = partitions.keys(of: delivery.partition)
      return .object(bucket: main.bucket, key: main.key(of: delivery, seed: seed, keys))
    case .backup:
      // The backup's objects are called as those of a destination in S3 of its own.
      var copy = delivery
      copy.target = .destination
      return .object(bucket: plan.backup.bucket, key: plan.backup.key(of: copy, seed: seed))
    case .errorOutput: return .object(bucket: plan.errors.bucket, key: plan.errors.key(of: delivery, seed: seed))
    }
  }
}
