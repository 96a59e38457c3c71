internal import KinesisCore
internal import Units

/// PutRecord, PutRecords, GetShardIterator and GetRecords.
extension KinesisService {
  // MARK: Puts

  mutating func put(_ batch: PutBatch, isBatch: Bool, _ writer: inout WireWriter) throws(ServiceError) {
    let id = try stream(batch.target)
    let (name, distribution) = (account[id].name, account[id].distribution)
    let headers = try Self.checking { () throws(Refusal) in
      try RecordKey.checkOrdering(batch.target.text("SequenceNumberForOrdering"), distribution)
      return try batch.headers(for: name, distribution)
    }
    if batch.target.isTrue("DryRun") {
      try ask(.dryRun(isBatch ? .putRecords(headers) : .putRecord(headers[0])), of: id)
    }
    let outcomes = try outcomes(of: headers, isBatch: isBatch, in: id)
    let numbers = keep(batch, outcomes, in: id)
    gather(outcomes, headers, of: id)
    let encryption = account[id].encryptionKey == nil ? nil : "KMS"
    guard isBatch else {
      return writer.object { writer in
        writer.member("ShardId", outcomes[0].shard.description)
        writer.member("SequenceNumber", numbers[0]?.description)
        writer.member("EncryptionType", encryption)
      }
    }
    writer.object { writer in
      writer.member("FailedRecordCount", outcomes.count { $0.limit != nil })
      writer.member("Records", list: zip(outcomes, numbers)) { writer, record in
        writer.object { writer in
          if let number = record.1 {
            writer.member("SequenceNumber", number.description)
            writer.member("ShardId", record.0.shard.description)
          } else {
            let stream = StreamName(name: name, account: place.account)
            let error = ServiceError(.writeThrottled(record.0.shard, record.0.limit ?? .records), stream: stream)
            writer.member("ErrorCode", error.code)
            writer.member("ErrorMessage", error.message)
          }
        }
      }
      writer.member("EncryptionType", encryption)
    }
  }

  /// What the core makes of the headers. A record that PutRecord cannot store refuses the call, and counts all the same.
  private mutating func outcomes(
    of headers: [RecordHeader], isBatch: Bool, in id: Int
  ) throws(ServiceError) -> [PutOutcome] {
    do throws(ServiceError) {
      guard case .put(let outcomes) = try ask(isBatch ? .putRecords(headers) : .putRecord(headers[0]), of: id) else {
        preconditionFailure("a put that has no outcomes")
      }
      meters.note(outcomes, sizes: headers.map { Int64($0.size) }, of: .stream(id))
      return outcomes
    } catch {
      if error.isThrottle { meters.add(1, to: .throttledRecords, of: .stream(id)) }
      throw error
    }
  }

  /// Keeps the payloads of what was stored. Returns their sequence numbers, nil for what was refused.
  private mutating func keep(_ batch: PutBatch, _ outcomes: [PutOutcome], in id: Int) -> [SequenceNumber?] {
    let block = PayloadStore.Block(batch.bytes)
    let (shards, isEncrypted) = (account[id].shards, account[id].encryptionKey != nil)
    return zip(batch.entries, outcomes).map { entry, outcome in
      guard outcome.limit == nil else { return nil }
      let record = PayloadStore.Record(entry, of: block, isEncrypted: isEncrypted)
      payloads.append(record, to: outcome.shard, of: id, at: outcome.first)
      return shards[outcome.shard.index].sequenceNumber(at: outcome.first, arrived: now)
    }
  }

  // MARK: Reads

  mutating func getShardIterator(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let id = try stream(input)
    let shard = try shard(input.text("ShardId"), of: id)
    let position = try position(
      input.text("ShardIteratorType"), input.text("StartingSequenceNumber"), input.instant("Timestamp"), shard, of: id)
    if input.isTrue("DryRun") { try ask(.dryRun(.getShardIterator(shard, position)), of: id) }
    guard case .iterator(let iterator) = try ask(.getShardIterator(shard, position), of: id) else { return }
    writer.object { $0.member("ShardIterator", IteratorToken(stream: id, iterator).text) }
  }

  /// Where to begin, as GetShardIterator and SubscribeToShard say it.
  func position(
    _ type: String?, _ number: String?, _ timestamp: Instant?, _ shard: ShardID, of stream: Int
  ) throws(ServiceError) -> IteratorPosition {
    switch type ?? "" {
    case "TRIM_HORIZON": return .trimHorizon
    case "AT_TIMESTAMP":
      guard let timestamp else {
        throw .invalidArgument("Must specify timestamp parameter for iterator of type AT_TIMESTAMP.")
      }
      return .atTimestamp(timestamp)
    case "AT_SEQUENCE_NUMBER": return .atSequenceNumber(try sequenceNumber(number, type, shard, of: stream))
    case "AFTER_SEQUENCE_NUMBER": return .afterSequenceNumber(try sequenceNumber(number, type, shard, of: stream))
    default: return .latest
    }
  }

