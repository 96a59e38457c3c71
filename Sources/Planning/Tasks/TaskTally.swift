internal import Experiment
public import Models
internal import Pricing
public import Simulation
public import Units

/// What adds up over replications, exactly: adding tallies is associative and knows no order.
public struct TaskTally: Sendable, Equatable, Codable {
  /// Values under names, ascending by name.
  public struct Named<Value: Sendable & Equatable & Codable>: Sendable, Equatable, Codable {
    /// A value and its name.
    public struct Entry: Sendable, Equatable, Codable {
      /// Its name.
      public var name: String
      /// Its value.
      public var value: Value
    }

    /// Ascending by name, each name once.
    public private(set) var entries: [Entry] = []

    /// Nothing.
    public init() {}

    /// The value under a name; nil when there is none. O(log n).
    public subscript(name: String) -> Value? {
      let place = place(of: name)
      return place < entries.count && entries[place].name == name ? entries[place].value : nil
    }

    mutating func add(_ value: Value, to name: String, _ combine: (inout Value, Value) -> Void) {
      let place = place(of: name)
      if place < entries.count, entries[place].name == name {
        combine(&entries[place].value, value)
      } else {
        entries.insert(Entry(name: name, value: value), at: place)
      }
    }

    mutating func add(_ other: Named, _ combine: (inout Value, Value) -> Void) {
      for entry in other.entries { add(entry.value, to: entry.name, combine) }
    }

    private func place(of name: String) -> Int { entries.partitioningIndex { $0.name >= name } }
  }

  /// Replications.
  public private(set) var replications: Int64 = 0
  /// Counts: where records went, and what was used in whole base units under `usage.ITEM SCOPE`.
  public private(set) var counts = Named<Int128>()
  /// Amounts of money: `cost`, for the billing period, when every price is known.
  public private(set) var amounts = Named<Money>()
  /// The earliest instant at which any replication broke an objective, by the objective's ID.
  public private(set) var breaks = Named<Instant>()
  /// Times: `producers.NAME.put_latency`, `consumers.NAME.propagation`, `firehoses.NAME.freshness`.
  public private(set) var times = Named<LatencyHistogram>()
  /// Sizes of objects: `firehoses.NAME.objects`.
  public private(set) var sizes = Named<SizeHistogram>()

  /// Nothing yet.
  public init() {}

  /// What one run came to.
  public init(_ result: RunResult) {
    replications = 1
    count(result.records)
    for line in result.usage.lines { count(line.quantity, "usage.\(line.item.rawValue) \(line.scope)") }
    let bill = result.bill
    if !bill.isPartial(nil) { add(bill.total, to: "cost") }
    for verdict in result.verdicts {
      if let instant = verdict.firstBrokenAt { add(instant, to: verdict.objective.id) }
    }
    for producer in result.producers { add(producer.putLatency, to: "producers.\(producer.name).put_latency") }
    for consumer in result.consumers { add(consumer.propagation, to: "consumers.\(consumer.name).propagation") }
    for firehose in result.firehoses {
      add(firehose.freshness, to: "firehoses.\(firehose.name).freshness")
      add(firehose.delivery.sizes, to: "firehoses.\(firehose.name).objects")
    }
  }

  /// Adds another tally.
  public mutating func add(_ other: TaskTally) {
    replications += other.replications
    counts.add(other.counts) { $0 += $1 }
    amounts.add(other.amounts) { $0 += $1 }
    breaks.add(other.breaks) { $0 = min($0, $1) }
    times.add(other.times) { $0.add($1) }
    sizes.add(other.sizes) { $0.add($1) }
  }

  private mutating func count(_ ledger: RecordLedger) {
    count(Int128(ledger.offered), "offered")
    count(Int128(ledger.accepted), "accepted")
    count(Int128(ledger.throttledAttempts), "throttled_attempts")
    count(Int128(ledger.lost), "lost")
    count(Int128(ledger.inFlight), "in_flight")
  }

  mutating func count(_ count: Int128, _ name: String) { counts.add(count, to: name) { $0 += $1 } }
  mutating func add(_ amount: Money, to name: String) { amounts.add(amount, to: name) { $0 += $1 } }
  mutating func add(_ instant: Instant, to name: String) { breaks.add(instant, to: name) { $0 = min($0, $1) } }
  mutating func add(_ histogram: LatencyHistogram, to name: String) { times.add(histogram, to: name) { $0.add($1) } }
  mutating func add(_ histogram: SizeHistogram, to name: String) { sizes.add(histogram, to: name) { $0.add($1) } }
}
