internal import KinesisCore
public import Simulation
public import Units

/// One replication under the virtual clock: all hot state in one place, events as plain data.
///
/// The main path: `advance` takes the next event or arrival; producers hand records over, gather and send them
/// (`Run+Producers`), requests reach the core and come back (`Run+Requests`), readers poll or are pushed to and process
/// (`Run+Consumers`), the scenario interferes and seconds are closed (`Run+Scenario`, `Run+Recording`), `finish` adds up.
/// Nothing here decides what the service does: that is `account`'s.
public struct Run: ~Copyable {
  let experiment: Experiment
  let replication: Int
  let start: Instant, end: Instant, measuredFrom: Instant

  var account: Account
  var producers: [Producer]
  var processes: [Process] = []
  var records = RecordPool()
  var requests = RequestPool()
  var consumers: [Consumer] = []
  var readers: [Reader] = []
  /// Delivery streams, their pollers and what they wait for; slots of `attempts` are used again.
  var firehoses: [Firehose] = [], sources: [SourcePoller] = []
  var attempts: [PendingAttempt] = [], freeAttempts: [Int] = []
  /// The partition keys' length in each stream's records.
  let sourceKeyBytes: [Int64]
  let freshnessMonitors: [[Int]]
  /// The sub-shard hashes of stored records, by stream and shard, where a mapping needs them.
  var keyTrails: [KeyTrails]
  /// Functions of the account that run now.
  var functionsRunning = 0
  /// Sub-shards that wait for the account's concurrency, each at most once.
  var throttledFunctions: [Int] = []
  /// For each stream the fan-out consumers, by position.
  var fanOutConsumers: [[Int]]

  var queue: EventQueue
  var clocks: WinnerTree
  /// The instant of the event being taken.
  public internal(set) var now: Instant
  /// Events and arrivals taken.
  public private(set) var eventCount: Int64 = 0
  /// Folded over all of them.
  public internal(set) var trajectory = TrajectoryHash()
  /// What the latest event was.
  private(set) var latest = Latest.none
  /// Records handed over, not yet stored or given up.
  var inFlight: Int64 = 0
  /// The Kinesis Producer Library in every process that uses it; by stream and shard what its Kinesis records stand for.
  var kpl = KPLState()
  var userRecords: [[UserRecordIndex]]
  /// What is wrong with each stream.
  var faults: [StreamFaults]

  var meters: [StreamMeter]
  var book: MetricBook
  var notes = NoteBook()
  var monitors: [ObjectiveMonitor]
  /// The objectives with times, by producer and by consumer.
  let putMonitors: [[Int]], readMonitors: [[Int]]
  /// The event scheduled last for what streams do by themselves; an on-demand stream always has one to come.
  var streamChangeAt = Instant.never
  var secondBegan: Instant
  var secondCount: Int64 = 0
  let putTime: Sampler, readTime: Sampler, fanOutTime: Sampler
  let binSeconds: Int64, lookSeconds: Int64
  var scalers: [RunningScaler] = []
  var channels: [RunningChannel] = []
  /// What a channel has just delivered; empty between calls.
  var deliveries: [DeliveryChannel.Batch] = []
  /// What somebody looks at closely; nil in ordinary runs.
  var lens: Lens?

  /// An event as plain data, for check mode.
  enum Latest {
    case none
    case event(UInt64)
    case arrival(Int)
  }

  /// A replication at its first instant. `replication` counts from 0; equal arguments give equal runs.
  public init(_ prepared: PreparedExperiment, replication: Int) {
    let experiment = prepared.experiment, horizon = experiment.horizon
    (self.experiment, self.replication) = (experiment, replication)
    (start, end) = (horizon.start, horizon.start + horizon.duration)
    (now, secondBegan, measuredFrom) = (start, start, horizon.start + horizon.warmup)
    let start = horizon.start
    account = Account(
      region: experiment.region, limits: experiment.limits,
      streams: experiment.streams.indices.map { Self.stream($0, of: experiment, at: start) }, at: start)
    producers = prepared.producers.map { Producer($0) }
    queue = EventQueue(start: start)
    clocks = WinnerTree(count: max(1, prepared.producers.last?.endProcess ?? 0))
    meters = account.streams.map { StreamMeter($0, at: start) }
    book = MetricBook(streams: experiment.streams, consumers: experiment.consumers, firehoses: experiment.firehoses)
    let from = measuredFrom
    monitors = experiment.objectives.map { ObjectiveMonitor($0, measuredFrom: from) }
    putMonitors = experiment.producers.indices.map { Self.putObjectives(of: $0, in: experiment) }
    readMonitors = experiment.consumers.indices.map { Self.readObjectives(of: $0, in: experiment) }
    freshnessMonitors = experiment.firehoses.indices.map { Self.freshnessObjectives(of: $0, in: experiment) }
    sourceKeyBytes = experiment.streams.indices.map { Self.keyBytes(of: $0, in: experiment) }
    (putTime, readTime) = (Sampler(experiment.serviceTimes.put), Sampler(experiment.serviceTimes.getRecords))
    fanOutTime = Sampler(experiment.serviceTimes.fanOut)
    (binSeconds, lookSeconds) = (horizon.reportBin.nanoseconds / 1_000_000_000, Self.lookSeconds(horizon))
    fanOutConsumers = experiment.streams.map { _ in [] }
    (userRecords, faults) = (experiment.streams.map { _ in [] }, experiment.streams.map { _ in StreamFaults() })
    keyTrails = experiment.streams.indices.map { KeyTrails(of: $0, in: experiment) }
    startProducers()
    startConsumers()
    startFirehoses()
    for stream in meters.indices { followTariff(of: stream) }
    if replication == 0 { for stream in meters.indices { meters[stream].minutes = ShardMinuteBook() } }
    scheduleScenario()
    startScalers()
    startChannels()
  }

