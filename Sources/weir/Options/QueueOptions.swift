internal import ArgumentParser
internal import Experiment
internal import KinesisCore
internal import Planning
internal import Units

/// A queue of the stream and who works on it, for closed forms.
struct QueueOptions: ParsableArguments {
  @Flag(
    help:
      "A queue reads the stream: the wall, instances, redelivery, safe visibility, and polling, fan-out and SQS beside it."
  )
  var queue = false
  @Option(help: "With --queue: work on a record, its mean; with --service-p99 its median.") var service: String?
  @Option(help: "With --queue: the 99th percentile of work, which is lognormal then, else exponential.")
  var serviceP99: String?
  @Option(help: "With --queue: VisibilityTimeoutSeconds, in whole seconds (default: 30s).") var visibility: String?
  @Option(help: "With --queue: the share of attempts that fail.") var failures: Double?
  @Option(help: "With --queue: what a failed attempt does: silent or release, which sets visibility to 0.") var failing:
    Failing?
  @Option(help: "With --queue: MaxReceiveCount, or none (default: 6).") var maxReceives: String?
  @Option(help: "With --queue: records of a receive, 1 to 10 (default: 10).") var batch: Int?
  @Option(help: "With --queue: each when it is done, or all of a batch when the last is (default: batch).")
  var acknowledge: Acknowledging?
  @Option(help: "With --queue: threads of an instance (default: 1).") var threads: Int?
  @Option(help: "With --queue: the share of work that may outlast its visibility (default: 1e-6).") var outlasting:
    Double?

  /// What a failed attempt does.
  enum Failing: String, CaseIterable, ExpressibleByArgument {
    case silent, release
  }
  /// When a thread acknowledges.
  enum Acknowledging: String, CaseIterable, ExpressibleByArgument {
    case each, batch
  }

  func validate() throws {
    let isTold =
      [service, serviceP99, visibility, maxReceives].contains { $0 != nil } || failures != nil || outlasting != nil
      || batch != nil || threads != nil || failing != nil || acknowledge != nil
    try Usage.check([
      (queue || !isTold, "--service and what follows it in the help go with --queue."),
      (!queue || service != nil, "--queue needs --service, the time that work on a record takes, such as 200ms."),
      (service == nil || time(service) != nil, "--service takes a time such as 200ms, from 1ms to 12h."),
      (
        serviceP99 == nil || isAboveMedian,
        "--service-p99 takes a time above --service and at most a million times as long."
      ),
      (visibility == nil || hidden != nil, "--visibility takes whole seconds from 0s to 12h."),
      ((0...1).contains(failures ?? 0), "--failures takes a share from 0 to 1."),
      (maxReceives == nil || receives != nil, "--max-receives takes 1 to 1000, or none."),
      ((1...10).contains(batch ?? 1), "--batch takes 1 to 10."),
      ((1...10_000).contains(threads ?? 1), "--threads takes 1 to 10000."),
      ((1e-9...0.5).contains(outlasting ?? 1e-6), "--outlasting takes a share from 1e-9 to 0.5."),
    ])
  }

  private func time(_ text: String?) -> Interval? {
    guard let text, let time = try? Quantity.interval(text), (Interval.milliseconds(1) ... .hours(12)).contains(time)
    else { return nil }
    return time
  }

  private var isAboveMedian: Bool {
    guard let median = time(service), let tail = serviceP99.flatMap({ try? Quantity.interval($0) }) else {
      return false
    }
    return tail > median && tail <= median * 1_000_000
  }

  private var hidden: Interval? {
    guard let text = visibility, let time = try? Quantity.interval(text), (.zero...Interval.hours(12)).contains(time),
      time.nanoseconds % 1_000_000_000 == 0
    else { return nil }
    return time
  }

  private var receives: Int?? {
    guard let text = maxReceives else { return nil }
    if text == "none" { return .some(nil) }
    return Int(text).flatMap { (1...1_000).contains($0) ? .some($0) : nil }
  }

  /// What was told; nil without --queue.
  func shape(_ limits: LimitsProfile) -> QueueShape? {
    guard queue, let middle = time(service) else { return nil }
    let tail = serviceP99.flatMap { try? Quantity.interval($0) }
    var shape = QueueShape(
      tail.map { .lognormal(median: middle, p99: $0) } ?? .exponential(mean: middle), limits: limits)
    shape.visibility = hidden ?? shape.visibility
    if let receives { shape.maxReceives = receives }
    (shape.failure, shape.batch) = (failures ?? 0, batch ?? shape.batch)
    (shape.threads, shape.outlasting) = (threads ?? 1, outlasting ?? shape.outlasting)
    if failing == .release { shape.kind = .release }
    if acknowledge == .each { shape.acknowledging = .each }
    return shape
  }
}
