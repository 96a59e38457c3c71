internal import Experiment
internal import Models
internal import Simulation
internal import Units

/// Why a delivery stream's objects are as large and as late as they are, in words.
struct FirehoseStory {
  private let firehose: FirehoseResult
  private let simulated: Interval

  init(_ firehose: FirehoseResult, simulated: Interval) {
    self.firehose = firehose
    self.simulated = simulated
  }

  private var delivery: DeliveryFigures { firehose.delivery }
  private var name: String { "`\(firehose.name)`" }

  /// What happened, a sentence each.
  var sentences: [String] { [refusals, objects, freshness, losses].compactMap { $0 } }

  /// How many objects, how large, and why no larger.
  var objects: String {
    guard delivery.objects > 0 else {
      return "Firehose \(name) delivered nothing; \(Figures.count(firehose.ledger.held, of: "record")) wait in it."
    }
    let mean = Figures.size(Bytes(Int64(clamping: delivery.sizes.mean.rounded())))
    return "Firehose \(name) delivered \(Figures.count(delivery.objects, of: "object")) of \(mean) on average"
      + (reason.map { ": \($0)" } ?? "") + "."
  }

  /// What ended most buffers, and what that means for an object's size.
  private var reason: String? {
    let (full, old) = (delivery.flushedBySize, delivery.flushedByInterval)
    guard full + old > 0 else { return nil }
    return old >= full ? interval(old, of: full + old) : size(full, of: full + old)
  }

  private func interval(_ old: Int64, of all: Int64) -> String {
    let limit = Figures.size(firehose.bufferSize), time = Figures.duration(firehose.bufferInterval)
    let share = old == all ? "all buffers were" : "\(Figures.percent(Double(old) / Double(all))) of buffers were"
    let seconds = max(1e-9, simulated.inSeconds)
    let rate = Double(delivery.bufferedBytes.count) / Double(max(1, delivery.buffers)) / seconds
    let each =
      "the stream is spread over \(Figures.count(delivery.buffers, of: "buffer")), and "
      + (delivery.buffers == 1 ? "it gets " : "one gets ")
      + "\(Figures.size(Bytes(Int64(clamping: rate)))) a second on average"
    return "\(share) handed on after their \(time), before they held \(limit); \(each)"
  }

  private func size(_ full: Int64, of all: Int64) -> String {
    let share = full == all ? "all buffers were" : "\(Figures.percent(Double(full) / Double(all))) of buffers were"
    let ratio = Double(delivery.bufferedBytes.count) / Double(max(1, delivery.sizes.sum.count))
    let shrunk = ratio > 1.02 ? ", which conversion and compression make \(Figures.factor(ratio)) smaller" : ""
    return "\(share) handed on full, at \(Figures.size(firehose.bufferSize))\(shrunk)"
  }

  private var freshness: String? {
    guard firehose.freshness.count > 0 else { return nil }
    return "\(name) had 99 % of its records at the destination within "
      + "\(Figures.duration(firehose.freshness.percentile(99))) of their arrival, the last within "
      + "\(Figures.duration(firehose.freshness.max))."
  }

  private var refusals: String? {
    guard let ingest = firehose.ingest, ingest.throttledRecords > 0 else { return nil }
    let quota = Double(max(1, ingest.quotaStart.count))
    let average = Double(firehose.bytes.count) / max(1e-9, simulated.inSeconds) / quota
    let raised =
      ingest.quotaEnd > ingest.quotaStart ? "; AWS had raised it to \(Figures.size(ingest.quotaEnd)) at the end" : ""
    return "Firehose \(name) throttled \(Figures.count(ingest.throttledRecords, of: "record")) in "
      + "\(Figures.count(ingest.throttledSeconds, of: "second")) (\"Slow down.\")\(average < 0.8 ? ", although" : ":") "
      + "the run's average was \(Figures.percent(average)) of its quota of \(Figures.size(ingest.quotaStart)) a "
      + "second\(raised)."
  }

  private var losses: String? {
    let ledger = firehose.ledger
    let parts = [
      (ledger.lost, "lost for good"), (ledger.failedByPartitions, "in the error output, for partitions too many"),
      (ledger.failedByTransform, "in the error output, not processed by the transform"),
      (ledger.failed - ledger.failedByPartitions - ledger.failedByTransform, "in the error output or backup instead"),
      (ledger.duplicates, "delivered more than once"),
    ]
    let known = parts.filter { $0.0 > 0 }.map { "\(Figures.count($0.0, of: "record")) \($0.1)" }
    guard !known.isEmpty else { return nil }
    return "Of \(name): \(known.joined(separator: "; "))."
  }
}
