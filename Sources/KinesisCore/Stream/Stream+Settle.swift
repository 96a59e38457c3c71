/// Puts of many records at once, whose order nobody knows: settled where the order cannot matter, refused where it could.
///
/// A driver that knows how many records reach a shard in a stretch of time, and not when, asks `settle`. What is settled has the
/// law of puts one by one; where `settle` refuses, nothing has changed, and the driver puts record by record.
extension Stream {
  /// What a shard's two write limits stand at; after `settle`, what they have at least.
  public func gate(of shard: ShardID) -> GateReading { GateReading(gate: gates[shard.index], terms: gateTerms) }

  /// Stores all records of a span, if none of them can be refused, in whatever order they arrive. O(1).
  ///
  /// Then the shard's gate is what it is at least; `replay` says what it is. False, with nothing changed, where one could be
  /// refused. No change of the stream may lie between the span and the latest instant seen.
  /// `runs` are its records in order of arrival.
  public mutating func settle(_ span: RecordSpan, _ runs: [ArrivalRun], in shard: ShardID) -> Bool {
    guard gates[shard.index].settle(span, gateTerms) else { return false }
    shards[shard.index].store(span, runs)
    return true
  }

  /// Puts equal records to a shard at an instant that may lie before the latest one seen by other shards.
  public mutating func put(_ arrival: RecordArrival, in shard: ShardID) -> PutOutcome {
    admit(RecordHeader(arrival), to: shard, at: arrival.at)
  }

  /// Says exactly what a shard's gate stands at: it stood at `reading`, then took what has arrived since, all of which was
  /// settled. O(arrivals).
  public mutating func replay(_ arrivals: [RecordArrival], from reading: GateReading, in shard: ShardID) {
    var gate = reading.gate
    for arrival in arrivals {
      let (accepted, _) = gate.admit(Int64(arrival.count), of: Int64(arrival.size), at: arrival.at, gateTerms)
      assert(accepted == Int64(arrival.count), "what was settled is refused")
    }
    gates[shard.index] = gate
  }
}

extension RecordHeader {
  /// Equal records whose shard is known: the key decides nothing any more.
  public init(_ arrival: RecordArrival) {
    self.init(hashKey: HashKey(0), size: arrival.size, count: arrival.count)
  }
}
