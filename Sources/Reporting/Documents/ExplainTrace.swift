internal import Experiment
internal import KinesisCore
internal import Models
internal import Planning
internal import Units

/// What an explanation shows, as a trace that ui.perfetto.dev opens: shards, producers and consumers second by second, and what
/// happened around them. Its clock is nanoseconds since the epoch.
struct ExplainTrace: Sendable {
  /// Shards of a stream at the most; those that had to do with it first.
  private static let mostShards = 64
  /// Tracks at the most on which calls of one kind lie beside each other.
  private static let mostLanes = 64

  private let explanation: Explanation
  private let recording: Recording
  private var trace = Perfetto()
  /// Calls for which there was no track.
  private var crowded = 0

  /// Nil where there is nothing to show.
  init?(_ explanation: Explanation) {
    guard let recording = explanation.recording else { return nil }
    (self.explanation, self.recording) = (explanation, recording)
    for stream in recording.streams.indices { add(stream: stream) }
    for (place, producer) in recording.producers.enumerated() { add(producer, place) }
    for (place, consumer) in recording.consumers.enumerated() { add(consumer, place) }
    for (place, firehose) in explanation.result.experiment.firehoses.enumerated() {
      addSpans(of: .firehose(place), named: "delivery stream \(firehose.name)")
    }
    addEvents()
    let left = recording.omittedSpans + crowded
    if left > 0 { _ = trace.group("\(Figures.count(left)) more calls are not shown: choose a shorter window") }
  }

  var bytes: [UInt8] { trace.bytes }

  private func at(_ second: Int) -> Int64 { (recording.from + .seconds(Int64(second))).nanoseconds }
  private var end: Int64 { at(recording.seconds) }

  /// One value a second.
  private mutating func add(
    _ name: String, _ unit: Perfetto.Unit, _ unitName: String? = nil, _ values: [Double], under parent: UInt64
  ) {
    let track = trace.counter(name, unit, named: unitName, under: parent)
    for (second, value) in values.enumerated() { trace.value(value, on: track, at: at(second)) }
  }

  private mutating func add(stream: Int) {
    let track = recording.streams[stream], group = trace.group("stream \(track.name)")
    let first = explanation.shown.filter { $0.stream == stream }.map(\.shard)
    let others = track.shards.indices.filter { place in
      !first.contains(place) && track.shards[place].seconds.contains { $0.askedRecords > 0 || $0.refused > 0 }
    }
    for place in (first + others).prefix(Self.mostShards) {
      let shard = track.shards[place], own = trace.group("shard \(shard.id.number)", under: group)
      add("demand, of the limit", .unspecified, "%", shard.seconds.map { 100 * track.demand($0) }, under: own)
      add("accepted records", .count, nil, shard.seconds.map { Double($0.takenRecords) }, under: own)
      add("accepted bytes", .bytes, nil, shard.seconds.map { Double($0.takenBytes) }, under: own)
      add("throttled records", .count, nil, shard.seconds.map { Double($0.refused) }, under: own)
      addEpisodes(shard.seconds.map(\.refused), under: own)
    }
  }

  /// Stretches of seconds in which a shard refused records.
  private mutating func addEpisodes(_ refused: [Int64], under parent: UInt64) {
    let track = trace.group("throttling", under: parent)
    var begin: Int?, count: Int64 = 0
    for (second, more) in (refused + [0]).enumerated() {
      if more > 0 {
        (begin, count) = (begin ?? second, count + more)
      } else if let from = begin {
        trace.slice(
          "throttled", [("records", Figures.count(count))], on: track, from: at(from), to: at(second))
        (begin, count) = (nil, 0)
      }
    }
  }

  private mutating func add(_ producer: Recording.ProducerTrack, _ place: Int) {
    let group = trace.group("producer \(producer.name)")
    add("produced", .count, nil, producer.offered.map(Double.init), under: group)
    add("tried again", .count, nil, producer.retries.map(Double.init), under: group)
    add("lost", .count, nil, producer.lost.map(Double.init), under: group)
    addSpans(of: .producer(place), under: group)
  }

