internal import KinesisCore
internal import Units

/// The records that a delivery stream's machine holds, which counts them and does not know them.
///
/// Records wait in lines, and the machine takes them from a line in the order in which they came into it: so it says how many, and they
/// are the first. From their first attempt until they come to an end they are a load, by the place of the delivery or of the call.
struct Cargo: Sendable {
  /// A record and where it comes from.
  struct Item: Sendable {
    var record: PayloadStore.Record
    /// When it reached the service.
    var arrival: Instant
    /// Where it lay in a data stream; nil for Direct PUT.
    var place: Place?
    /// Why it goes to the error output by itself.
    var failure: Shipment.Content.Failure?
  }

  /// A record's place in a data stream.
  struct Place: Sendable, Hashable {
    var shard: ShardID
    var sequenceNumber: SequenceNumber
    /// Which of those that the Kinesis Producer Library packed into one.
    var subsequence = 0
  }

  /// Records on their way together.
  struct Load: Sendable {
    var items: [Item]
    /// The number of the first among those of its line, and of each.
    var first: Int64, numbers: [Int64]
    /// The shard or channel that a call's records came by; of no meaning for deliveries.
    var origin: Int32 = 0
    /// Which attempt it is, from 1.
    var attempt: Int64 = 1
    /// The attempt under way, whole as it was given out; nil while it rests.
    var shipment: Shipment?
    /// Why the last attempt failed.
    var failure: Shipment.Content.Failure?
  }

  /// Where records wait. Shards and channels are told by their position.
  enum Line: Sendable, Hashable {
    /// For the function.
    case ahead(Int32)
    /// For their dynamic partition's buffer.
    case staged(Int32)
    /// For the destination, of a shard or channel, or of a dynamic partition.
    case main(Int32), partition(Int32)
    /// For the error output.
    case output(ErrorOutput)
    /// Copies of source records for the backup.
    case copies(Int32)
  }

  private struct Queue: Sendable {
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

  private var lines: [Line: Queue] = [:]
  /// How many records went to dynamic partitions: a partition that comes again counts on from there, so that no object is called as
  /// one of its former life.
  private var placed: Int64 = 0
  /// By the place of their delivery, and of their call.
  private var loads: [Int: Load] = [:], calls: [Int: Load] = [:]

  /// Has a record wait in a line.
  mutating func add(_ item: Item, to line: Line) {
    if case .partition = line {
      if lines[line] == nil { lines[line] = Queue(taken: placed) }
      placed += 1
    }
    lines[line, default: Queue()].items.append(item)
  }

  /// Takes the first records of a line.
  mutating func take(_ count: Int64, from line: Line) -> [Item] { lines[line, default: Queue()].take(count).items }

  /// A dynamic partition without records is forgotten.
  mutating func forget(partition: Int32) { lines[.partition(partition)] = nil }

  // MARK: Loads

  /// The load of a delivery, taken from its line with the first attempt.
  mutating func load(_ delivery: Delivery) -> Load {
    if var load = loads[delivery.id.slot] {
      load.attempt = delivery.attempt
      loads[delivery.id.slot] = load
      return load
    }
    let (items, first) = lines[Self.line(of: delivery), default: Queue()].take(delivery.records)
    let load = Load(items: items, first: first, numbers: Array(first..<first + delivery.records))
    loads[delivery.id.slot] = load
    return load
  }

  private static func line(of delivery: Delivery) -> Line {
    switch delivery.target {
    case .destination: delivery.origin.map { .main($0) } ?? .partition(delivery.partition)
    case .errorOutput(let output): .output(output)
    case .backup: .copies(delivery.origin ?? 0)
    }
  }

  /// The load of a call, taken from its line with the first attempt.
  mutating func load(_ call: Invocation) -> Load {
    if call.attempt > 1, var load = calls[call.id.slot] {
      load.attempt = call.attempt
      calls[call.id.slot] = load
      return load
    }
    let (items, first) = lines[.ahead(call.origin), default: Queue()].take(call.records)
    let load = Load(items: items, first: first, numbers: Array(first..<first + call.records), origin: call.origin)
    calls[call.id.slot] = load
    return load
  }

  /// An attempt is under way.
  mutating func ship(_ shipment: Shipment) {
    switch shipment.id.work {
    case .delivery(let id): loads[id.slot]?.shipment = shipment
    case .call(let id): calls[id.slot]?.shipment = shipment
    case .channel: preconditionFailure("a channel's records are in its line")
    }
  }

  /// The load of the attempt that an outcome tells of, if it is under way; it is no longer. `failure` is given which attempt it was,
  /// and says why it failed.
  mutating func end(_ id: Shipment.ID, _ failure: (Int64) -> Shipment.Content.Failure?) -> Load? {
    switch id.work {
    case .delivery(let delivery): Self.end(id, failure, &loads[delivery.slot])
    case .call(let call): Self.end(id, failure, &calls[call.slot])
    case .channel: nil
    }
  }

  private static func end(
    _ id: Shipment.ID, _ failure: (Int64) -> Shipment.Content.Failure?, _ load: inout Load?
  ) -> Load? {
    guard var ended = load, let shipment = ended.shipment, shipment.id == id else { return nil }
    // What goes to the error output tells why the destination did not take it, and not why the error output does not.
    if !shipment.content.isFailed, let failure = failure(ended.attempt) { ended.failure = failure }
    load = ended
    load?.shipment = nil
    return ended
  }

  /// Of a delivery's records only those at some places are still to be taken, and why they were not. The places are in order.
  mutating func keep(_ rests: [(place: Int, failure: Shipment.Content.Failure)], of id: DeliveryID) {
    guard var load = loads[id.slot] else { return }
    load.numbers = rests.map { load.numbers[$0.place] }
    load.items = rests.map { rest in
      var item = load.items[rest.place]
      item.failure = rest.failure
      return item
    }
    loads[id.slot] = load
  }

  /// A call is over: its records go on by themselves.
  mutating func endCall(_ id: InvocationID) -> Load? { calls.removeValue(forKey: id.slot) }

  /// Records came to an end; those that no attempt was made at are the first of their line.
  mutating func settle(_ receipt: DeliveryReceipt, isPartitioned: Bool) {
    if let id = receipt.id {
      loads[id.slot] = nil
      return
    }
    guard let target = receipt.target else { return }
    for parcel in receipt.parcels {
      let line: Line =
        switch target {
        case .destination: isPartitioned ? .partition(parcel.partition) : .main(parcel.origin)
        case .errorOutput(let output): .output(output)
        case .backup: .copies(parcel.origin)
        }
      _ = lines[line, default: Queue()].take(parcel.records)
    }
  }

  /// The attempts under way, calls first, in order of their places.
  var underWay: [Shipment] {
    calls.keys.sorted().compactMap { calls[$0]?.shipment } + loads.keys.sorted().compactMap { loads[$0]?.shipment }
  }
}

extension Cargo.Item {
  /// The same, which goes to the error output.
  func failing(_ failure: Shipment.Content.Failure) -> Cargo.Item {
    var own = self
    own.failure = failure
    return own
  }
}
