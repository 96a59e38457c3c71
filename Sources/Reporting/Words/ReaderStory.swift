internal import Experiment
internal import Models
internal import Planning
internal import Units

/// What speaks against those who read streams, in sentences: records that expired unread, reads refused, lag that grows, keys
/// too few for the concurrency.
struct ReaderStory {
  /// One who reads a stream: a consumer, or a delivery stream.
  private struct Reader {
    let name: String
    let calls: Int64, refused: Int64, expired: Int64
    let fallingBehind: Double?
  }

  /// Refused reads below this share are not told.
  private static let refusalsWorthTelling = 0.01

  /// All of a run, the worst kind first.
  static func sentences(of run: RunResult) -> [String] {
    let readers = readers(of: run)
    return [expired(readers), late(run), fallingBehind(readers), refused(readers), boundByKeys(run)].compactMap { $0 }
  }

  /// Whether a consumer ends more than a minute behind.
  static func isLate(_ consumer: ConsumerResult) -> Bool {
    consumer.iteratorAgeLast > .minutes(1) && consumer.backlog > 0
  }

  /// Whether a consumer has caught up by the end, in words.
  static func caughtUp(_ consumer: ConsumerResult) -> String {
    isLate(consumer) ? "no: \(Figures.count(consumer.backlog, of: "record")) unread" : "yes"
  }

  /// What a consumer's line of a summary ends with, for want of room.
  static func remarks(on consumer: ConsumerResult) -> String {
    let reader = reader(consumer)
    return parts(reader).map { "; " + $0 }.joined()
  }

  /// The same of a delivery stream's.
  static func remarks(on firehose: FirehoseResult) -> String {
    reader(firehose).map { reader in parts(reader).map { "; " + $0 }.joined() } ?? ""
  }

  /// How many calls of one who reads were refused, in words.
  static func refusals(of name: String, in run: RunResult) -> String {
    let reader = readers(of: run).first { $0.name == name }
    return "\(Figures.count(reader?.refused ?? 0)) of \(Figures.count(reader?.calls ?? 0, of: "GetRecords call"))"
  }

  private static func parts(_ reader: Reader) -> [String] {
    [
      reader.expired > 0 ? "\(Figures.count(reader.expired)) expired unread" : nil,
      isFalling(reader) ? "falls behind by \(rate(reader))" : nil,
      isRefused(reader) ? "\(share(reader)) of reads throttled" : nil,
    ].compactMap { $0 }
  }

  // MARK: Readers

  private static func readers(of run: RunResult) -> [Reader] {
    run.consumers.map(reader) + run.firehoses.compactMap(reader)
  }

  private static func reader(_ consumer: ConsumerResult) -> Reader {
    Reader(
      name: consumer.name, calls: consumer.calls, refused: consumer.throttledCalls, expired: consumer.expired,
      fallingBehind: consumer.fallingBehind)
  }

  private static func reader(_ firehose: FirehoseResult) -> Reader? {
    firehose.reading.map {
      Reader(
        name: firehose.name, calls: $0.calls, refused: $0.throttledCalls, expired: $0.expired,
        fallingBehind: $0.fallingBehind)
    }
  }

  private static func isFalling(_ reader: Reader) -> Bool {
    (reader.fallingBehind ?? 0) >= Explanation.growthWorthTelling
  }

  private static func isRefused(_ reader: Reader) -> Bool {
    reader.calls > 0 && Double(reader.refused) >= refusalsWorthTelling * Double(reader.calls)
  }

  private static func share(_ reader: Reader) -> String {
    Figures.percent(Double(reader.refused) / Double(max(1, reader.calls)))
  }

  private static func rate(_ reader: Reader) -> String {
    "\(Figures.number(60 * (reader.fallingBehind ?? 0))) s a minute"
  }

  // MARK: Sentences

  private static func expired(_ readers: [Reader]) -> String? {
    let hit = readers.filter { $0.expired > 0 }
    guard !hit.isEmpty else { return nil }
    let parts = hit.map { "\(Figures.count($0.expired, of: "record")) expired before `\($0.name)` read them" }
    return "\(parts.joined(separator: "; ")): they are lost to it."
  }

  private static func late(_ run: RunResult) -> String? {
    let late = run.consumers.filter(isLate)
    guard !late.isEmpty else { return nil }
    let parts = late.map { consumer in
      "`\(consumer.name)` is \(Figures.duration(consumer.iteratorAgeLast)) behind with "
        + "\(Figures.count(consumer.backlog, of: "record")) unread"
    }
    return "At the end \(parts.joined(separator: "; "))."
  }

  private static func fallingBehind(_ readers: [Reader]) -> String? {
    let falling = readers.filter(isFalling)
    guard !falling.isEmpty else { return nil }
    let parts = falling.map { "`\($0.name)` fell behind by \(rate($0))" }
    return "Over the last half of the run \(parts.joined(separator: "; ")): it does not catch up at this load."
  }

  private static func refused(_ readers: [Reader]) -> String? {
    let refused = readers.filter(isRefused)
    guard !refused.isEmpty else { return nil }
    let parts = refused.map { "\(share($0)) of the GetRecords calls of `\($0.name)`" }
    return
      "Throttled were \(parts.joined(separator: "; ")): a shard answers five calls and 2 MiB a second, whoever asks."
  }

  /// Mappings whose shards have fewer keys than batches that may be in work at once.
  private static func boundByKeys(_ run: RunResult) -> String? {
    let bound = run.consumers.compactMap { consumer -> String? in
      guard let function = consumer.function, let busy = function.busyBatches,
        busy < Double(function.batchesAtOnce) - 0.5
      else { return nil }
      return "the keys of a shard fall into \(Figures.number(busy)) of the \(function.batchesAtOnce) batches that "
        + "`\(consumer.name)` may have at once"
    }
    guard !bound.isEmpty else { return nil }
    return Figures.sentence(
      "\(bound.joined(separator: "; ")): its concurrency is bound by the number of keys, and a higher factor is of no use"
    )
  }
}
