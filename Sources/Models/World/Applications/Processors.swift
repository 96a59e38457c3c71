internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// Record processors: what has arrived waits, reader by reader, until the reader's worker has one free. A Flink job is one
/// queue, worked off at the job's rate.
struct Processors: Sendable {
  /// One reader's batches.
  private struct Lane: Sendable {
    var queue: [Batch] = []
    var isBusy = false
    /// The position behind the batch in work; of the first record not handed over; and behind the last one processed, where
    /// another worker would begin.
    var end: Int64 = 0, handed: Int64, checkpoint: Int64
    var service: RandomStream
    /// Until when the last batch was in work that was handed over while its reader was settled.
    var freeAt = Instant.epoch
  }

  /// One worker's processors: how many run, and which readers wait for one.
  private struct Crew: Sendable {
    var running = 0
    var waiting: [Int] = []
  }

  private let consumer: Int
  private let perBatch: Sampler, perRecord: Sampler
  private let mostAtOnce: Int?
  /// How many batches a reader may hold beside the one in work.
  private let prefetch: Int
  /// Whether a job forms windows; asked for every run of records.
  private let isWindowed: Bool
  private var lanes: [Lane] = []
  private var crews: [Crew]
  /// The Flink application; nil for other consumers and before it is deployed. It is large: who asks for every batch asks
  /// first whether there can be one.
  var job: FlinkJob?
  private let isFlink: Bool

  init(_ spec: ConsumerSpec, _ consumer: Int) {
    self.consumer = consumer
    (perBatch, perRecord) = (Sampler(spec.perBatch), Sampler(spec.perRecord))
    mostAtOnce = spec.flink == nil ? spec.concurrency : 1
    prefetch = Self.prefetch(spec)
    (isFlink, isWindowed) = (spec.flink != nil, spec.flink?.window != nil)
    crews = Array(repeating: Crew(), count: spec.workers)
  }

  /// The events that the service pushes before it waits for its consumer (facts §3).
  static let mostPushed = 10

  /// None with a plain loop, the KCL's prefetch queue of three results, or what the service pushes before it waits (facts §9.2).
  /// That a Flink source holds two answers before it waits is assumed.
  private static func prefetch(_ spec: ConsumerSpec) -> Int {
    guard !spec.isFanOut else { return mostPushed }
    return switch spec.application {
    case .plainLoop, .mapping, .queue: 0
    case .flink: 2
    case .recordProcessors: 3
    }
  }

  /// Whether the job stands still to change its parallelism.
  var isRescaling: Bool { isFlink && job?.isRescaling ?? false }
  func handed(by reader: Int) -> Int64 { lanes[reader].handed }
  func checkpoint(of reader: Int) -> Int64 { lanes[reader].checkpoint }
  func queue(of reader: Int) -> [Batch] { lanes[reader].queue }

  /// Whether readers have processors of their own, and ask for more while those work.
  var areUnlimited: Bool { mostAtOnce == nil }
  var readAhead: Bool { prefetch > 0 }

  /// Whether nothing waits or is in work.
  func isIdle(_ reader: Int) -> Bool { lanes[reader].queue.isEmpty && !lanes[reader].isBusy }

  /// Whether a reader may ask for more, `travelling` batches being on their way.
  func hasRoom(_ reader: Int, travelling: Int) -> Bool {
    let held = lanes[reader].queue.count + travelling
    return prefetch == 0 ? held == 0 && !lanes[reader].isBusy : held < prefetch
  }

  /// The next reader begins at a position.
  mutating func add(from position: Int64, service: RandomStream) {
    lanes.append(Lane(handed: position, checkpoint: position, service: service))
  }

  /// The next reader goes on behind a crash of another. Draws go on where they were.
  mutating func inherit(_ reader: Int) {
    var heir = lanes[reader]
    (heir.queue, heir.isBusy) = ([], false)
    lanes.append(heir)
  }

  /// A worker has vanished.
  mutating func forget(worker: Int) { crews[worker] = Crew() }

  mutating func arrive(_ batch: Batch, at reader: Int) { lanes[reader].queue.append(batch) }