  private func sequenceNumber(
    _ text: String?, _ type: String?, _ shard: ShardID, of stream: Int
  ) throws(ServiceError) -> SequenceNumber {
    guard let text else {
      throw .invalidArgument(
        "Must specify startingSequenceNumber parameter for iterators of type \(type ?? ""). Current request has no "
          + "startingSequenceNumber parameter.")
    }
    guard let number = SequenceNumber(text) else {
      throw .invalidArgument(
        "StartingSequenceNumber \(text) used in GetShardIterator on shard \(shard) in stream \(account[stream].name) "
          + "under account \(place.account) is invalid.")
    }
    return number
  }

  mutating func getRecords(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    guard let token = IteratorToken(input.text("ShardIterator") ?? "") else {
      throw .invalidArgument("Invalid ShardIterator.")
    }
    guard account.streamIDs.contains(token.stream) else { throw .notFound("The stream of the iterator was deleted.") }
    if input.has("StreamARN"), try stream(input) != token.stream {
      throw .invalidArgument("The ShardIterator is not one of the stream of StreamARN.")
    }
    let limit = Int(input.integer("Limit") ?? account.limits[.shard.readRecordsPerCall])
    if input.isTrue("DryRun") { try ask(.dryRun(.getRecords(token.iterator, limit: limit)), of: token.stream) }
    let page = try page(token, limit)
    writer.object { writer in
      write(page.first..<page.end, in: page.shard, of: token.stream, into: &writer)
      if let next = page.next {
        writer.member("NextShardIterator", IteratorToken(stream: token.stream, next).text)
      }
      writer.member("MillisBehindLatest", page.millisBehindLatest)
      if !page.children.isEmpty { write(children: page.children, of: token.stream, into: &writer) }
    }
  }

  private mutating func page(_ token: IteratorToken, _ limit: Int) throws(ServiceError) -> ReadAnswer {
    do throws(ServiceError) {
      guard case .records(let page) = try ask(.getRecords(token.iterator, limit: limit), of: token.stream) else {
        preconditionFailure("a read that has no page")
      }
      meters.note(page, of: token.stream)
      return page
    } catch {
      if error.isThrottle { meters.add(1, to: .throttledReads, of: .stream(token.stream)) }
      throw error
    }
  }

  /// AWS's Records: those of a range of positions.
  func write(_ range: Range<Int64>, in shard: ShardID, of stream: Int, into writer: inout WireWriter) {
    let from = account[stream].shards[shard.index]
    writer.name("Records")
    writer.list { writer in
      account.forEachArrival(from: range.lowerBound, to: range.upperBound, in: shard, of: stream) {
        arrival, _, first, end in
        for position in first..<end {
          guard let record = payloads.record(at: position, in: shard, of: stream) else { continue }
          writer.object { writer in
            writer.member("SequenceNumber", from.sequenceNumber(at: position, arrived: arrival).description)
            writer.member("ApproximateArrivalTimestamp", arrival)
            Self.write(record, into: &writer)
            if record.isEncrypted { writer.member("EncryptionType", "KMS") }
          }
        }
      }
    }
  }

  /// A record's payload and key.
  static func write(_ record: PayloadStore.Record, into writer: inout WireWriter) {
    writer.name("Data")
    writer.blob(record.data)
    guard let key = record.key else { return }
    writer.name("PartitionKey")
    writer.text(utf8: key)
  }

  /// AWS's ChildShards.
  func write(children: [ShardID], of stream: Int, into writer: inout WireWriter) {
    let shards = account[stream].shards
    writer.member("ChildShards", list: children) { writer, child in
      writer.object { writer in
        writer.member("ShardId", child.description)
        writer.member("ParentShards", texts: shards[child.index].parents.map(\.description))
        Self.write(shards[child.index].range, into: &writer)
      }
    }
  }
}

/// A shard iterator as text: opaque to clients, with a checksum, so that no other text is one.
struct IteratorToken: Sendable, Hashable {
  var stream: Int
  var iterator: ShardIterator

  init(stream: Int, _ iterator: ShardIterator) { (self.stream, self.iterator) = (stream, iterator) }

  /// Reads one; nil when it is none.
  init?(_ text: String) {
    var bytes: [UInt8] = []
    guard Base64.decode(Array(text.utf8), into: &bytes), bytes.count == 36 else { return nil }
    let words = stride(from: 0, to: 32, by: 8).map { bytes[$0..<$0 + 8].word(as: UInt64.self) }
    guard bytes[32...].word() == CRC32.of(bytes[..<32]), let stream = Int(exactly: words[0]),
      let shard = Int32(exactly: words[1]),
      let next = Int64(exactly: words[2])
    else { return nil }
    self.stream = stream
    iterator = ShardIterator(
      shard: ShardID(Int(shard)), next: next, issuedAt: Instant(nanoseconds: Int64(bitPattern: words[3])))
  }

  var text: String {
    var bytes: [UInt8] = []
    for word in [Int64(stream), Int64(iterator.shard.number), iterator.next, iterator.issuedAt.nanoseconds] {
      bytes.append(word, width: 8)
    }
    bytes.append(CRC32.of(bytes[...]), width: 4)
    var text: [UInt8] = []
    Base64.encode(bytes, into: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
