internal import KinesisCore
internal import Units

/// Records of Data Firehose: puts, what is read of data streams, what is shipped and what becomes of it.
extension KinesisService {
  mutating func put(
    _ batch: PutBatch, intoDeliveryStreamAs operation: String, _ writer: inout WireWriter
  ) throws(ServiceError) {
    let post = try deliveryStream(batch.target)
    guard deliveries.account.status(of: post.id, at: now) == .active else {
      throw .notFound("Firehose \(post.name) under account \(place.account) is not ACTIVE.")
    }
    try checkSource(batch, of: post)
    let now = now
    let numbers: [Int64?]
    do throws(DeliveryRefusal) {
      let (taken, shipments) = try deliveries.update(post.id) { post throws(DeliveryRefusal) in
        try post.line.put(batch, at: now)
      }
      numbers = taken
      ship(shipments)
    } catch {
      meters.add(Int64(batch.entries.count), to: .throttledPuts, of: .delivery(post.id))
      throw ServiceError(error)
    }
    meter(batch, numbers, of: post.id)
    let isEncrypted = post.encryption != nil
    if operation == "PutRecord", numbers[0] == nil { throw ServiceError(DeliveryRefusal.slowDown) }
    let line = post.line.number
    func id(_ number: Int64) -> String { Self.recordID(post.id, line, number) }
    writer.object { writer in
      if operation == "PutRecord" {
        writer.member("RecordId", numbers[0].map(id))
      } else {
        writer.member("FailedPutCount", numbers.count { $0 == nil })
        writer.member("RequestResponses", list: numbers) { writer, number in
          writer.object { writer in
            writer.member("RecordId", number.map(id))
            guard number == nil else { return }
            writer.member("ErrorCode", DeliveryRefusal.slowDown.code)
            writer.member("ErrorMessage", DeliveryRefusal.slowDown.message)
          }
        }
      }
      writer.member("Encrypted", isEncrypted)
    }
  }

  /// Where records are decompressed only CloudWatch's logs may put (AWS); by what they put they are known.
  private func checkSource(_ batch: PutBatch, of post: DeliveryPost) throws(ServiceError) {
    guard post.line.plan.processing.decompresses else { return }
    let isGzip = batch.entries.allSatisfy { entry in
      batch.bytes[(entry.start + max(0, entry.keyLength))...].prefix(entry.dataLength).starts(with: [0x1f, 0x8b])
    }
    guard !isGzip else { return }
    throw ServiceError(
      "InvalidSourceException",
      "Put to Firehose failed for AccountId: \(place.account), FirehoseName: \(post.name) because the request is not "
        + "originating from allowed source types.")
  }

