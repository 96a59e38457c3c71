internal import KinesisCore
internal import Units

/// CreateChannel and what is asked of channels.
extension KinesisService {
  static let channelActions: [String: Action] = [
    "CreateChannel": { s, i, w throws(ServiceError) in try s.createChannel(i, &w) },
    "UpdateChannel": { s, i, w throws(ServiceError) in try s.updateChannel(i, &w) },
    "DeleteChannel": { s, i, w throws(ServiceError) in try s.deleteChannel(i) },
    "DescribeChannel": { s, i, w throws(ServiceError) in try s.describeChannel(i, &w) },
    "ListChannels": { s, i, w throws(ServiceError) in try s.listChannels(i, &w) },
  ]

  /// The channel of ChannelARN.
  func channel(_ input: WireInput) throws(ServiceError) -> ChannelPost {
    let arn = input.text("ChannelARN") ?? ""
    guard case .channel(let identity) = place.resource(arn), let post = channels.post(identity) else {
      throw .notFound("Channel \(arn) not found.")
    }
    return post
  }

  mutating func createChannel(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let name = input.text("ChannelName") ?? "", streams = input.structures("StreamConfigurationList")
    guard streams.count == 1 else { throw .validation("StreamConfigurationList must have exactly one entry.") }
    let stream = try stream(streams[0]), streamName = account[stream].name
    let identity = GeneratedID.uuid("channel/\(name)/\(channels.made)/\(now.nanoseconds)")
    let settings = try ChannelSettings(input, name: name, identity: identity)
    let plan = try ChannelPlan(
      settings, name: name, identity: identity, stream: streamName, streamARN: place.streamARN(streamName),
      account.limits)
    let tags = try Self.newTags(input)
    let freshness = input.structure("S3DestinationConfiguration")?.integer("DataFreshnessInSeconds")
    let request = ChannelRequest.create(name, stream: streamName, .s3, freshness: freshness.map { .seconds($0) })
    guard case .made(let id) = try ask(.channel(request)), let entry = account.channels[id] else { return }
    let machine = ChannelDelivery(
      freshness: entry.freshness, retention: account[stream].retention, limits: account.limits, at: now)
    var post = ChannelPost(
      id: id, identity: identity, name: name, stream: stream, created: now, settings: settings,
      line: ChannelLine(id, plan, machine))
    post.labels.tags = tags
    channels.add(post)
    describe(post, &writer)
  }

  mutating func updateChannel(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let id = try channel(input).id
    guard !input.has("S3TablesDestinationConfiguration") else {
      throw .invalidArgument("The channel delivers to S3: S3TablesDestinationConfiguration is not for it.")
    }
    let destination = input.structure("S3DestinationConfiguration"), logging = input.structure("LoggingConfiguration")
    guard destination != nil || logging != nil else {
      throw .invalidArgument("Specify S3DestinationConfiguration or LoggingConfiguration.")
    }
    let freshness = destination?.integer("DataFreshnessInSeconds").map { Interval.seconds($0) }
    _ = try ask(.channel(.update(id, freshness: freshness)))
    let ends = account.channels[id]?.status.ends ?? now
    let post = channels.update(id) { post in
      post.settings.update(logging: logging)
      if let freshness { post.change = .init(freshness: freshness, at: ends) }
      return post
    }
    describe(post, &writer)
  }

  /// What it holds is not delivered any more (AWS: undelivered records are not delivered).
  mutating func deleteChannel(_ input: WireInput) throws(ServiceError) {
    let id = try channel(input).id
    _ = try ask(.channel(.delete(id)))
    let ends = account.channels[id]?.status.ends ?? now
    channels.update(id) { post in (post.line, post.change, post.goneAt) = (nil, nil, ends) }
  }

  mutating func describeChannel(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let post = try channel(input)
    _ = try ask(.channel(.describe(post.id)))
    describe(post, &writer)
  }

  mutating func listChannels(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    _ = try ask(.channel(.list))
    let start = try input.text("NextToken").map { token throws(ServiceError) in try read(token: token, "channels") }
    let filter = input.structures("StreamFilter").map { stream(ofFilter: $0) }
    let all = channels.ids.compactMap { channels[$0] }.filter { filter.isEmpty || filter.contains($0.stream) }
      .sorted { $0.name < $1.name }
    let rest = all.filter { post in start.map { $0 < post.name } ?? true }
    let most = account.limits[.channel.listMaximum]
    let shown = rest.prefix(Int(min(most, input.integer("MaxResults") ?? most)))
    writer.object { writer in
      writer.member("ChannelSummaries", list: shown) { writer, post in
        writer.object { writer in
          writeName(post, &writer)
          writer.member("ChannelDestinationType", "S3")
          writer.member("Streams", list: [post]) { writer, post in writer.object { writeStream(post, &$0) } }
        }
      }
      if shown.count < rest.count, let last = shown.last { writer.member("NextToken", token("channels", last.name)) }
    }
  }

