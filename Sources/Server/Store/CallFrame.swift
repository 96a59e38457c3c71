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
      writer.member("f", call.format == .json ? 0 : 1)
      switch call.ask {
      case .members(let input):
        writer.name("m")
        writer.write(input.value)
      case .hangUp(let number): writer.member("h", number)
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
      append(UInt128(UInt32(bitPattern: Int32(entry.keyLength))), width: 4, to: &entries)
      append(UInt128(entry.dataLength), width: 4, to: &entries)
      entries.append(entry.hashKey == nil ? 0 : 1)
      append(entry.hashKey?.value ?? 0, width: 16, to: &entries)
    }
    writer.name("e")
    writer.blob(entries[...])
    writer.member("r", batch.refusal?.message)
  }

  private static let entrySize = 25

  private static func append(_ word: UInt128, width: Int, to bytes: inout [UInt8]) {
    for shift in stride(from: 8 * (width - 1), through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> UInt128(shift)))
    }
  }

  // MARK: Reading

  /// Reads one; nil when the bytes are none.
  init?(_ bytes: [UInt8]) {
    guard let value = CBORReader.read(bytes) else { return nil }
    let input = WireInput(value)
    guard let time = input.integer("t"), let number = input.integer("n"), let operation = input.text("o"),
      let format = input.integer("f"), let ask = Self.ask(value)
    else { return nil }
    at = Instant(nanoseconds: time)
    call = ServiceCall(number: Int(number), operation: operation, format: format == 0 ? .json : .cbor, ask: ask)
  }

  private static func ask(_ value: WireValue) -> ServiceCall.Ask? {
    if let members = value["m"] { return .members(WireInput(members)) }
    if case .integer(let number)? = value["h"] { return .hangUp(Int(number)) }
    guard let target = value["p"], case .blob(let bytes)? = value["b"], case .blob(let entries)? = value["e"] else {
      return nil
    }
    return batch(WireInput(target), bytes, entries, WireInput(value).text("r")).map { .put($0) }
  }

  private static func batch(
    _ target: WireInput, _ bytes: [UInt8], _ packed: [UInt8], _ refusal: String?
  ) -> PutBatch? {
    guard packed.count % entrySize == 0 else { return nil }
    func word(_ place: Int, _ width: Int) -> UInt128 {
      packed[place..<place + width].reduce(0) { $0 << 8 | UInt128($1) }
    }
    var entries: [PutBatch.Entry] = [], start = 0
    for place in stride(from: 0, to: packed.count, by: entrySize) {
      let keyLength = Int(Int32(bitPattern: UInt32(word(place, 4)))), dataLength = Int(word(place + 4, 4))
      let hashKey = packed[place + 8] == 0 ? nil : HashKey(word(place + 9, 16))
      entries.append(PutBatch.Entry(start: start, keyLength: keyLength, dataLength: dataLength, hashKey: hashKey))
      start += max(0, keyLength) + dataLength
    }
    guard start == bytes.count, entries.allSatisfy({ $0.keyLength >= -1 && $0.dataLength >= 0 }) else { return nil }
    return PutBatch(target: target, entries: entries, bytes: bytes, refusal: refusal.map { .invalidArgument($0) })
  }
}

extension ServiceCall {
  /// Whether it can change what outlives the process: all but what describes, lists and reads. A subscription does not outlive it.
  var isLasting: Bool {
    !["Describe", "List", "Get"].contains(where: operation.hasPrefix) && operation != "SubscribeToShard"
  }
}
