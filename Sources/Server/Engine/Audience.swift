internal import KinesisCore
internal import Units

/// Who waits for something: receives at queues, and subscribers to shards.
struct Audience: Sendable {
  /// How a receive that waits is to be answered.
  struct Poll: Sendable {
    var queue: Directory.QueueNote
    var format: WireFormat
  }

  /// A subscription, as the core knows it.
  struct Key: Sendable, Hashable {
    var stream: Int, consumer: Int
    var shard: ShardID
  }

  struct Subscriber: Sendable {
    var key: Key
    /// The number of its call.
    var call: Int
    var format: WireFormat
    /// AWS's ContinuationSequenceNumber.
    var next: SequenceNumber
  }

  /// Whom a call that ended was of.
  enum Gone: Sendable {
    case poll(queue: String)
    case subscriber(Key)
  }

  /// By the number of their call.
  private var polls: [Int: Poll] = [:]
  private var subscribers: [Key: Subscriber] = [:]
  /// Streams of events that are over, and nobody has been told.
  private var farewells: [(subscriber: Subscriber, error: ServiceError?)] = []
  /// When subscribers get an event without records; `.never` without any.
  private(set) var heartbeatAt = Instant.never

  /// How long a subscriber waits for an event at most: an empty one says where it stands. AWS sends such, its period is not
  /// published (facts §3); the KCL gives a subscription up after 35 seconds of silence.
  private static let heartbeat = Interval.seconds(5)

  // MARK: Receives

  mutating func wait(_ call: Int, for queue: Directory.QueueNote, _ format: WireFormat) {
    polls[call] = Poll(queue: queue, format: format)
  }

  /// Takes a receive that waits out; nil when its caller is gone.
  mutating func takePoll(_ call: Int) -> Poll? { polls.removeValue(forKey: call) }

  /// The calls that wait, in their order.
  var waiting: [Int] { polls.keys.sorted() }

  // MARK: Subscribers

  /// Takes a subscriber in; whoever had the subscription loses it.
  mutating func subscribe(_ subscriber: Subscriber, at now: Instant) {
    end(subscriber.key, with: .inUse("Another subscription took over."))
    subscribers[subscriber.key] = subscriber
    if heartbeatAt == .never { heartbeatAt = now + Self.heartbeat }
  }

  /// The subscriber that an event is for, and where it stands behind it.
  mutating func advance(_ key: Key, to next: SequenceNumber) -> Subscriber? {
    subscribers[key]?.next = next
    return subscribers[key]
  }

  /// A subscription is over.
  mutating func end(_ key: Key, with error: ServiceError?) {
    guard let subscriber = subscribers.removeValue(forKey: key) else { return }
    farewells.append((subscriber, error))
    if subscribers.isEmpty { heartbeatAt = .never }
  }

  /// All subscriptions of a consumer are over, or of a whole stream.
  mutating func end(of stream: Int, consumer: Int?, with error: ServiceError) {
    let keys = subscribers.values.filter { $0.key.stream == stream && (consumer ?? $0.key.consumer) == $0.key.consumer }
    for subscriber in keys.sorted(by: { $0.call < $1.call }) { end(subscriber.key, with: error) }
  }

  /// All subscribers in order of their calls, who get an event now; the next time is set.
  mutating func beat() -> [Subscriber] {
    heartbeatAt = heartbeatAt + Self.heartbeat
    return subscribers.values.sorted { $0.call < $1.call }
  }

  // MARK: Ends

  /// The caller of a call is gone; nil when it was answered.
  mutating func hangUp(_ call: Int) -> Gone? {
    if let poll = polls.removeValue(forKey: call) { return .poll(queue: poll.queue.name) }
    guard let key = subscribers.values.first(where: { $0.call == call })?.key else { return nil }
    subscribers[key] = nil
    if subscribers.isEmpty { heartbeatAt = .never }
    return .subscriber(key)
  }

  /// Tells whose stream of events is over.
  mutating func tell(into effects: inout [ServiceEffect]) {
    for (subscriber, error) in farewells {
      if let error {
        let body = error.body(subscriber.format)
        effects.append(.event(to: subscriber.call, EventStream.exception(error.code, body, subscriber.format)))
      }
      effects.append(.end(of: subscriber.call))
    }
    farewells = []
  }
}
