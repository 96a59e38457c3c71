internal import KinesisCore
internal import Units

/// A call and its stamp as bytes, and back: what the log and the journal hold.
///
/// The bytes are a CBOR map. A batch of records keeps its keys and payloads as they are, and of each record its lengths and its
/// place on the ring, so that nothing is hashed again.
struct CallFrame: Sendable, Hashable {
  var at: Instant
  var call: ServiceCall

  init(_ call: ServiceCall, at instant: Instant) { (self.call, at) = (call, instant) }

  // MARK: Writing

  var bytes: [UInt8] {
    var writer = WireWriter(.cbor)
    writer.object { writer in
      writer.member("t", at.nanoseconds)
      writer.member("n", call.number)
      writer.member("o", call.operation)
      if call.service != .kinesis { writer.member("s", call.service.rawValue) }
      writer.member("f", call.format == .json ? 0 : 1)
      switch call.ask {
      case .members(let input):
        writer.name("m")
        writer.write(input.value)
      case .hangUp(let number): writer.member("h", number)
      case .outcome(let shipment, let outcome):
        writer.name("d")
        shipment.write(into: &writer)
        writer.name("w")
        outcome.write(into: &writer)
      case .put(let batch): Self.write(batch, into: &writer)
      }
    }
    return writer.bytes
  }

  private static func write(_ batch: PutBatch, into writer: inout WireWriter) {
    writer.name("p")
    writer.write(batch.target.value)
    writer.name("b")
    writer.blob(batch.bytes[...])
    var entries: [UInt8] = []
    entries.reserveCapacity(entrySize * batch.entries.count)
    for entry in batch.entries {
      entries.append(entry.keyLength, width: 4)
      entries.append(entry.dataLength, width: 4)
      entries.append(entry.hashKey == nil ? 0 : 1)
      entries.append(entry.hashKey?.value ?? 0, width: 16)
    }
    writer.name("e")
    writer.blob(entries[...])
    writer.member("r", batch.refusal?.message)
  }

  private static let entrySize = 25

  // MARK: Reading

  /// Reads one; nil when the bytes are none.
  init?(_ bytes: [UInt8]) {
    guard let value = CBORReader.read(bytes) else { return nil }
    self.init(value)
  }

  init?(_ value: WireValue) {
    let input = WireInput(value)
    guard let time = input.integer("t"), let number = input.integer("n"), let operation = input.text("o"),
      let format = input.integer("f"), let ask = Self.ask(value)
    else { return nil }
    at = Instant(nanoseconds: time)
    let service = ServiceCall.Service(rawValue: Int(input.integer("s") ?? 0)) ?? .kinesis
    call = ServiceCall(
      number: Int(number), service, operation: operation, format: format == 0 ? .json : .cbor, ask: ask)
  }

  private static func ask(_ value: WireValue) -> ServiceCall.Ask? {
    if let members = value["m"] { return .members(WireInput(members)) }
    if case .integer(let number)? = value["h"] { return .hangUp(Int(number)) }
    if let shipment = value["d"], let outcome = value["w"] {
      guard let id = Shipment.ID(WireInput(shipment)), let outcome = Shipment.Outcome(WireInput(outcome)) else {
        return nil
      }
      return .outcome(id, outcome)
    }
    guard let target = value["p"], case .blob(let bytes)? = value["b"], case .blob(let entries)? = value["e"] else {
      return nil
    }
    return batch(WireInput(target), bytes, entries, WireInput(value).text("r")).map { .put($0) }
  }

  private static func batch(
    _ target: WireInput, _ bytes: [UInt8], _ packed: [UInt8], _ refusal: String?
  ) -> PutBatch? {
    guard packed.count % entrySize == 0 else { return nil }
    func length(_ place: Int) -> Int { Int(Int32(bitPattern: packed[place..<place + 4].word())) }
    var entries: [PutBatch.Entry] = [], start = 0
    for place in stride(from: 0, to: packed.count, by: entrySize) {
      let keyLength = length(place), dataLength = length(place + 4)
      let hashKey = packed[place + 8] == 0 ? nil : HashKey(packed[place + 9..<place + entrySize].word())
      entries.append(PutBatch.Entry(start: start, keyLength: keyLength, dataLength: dataLength, hashKey: hashKey))
      start += max(0, keyLength) + dataLength
    }
    guard start == bytes.count, entries.allSatisfy({ $0.keyLength >= -1 && $0.dataLength >= 0 }) else { return nil }
    return PutBatch(target: target, entries: entries, bytes: bytes, refusal: refusal.map { .invalidArgument($0) })
  }
}

extension ServiceCall {
  /// Whether it can change what outlives the process: all but what describes, lists and reads. A subscription does not outlive it.
  /// That GetRecords takes of what a delivery stream may read does, where one `isRead`.
  func isLasting(whereOneIsRead isRead: Bool) -> Bool {
    if isRead, operation == "GetRecords" { return true }
    return !["Describe", "List", "Get"].contains(where: operation.hasPrefix) && operation != "SubscribeToShard"
  }
}
