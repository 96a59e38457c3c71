internal import Experiment
public import KinesisCore
public import Units

/// A short stretch of a run, second by second: what every shard was asked for and took, how far producers and consumers came.
public struct Recording: Sendable {
  /// What one shard was asked for and took in a second.
  public struct Second: Sendable, Hashable {
    /// Records and bytes of first attempts, retries left out.
    public var askedRecords: Int64 = 0, askedBytes: Int64 = 0
    /// Records and bytes stored.
    public var takenRecords: Int64 = 0, takenBytes: Int64 = 0
    /// Records refused, retries counted.
    public var refused: Int64 = 0
  }
  /// A shard's seconds.
  public struct ShardTrack: Sendable {
    /// Which.
    public var id: ShardID
    /// Its part of the ring.
    public var range: HashKeyRange
    /// One for each second, from the first of the recording; zeros before it opened and after it closed.
    public var seconds: [Second]
    /// The keys that were asked for most in its range, at most `Recording.mostKeys`, with their shares of what it was
    /// asked for.
    public var keys: [ShardResult.KeyShare] = []
  }
  /// A stream's shards.
  public struct StreamTrack: Sendable {
    /// Its name.
    public var name: String
    /// A shard's limits: records and bytes a second.
    public var recordsLimit: Double, bytesLimit: Double
    /// Every shard there was, by number.
    public var shards: [ShardTrack] = []

    /// What a second asked of a shard, over its limit: records or bytes, whichever is more.
    public func demand(_ second: Second) -> Double {
      max(Double(second.askedRecords) / recordsLimit, Double(second.askedBytes) / bytesLimit)
    }
  }
  /// How far a producer came in each second.
  public struct ProducerTrack: Sendable {
    /// Its name.
    public var name: String
    /// In each second: records handed over, attempts beyond the first, records given up.
    public var offered: [Int64] = [], retries: [Int64] = [], lost: [Int64] = []
  }
  /// How far behind a consumer was at the end of each second.
  public struct ConsumerTrack: Sendable {
    /// Its name.
    public var name: String
    /// The age of the oldest record it had not handed over, at the end of each second.
    public var ages: [Interval] = []
  }

  /// The longest stretch, in seconds, the most pairs of a shard and a second, and the most keys that are named.
  public static let mostSeconds = 3_600, mostCells = 2_000_000, mostKeys = 5

  /// When it begins: a whole second of the run.
  public let from: Instant
  /// One for each stream, producer and consumer of the experiment.
  public internal(set) var streams: [StreamTrack], producers: [ProducerTrack], consumers: [ConsumerTrack]
  /// How many seconds it has.
  public internal(set) var seconds = 0
  /// What went by itself and took its time, in the order in which it was noted, and how much more there was.
  public internal(set) var spans: [Span] = [], omittedSpans = 0
}

/// What a run records while it is looked at closely.
struct Lens: Sendable {
  let from: Instant, until: Instant
  var recording: Recording
  /// What was counted when the last second ended: keys by producer, and each producer's figures.
  private var keys: [[UInt32]] = [], figures: [(offered: Int64, retries: Int64, lost: Int64)] = []
  /// First attempts by producer and key.
  private var counts: [[UInt32]] = []

  init(from: Instant, until: Instant, recording: Recording) {
    (self.from, self.until, self.recording) = (from, until, recording)
  }

  /// A lens on a stretch of a run, widened to whole seconds and cut to what a recording may hold; nil when nothing is left.
  init?(from: Instant, until: Instant, of experiment: Experiment, _ meters: [StreamMeter]) {
    let second = Interval.seconds(1).nanoseconds, start = experiment.horizon.start
    let length = experiment.horizon.duration.nanoseconds
    let cells = max(1, meters.reduce(0) { $0 + $1.shards.count })
    let most = min(Recording.mostSeconds, max(1, Recording.mostCells / cells))
    let last = (min((until - start).nanoseconds, length) + second - 1) / second
    let first = max((from - start).nanoseconds / second, last - Int64(most), 0)
    guard last > first else { return nil }
    let streams = meters.map {
      Recording.StreamTrack(name: $0.name, recordsLimit: $0.rates.records, bytesLimit: $0.rates.bytes)
    }
    let recording = Recording(
      from: start + .seconds(first), streams: streams, producers: experiment.producers.map { .init(name: $0.name) },
      consumers: experiment.consumers.map { .init(name: $0.name) })
    self.init(from: start + .seconds(first), until: start + .seconds(last), recording: recording)
  }

