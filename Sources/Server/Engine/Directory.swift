internal import Units

/// What is kept of streams, consumers and queues that decides nothing: ids, times of creation, tags, policies, monitoring.
struct Directory: Sendable {
  /// What can be tagged and can have a policy.
  struct Labels: Sendable {
    /// By key, in the order of the keys.
    var tags: [String: String] = [:]
    var policy: String?
  }

  struct StreamNote: Sendable {
    let created: Instant
    /// AWS's StreamId.
    let identity: String
    var labels = Labels()
    /// AWS's ShardLevelMetrics.
    var metrics: [String] = []
    /// By the consumer's position in the stream.
    var consumers: [Int: ConsumerNote] = [:]
  }

  struct ConsumerNote: Sendable {
    let created: Instant
    var labels = Labels()
  }

  struct QueueNote: Sendable {
    /// The generated part of its ARN.
    let id: String
    let name: String
    let stream: Int
    /// Its position in the stream.
    let position: Int
    let created: Instant
    var labels = Labels()
  }

  private var streams: [Int: StreamNote] = [:]
  /// In order of creation, as long as their streams are there.
  private var queues: [QueueNote] = []

  /// The note of a stream, which must be there.
  subscript(stream: Int) -> StreamNote {
    get {
      guard let note = streams[stream] else { preconditionFailure("a stream without a note") }
      return note
    }
    set { streams[stream] = newValue }
  }

  mutating func add(stream: Int, named name: String, at now: Instant) {
    let id = GeneratedID.make("stream/\(name)/\(stream)/\(now.nanoseconds)", length: 23)
    streams[stream] = StreamNote(created: now, identity: id.prefix(20) + "-" + id.suffix(3))
  }

  /// Forgets a stream and what is of it.
  mutating func remove(stream: Int) {
    streams[stream] = nil
    queues.removeAll { $0.stream == stream }
  }

  /// Adds a queue and returns its id.
  mutating func addQueue(_ name: String, stream: Int, position: Int, at now: Instant) -> String {
    let id = GeneratedID.make("queue/\(name)/\(stream)/\(position)/\(now.nanoseconds)", length: 22)
    queues.append(QueueNote(id: id, name: name, stream: stream, position: position, created: now))
    return id
  }

  func queue(_ id: String) -> QueueNote? { queues.first { $0.id == id } }

  mutating func label(queue id: String, _ labels: Labels) {
    guard let place = queues.firstIndex(where: { $0.id == id }) else { return }
    queues[place].labels = labels
  }

  /// The newest queue of a name.
  func queue(named name: String) -> QueueNote? { queues.last { $0.name == name } }
}
