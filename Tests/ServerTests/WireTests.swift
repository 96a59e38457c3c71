import KinesisCore
import Testing
import Units

@testable import Server

/// A small generator for inputs; its seed is what a failure names.
struct Dice {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
  mutating func below(_ n: Int) -> Int { Int(next() % UInt64(n)) }
  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

  /// Any value, `depth` levels deep at most.
  mutating func value(_ depth: Int) -> WireValue {
    switch below(depth > 0 ? 7 : 5) {
    case 0: return .null
    case 1: return .bool(below(2) == 0)
    case 2: return .integer(Int64(next()) * (below(2) == 0 ? 1 : -1))
    case 3: return .number(Double(below(1_000)) + 0.5)
    case 4:
      return .text(
        String((0..<below(9)).map { _ in ["a", "\"", "\\", "\n", "é", "漢", "😀", "\u{1}"][below(8)] }.joined()))
    case 5: return .list((0..<below(4)).map { _ in value(depth - 1) })
    default: return .object((0..<below(4)).map { WireMember("k\($0)", value(depth - 1)) })
    }
  }
}

@Suite struct `What goes over the wire` {
  @Test("is read back as it was written, in both formats", arguments: WireFormat.allCases)
  func roundTrip(_ format: WireFormat) {
    for seed: UInt64 in 0..<500 {
      var dice = Dice(state: seed)
      let value = dice.value(4)
      var writer = WireWriter(format)
      writer.write(value)
      #expect(format.read(writer.bytes) == value, "seed \(seed)")
    }
  }

  @Test("has no reader that traps on what is no document", arguments: WireFormat.allCases)
  func damage(_ format: WireFormat) {
    for seed: UInt64 in 0..<3_000 {
      var dice = Dice(state: seed)
      var writer = WireWriter(format)
      writer.write(dice.value(3))
      var bytes = writer.bytes
      for _ in 0...dice.below(3) where !bytes.isEmpty { bytes[dice.below(bytes.count)] = UInt8(dice.below(256)) }
      _ = format.read(Array(bytes.prefix(dice.below(bytes.count + 1))))
    }
    #expect(format.read(Array(repeating: format == .json ? UInt8(ascii: "[") : 0x9f, count: 100_000)) == nil)
    #expect(CBORReader.read([0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]) == nil, "a list of 2⁶³ elements")
  }

  @Test(
    "JSON that is none is refused",
    arguments: ["", "{", "[1,]", "{\"a\"}", "01", "\"\u{1}\"", "\"\\ud800\"", "1 2", "nul", "1e999", "\"\\x\""])
  func noJSON(_ text: String) { #expect(JSONReader.read(Array(text.utf8)) == nil) }

  @Test("base64 is RFC 4648's, and nothing else is taken")
  func base64() {
    for (text, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
      var out: [UInt8] = [], back: [UInt8] = []
      Base64.encode(Array(text.utf8), into: &out)
      #expect(String(decoding: out, as: UTF8.self) == encoded)
      #expect(Base64.decode(Array(encoded.utf8), into: &back) && back == Array(text.utf8))
    }
    for text in ["Zg", "Zg=", "Zh==", "Z===", "Zm9v Zg==", "====", "Zg==Zg=="] {
      var back: [UInt8] = []
      #expect(!Base64.decode(Array(text.utf8), into: &back), "\(text)")
    }
  }

  @Test("a CRC-32 is zip's, and an event's parts stand where AWS's format has them")
  func events() {
    #expect(CRC32.of(Array("123456789".utf8)[...]) == 0xcbf4_3926)
    let message = EventStream.message([("a", "b")], [1, 2, 3])
    #expect(message.count == 12 + 6 + 3 + 4 && message[3] == UInt8(message.count) && message[7] == 6)
    #expect(Array(message[12..<21]) == [1, UInt8(ascii: "a"), 7, 0, 1, UInt8(ascii: "b"), 1, 2, 3])
    let sum = message.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    #expect(sum == CRC32.of(message.dropLast(4)))
  }

  @Test("PutRecords read in one go is PutRecords read the general way, or left to it")
  func scanner() throws {
    let limits = LimitsProfile.current, reader = RequestReader(limits)
    var taken = 0
    for seed: UInt64 in 0..<400 {
      var dice = Dice(state: seed)
      let body = Self.putRecords(&dice)
      guard let batch = PutScanner.read(body, limits) else { continue }
      taken += 1
      let cbor = try #require(Self.transcode(body))
      guard
        case .call(_, _, _, .put(let general)) = reader.read(
          target: "Kinesis_20131202.PutRecords", contentType: WireFormat.cbor.rawValue, body: cbor)
      else {
        Issue.record("seed \(seed): the general way refuses what the fast one takes")
        continue
      }
      #expect(
        batch.entries == general.entries && batch.bytes == general.bytes && batch.refusal == general.refusal,
        "seed \(seed)")
      #expect(batch.target.text("StreamName") == general.target.text("StreamName"), "seed \(seed)")
    }
    #expect((100..<400).contains(taken), "\(taken)")
  }

  /// A request of PutRecords in JSON, most of them as SDKs write them.
  private static func putRecords(_ dice: inout Dice) -> [UInt8] {
    var records: [WireValue] = []
    for _ in 0...dice.below(5) {
      var data: [UInt8] = []
      Base64.encode(dice.bytes(dice.below(20)), into: &data)
      var members = [
        WireMember("Data", .text(String(decoding: data, as: UTF8.self))),
        WireMember(
          "PartitionKey",
          .text(
            ["a", "clé", "k\(dice.below(1_000))", String(repeating: "x", count: 256), ""][
              dice.below(20) > 0 ? dice.below(4) : 4])),
      ]
      if dice.below(4) == 0 {
        members.append(
          WireMember(
            "ExplicitHashKey",
            .text(
              ["0", "17", String(UInt128.max), "999999999999999999999999999999999999999", "01"][
                dice.below(dice.below(4) > 0 ? 4 : 5)])))
      }
      if dice.below(2) == 0 { members.reverse() }
      records.append(.object(members))
    }
    var writer = WireWriter(.json)
    writer.write(.object([WireMember("Records", .list(records)), WireMember("StreamName", .text("clicks"))]))
    return writer.bytes
  }

  /// The same request in CBOR, which has only the general way.
  private static func transcode(_ body: [UInt8]) -> [UInt8]? {
    guard let value = JSONReader.read(body), case .list(let records)? = value["Records"] else { return nil }
    let converted = records.map { record -> WireValue in
      guard case .object(let members) = record else { return record }
      return .object(
        members.map { member in
          guard member.name == "Data", case .text(let text) = member.value else { return member }
          var bytes: [UInt8] = []
          _ = Base64.decode(Array(text.utf8), into: &bytes)
          return WireMember("Data", .blob(bytes))
        })
    }
    var writer = WireWriter(.cbor)
    writer.write(
      .object([WireMember("Records", .list(converted)), WireMember("StreamName", value["StreamName"] ?? .null)]))
    return writer.bytes
  }
}
