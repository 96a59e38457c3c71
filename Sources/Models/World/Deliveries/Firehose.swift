internal import Experiment
internal import KinesisCore
internal import Limits
internal import Pricing
internal import Simulation
internal import Units

/// One delivery stream in a run: the core's machine says what to do, and this does it in virtual time.
///
/// It polls a stream, or takes what callers put.
struct Firehose: Sendable {
  private let spec: FirehoseSpec, number: Int
  private var machine: DeliveryStream
  private var destination: Destination
  private let metrics: DeliveryMetrics
  private(set) var tally = DeliveryTally()
  /// What reads its stream, nil with Direct PUT; and the shards in the order in which the machine was told of them.
  private var sources: SourceReaders?
  private var origins: [ShardID] = []
  /// Where its records come from that have dynamic partitions; nil without them.
  private let partitions: AliasTable?
  private var keys: RandomStream
  /// Whether a failover may make it read again: then exact runs are kept back to its checkpoints.
  private let canFailOver: Bool
  /// The instant of the wake that counts; others are void.
  private var wakeAt: Instant?

  /// Traps when AWS would refuse the configuration: the scenario was checked.
  init(_ number: Int, of experiment: Experiment, replication: Int) {
    let spec = experiment.firehoses[number], start = experiment.horizon.start, seed = experiment.seed
    func random(_ purpose: Purpose) -> RandomStream {
      RandomStream(
        seed: seed, replication: replication, purpose: purpose, entity: EntityName("firehoses.\(spec.name)"))
    }
    (self.spec, self.number) = (spec, number)
    do throws(DeliveryFlaws) {
      machine = try DeliveryStream(spec.configuration, limits: experiment.limits, at: start)
    } catch {
      preconditionFailure("the scenario was checked: \(error.flaws.map(\.reason))")
    }
    destination = Destination(spec, at: start, random: random)
    metrics = DeliveryMetrics(firehose: number, isPartitioned: spec.partitionKeys > 1)
    sources = SourceReaders(number, of: experiment, replication: replication)
    partitions = spec.partitionKeys > 1 ? .zipf(cardinality: spec.partitionKeys, s: spec.partitionSkew) : nil
    keys = random(.key)
    canFailOver = experiment.events.contains { $0.action == .firehoseFailover(number) }
    tally.ingest.quotaStart = machine.bytesPerSecond ?? .zero
    tally.ingest.quotaEnd = tally.ingest.quotaStart
  }

  var name: String { spec.name }

  // MARK: The machine

  /// Hands the machine an input and does what it wants done.
  private mutating func step(
    _ input: DeliveryInput, _ desk: inout DeliveryDesk, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    var effects: [DeliveryEffect] = []
    machine.step(input, at: calendar.now, into: &effects)
    perform(effects, &desk, &endpoint, &calendar, &observers)
  }

  /// The machine's own deadline, perhaps.
  mutating func wake(
    _ desk: inout DeliveryDesk, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    guard wakeAt == calendar.now else { return }
    wakeAt = nil
    var effects: [DeliveryEffect] = []
    machine.wake(at: calendar.now, into: &effects)
    perform(effects, &desk, &endpoint, &calendar, &observers)
  }

  /// Does what the machine wants done; answers to callers are theirs.
  private mutating func perform(
    _ effects: [DeliveryEffect], _ desk: inout DeliveryDesk, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    for effect in effects {
      switch effect {
      // Where single records go is of use to whoever knows them.
      case .put, .refused, .placed, .unprocessed: continue
      case .invoke(let invocation): begin(invocation, &desk, &calendar)
      case .deliver(let delivery): begin(delivery, &desk, &calendar)
      case .settled(let receipt): settle(receipt, &endpoint, at: calendar.now, &observers)
      case .checkpoint(let shard, let position): calendar.fold(UInt64(shard.index) << 48 ^ UInt64(position))
      case .reread(let shard, let position): sources?.reread(shard, from: position, &calendar)
      case .limitRaised(let limit):
        tally.ingest.quotaEnd = limit
        observers.note(.quotaRaised, name, "to \(limit) a second, after throttling", at: calendar.now)
      }
    }
    tally.note(partitions: machine.activePartitions)
    armWake(&calendar)
  }

  private mutating func armWake(_ calendar: inout Calendar) {
    guard let due = machine.deadline, due < .never else { return }
    let instant = max(due, calendar.now)
    guard wakeAt != instant else { return }
    wakeAt = instant
    calendar.schedule(RunEvent(.deliveryWake, number), at: instant, .release)
  }

  // MARK: Reading a stream