  /// Takes events until none is due before the end, or `limit` of them are taken.
  ///
  /// - Returns: Whether the run is over.
  public mutating func advance(limit: Int) -> Bool {
    var left = limit
    while left > 0 {
      let arrival = clocks.minKey == .max ? Instant.never : Instant(nanoseconds: Int64(clocks.minKey))
      let event = queue.nextInstant ?? .never
      guard min(arrival, event) < end else { return true }
      left -= 1
      eventCount += 1
      if event <= arrival { takeEvent() } else { takeArrival(at: arrival) }
    }
    return false
  }

  private mutating func takeEvent() {
    guard let (instant, word) = queue.pop() else { return }
    (now, latest) = (instant, .event(word))
    trajectory.fold(UInt64(bitPattern: instant.nanoseconds) ^ word)
    dispatch(RunEvent(word: word))
  }

  private mutating func takeArrival(at instant: Instant) {
    let process = clocks.minEntity
    (now, latest) = (instant, .arrival(process))
    trajectory.fold(UInt64(bitPattern: instant.nanoseconds) ^ UInt64(process))
    handOver(from: process)
  }

  private mutating func dispatch(_ event: RunEvent) {
    switch event.kind {
    case .linger: linger(Int32(event.index), generation: event.generation)
    case .put: put(Int32(event.index))
    case .putAnswer: answerPut(Int32(event.index))
    case .retry: retry(Int32(event.index), generation: event.generation)
    case .traceCopy: handOverCopy(event.index, producer: Int(event.generation))
    case .read: read(event.index)
    case .arrival: arrive(at: event.index)
    case .processed: processed(by: event.index)
    case .lease: activate(event.index)
    case .streamChange: followStreams()
    case .scenario: begin(event.index)
    case .scenarioEnd: end(event.index)
    case .second: closeSecond()
    case .warmupEnd: endWarmup()
    case .sourcePoll: pollSource(event.index)
    case .sourceAnswer: answerSource(event.index)
    case .deliveryWake: wakeDelivery(event.index)
    case .attemptEnd: endAttempt(event.index)
    case .kplPacked: endPackingWhenDue(event.index)
    case .kplCollected: sendCallWhenDue(event.index)
    case .kplDrain: drainWhenDue(event.index)
    case .kplPut: put(call: Int32(event.index))
    case .kplAnswer: answer(call: Int32(event.index))
    case .kplMap: takeShardMap(event.index)
    case .sdkRetry: send(Int32(event.index))
    case .scale: look(event.index, generation: event.generation)
    case .deliver: wakeChannel(event.index)
    case .invoke: invokeWhenDue(event.index)
    case .invoked: functionReturned(event.index)
    case .flinkMinute: closeFlinkMinute(of: event.index)
    case .flinkResume: resumeFlink(event.index)
    }
  }

  mutating func schedule(_ event: RunEvent, at instant: Instant, _ priority: EventPriority = .service) {
    guard instant < end else { return }
    queue.schedule(at: instant, priority: priority, payload: event.word)
  }

  private static func putObjectives(of producer: Int, in experiment: Experiment) -> [Int] {
    experiment.objectives.indices.filter {
      guard case .putLatency(let which) = experiment.objectives[$0].metric else { return false }
      return which == nil || which == producer
    }
  }

  private static func readObjectives(of consumer: Int, in experiment: Experiment) -> [Int] {
    experiment.objectives.indices.filter {
      guard case .propagation(let which) = experiment.objectives[$0].metric else { return false }
      return which == nil || which == consumer
    }
  }

  private static func freshnessObjectives(of firehose: Int, in experiment: Experiment) -> [Int] {
    experiment.objectives.indices.filter {
      guard case .dataFreshness(let which) = experiment.objectives[$0].metric else { return false }
      return which == nil || which == firehose
    }
  }

  /// The length of the partition keys in a stream's records, which a delivery stream does not get; of producers that
  /// differ, the mean.
  private static func keyBytes(of stream: Int, in experiment: Experiment) -> Int64 {
    let lengths = experiment.producers.filter { $0.stream == stream }.map { Int64($0.keyBytes) }
    return lengths.isEmpty ? 0 : lengths.reduce(0, +) / Int64(lengths.count)
  }

  /// How often objectives without a window are looked at: every report bin, or every thousandth of the run if that is
  /// longer.
  private static func lookSeconds(_ horizon: Horizon) -> Int64 {
    let bin = horizon.reportBin.nanoseconds
    return max(1, horizon.duration.nanoseconds / 1_000 / bin) * bin / 1_000_000_000
  }
}
