import Foundation
import KinesisCore
import Testing
import Units

@testable import Server

/// A conformance case: calls and what they are answered, time in between. The files are JSON:
/// `[{"advance": 10}, {"call": "CreateStream", "in": {…}, "out": {…}}, {"call": …, "error": "…", "message": "…"}]`.
///
/// Of an answer only what a case names is held against it. `"*"` is any text, and `"$name"` one that is kept for later steps.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
  let name: String
  let steps: [WireValue]
  var testDescription: String { name }

  static let all: [ConformanceCase] = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().map { name in
      let bytes = (try? Data(contentsOf: folder.appendingPathComponent(name))).map { Array($0) } ?? []
      guard case .list(let steps)? = JSONReader.read(bytes) else { return ConformanceCase(name: name, steps: []) }
      return ConformanceCase(name: name, steps: steps)
    }
  }()
}

/// Plays a case to whatever answers HTTP, on a virtual clock.
struct CasePlayer {
  let answer: (HTTPCall) async throws -> (status: Int, body: [UInt8])
  private var kept: [String: WireValue] = [:]

  init(_ answer: @escaping (HTTPCall) async throws -> (status: Int, body: [UInt8])) { self.answer = answer }

  mutating func play(_ steps: [WireValue]) async throws {
    for (index, step) in steps.enumerated() {
      if let time = step["advance"] {
        let reply = try await answer(
          HTTPCall(
            method: "POST", uri: "/_weir/clock/advance", headers: [:],
            body: Self.json(.object([WireMember("seconds", time)]))))
        #expect(reply.status == 200)
        continue
      }
      try await call(step, number: index + 1)
    }
  }

  private mutating func call(_ step: WireValue, number: Int) async throws {
    guard case .text(let operation)? = step["call"] else { return }
    let headers = ["x-amz-target": "Kinesis_20131202.\(operation)", "content-type": WireFormat.json.rawValue]
    let body = step["raw"].flatMap { if case .text(let raw) = $0 { Array(raw.utf8) } else { nil } }
    let reply = try await answer(
      HTTPCall(method: "POST", uri: "/", headers: headers, body: body ?? Self.json(fill(step["in"] ?? .object([])))))
    let said = String(decoding: reply.body, as: UTF8.self)
    if let error = step["error"] {
      let value = JSONReader.read(reply.body)
      #expect(reply.status == 400 && value?["__type"] == error, "step \(number), \(operation): \(reply.status) \(said)")
      if let message = step["message"] {
        #expect((value?["message"] ?? value?["Message"]) == fill(message), "step \(number): \(said)")
      }
      return
    }
    #expect(reply.status == 200, "step \(number), \(operation): \(said)")
    guard let wanted = step["out"] else { return }
    let found = JSONReader.read(reply.body) ?? .null
    #expect(matches(found, wanted), "step \(number), \(operation): \(said)")
  }

  static func json(_ value: WireValue) -> [UInt8] {
    var writer = WireWriter(.json)
    writer.write(value)
    return writer.bytes
  }

  /// Puts what was kept in place of its names.
  private func fill(_ value: WireValue) -> WireValue {
    switch value {
    case .text(let text) where text.hasPrefix("$"): kept[text] ?? value
    case .list(let elements): .list(elements.map(fill))
    case .object(let members): .object(members.map { WireMember($0.name, fill($0.value)) })
    default: value
    }
  }

  private mutating func matches(_ found: WireValue, _ wanted: WireValue) -> Bool {
    switch (found, wanted) {
    case (_, .text("*")): return found != .null
    case (_, .text(let name)) where name.hasPrefix("$"):
      guard let known = kept[name] else {
        kept[name] = found
        return found != .null
      }
      return known == found
    case (.list(let found), .list(let wanted)):
      guard found.count == wanted.count else { return false }
      for (found, wanted) in zip(found, wanted) where !matches(found, wanted) { return false }
      return true
    case (.object, .object(let members)):
      for member in members where !matches(found[member.name] ?? .null, member.value) { return false }
      return true
    case (.number(let found), .integer(let wanted)): return found == Double(wanted)
    default: return found == wanted
    }
  }
}

extension Engine {
  static let start = Instant(seconds: 1_767_571_200)

  /// An engine on a virtual clock and what stands before it.
  static func virtual(_ limits: LimitsProfile = .current) -> Frontend {
    let service = KinesisService(Place(account: "000000000000", region: "us-east-1"), limits: limits, at: start)
    return Frontend(Engine(service, clock: .virtual(start)), reader: RequestReader(limits))
  }
}

@Suite struct `A conformance case` {
  @Test("is answered as it says, on the virtual clock", arguments: ConformanceCase.all)
  func virtual(_ testCase: ConformanceCase) async throws {
    #expect(!testCase.steps.isEmpty)
    let frontend = Engine.virtual()
    var player = CasePlayer { call in
      let answer = await frontend.answer(call)
      guard case .whole(let body) = answer.body else { return (answer.status, []) }
      return (answer.status, body)
    }
    try await player.play(testCase.steps)
  }
}