  /// Begins to read its stream behind the newest records.
  mutating func open(
    _ desk: inout DeliveryDesk, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    guard let stream = spec.stream else { return }
    for shard in endpoint.stream(stream).openShards {
      open(shard, from: endpoint.tip(of: shard, in: stream), &desk, &endpoint, &calendar, &observers)
    }
  }

  /// Begins to read a shard.
  private mutating func open(
    _ shard: ShardID, from position: Int64, _ desk: inout DeliveryDesk, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    origins.append(shard)
    step(.openShard(shard, from: position), &desk, &endpoint, &calendar, &observers)
    sources?.open(shard, from: position, polls: machine.pollsPerSecond, &desk, &calendar)
  }

  /// A reader's second may be over.
  func place(of source: Int) -> Place? { sources?.place(of: source) }
  mutating func poll(
    _ source: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    sources?.poll(source, for: machine, &endpoint, &calendar, &observers)
  }

  /// A reader's answer has arrived, perhaps: its records are the machine's.
  mutating func arrive(
    at source: Int, _ desk: inout DeliveryDesk, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    guard let (batch, place) = sources?.arrive(at: source) else { return }
    let age = endpoint[place.stream].retention
    tally.note(undelivered: batch.skipped, at: age, by: number, &observers)
    if batch.count > 0 { hand(batch, at: place, &desk, &endpoint, &calendar, &observers) }
    guard sources?.isExhausted(source) ?? false else { return }
    step(.endShard(place.shard), &desk, &endpoint, &calendar, &observers)
    for child in sources?.finish(place.shard, endpoint) ?? [] {
      open(child, from: 0, &desk, &endpoint, &calendar, &observers)
    }
  }

  private mutating func hand(
    _ batch: Batch, at place: Place, _ desk: inout DeliveryDesk, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    var runs: [DeliveryRun] = []
    var (bytes, taken): (Int64, Int64) = (0, 0)
    for run in endpoint.runs(from: batch.first, to: batch.end, in: place.shard, of: place.stream) {
      let data = max(0, run.bytes - (sources?.keyBytes ?? 0) * run.count)
      bytes += data
      append(run, data, at: place, to: &runs, endpoint)
    }
    taken = runs.reduce(0) { $0 + $1.records }
    tally.handed += taken
    endpoint.note(.readBytes, Double(bytes), firehose: number)
    endpoint.note(.readRecords, Double(taken), firehose: number)
    let read = DeliveryRead(shard: place.shard, runs: runs, next: batch.end)
    step(.read(read), &desk, &endpoint, &calendar, &observers)
  }

  /// A run as the machine takes it, aggregates of the KPL taken apart; with dynamic partitions each record of the stream is
  /// one of its own.
  private mutating func append(
    _ run: RecordRun, _ bytes: Int64, at place: Place, to runs: inout [DeliveryRun], _ endpoint: borrowing Endpoint
  ) {
    let parts = partitions == nil ? 1 : run.count, each = run.count / parts
    for part in 0..<parts {
      let first = run.first + part * each
      let users = endpoint.contents.users(from: first, to: first + each, in: place.shard, of: place.stream)
      let size = bytes * (part + 1) / parts - bytes * part / parts
      runs.append(
        DeliveryRun(
          first: first, count: each, records: users, bytes: size, arrival: run.arrival, partition: drawPartition()))
    }
  }

  /// The dynamic partition of the next record; 0 where there are none.
  private mutating func drawPartition() -> Int32 {
    guard let partitions else { return 0 }
    return Int32(partitions.sample(&keys))
  }

  /// What reads its source fails: every shard is read again from where all was delivered.
  mutating func failOver(
    _ desk: inout DeliveryDesk, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    observers.note(.faultBegan, name, "what reads its source fails; it is read again", at: calendar.now)
    for shard in origins { step(.failOver(shard), &desk, &endpoint, &calendar, &observers) }
  }

  /// The first position of a shard that it has not been handed, or may be handed again. A shard is opened by every delivery
  /// stream that reads its stream, sooner or later.
  func firstNeeded(of shard: Int) -> Int64 {
    guard let first = sources?.unread(of: shard) else { return 0 }
    return canFailOver ? min(first, machine.checkpoint(of: ShardID(shard)) ?? first) : first
  }

  // MARK: Direct PUT

