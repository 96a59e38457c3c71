internal import KinesisCore
internal import Units

/// Consumers with enhanced fan-out, and what is pushed to them.
extension KinesisService {
  mutating func registerConsumer(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let id = try stream(input)
    let tags = try Self.newTags(input)
    guard case .made(let position) = try ask(.registerConsumer(input.text("ConsumerName") ?? ""), of: id) else {
      return
    }
    directory[id].consumers[position] = Directory.ConsumerNote(created: now, labels: Directory.Labels(tags: tags))
    let consumer = ConsumerPlace(stream: id, position: position)
    writer.object { writer in
      writer.member("Consumer") { self.write(consumer, into: &$0) }
    }
  }

  mutating func deregisterConsumer(_ input: WireInput) throws(ServiceError) {
    let consumer = try consumer(input)
    try ask(.deregisterConsumer(consumer.position), of: consumer.stream)
    audience.end(of: consumer.stream, consumer: consumer.position, with: .notFound("The consumer was deregistered."))
  }

  func describeConsumer(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let consumer = try consumer(input)
    writer.object { writer in
      writer.member("ConsumerDescription") { writer in
        write(consumer, into: &writer)
        writer.member("StreamARN", place.streamARN(account[consumer.stream].name))
      }
    }
  }

  func listConsumers(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let id = try stream(input)
    try checkCreation(input, of: id)
    var start = -1
    if let token = input.text("NextToken") { start = Int(try read(token: token, "consumers/\(id)")) ?? -1 }
    let consumers = account[id].consumers
    let rest = consumers.indices.filter { $0 > start && consumers[$0].status != .deleted }
    let shown = rest.prefix(Int(input.integer("MaxResults") ?? Int64(Self.page)))
    writer.object { writer in
      writer.member("Consumers", list: shown) { writer, position in
        writer.object { write(ConsumerPlace(stream: id, position: position), into: &$0) }
      }
      if shown.count < rest.count, let last = shown.last {
        writer.member("NextToken", token("consumers/\(id)", "\(last)"))
      }
    }
  }

  private func write(_ consumer: ConsumerPlace, into writer: inout WireWriter) {
    let known = account[consumer.stream].consumers[consumer.position]
    writer.member("ConsumerName", known.name)
    writer.member("ConsumerARN", consumerARN(consumer))
    writer.member("ConsumerStatus", known.isReady(at: now) ? "ACTIVE" : "CREATING")
    writer.member("ConsumerCreationTimestamp", directory[consumer.stream].consumers[consumer.position]?.created)
  }

  // MARK: Subscriptions

  mutating func subscribe(_ input: WireInput, _ call: ServiceCall) throws(ServiceError) -> Outcome {
    let consumer = try consumer(input)
    let shard = try shard(input.text("ShardId"), of: consumer.stream)
    let start = input.structure("StartingPosition")
    let position = try position(
      start?.text("Type"), start?.text("SequenceNumber"), start?.instant("Timestamp"), shard, of: consumer.stream)
    if input.isTrue("DryRun") {
      let dry = StreamRequest.DryRun.subscribeToShard(consumer: consumer.position, shard, position)
      try ask(.dryRun(dry), of: consumer.stream)
    }
    let request = StreamRequest.subscribeToShard(consumer: consumer.position, shard, position)
    guard case .made(let place) = try ask(request, of: consumer.stream) else { return .nothing }
    let next = account[consumer.stream].consumers[consumer.position].subscriptions[place].next
    audience.subscribe(
      Audience.Subscriber(
        key: Audience.Key(stream: consumer.stream, consumer: consumer.position, shard: shard), call: call.number,
        format: call.format, next: sequenceNumber(before: next, in: shard, of: consumer.stream)),
      at: now)
    return .subscribed
  }

  /// The sequence number behind which a position lies: of the record before it, or of the shard's beginning.
  func sequenceNumber(before position: Int64, in shard: ShardID, of stream: Int) -> SequenceNumber {
    let from = account[stream].shards[shard.index]
    guard position > 0 else { return from.startingSequenceNumber }
    let arrived = account.arrival(atOrBehind: position - 1, in: shard, of: stream) ?? now
    return from.sequenceNumber(at: position - 1, arrived: arrived)
  }

  /// A SubscribeToShardEvent; without one, an empty one that says where the subscriber stands.
  func render(_ event: FanOutEvent?, for subscriber: Audience.Subscriber) -> [UInt8] {
    var writer = WireWriter(subscriber.format)
    let key = subscriber.key
    writer.object { writer in
      let first = event?.first ?? 0
      write(first..<first + (event?.count ?? 0), in: key.shard, of: key.stream, into: &writer)
      writer.member("ContinuationSequenceNumber", subscriber.next.description)
      writer.member("MillisBehindLatest", event?.millisBehindLatest ?? 0)
      if let children = event?.children, !children.isEmpty { write(children: children, of: key.stream, into: &writer) }
    }
    return EventStream.event("SubscribeToShardEvent", writer.bytes, subscriber.format)
  }
}