  /// AWS's is opaque.
  private static func recordID(_ post: Int, _ line: Int, _ number: Int64) -> String {
    var text: [UInt8] = [], bytes: [UInt8] = []
    for word in [Int64(post), Int64(line), number] { bytes.append(word, width: 8) }
    bytes.append(CRC32.of(bytes[...]), width: 4)
    Base64.encode(bytes, into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func meter(_ batch: PutBatch, _ numbers: [Int64?], of post: Int) {
    var records: Int64 = 0, bytes: Int64 = 0
    for (entry, number) in zip(batch.entries, numbers) where number != nil {
      (records, bytes) = (records + 1, bytes + Int64(entry.dataLength))
    }
    meters.add(records, to: .incomingRecords, of: .delivery(post))
    meters.add(bytes, to: .incomingBytes, of: .delivery(post))
    meters.add(Int64(numbers.count) - records, to: .throttledPuts, of: .delivery(post))
  }

  // MARK: What is shipped

  private mutating func ship(_ shipments: [Shipment]) { unsent += shipments }

  /// What became of a shipment.
  mutating func end(_ id: Shipment.ID, _ outcome: Shipment.Outcome) {
    if case .channel = id.work { return end(channel: id, outcome) }
    guard let post = deliveries.post(id.stream), let place = post.lines.firstIndex(where: { $0.number == id.line })
    else {
      return
    }
    let now = now
    ship(deliveries.update(id.stream) { post in post.lines[place].end(id, outcome, at: now) })
    settle(id.stream)
  }

  /// What is under way, as it was given out.
  public var underWay: [Shipment] {
    deliveries.ids.flatMap { deliveries.post($0)?.lines.flatMap(\.underWay) ?? [] }
      + channels.ids.flatMap { channels[$0]?.line?.underWay ?? [] }
  }

  /// Counts what came to an end, and lets go of lines that hold nothing any more.
  private mutating func settle(_ id: Int) {
    let receipts = deliveries.update(id) { post in
      let receipts = post.lines.indices.flatMap { post.lines[$0].takeReceipts() }
      let newest = post.line.number
      post.lines.removeAll { $0.number != newest && $0.isDrained }
      return receipts
    }
    let plan = deliveries.post(id)?.line.plan, isHTTP = plan?.endpoint != nil
    // Of OpenSearch and Splunk nothing is counted.
    guard plan?.main != nil || isHTTP else { return }
    for receipt in receipts where receipt.end == .delivered {
      let records = receipt.parcels.reduce(0) { $0 + $1.records }, bytes = receipt.parcels.reduce(0) { $0 + $1.bytes }
      meters.add(records, to: isHTTP ? .requestedRecords : .objectRecords, of: .delivery(id))
      meters.add(bytes, to: isHTTP ? .requestedBytes : .objectBytes, of: .delivery(id))
    }
  }

  // MARK: Time

  /// Does what is due now: delivery streams become ACTIVE and go, buffers are full of age, sources are read.
  mutating func tendDeliveries() {
    let now = now
    for id in deliveries.ids {
      let (active, gone) = deliveries.account.times(of: id)
      guard gone > now else {
        deliveries.remove(id)
        meters.forget(.delivery(id))
        continue
      }
      guard let post = deliveries.post(id) else { continue }
      if !post.hasBegun, active <= now { begin(id) }
      for place in post.lines.indices {
        ship(deliveries.update(id) { post in post.lines[place].wake(at: now) })
        if deliveries.post(id)?.lines[place].pollAt ?? .never <= now { poll(id, place) }
      }
      settle(id)
    }
  }

  /// One is ACTIVE: what reads a data stream reads what comes from now on (LATEST).
  private mutating func begin(_ id: Int) {
    let now = now, stream = deliveries.post(id)?.stream
    let shards = stream.map { account.streamIDs.contains($0) ? account[$0].shards.filter(\.isOpen) : [] } ?? []
    deliveries.update(id) { post in
      post.hasBegun = true
      guard stream != nil else { return }
      for shard in shards { post.line.open(shard.id, from: shard.log.tip, at: now) }
      post.line.pollAt = now + .seconds(1)
    }
  }

  /// Polls that find nothing change nothing: the next ones, up to an instant until which nothing comes, are one.
  mutating func skipIdlePolls(until instant: Instant) {
    let end = min(instant, account.nextChange ?? .never)
    for id in deliveries.ids {
      guard let post = deliveries.post(id), let stream = post.stream, post.line.pollAt < end else { continue }
      guard account.streamIDs.contains(stream) else { continue }
      let isIdle = post.line.reading.allSatisfy { shard in
        account[stream].shards[shard.index].isOpen
          && account[stream].shards[shard.index].log.tip == post.line.machine.nextPosition(of: shard)
      }
      let seconds = (end - post.line.pollAt).nanoseconds / 1_000_000_000
      if isIdle, seconds > 0 { deliveries.update(id) { $0.line.pollAt = $0.line.pollAt + .seconds(seconds) } }
    }
  }

  /// GetRecords of each shard, as far as the machine has room: it counts against the shard as anybody's does.
  private mutating func poll(_ id: Int, _ place: Int) {
    guard let post = deliveries.post(id), let stream = post.stream else { return }
    deliveries.update(id) { $0.lines[place].pollAt = $0.lines[place].pollAt + .seconds(1) }
    guard account.streamIDs.contains(stream) else { return }
    for shard in post.lines[place].reading {
      guard let line = deliveries.post(id)?.lines[place], line.machine.mayRead(shard),
        let next = line.machine.nextPosition(of: shard)
      else { continue }
      let iterator = ShardIterator(shard: shard, next: next, issuedAt: now)
      for turn in 0..<line.machine.pollsPerSecond {
        guard let page = read(iterator, of: stream), turn == 0 else { continue }
        hand(page, of: stream, to: id, place)
      }
    }
  }

  private mutating func read(_ iterator: ShardIterator, of stream: Int) -> ReadAnswer? {
    let limit = Int(account.limits[.shard.readRecordsPerCall])
    do throws(Refusal) {
      let page = try account.getRecords(iterator, limit: limit, of: stream, at: now)
      meters.note(page, of: stream)
      return page
    } catch {
      meters.add(1, to: .throttledReads, of: .stream(stream))
      return nil
    }
  }

  private mutating func hand(_ page: ReadAnswer, of stream: Int, to id: Int, _ place: Int) {
    var (runs, items): ([DeliveryRun], [Cargo.Item]) = ([], [])
    account.forEachArrival(from: page.first, to: page.end, in: page.shard, of: stream) { arrival, _, first, end in
      for position in first..<end {
        guard let record = payloads.record(at: position, in: page.shard, of: stream) else { continue }
        let size = Int64(record.data.count)
        runs.append(DeliveryRun(first: position, count: 1, records: 1, bytes: size, arrival: arrival))
        let number = account[stream].shards[page.shard.index].sequenceNumber(at: position, arrived: arrival)
        let place = Cargo.Place(shard: page.shard, sequenceNumber: number)
        items.append(Cargo.Item(record: record, arrival: arrival, place: place))
      }
    }
    let read = DeliveryRead(shard: page.shard, runs: runs, next: page.next?.next ?? page.end)
    let now = now, shards = account[stream].shards
    let shipments = deliveries.update(id) { post in
      let shipments = post.lines[place].read(read, items, at: now)
      guard page.next == nil else { return shipments }
      post.lines[place].end(page.shard, at: now)
      // A child begins when all of its parents that are read have ended.
      for child in page.children {
        let parents = shards[child.index].parents.filter { post.lines[place].origins.contains($0) }
        guard parents.allSatisfy({ post.lines[place].ended.contains($0) }) else { continue }
        post.lines[place].open(child, from: 0, at: now)
      }
      return shipments
    }
    ship(shipments)
  }
}