  /// Remembers where producers stand, before the first second.
  mutating func begin(_ producers: [Producer]) {
    keys = producers.map(\.firstAttempts)
    counts = producers.map { Array(repeating: 0, count: $0.firstAttempts.count) }
    figures = producers.map { ($0.offered, $0.retries, $0.lost) }
  }

  /// Takes in what each shard was asked for and took in the second that ends, by stream.
  mutating func add(_ shards: [[Recording.Second]]) {
    for stream in shards.indices {
      for (index, second) in shards[stream].enumerated() {
        if recording.streams[stream].shards.count <= index {
          let blank = Array(repeating: Recording.Second(), count: recording.seconds)
          recording.streams[stream].shards.append(.init(id: ShardID(index), range: .whole, seconds: blank))
        }
        recording.streams[stream].shards[index].seconds.append(second)
      }
    }
  }

  /// Takes in what lies in the stretch, at least in part.
  mutating func add(_ span: Recording.Span) {
    guard span.until >= from, span.from < until else { return }
    if recording.spans.count < Recording.mostSpans {
      recording.spans.append(span)
    } else {
      recording.omittedSpans += 1
    }
  }

  /// Takes in how far producers and consumers have come at its end.
  mutating func add(_ producers: [Producer], ages: [Interval]) {
    for (index, producer) in producers.enumerated() {
      recording.producers[index].offered.append(producer.offered - figures[index].offered)
      recording.producers[index].retries.append(producer.retries - figures[index].retries)
      recording.producers[index].lost.append(producer.lost - figures[index].lost)
      figures[index] = (producer.offered, producer.retries, producer.lost)
      count(producer, index)
    }
    for (index, age) in ages.enumerated() { recording.consumers[index].ages.append(age) }
    recording.seconds += 1
  }

  /// A shard that closes has its keys counted from zero: what came before within that second is left out.
  private mutating func count(_ producer: Producer, _ index: Int) {
    for key in producer.firstAttempts.indices {
      let now = producer.firstAttempts[key], before = keys[index][key]
      counts[index][key] += now >= before ? now - before : now
      keys[index][key] = now
    }
  }

  /// Names the keys that were asked for most in each shard's range. O(keys).
  mutating func nameKeys(_ producers: [Producer], _ streams: [Stream]) {
    for (stream, state) in streams.enumerated() {
      for shard in recording.streams[stream].shards.indices {
        recording.streams[stream].shards[shard].range = state.shards[shard].range
      }
      // Under AUTO a shard has no keys.
      guard state.distribution == .userPartitionKey else { continue }
      nameKeys(of: stream, state, producers)
    }
  }

  private mutating func nameKeys(of stream: Int, _ state: Stream, _ producers: [Producer]) {
    var asked = recording.streams[stream].shards.map { $0.seconds.reduce(0) { $0 + $1.askedRecords } }
    let writers = producers.indices.filter { producers[$0].plan.spec.stream == stream }
    let owners = writers.map { index in
      counts[index].indices.map { key -> Int in
        guard counts[index][key] > 0 else { return -1 }
        // A shard may have been born at the very instant at which the recording ends: it is not in it.
        let owner = state.owner(of: producers[index].plan.keys.hash(of: UInt32(key))).index
        return owner < asked.count ? owner : -1
      }
    }
    // Where records are packed, keys count user records, of which there are more.
    var counted = asked.map { _ in Int64(0) }
    for (writer, owner) in zip(writers, owners) {
      for key in owner.indices where owner[key] >= 0 { counted[owner[key]] += Int64(counts[writer][key]) }
    }
    for shard in asked.indices { asked[shard] = max(asked[shard], counted[shard], 1) }
    for (writer, owner) in zip(writers, owners) {
      for key in owner.indices where owner[key] >= 0 {
        note(key, of: producers[writer], count: counts[writer][key], of: asked[owner[key]], in: owner[key], stream)
      }
    }
  }

  private mutating func note(
    _ key: Int, of producer: Producer, count: UInt32, of asked: Int64, in shard: Int, _ stream: Int
  ) {
    let share = Double(count) / Double(asked)
    let known = recording.streams[stream].shards[shard].keys
    guard known.count < Recording.mostKeys || share > known[known.count - 1].share else { return }
    let one = ShardResult.KeyShare(
      key: producer.plan.keys.name(of: UInt32(key)), share: share,
      recordsPerSecond: Double(count) / Double(max(1, recording.seconds)))
    let position = known.firstIndex { $0.share < share } ?? known.count
    let ranked = known[..<position] + [one] + known[position...]
    recording.streams[stream].shards[shard].keys = Array(ranked.prefix(Recording.mostKeys))
  }
}