  /// PutRecordBatch: how many of each entry the machine takes. A call refused as a whole took nothing: to the caller all its
  /// records are refused.
  mutating func put(
    _ batch: [DeliveryRecord], took: Interval, _ desk: inout DeliveryDesk, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) -> [Int32] {
    let records = partitions == nil ? batch : batch.map { DeliveryRecord(size: $0.size, partition: drawPartition()) }
    tally.ingest.calls += 1
    var (taken, effects): ([Int32], [DeliveryEffect]) = ([], [])
    do throws(DeliveryRefusal) {
      try machine.putRecordBatch(records, at: calendar.now, accepted: &taken, into: &effects)
    } catch { taken = [] }
    perform(effects, &desk, &endpoint, &calendar, &observers)
    let accepted = zip(batch, taken).reduce(into: (count: 0, bytes: Int64(0))) {
      if $1.1 > 0 { $0 = ($0.count + 1, $0.bytes + Int64($1.0.size)) }
    }
    let refused = batch.count - accepted.count
    calendar.fold(UInt64(accepted.count) << 32 | UInt64(refused))
    metrics.note(accepted, refused: refused, took, limit: machine.bytesPerSecond, &endpoint)
    if refused > 0, tally.note(throttled: Int64(refused), in: observers.secondCount) {
      let first = refused == 1 ? "the first record is" : "the first \(refused) records are"
      observers.note(.ingestThrottled, name, "\(first) throttled: Slow down.", at: calendar.now)
    }
    return taken
  }

  // MARK: Attempts

  private mutating func begin(_ delivery: Delivery, _ desk: inout DeliveryDesk, _ calendar: inout Calendar) {
    tally.noteAttempt(delivery)
    let attempt = Attempt(number, .delivery(delivery), takes: destination.time(of: delivery), atMost: delivery.timeout)
    desk.begin(attempt, &calendar)
  }

  private mutating func begin(_ invocation: Invocation, _ desk: inout DeliveryDesk, _ calendar: inout Calendar) {
    tally.noteInvocation(invocation)
    let attempt = Attempt(
      number, .invocation(invocation), takes: destination.time(of: invocation), atMost: invocation.timeout)
    desk.begin(attempt, &calendar)
  }

  /// An attempt or a call of the transform comes to its end.
  mutating func end(
    _ attempt: Attempt, _ desk: inout DeliveryDesk, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    let input =
      switch attempt.kind {
      case .delivery(let delivery): outcome(of: delivery, attempt, &endpoint, at: calendar.now, &observers)
      case .invocation(let invocation): outcome(of: invocation, attempt, &endpoint)
      }
    step(input, &desk, &endpoint, &calendar, &observers)
  }

  private mutating func outcome(
    of delivery: Delivery, _ attempt: Attempt, _ endpoint: inout Endpoint, at now: Instant,
    _ observers: inout Observers
  ) -> DeliveryInput {
    let isFailed = destination.fails(delivery, at: now) || attempt.timesOut
    metrics.note(delivery, isFailed ? .failure : .success, at: now, &endpoint)
    observers.note(delivery, took: attempt.took, isFailed: isFailed, by: number, at: now)
    guard isFailed else {
      tally.noteDelivered(delivery, from: unit(of: delivery), at: now)
      return .delivered(delivery.id)
    }
    if tally.delivery.failedAttempts == 0 {
      observers.note(.deliveryFailed, name, "a delivery of \(delivery.records) records fails", at: now)
    }
    tally.delivery.failedAttempts += 1
    return .deliveryFailed(delivery.id, jitter: destination.jitter())
  }

  private mutating func outcome(
    of invocation: Invocation, _ attempt: Attempt, _ endpoint: inout Endpoint
  ) -> DeliveryInput {
    tally.noteInvoked(attempt.took)
    endpoint.note(.processingDuration, attempt.took.inMilliseconds, firehose: number)
    endpoint.note(.processingSuccess, attempt.timesOut ? 0 : 1, firehose: number)
    guard !attempt.timesOut else { return .transformFailed(invocation.id) }
    let (dropped, failed) = destination.outcome(of: Int(invocation.records), spec)
    endpoint.note(.processedRecords, Double(Int(invocation.records) - failed), firehose: number)
    return .transformed(invocation.id, dropped: Int64(dropped), failed: Int64(failed))
  }

  /// The buffer a delivery comes from, in words.
  private func unit(of delivery: Delivery) -> String {
    if partitions != nil { return "partition-\(delivery.partition)" }
    guard let origin = delivery.origin else { return "all" }
    return origins.indices.contains(Int(origin)) ? origins[Int(origin)].description : "channel-\(origin)"
  }

