internal import Units

/// Records on their way together.
struct DeliveryBatch: Sendable, Hashable {
  private(set) var parcels: [DeliveryParcel] = []
  private(set) var records: Int64 = 0
  private(set) var bytes: Int64 = 0
  private(set) var oldestArrival = Instant.never
  private(set) var oldestReceived = Instant.never

  var isEmpty: Bool { records == 0 }

  /// Adds a parcel; one of the same read and of the same stretch of `grain` goes into the last one.
  mutating func append(_ parcel: DeliveryParcel, grain: Interval) {
    count(parcel)
    guard let last = parcels.last, last.isLike(parcel, grain: grain) else { return parcels.append(parcel) }
    parcels[parcels.count - 1].records += parcel.records
    parcels[parcels.count - 1].bytes += parcel.bytes
    parcels[parcels.count - 1].arrival = min(last.arrival, parcel.arrival)
    parcels[parcels.count - 1].received = min(last.received, parcel.received)
  }

  /// Takes out what came by a shard or channel.
  mutating func remove(origin: Int32) -> [DeliveryParcel] {
    let removed = parcels.filter { $0.origin == origin }
    guard !removed.isEmpty else { return [] }
    let rest = parcels.filter { $0.origin != origin }
    self = DeliveryBatch()
    for parcel in rest {
      count(parcel)
      parcels.append(parcel)
    }
    return removed
  }

  private mutating func count(_ parcel: DeliveryParcel) {
    records += parcel.records
    bytes += parcel.bytes
    oldestArrival = min(oldestArrival, parcel.arrival)
    oldestReceived = min(oldestReceived, parcel.received)
  }
}

extension DeliveryParcel {
  /// Whether both may become one: what tells them apart later is equal, and they came within the same stretch of `grain`.
  func isLike(_ other: DeliveryParcel, grain: Interval) -> Bool {
    origin == other.origin && partition == other.partition && read == other.read && isRepeat == other.isRepeat
      && Self.isNear(arrival, other.arrival, grain) && Self.isNear(received, other.received, grain)
  }

  private static func isNear(_ a: Instant, _ b: Instant, _ grain: Interval) -> Bool {
    a == b || a.nanoseconds / grain.nanoseconds == b.nanoseconds / grain.nanoseconds
  }

  /// Cuts off the first `n` records, 0 < n < records, with their even share of the bytes.
  mutating func cut(_ n: Int64) -> DeliveryParcel {
    var head = self
    (head.records, head.bytes) = (n, DeliveryParcel.share(of: bytes, n, of: records))
    records -= n
    bytes -= head.bytes
    return head
  }

  /// ⌊whole × n / all⌋ without overflow.
  static func share(of whole: Int64, _ n: Int64, of all: Int64) -> Int64 {
    all.dividingFullWidth(whole.multipliedFullWidth(by: n)).quotient
  }
}