  // MARK: Telling

  /// What descriptions and summaries tell alike.
  private func writeName(_ post: ChannelPost, _ writer: inout WireWriter) {
    let status =
      switch account.channels[post.id]?.status {
      case .creating: "CREATING"
      case .active: "ACTIVE"
      case .updating: "UPDATING"
      case .deleting, nil: "DELETING"
      }
    writer.member("ChannelName", post.name)
    writer.member("ChannelARN", place.channelARN(post.identity))
    writer.member("ChannelId", post.identity)
    writer.member("ChannelStatus", status)
    writer.member("ChannelCreationTimestamp", post.created)
  }

  private func writeStream(_ post: ChannelPost, _ writer: inout WireWriter) {
    writer.member("StreamARN", place.streamARN(account[post.stream].name))
    writer.member("StreamCreationTimestamp", directory[post.stream].created)
  }

  /// AWS's ChannelDescription.
  private func describe(_ post: ChannelPost, _ writer: inout WireWriter) {
    let freshness = account.channels[post.id]?.freshness ?? .zero
    writer.object { writer in
      writer.member("ChannelDescription") { writer in
        writeName(post, &writer)
        writer.member("StreamConfigurationList", list: [post]) { writer, post in
          writer.object { writer in
            writeStream(post, &writer)
            post.settings.writeRecord(into: &writer)
          }
        }
        post.settings.write(freshness: freshness.nanoseconds / 1_000_000_000, into: &writer)
      }
    }
  }

  // MARK: Deliveries

  /// A stream has stored these records: those of its channels that deliver have them, without a read.
  mutating func gather(_ outcomes: [PutOutcome], _ headers: [RecordHeader], of stream: Int) {
    guard !channels.isEmpty else { return }
    for id in account.channels.ids(of: stream) where account.channels[id]?.status.isDelivering == true {
      var items: [Cargo.Item] = [], bytes: Int64 = 0
      for (outcome, header) in zip(outcomes, headers) where outcome.limit == nil {
        guard let record = payloads.record(at: outcome.first, in: outcome.shard, of: stream) else { continue }
        let number = account[stream].shards[outcome.shard.index].sequenceNumber(at: outcome.first, arrived: now)
        items.append(
          Cargo.Item(record: record, arrival: now, place: .init(shard: outcome.shard, sequenceNumber: number)))
        bytes += Int64(header.size)
      }
      guard !items.isEmpty else { continue }
      meters.add(Int64(items.count), to: .channelRecords, of: .channel(id))
      meters.add(bytes, to: .channelBytesIn, of: .channel(id))
      drive(id) { line, now in line.store(items, bytes: bytes, at: now) }
    }
  }

  /// What became of an attempt.
  mutating func end(channel id: Shipment.ID, _ outcome: Shipment.Outcome) {
    if let oldest = channels[id.stream]?.line?.oldest { meters.note(oldest: oldest, of: id.stream) }
    drive(id.stream) { line, now in line.end(id, outcome, at: now) }
  }

  /// Does what is due now: buffers are full of age, attempts are made again, another data freshness begins, deleted ones go.
  mutating func tendChannels() {
    for id in channels.ids {
      guard account.channels[id] != nil else {
        channels.remove(id)
        meters.forget(.channel(id))
        continue
      }
      drive(id) { line, now in line.wake(at: now) }
      guard let change = channels[id]?.change, change.at <= now else { continue }
      channels.update(id) { $0.change = nil }
      drive(id) { line, now in line.change(freshness: change.freshness, at: now) }
    }
  }

  private mutating func drive(_ id: Int, _ act: (inout ChannelLine, Instant) -> [Shipment]) {
    guard let stream = channels[id]?.stream else { return }
    let now = now, retention = account[stream].retention
    let (shipments, receipts) = channels.update(id) { post -> ([Shipment], [ChannelLine.Receipt]) in
      // Taken out, so that what it holds is not copied.
      guard var line = post.line.take() else { return ([], []) }
      line.set(retention: retention)
      let shipments = act(&line, now), receipts = line.takeReceipts()
      post.line = line
      return (shipments, receipts)
    }
    unsent += shipments
    for receipt in receipts { meters.note(receipt, of: id) }
  }
}