  private mutating func settle(
    _ receipt: DeliveryReceipt, _ endpoint: inout Endpoint, at now: Instant, _ observers: inout Observers
  ) {
    switch receipt.end {
    case .delivered:
      for parcel in receipt.parcels where !parcel.isRepeat {
        tally.note(freshness: now - parcel.arrival, parcel.records)
        observers.noteDelivered(now - parcel.arrival, count: parcel.records, by: number)
      }
    case .errorOutput(.activePartitionExceeded):
      let records = receipt.parcels.reduce(0) { $0 + $1.records }, limit = machine.partitionLimit
      endpoint.note(.partitionCountExceeded, 1, firehose: number)
      guard tally.note(overflow: records) else { return }
      let text = records == 1 ? "the first record goes" : "the first \(records) records go"
      observers.note(.partitionsExceeded, name, "all \(limit) are active: \(text) to the error output", at: now)
    case .lost:
      for parcel in receipt.parcels where !parcel.isRepeat {
        tally.note(undelivered: parcel.records, at: now - parcel.arrival, by: number, &observers)
      }
    case .errorOutput, .backedUp, .dropped: return
    }
  }

  // MARK: The destination

  /// The destination takes nothing, or takes deliveries again.
  mutating func changeOutages(by change: Int, at now: Instant, _ observers: inout Observers) {
    let isDown = destination.changeOutages(by: change)
    observers.note(
      isDown ? .outageBegan : .outageEnded, name,
      isDown ? "the destination takes nothing" : "the destination takes deliveries again", at: now)
  }

  /// A slow-down of the destination begins, or ends.
  mutating func beginSlowdown(_ event: Int, factor: Double, at now: Instant, _ observers: inout Observers) {
    destination.beginSlowdown(event, factor: factor)
    observers.note(.faultBegan, name, "deliveries take \(factor) times as long", at: now)
  }

  mutating func endSlowdown(_ event: Int, at now: Instant, _ observers: inout Observers) {
    destination.endSlowdown(event)
    observers.note(.faultEnded, name, "deliveries take their usual time", at: now)
  }

  // MARK: Figures

  /// Once a second: what there is to see at any time.
  mutating func observe(_ endpoint: inout Endpoint, at instant: Instant) {
    sources?.observe(endpoint, at: instant)
    tally.delivery.heldPeak = max(tally.delivery.heldPeak, machine.ledger.records.held)
    guard partitions != nil else { return }
    endpoint.note(.partitionCount, Double(machine.activePartitions), firehose: number)
  }

  /// Statistics begin anew.
  mutating func endWarmup() { tally.endWarmup() }

  /// Records that callers put into it.
  var putRecords: Int64 { sources == nil ? machine.ledger.records.taken : 0 }

  /// How late the records are that are not delivered: what it holds, and what it has not read.
  func undelivered(_ endpoint: borrowing Endpoint, at instant: Instant) -> LatencyHistogram {
    var late = Lateness(at: instant)
    for parcel in machine.undelivered { late.add(since: parcel.arrival, parcel.records) }
    sources?.addUnread(endpoint, to: &late)
    return late.ages
  }

  /// What it came to. Traps when a record is unaccounted for.
  func result(_ endpoint: borrowing Endpoint, at instant: Instant) -> FirehoseResult {
    let ledger = FirehoseLedger(machine.ledger)
    precondition(ledger.isBalanced && machine.isBalanced, "a delivery stream's record is unaccounted for")
    let taken = machine.ledger.records.taken + machine.ledger.repeats.taken + machine.ledger.givenBack
    precondition(sources == nil || tally.handed == taken, "a record read is not taken in")
    var parts = PartitionFigures()
    (parts.activePeak, parts.activeLimit) = (tally.partitionsPeak, machine.partitionLimit)
    parts.overflow = machine.ledger.records[.activePartitionExceeded]
    return FirehoseResult(
      name: name, bufferSize: machine.bufferSize, bufferInterval: machine.bufferInterval, ledger: ledger,
      bytes: Bytes(machine.ledger.bytesTaken), billedBytes: Bytes(machine.ledger.bytesBilled),
      delivery: tally.delivery, freshness: tally.freshness(beside: undelivered(endpoint, at: instant)),
      ingest: sources == nil ? tally.ingest : nil,
      reading: sources?.figures(endpoint), transform: spec.configuration.transform == nil ? nil : tally.transform,
      partitions: partitions == nil ? nil : parts, objects: tally.objects, objectsOmitted: tally.objectsOmitted)
  }

  /// What it used of everything that has a price (F§8).
  func use(over span: Interval) -> DeliveryUse {
    let ledger = machine.ledger, delivery = tally.delivery, transform = tally.transform
    var use = spec.use(over: span)
    (use.billedBytes, use.deliveredBytes) = (Int128(ledger.bytesBilled), Int128(ledger.bytesDelivered))
    (use.objects, use.putRequests) = (Int128(delivery.objects), Int128(delivery.putRequests))
    use.storedBytes = Int128(delivery.storedBytes.count)
    use.transform = FunctionUse(
      invocations: Int128(transform.invocations), memory: FirehoseSpec.transformMemory,
      time: Int128(transform.billedTime.nanoseconds))
    return use
  }
}