  private mutating func add(_ consumer: Recording.ConsumerTrack, _ place: Int) {
    let group = trace.group("consumer \(consumer.name)")
    add("behind", .unspecified, "ms", consumer.ages.map(\.inMilliseconds), under: group)
    addSpans(of: .consumer(place), under: group)
  }

  // MARK: Calls and buffers

  private mutating func addSpans(of owner: Recording.Span.Owner, named name: String) {
    guard recording.spans.contains(where: { $0.owner == owner }) else { return }
    addSpans(of: owner, under: trace.group(name))
  }

  /// Calls, deliveries and what buffers held. Those at the same time lie on tracks of their own: slices of one track must nest.
  private mutating func addSpans(of owner: Recording.Span.Owner, under parent: UInt64) {
    var lanes: [Recording.Span.Kind: [(track: UInt64, until: Int64)]] = [:]
    let spans = recording.spans.filter { $0.owner == owner }.sorted { ($0.from, $0.until) < ($1.from, $1.until) }
    for span in spans {
      let from = max(span.from.nanoseconds, at(0)), until = min(span.until.nanoseconds, end)
      var beside = lanes[span.kind] ?? []
      var lane = beside.firstIndex { $0.until <= from }
      if lane == nil, beside.count < Self.mostLanes {
        lane = beside.count
        beside.append((trace.group(span.kind.rawValue, under: parent), from))
      }
      guard let lane else {
        crowded += 1
        continue
      }
      beside[lane].until = until
      lanes[span.kind] = beside
      let notes = [("records", Figures.count(span.records)), ("throttled or failed", Figures.count(span.failed))]
      trace.slice(span.kind.rawValue, notes, on: beside[lane].track, from: from, to: until)
    }
  }

  // MARK: Events

  /// What begins and ends is a slice on a track of its own; the rest are instants.
  private mutating func addEvents() {
    let from = recording.from.nanoseconds, notes = explanation.result.notes
    let group = trace.group("what happened")
    let pairs: [(Note.Kind, Note.Kind, String)] = [
      (.faultBegan, .faultEnded, "fault"), (.outageBegan, .outageEnded, "outage"),
      (.reshardRequested, .reshardFinished, "resharding"), (.consumerStopped, .consumerStarted, "consumer stopped"),
      (.workersCrashed, .workersBack, "workers gone"),
    ]
    let paired = pairs.flatMap { [$0.0, $0.1] } + [.throttleBegan, .throttleEnded]
    for (begin, close, name) in pairs {
      let subjects = Set(notes.filter { $0.kind == begin }.map(\.subject)).sorted()
      for subject in subjects {
        let track = trace.group("\(name): \(subject)", under: group)
        var open: Note?
        for note in notes where note.subject == subject && (note.kind == begin || note.kind == close) {
          if note.kind == begin { open = open ?? note }
          guard note.kind == close, let started = open else { continue }
          add(name, started, until: note.at.nanoseconds, on: track, from: from)
          open = nil
        }
        if let started = open { add(name, started, until: end, on: track, from: from) }
      }
    }
    let instants = trace.group("notes", under: group)
    for note in notes where !paired.contains(note.kind) {
      guard note.at.nanoseconds >= from, note.at.nanoseconds <= end else { continue }
      trace.instant(
        note.kind.words, [("who", note.subject), ("what", note.detail)], on: instants, at: note.at.nanoseconds)
    }
  }

  /// What of it lies in the window.
  private mutating func add(_ name: String, _ note: Note, until: Int64, on track: UInt64, from: Int64) {
    guard until >= from, note.at.nanoseconds <= end else { return }
    trace.slice(
      name, [("what", note.detail)], on: track, from: max(from, note.at.nanoseconds), to: min(end, until))
  }
}

extension ExplainDocument {
  /// As a trace that ui.perfetto.dev opens; nil where there is nothing to show.
  public var perfetto: [UInt8]? { ExplainTrace(explanation)?.bytes }

  /// Writes the trace; the file appears whole or not at all.
  public func writePerfetto(to path: String) throws(OutputFile.WriteError) -> Bool {
    guard let bytes = perfetto else { return false }
    try OutputFile.write(bytes: bytes, to: path)
    return true
  }
}
