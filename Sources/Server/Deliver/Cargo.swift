internal import KinesisCore
internal import Units

/// The records that a delivery stream's machine holds, which counts them and does not know them.
///
/// Records of a shard or channel leave their buffer in the order in which they came, so that a delivery's records are as many as it
/// says from the front of its line. From its first attempt until it is settled they are a load, by the place of the delivery.
struct Cargo: Sendable {
  /// A record and when it reached the service.
  struct Item: Sendable {
    var record: PayloadStore.Record
    var arrival: Instant
  }

  /// Records on their way together.
  struct Load: Sendable {
    var items: [Item]
    /// The number of the first among those of its line.
    var first: Int64
    /// The attempt under way, whole as it was given out; nil while it rests.
    var shipment: Shipment?
    /// Why the last attempt failed.
    var failure: Shipment.Content.Failure?
  }

  /// Which line: of a shard or channel, of those of the backup's copies or the others.
  private struct Key: Sendable, Hashable {
    var origin: Int32
    var isCopy: Bool
  }

  private struct Line: Sendable {
    var items: [Item] = []
    /// Items before this place are gone.
    var head = 0
    /// How many have gone.
    var taken: Int64 = 0

    mutating func take(_ count: Int64) -> (items: [Item], first: Int64) {
      let end = head + Int(count), first = taken
      let taken = Array(items[head..<end])
      (head, self.taken) = (end, self.taken + count)
      if head * 2 > items.count {
        items.removeFirst(head)
        head = 0
      }
      return (taken, first)
    }
  }

  private var lines: [Key: Line] = [:]
  /// By the place of their delivery.
  private var loads: [Int: Load] = [:]

  /// Takes a record in that the machine has taken.
  mutating func add(_ item: Item, origin: Int32, isCopied: Bool) {
    lines[Key(origin: origin, isCopy: false), default: Line()].items.append(item)
    if isCopied { lines[Key(origin: origin, isCopy: true), default: Line()].items.append(item) }
  }

  /// The load of a delivery, taken from its line with the first attempt.
  mutating func load(_ delivery: Delivery) -> Load {
    if let load = loads[delivery.id.slot] { return load }
    let key = Key(origin: delivery.origin ?? 0, isCopy: delivery.target == .backup)
    let (items, first) = lines[key, default: Line()].take(delivery.records)
    let load = Load(items: items, first: first)
    loads[delivery.id.slot] = load
    return load
  }

  /// An attempt is under way.
  mutating func ship(_ shipment: Shipment) { loads[shipment.id.delivery.slot]?.shipment = shipment }

  /// The attempt that an outcome tells of, if it is under way; it is no longer.
  mutating func end(_ id: Shipment.ID, _ failure: Shipment.Content.Failure?) -> Bool {
    guard loads[id.delivery.slot]?.shipment?.id == id else { return false }
    loads[id.delivery.slot]?.shipment = nil
    if let failure { loads[id.delivery.slot]?.failure = failure }
    return true
  }

  /// Records came to an end; those that no attempt was made at are the first of their line.
  mutating func settle(_ receipt: DeliveryReceipt) {
    if let id = receipt.id {
      loads[id.slot] = nil
      return
    }
    for parcel in receipt.parcels {
      _ = lines[Key(origin: parcel.origin, isCopy: receipt.isCopy), default: Line()].take(parcel.records)
    }
  }

  /// The attempts under way, in order of their places.
  var underWay: [Shipment] { loads.keys.sorted().compactMap { loads[$0]?.shipment } }
}
