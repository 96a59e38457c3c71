internal import KinesisCore
internal import Units

/// What describes and lists streams. Nothing here decides or changes anything.
extension KinesisService {
  /// How many streams, shards or consumers a page has unless asked otherwise; at most as many shards with DescribeStream.
  static let page = 100
  private static let shardPage = 1_000

  private static func status(_ status: Stream.Status) -> String {
    switch status {
    case .creating: "CREATING"
    case .active: "ACTIVE"
    case .updating: "UPDATING"
    case .deleting: "DELETING"
    }
  }

  /// What DescribeStream, DescribeStreamSummary and ListStreams tell alike.
  private func writeName(_ id: Int, _ writer: inout WireWriter) {
    let stream = account[id]
    writer.member("StreamName", stream.name)
    writer.member("StreamARN", place.streamARN(stream.name))
    writer.member("StreamStatus", Self.status(stream.status))
    writer.member("StreamModeDetails") {
      $0.member("StreamMode", stream.mode == .onDemand ? "ON_DEMAND" : "PROVISIONED")
    }
    writer.member("StreamCreationTimestamp", directory[id].created)
  }

  /// What DescribeStream and DescribeStreamSummary tell alike.
  private func writeSettings(_ id: Int, _ writer: inout WireWriter) {
    let stream = account[id]
    writer.member("RetentionPeriodHours", stream.retention.nanoseconds / Interval.hours(1).nanoseconds)
    writer.member("EnhancedMonitoring", list: [directory[id].metrics]) { writer, metrics in
      writer.object { $0.member("ShardLevelMetrics", texts: metrics) }
    }
    writer.member("EncryptionType", stream.encryptionKey == nil ? "NONE" : "KMS")
    writer.member("KeyId", stream.encryptionKey)
  }

  func describeStream(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let id = try stream(input)
    var all = account[id].shards(.fromTrimHorizon, at: now)[...]
    if let start = input.text("ExclusiveStartShardId") {
      let start = try shard(start, of: id)
      all = all.drop { $0.id <= start }
    }
    if case .creating = account[id].status { all = [] }
    let shown = all.prefix(min(Self.page, Int(input.integer("Limit") ?? Int64(Self.page))))
    writer.object { writer in
      writer.member("StreamDescription") { writer in
        writeName(id, &writer)
        writer.member("Shards", list: shown) { Self.write($1, into: &$0) }
        writer.member("HasMoreShards", shown.count < all.count)
        writeSettings(id, &writer)
      }
    }
  }

  func describeStreamSummary(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let id = try stream(input), stream = account[id]
    writer.object { writer in
      writer.member("StreamDescriptionSummary") { writer in
        writeName(id, &writer)
        writer.member("StreamId", directory[id].identity)
        writeSettings(id, &writer)
        writer.member("OpenShardCount", stream.openShardCount)
        writer.member("ConsumerCount", stream.consumers.count { $0.status != .deleted })
        if stream.mode == .onDemand {
          writer.member("WarmThroughput") { Self.write(stream.warmThroughput, into: &$0) }
        }
        writer.member("MaxRecordSizeInKiB", stream.maxRecord.count >> 10)
        writer.member("ChannelCount", account.channels.ids(of: id).count)
        writer.member("RecordDistributionStrategy", stream.distribution == .auto ? "AUTO" : "USER_PARTITION_KEY")
        writer.member("QueueCount", stream.queues.count { $0.status != .deleted })
      }
    }
  }

