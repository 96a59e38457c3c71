internal import Foundation
internal import KinesisCore
public import Units

/// Does a journal's calls again, at their instants on a virtual clock, and holds the answers against those that were given.
public struct JournalReplay: Sendable {
  /// What it came to.
  public struct Outcome: Sendable, Hashable {
    /// Calls done again, and answers and events compared.
    public var calls = 0, answers = 0
    /// Calls whose answers differ, in words.
    public var differences: [String] = []
    /// From the first call to the last.
    public var span = Interval.zero
    /// Whether it was closed in good order; else its last calls may be missing.
    public var isWhole = false
  }

  /// A record that was put into a data stream and stored.
  public struct Put: Sendable, Hashable {
    /// Since the journal began.
    public let after: Interval
    /// The data stream.
    public let stream: String
    /// The partition key; empty for none. And the payload's bytes.
    public let key: String, bytes: Int64
  }

  private let terms: DataDirectory.Terms
  private let start: Instant
  private var frames: [CallFrame] = []
  /// By call, in their order.
  private var given: [Int: [CallJournal.Answer]] = [:]

  /// A journal's calls.
  public init(path: String) throws(DataDirectoryError) {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
      throw DataDirectoryError("\(path): cannot be read.")
    }
    let bytes = Array(data)
    let (head, end) = try CallFile.readHead(.journal, bytes, at: path)
    terms = DataDirectory.Terms(head)
    start = Instant(nanoseconds: head.integer("start") ?? 0)
    var (frames, given): ([CallFrame], [Int: [CallJournal.Answer]]) = ([], [:])
    _ = try CallFile.forEachFrame(bytes, from: end, at: path) { body, place throws(DataDirectoryError) in
      guard let value = CBORReader.read(body) else { throw DataDirectoryError("\(path): no call at byte \(place).") }
      if let answer = CallJournal.Answer(WireInput(value)) {
        given[answer.call, default: []].append(answer)
      } else if let frame = CallFrame(value) {
        frames.append(frame)
      } else {
        throw DataDirectoryError("\(path): no call at byte \(place).")
      }
    }
    (self.frames, self.given) = (frames, given)
  }

  /// Does it all again; `take` is told of each record that was stored.
  public func run(_ take: (Put) -> Void = { _ in }) -> Outcome {
    var service = KinesisService(terms.place, limits: terms.limits, at: start)
    var outcome = Outcome(), found: [Int: [CallJournal.Answer]] = [:]
    for frame in frames {
      var effects: [ServiceEffect] = []
      service.step(frame.call, at: frame.at, into: &effects)
      for effect in effects {
        switch effect {
        case .reply(let call, let reply):
          found[call, default: []].append(.init(call, status: reply.status, reply.body))
          if call == frame.call.number { stored(frame, reply, by: service, take) }
        case .event(let call, let bytes): found[call, default: []].append(.init(call, status: 0, bytes))
        case .begin, .end, .ship: break
        }
      }
    }
    outcome.calls = frames.count
    outcome.span = (frames.last?.at ?? start) - start
    outcome.isWhole = frames.last?.call.ask == .hangUp(0)
    compare(found, &outcome)
    return outcome
  }

  private func compare(_ found: [Int: [CallJournal.Answer]], _ outcome: inout Outcome) {
    for frame in frames {
      let number = frame.call.number, given = given[number] ?? [], found = found[number] ?? []
      outcome.answers += min(given.count, found.count)
      let isShort = outcome.isWhole && given.count != found.count
      guard isShort || zip(given, found).contains(where: { $0 != $1 }) else { continue }
      outcome.differences.append(
        "call \(number), \(frame.call.operation) at \(CivilTime.text(frame.at)): answered otherwise than it was")
    }
  }

  /// The records of a put that was answered, without those refused.
  private func stored(_ frame: CallFrame, _ reply: ServiceReply, by service: KinesisService, _ take: (Put) -> Void) {
    guard case .put(let batch) = frame.call.ask, frame.call.service == .kinesis, reply.status == 200,
      let answer = reply.format.read(reply.body)
    else { return }
    let rows = frame.call.operation == "PutRecords" ? WireInput(answer).structures("Records") : [WireInput(answer)]
    let stream = (try? service.stream(batch.target)).map { service.account[$0].name } ?? ""
    for (entry, row) in zip(batch.entries, rows) where row.has("SequenceNumber") {
      let key = batch.bytes[entry.start..<entry.start + max(0, entry.keyLength)]
      take(
        Put(
          after: frame.at - start, stream: stream, key: String(decoding: key, as: UTF8.self),
          bytes: Int64(entry.dataLength)))
    }
  }
}

extension DataDirectory.Terms {
  /// What a file's calls were done with. Limits that this weir has and the file's did not are as they are.
  init(_ head: WireInput) {
    var limits = LimitsProfile.current
    for key in Limit.Key.allCases {
      guard let value = head.structure("limits")?.integer(key.name), value != limits[key] else { continue }
      limits.replace(key, with: value, source: "the journal")
    }
    let place = Place(account: head.text("account") ?? "", region: head.text("region") ?? "")
    self.init(place, limits, isVirtual: head.text("clock") == "virtual")
  }
}
