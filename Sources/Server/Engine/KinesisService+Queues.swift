internal import KinesisCore
internal import Units

/// Queues, and the records that they hand out.
extension KinesisService {
  // MARK: Queues

  mutating func createQueue(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let name = input.text("QueueName") ?? ""
    let streams = input.structures("StreamConfigurationList")
    guard streams.count == 1 else { throw .validation("StreamConfigurationList must have exactly one entry.") }
    let id = try stream(streams[0])
    let start = try Self.start(streams[0].structure("StartingPosition"))
    let tags = input.map("Tags").map { ResourceTag($0.key, $0.value) }
    let change = try Self.change(input.structure("QueueAttributes"))
    var settings = QueueSettings(account.limits)
    settings.visibility = change.visibility ?? settings.visibility
    settings.deadLetters = change.deadLetters ?? settings.deadLetters
    _ = try ask(.createQueue(name, stream: account[id].name, start, settings, tags: tags), of: id)
    guard let position = account[id].queue(named: name) else { return }
    let queue = directory.addQueue(name, stream: id, position: position, at: now)
    guard let note = directory.queue(queue) else { return }
    describe(note, account[id].queues[position].description, &writer)
  }

  private static func start(_ position: WireInput?) throws(ServiceError) -> QueueStart {
    let type = position?.text("Type") ?? "LATEST", timestamp = position?.instant("Timestamp")
    switch (type, timestamp) {
    case ("AT_TIMESTAMP", let timestamp?): return .atTimestamp(timestamp)
    case ("AT_TIMESTAMP", nil): throw .validation("StartingPosition of type AT_TIMESTAMP needs a Timestamp.")
    case (_, .some): throw .validation("StartingPosition has a Timestamp, which only type AT_TIMESTAMP takes.")
    case ("TRIM_HORIZON", nil): return .trimHorizon
    default: return .latest
    }
  }

  private static func change(_ attributes: WireInput?) throws(ServiceError) -> QueueChange {
    var change = QueueChange(visibility: attributes?.integer("VisibilityTimeoutSeconds").map { .seconds($0) })
    guard let letters = attributes?.structure("DeadLetterConfiguration") else { return change }
    let most = letters.integer("MaxReceiveCount")
    switch (letters.text("TargetType"), most) {
    case ("NONE", nil): change.deadLetters = QueueSettings.DeadLetters.none
    case ("NONE", .some): throw .validation("MaxReceiveCount is for TargetType BUILT_IN.")
    case (_, let most?): change.deadLetters = .builtIn(maxReceives: Int(most))
    case (_, nil): throw .validation("MaxReceiveCount is required with TargetType BUILT_IN.")
    }
    return change
  }

  mutating func describeQueue(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    try answer(.describe, of: try queue(input), &writer)
  }

  mutating func updateQueue(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let note = try queue(input)
    try answer(.update(try Self.change(input.structure("QueueAttributes"))), of: note, &writer)
  }

  private mutating func answer(
    _ request: QueueRequest, of note: Directory.QueueNote, _ writer: inout WireWriter
  ) throws(ServiceError) {
    guard case .queue(.described(let description)) = try ask(.queue(note.name, request)) else { return }
    describe(note, description, &writer)
  }

  mutating func deleteQueue(_ input: WireInput) throws(ServiceError) {
    _ = try ask(.deleteQueue(try queue(input).name))
  }

  private static func status(_ status: QueueStatus) -> String {
    switch status {
    case .creating: "CREATING"
    case .active: "ACTIVE"
    case .updating: "UPDATING"
    case .deleting, .deleted: "DELETING"
    }
  }

  private func writeName(_ note: Directory.QueueNote, _ status: QueueStatus, _ writer: inout WireWriter) {
    writer.member("QueueName", note.name)
    writer.member("QueueARN", place.queueARN(note.id))
    writer.member("QueueStatus", Self.status(status))
    writer.member("QueueCreationTimestamp", note.created)
  }

  /// AWS's QueueDescription.
  private func describe(
    _ note: Directory.QueueNote, _ description: QueueDescription, _ writer: inout WireWriter
  ) {
    let type =
      switch account[note.stream].queues[note.position].start {
      case .latest: "LATEST"
      case .trimHorizon: "TRIM_HORIZON"
      case .atTimestamp: "AT_TIMESTAMP"
      }
    // While it is CREATING, only what was asked for is told (Q§2).
    let isSettled = type == "AT_TIMESTAMP" || Self.status(description.status) != "CREATING"
    writer.object { writer in
      writer.member("QueueDescription") { writer in
        writeName(note, description.status, &writer)
        writer.member("StreamConfigurationList", list: [type]) { writer, type in
          writer.object { writer in
            writer.member("StreamARN", place.streamARN(account[note.stream].name))
            writer.member("StartingPosition") { writer in
              writer.member("Type", type)
              writer.member("Timestamp", isSettled ? description.startingTimestamp : nil)
            }
          }
        }
        writer.member("QueueAttributes") { writer in
          writer.member("VisibilityTimeoutSeconds", description.settings.visibility.nanoseconds / 1_000_000_000)
          writer.member("DeadLetterConfiguration") { writer in
            let most = description.settings.deadLetters.maxReceives
            writer.member("TargetType", most == nil ? "NONE" : "BUILT_IN")
            if let most { writer.member("MaxReceiveCount", most) }
          }
        }
      }
    }
  }