  /// Hands the next batch to a record processor, when the reader and its worker are free. Returns whether that took no time at
  /// all, so that the batch is processed.
  mutating func process(
    _ reader: Int, at place: Place, by worker: Int, _ tally: inout Tally, _ endpoint: borrowing Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) -> Bool {
    guard !lanes[reader].isBusy, !lanes[reader].queue.isEmpty else { return false }
    if let mostAtOnce, crews[worker].running >= mostAtOnce {
      if !crews[worker].waiting.contains(reader) { crews[worker].waiting.append(reader) }
      return false
    }
    let batch = takeBatch(of: reader)
    (lanes[reader].isBusy, lanes[reader].end) = (true, batch.end)
    crews[worker].running += 1
    handOver(batch, of: reader, at: place, &tally, endpoint, at: calendar.now, &observers)
    let records = endpoint.contents.users(from: batch.first, to: batch.end, in: place.shard, of: place.stream)
    let time = time(for: records, reader, at: calendar.now)
    calendar.fold(UInt64(time))
    guard time > 0 else { return true }
    calendar.schedule(RunEvent(.processed, place.slot), at: calendar.now + Interval(nanoseconds: time), .release)
    return false
  }

  /// Hands a batch that arrived at an instant that lies back to a record processor of its own. Returns until when it is busy.
  mutating func settle(
    _ batch: Batch, arrived instant: Instant, of reader: Int, at place: Place, _ tally: inout Tally,
    _ endpoint: borrowing Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) -> Instant {
    let begin = max(instant, lanes[reader].freeAt)
    handOver(batch, of: reader, at: place, &tally, endpoint, at: begin, &observers)
    let time = time(for: batch.count, reader, at: begin)
    calendar.fold(UInt64(batch.first) << 20 ^ UInt64(batch.count) ^ UInt64(time))
    (lanes[reader].end, lanes[reader].checkpoint) = (batch.end, batch.end)
    lanes[reader].freeAt = begin + Interval(nanoseconds: time)
    tally.batches += 1
    return lanes[reader].freeAt
  }

  /// A settled reader goes by events again: so does the end of the batch in work. Returns whether there is one.
  mutating func unsettle(
    _ reader: Int, at place: Place, by worker: Int, _ tally: inout Tally, _ calendar: inout Calendar
  ) -> Bool {
    guard lanes[reader].freeAt > calendar.now else { return false }
    calendar.schedule(RunEvent(.processed, place.slot), at: lanes[reader].freeAt, .release)
    lanes[reader].isBusy = true
    crews[worker].running += 1
    tally.batches -= 1
    return true
  }

  /// The next batch. Flink works record by record: of a long one it takes a tenth of a second's worth.
  private mutating func takeBatch(of reader: Int) -> Batch {
    let whole = lanes[reader].queue[0], most = isFlink ? job?.countAtOnce ?? .max : .max
    guard whole.count > most else { return lanes[reader].queue.removeFirst() }
    lanes[reader].queue[0] = Batch(first: whole.first + most, count: whole.count - most)
    return Batch(first: whole.first, count: most)
  }

  private mutating func time(for records: Int64, _ reader: Int, at now: Instant) -> Int64 {
    if isFlink {
      job?.begin(at: now)
      return job?.time(for: records).nanoseconds ?? 0
    }
    let each = perRecord.draw(from: &lanes[reader].service)
    return perBatch.draw(from: &lanes[reader].service).plusClamped(each.timesClamped(records))
  }

  /// What was handed over before a crash counts as a duplicate.
  private mutating func handOver(
    _ batch: Batch, of reader: Int, at place: Place, _ tally: inout Tally, _ endpoint: borrowing Endpoint,
    at now: Instant, _ observers: inout Observers
  ) {
    let first = min(max(batch.first, lanes[reader].handed), batch.end)
    tally.duplicates += endpoint.contents.users(from: batch.first, to: first, in: place.shard, of: place.stream)
    tally.records += endpoint.contents.users(from: first, to: batch.end, in: place.shard, of: place.stream)
    lanes[reader].handed = max(lanes[reader].handed, batch.end)
    if isWindowed {
      for run in endpoint.runs(from: first, to: batch.end, in: place.shard, of: place.stream) {
        job?.take(run, at: place, endpoint.contents, at: now)
      }
    }
    endpoint.forEachArrival(from: first, to: batch.end, in: place) { arrival, last, first, end in
      let count = endpoint.contents.users(from: first, to: end, in: place.shard, of: place.stream)
      tally.note(from: now - last, to: now - arrival, count, by: consumer, &observers)
    }
  }

  /// A batch is processed. Returns the reader that waits longest for the processor, if any.
  mutating func endBatch(of reader: Int, by worker: Int, at now: Instant) -> Int? {
    lanes[reader].checkpoint = lanes[reader].end
    lanes[reader].isBusy = false
    if isFlink { job?.end(at: now) }
    crews[worker].running -= 1
    return crews[worker].waiting.isEmpty ? nil : crews[worker].waiting.removeFirst()
  }
}
