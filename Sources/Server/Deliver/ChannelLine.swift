internal import KinesisCore
internal import Units

/// A channel's machine, the records that it counts, and what is under way.
struct ChannelLine: Sendable {
  /// What came to an end.
  struct Receipt: Sendable {
    /// What the core says of it.
    var attempt: ChannelDelivery.Attempt, isDelivered: Bool
    /// The records' payloads.
    var bytes: Int64
  }

  /// What an object is made of, from its first attempt until it comes to an end.
  private struct Load: Sendable {
    var records: [PayloadStore.Record] = []
    var letters: [Cargo.Item] = []
    /// The number of its first record among the channel's.
    var first: Int64
    /// The attempt under way, as it was given out; nil while it rests.
    var shipment: Shipment?

    var bytes: Int64 {
      records.reduce(0) { $0 + Int64($1.data.count) } + letters.reduce(0) { $0 + Int64($1.record.data.count) }
    }
  }

  private let channel: Int
  private let plan: ChannelPlan
  private var machine: ChannelDelivery
  /// For the next flush, in the order in which they came: records, and those that are not what the record format says.
  private var records: [PayloadStore.Record] = [], letters: [Cargo.Item] = []
  /// How many records went into objects.
  private var taken: Int64 = 0
  /// By the place of their attempt.
  private var loads: [Int: Load] = [:]
  private var receipts: [Receipt] = []

  /// The line of a channel, by its id, that is ACTIVE from some instant on.
  init(_ channel: Int, _ plan: ChannelPlan, _ machine: ChannelDelivery) {
    (self.channel, self.plan, self.machine) = (channel, plan, machine)
  }

  /// When something is due by itself; `.never` for nothing.
  var due: Instant { machine.deadline ?? .never }

  /// When the oldest record arrived that has not come to an end; nil when all have.
  var oldest: Instant? { machine.oldest }

  /// What is under way, as it was given out, in order of its places.
  var underWay: [Shipment] { loads.keys.sorted().compactMap { loads[$0]?.shipment } }

  /// What came to an end since it was last asked.
  mutating func takeReceipts() -> [Receipt] {
    defer { receipts = [] }
    return receipts
  }

  // MARK: Steps

  /// The stream has stored records, of so many bytes with their keys. Returns what is to be shipped.
  mutating func store(_ items: [Cargo.Item], bytes: Int64, at now: Instant) -> [Shipment] {
    let checked = items.map { plan.checked($0, at: now) }
    let misfits = checked.filter { $0.failure != nil }
    let arrival = DeliveryChannel.Arrival(records: Int64(items.count), bytes: bytes)
    let shipments = step(.stored(arrival, misfits: Int64(misfits.count)), at: now)
    // What is flushed now is what came before.
    records += checked.lazy.filter { $0.failure == nil }.map(\.record)
    letters += misfits
    return shipments
  }

  mutating func wake(at now: Instant) -> [Shipment] {
    var effects: [ChannelDelivery.Effect] = []
    machine.wake(at: now, into: &effects)
    return note(effects)
  }

  mutating func change(freshness: Interval, at now: Instant) -> [Shipment] { step(.freshness(freshness), at: now) }

  /// The stream keeps records for so long.
  mutating func set(retention: Interval) { machine.set(retention: retention) }

  /// What became of an attempt. One that is not under way, of other records than were told, changes nothing.
  mutating func end(_ id: Shipment.ID, _ outcome: Shipment.Outcome, at now: Instant) -> [Shipment] {
    guard case .channel(let attempt) = id.work, loads[attempt.slot]?.shipment?.id == id else { return [] }
    loads[attempt.slot]?.shipment = nil
    switch outcome {
    case .delivered: return step(.delivered(attempt), at: now)
    case .failed(_, let jitter), .partly(_, let jitter): return step(.failed(attempt, jitter: jitter), at: now)
    case .rejected, .answered: return step(.failed(attempt, jitter: 1_000), at: now)
    }
  }

  private mutating func step(_ input: ChannelDelivery.Input, at now: Instant) -> [Shipment] {
    var effects: [ChannelDelivery.Effect] = []
    machine.step(input, at: now, into: &effects)
    return note(effects)
  }

  private mutating func note(_ effects: [ChannelDelivery.Effect]) -> [Shipment] {
    var shipments: [Shipment] = []
    for effect in effects {
      switch effect {
      case .deliver(let attempt): shipments.append(ship(attempt))
      case .ended(let attempt, let isDelivered):
        let load = loads.removeValue(forKey: attempt.id.slot)
        receipts.append(Receipt(attempt: attempt, isDelivered: isDelivered, bytes: load?.bytes ?? 0))
      }
    }
    return shipments
  }

  private mutating func ship(_ attempt: ChannelDelivery.Attempt) -> Shipment {
    var load = attempt.number == 1 ? take(attempt) : loads[attempt.id.slot] ?? Load(first: taken)
    let id = Shipment.ID(
      stream: channel, line: 0, work: .channel(attempt.id), first: load.first, count: attempt.records)
    let shipment = plan.shipment(id, load.records, load.letters, since: attempt.since)
    load.shipment = shipment
    loads[attempt.id.slot] = load
    return shipment
  }

  /// Everything of its kind that was held: a flush takes all there is.
  private mutating func take(_ attempt: ChannelDelivery.Attempt) -> Load {
    var load = Load(first: taken)
    switch attempt.content {
    case .records: (load.records, records) = (records, [])
    case .deadLetters: (load.letters, letters) = (letters, [])
    }
    precondition(Int64(load.records.count + load.letters.count) == attempt.records, "a flush of other records")
    taken += attempt.records
    return load
  }
}