  mutating func listQueues(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    var listing = QueueListing(most: input.integer("MaxResults").map { Int(clamping: $0) })
    if let token = input.text("NextToken") { listing.token = try queueToken(token) }
    listing.streams = input.structures("StreamFilter").map { filter in
      stream(ofFilter: filter).map { account[$0].name } ?? ""
    }
    guard case .queues(let page) = try ask(.listQueues(listing)) else { return }
    let notes = page.queues.compactMap { summary in directory.queue(named: summary.name).map { ($0, summary.status) } }
    writer.object { writer in
      writer.member("QueueSummaries", list: notes) { writer, summary in
        let (note, status) = summary
        writer.object { writer in
          writeName(note, status, &writer)
          writer.member("Streams", list: [note.stream]) { writer, stream in
            writer.object { writer in
              writer.member("StreamARN", place.streamARN(account[stream].name))
              writer.member("StreamCreationTimestamp", directory[stream].created)
            }
          }
        }
      }
      if let token = page.token { writer.member("NextToken", text(of: token)) }
    }
  }

  private func text(of token: QueueListToken) -> String {
    self.token("queues", ([token.last, "\(token.until.nanoseconds)"] + token.streams).joined(separator: " "))
  }

  private func queueToken(_ text: String) throws(ServiceError) -> QueueListToken {
    let words = try open(text, "queues").place.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count >= 2, let until = Int64(words[1]) else { throw Self.foreignToken }
    return QueueListToken(last: words[0], streams: Array(words[2...]), until: Instant(nanoseconds: until))
  }

  // MARK: Records

  mutating func receive(
    _ input: WireInput, _ side: QueueSide, _ call: ServiceCall, _ writer: inout WireWriter
  ) throws(ServiceError) -> Outcome {
    let note = try queue(input)
    let wanted = ReceiveCall(
      poll: call.number, limit: Int(input.integer("Limit") ?? account.limits[.queue.recordsPerCall]),
      wait: .seconds(input.integer("WaitTimeSeconds") ?? account.limits[.queue.waitDefault]),
      visibility: input.integer("VisibilityTimeoutSeconds").map { .seconds($0) })
    switch try ask(.queue(note.name, .receive(wanted, side)), of: note.stream) {
    case .queue(.received(_, let records)):
      write(records, of: note, into: &writer)
      return .answered
    default:
      audience.wait(call.number, for: note, call.format)
      return .waits
    }
  }

  /// The answer of a receive. A record whose payload has left by age meanwhile is left out.
  func write(_ records: [ReceivedRecord], of queue: Directory.QueueNote, into writer: inout WireWriter) {
    writer.object { writer in
      writer.member("QueueRecords", list: records) { writer, record in
        guard let payload = payloads.record(at: record.id.position, in: record.id.shard, of: queue.stream) else {
          return
        }
        writer.object { writer in
          writer.member("ReceiptHandle", Self.text(of: record.handle, queue))
          writer.member("RecordId", record.id.description)
          Self.write(payload, into: &writer)
          writer.member("ApproximateArrivalTimestamp", record.arrival)
          writer.member("FirstReceiveTimestamp", record.firstReceived)
          writer.member("ReceiveCount", Int64(record.receives))
        }
      }
    }
  }

  /// A receipt as text: the queue's id stands in it, so that no queue takes another one's.
  private static func text(of handle: ReceiptHandle, _ queue: Directory.QueueNote) -> String {
    "\(queue.id)-\(String(handle.raw, radix: 36))"
  }

  /// The receipt of a text; one that is void for any other.
  private static func handle(_ text: String, _ queue: Directory.QueueNote) -> ReceiptHandle {
    let void = ReceiptHandle(raw: .max), parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == queue.id, let raw = UInt64(parts[1], radix: 36) else { return void }
    return ReceiptHandle(raw: raw)
  }

  mutating func acknowledge(
    _ input: WireInput, _ side: QueueSide, _ writer: inout WireWriter
  ) throws(ServiceError) {
    let note = try queue(input), texts = Self.handles(input)
    try answer(.acknowledge(texts.map { Self.handle($0, note) }, side), of: note, texts, &writer)
  }

  mutating func restore(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let note = try queue(input), texts = Self.handles(input)
    try answer(.restore(texts.map { Self.handle($0, note) }), of: note, texts, &writer)
  }

  mutating func updateVisibility(
    _ input: WireInput, _ side: QueueSide, _ writer: inout WireWriter
  ) throws(ServiceError) {
    let note = try queue(input), texts = Self.handles(input)
    let entries = zip(texts, input.structures("Entries")).map { text, entry in
      VisibilityEntry(
        Self.handle(text, note), visibility: .seconds(entry.integer("VisibilityTimeoutSeconds") ?? 0))
    }
    try answer(.updateVisibility(entries, side), of: note, texts, &writer)
  }

  /// The receipts of a call's entries, as texts.
  private static func handles(_ input: WireInput) -> [String] {
    input.structures("Entries").map { $0.text("ReceiptHandle") ?? "" }
  }

  private mutating func answer(
    _ request: QueueRequest, of note: Directory.QueueNote, _ handles: [String], _ writer: inout WireWriter
  ) throws(ServiceError) {
    guard case .queue(.entries(let errors)) = try ask(.queue(note.name, request)) else { return }
    let results = zip(handles, errors)
    writer.object { writer in
      writer.member("Successful", list: results.filter { $0.1 == nil }) { writer, result in
        writer.object { $0.member("ReceiptHandle", result.0) }
      }
      writer.member("Failed", list: results.filter { $0.1 != nil }) { writer, result in
        writer.object { writer in
          writer.member("ReceiptHandle", result.0)
          writer.member("ErrorCode", result.1?.rawValue)
          writer.member("ErrorMessage", "The receipt handle is not valid.")
        }
      }
    }
  }
}