  func listStreams(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    var start = input.text("ExclusiveStartStreamName") ?? ""
    if let token = input.text("NextToken") { start = try read(token: token, "streams") }
    let all = account.streamIDs.map { (id: $0, name: account[$0].name) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let rest = all.drop { !start.utf8.lexicographicallyPrecedes($0.name.utf8) }
    let shown = rest.prefix(Int(input.integer("Limit") ?? Int64(Self.page)))
    writer.object { writer in
      writer.member("StreamNames", texts: shown.map(\.name))
      writer.member("HasMoreStreams", shown.count < rest.count)
      if shown.count < rest.count, let last = shown.last { writer.member("NextToken", token("streams", last.name)) }
      writer.member("StreamSummaries", list: shown) { writer, stream in
        writer.object { writeName(stream.id, &$0) }
      }
    }
  }

  func listShards(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let page: (stream: Int, filter: ShardFilter, after: ShardID?)
    if let token = input.text("NextToken") {
      guard !input.has("StreamName"), !input.has("StreamARN"), !input.has("StreamCreationTimestamp"),
        !input.has("ExclusiveStartShardId"), !input.has("ShardFilter")
      else { throw .invalidArgument("NextToken and a stream, a start or a filter cannot be specified together.") }
      page = try readPage(of: token)
    } else {
      let id = try stream(input)
      try checkCreation(input, of: id)
      page = (id, try filter(input, of: id), nil)
    }
    let rest = account[page.stream].shards(page.filter, at: now).drop { shard in
      page.after.map { shard.id <= $0 } ?? false
    }
    let shown = rest.prefix(Int(input.integer("MaxResults") ?? Int64(Self.shardPage)))
    writer.object { writer in
      writer.member("Shards", list: shown) { Self.write($1, into: &$0) }
      guard shown.count < rest.count, let last = shown.last else { return }
      let filter = Self.words(of: page.filter)
      writer.member("NextToken", token("shards", "\(page.stream) \(last.id.number) \(filter)"))
    }
  }

  private func readPage(of token: String) throws(ServiceError) -> (stream: Int, filter: ShardFilter, after: ShardID?) {
    let words = try read(token: token, "shards").split(separator: " ").map(String.init)
    guard words.count >= 3, let stream = Int(words[0]), let last = Int(words[1]), account.streamIDs.contains(stream),
      let filter = Self.filter(words.dropFirst(2))
    else { throw .invalidArgument("NextToken is not one that was given out.") }
    return (stream, filter, ShardID(last))
  }

  private static func words(of filter: ShardFilter) -> String {
    switch filter {
    case .fromTrimHorizon: "from_horizon"
    case .atTrimHorizon: "at_horizon"
    case .atLatest: "latest"
    case .atTimestamp(let instant): "at \(instant.nanoseconds)"
    case .fromTimestamp(let instant): "from \(instant.nanoseconds)"
    case .after(let shard): "after \(shard.number)"
    }
  }

  private static func filter(_ words: ArraySlice<String>) -> ShardFilter? {
    let number = words.dropFirst().first.flatMap { Int64($0) }
    switch (words.first, number) {
    case ("from_horizon", _): return .fromTrimHorizon
    case ("at_horizon", _): return .atTrimHorizon
    case ("latest", _): return .atLatest
    case ("at", let number?): return .atTimestamp(Instant(nanoseconds: number))
    case ("from", let number?): return .fromTimestamp(Instant(nanoseconds: number))
    case ("after", let number?): return .after(ShardID(Int(number)))
    default: return nil
    }
  }

  private func filter(_ input: WireInput, of stream: Int) throws(ServiceError) -> ShardFilter {
    if let start = input.text("ExclusiveStartShardId") { return .after(try shard(start, of: stream)) }
    guard let filter = input.structure("ShardFilter") else { return .fromTrimHorizon }
    func instant() throws(ServiceError) -> Instant {
      guard let instant = filter.instant("Timestamp") else {
        throw .invalidArgument("ShardFilter needs a Timestamp for that type.")
      }
      return instant
    }
    switch filter.text("Type") ?? "" {
    case "AFTER_SHARD_ID": return .after(try shard(filter.text("ShardId"), of: stream))
    case "AT_TRIM_HORIZON": return .atTrimHorizon
    case "AT_LATEST": return .atLatest
    case "AT_TIMESTAMP": return .atTimestamp(try instant())
    case "FROM_TIMESTAMP": return .fromTimestamp(try instant())
    default: return .fromTrimHorizon
    }
  }

  /// StreamCreationTimestamp tells streams of one name apart; to the second, as the CLI passes it.
  func checkCreation(_ input: WireInput, of stream: Int) throws(ServiceError) {
    guard let created = input.instant("StreamCreationTimestamp"), created.seconds != directory[stream].created.seconds
    else { return }
    throw .notFound("Stream \(account[stream].name) under account \(place.account) was not created then.")
  }

  func describeLimits(_ writer: inout WireWriter) {
    writer.object { writer in
      writer.member("ShardLimit", account.limits.shardQuota(region: place.region))
      writer.member("OpenShardCount", account.streamIDs.reduce(0) { $0 + account[$1].openShardCount })
      writer.member("OnDemandStreamCount", account.streamIDs.count { account[$0].mode == .onDemand })
      writer.member("OnDemandStreamCountLimit", account.limits[.onDemand.streams])
      // As many as on-demand streams may have together (AWS: no quota of their own).
      writer.member("ChannelCount", account.channels.ids.count)
      writer.member("ChannelCountLimit", account.limits[.onDemand.streams] * account.limits[.channel.perStream])
    }
  }

  func describeAccountSettings(_ writer: inout WireWriter) {
    let least = Interval.hours(account.limits[.onDemand.commitmentMinimum])
    writer.object { writer in
      writer.member("MinimumThroughputBillingCommitment") { writer in
        switch account.commitment {
        case .disabled: writer.member("Status", "DISABLED")
        case .enabled(let since):
          writer.member("Status", "ENABLED")
          writer.member("StartedAt", since)
          writer.member("EarliestAllowedEndAt", since + least)
        case .enabledUntil(let end, let since):
          writer.member("Status", "ENABLED_UNTIL_EARLIEST_ALLOWED_END")
          writer.member("StartedAt", since)
          writer.member("EndedAt", end)
          writer.member("EarliestAllowedEndAt", since + least)
        }
      }
    }
  }

  // MARK: Parts

  static func write(_ shard: Shard, into writer: inout WireWriter) {
    writer.object { writer in
      writer.member("ShardId", shard.id.description)
      writer.member("ParentShardId", shard.parent?.description)
      writer.member("AdjacentParentShardId", shard.adjacentParent?.description)
      write(shard.range, into: &writer)
      writer.member("SequenceNumberRange") { writer in
        writer.member("StartingSequenceNumber", shard.startingSequenceNumber.description)
        writer.member("EndingSequenceNumber", shard.endingSequenceNumber?.description)
      }
    }
  }

  static func write(_ range: HashKeyRange, into writer: inout WireWriter) {
    writer.member("HashKeyRange") { writer in
      writer.member("StartingHashKey", range.start.description)
      writer.member("EndingHashKey", range.end.description)
    }
  }

  static func write(_ warm: WarmThroughput, into writer: inout WireWriter) {
    writer.member("TargetMiBps", warm.target)
    writer.member("CurrentMiBps", warm.current)
  }
}
