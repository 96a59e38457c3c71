public import Experiment
public import KinesisCore
internal import Models
public import Pricing
public import Units

/// Who works on a queue, as `weir estimate --queue` is told.
public struct QueueShape: Sendable, Hashable {
  /// How long an attempt works on one record.
  public var work: WorkLaw
  /// VisibilityTimeoutSeconds; MaxReceiveCount, nil without dead letters; Limit of a receive.
  public var visibility: Interval, maxReceives: Int?, batch: Int
  /// When a thread acknowledges.
  public var acknowledging: QueueSpec.Acknowledging
  /// The share of attempts that fail, and what these do; a crash counts as silent.
  public var failure: Double, kind: QueueSpec.Failures.Kind
  /// Threads of an instance; how long a call takes.
  public var threads: Int, call: Interval
  /// The share of work that may outlast its visibility.
  public var outlasting: Double

  /// Work under AWS's defaults: one thread an instance, ten records acknowledged together, nothing fails, one in a million may
  /// outlast its visibility.
  public init(_ work: WorkLaw, limits: LimitsProfile) {
    self.work = work
    visibility = .seconds(limits[.queue.visibilityDefault])
    (maxReceives, batch) = (Int(limits[.queue.receivesDefault]), Int(limits[.queue.recordsPerCall]))
    (acknowledging, failure, kind) = (.batch, 0, .silent)
    (threads, call, outlasting) = (1, .milliseconds(limits[.queue.callTime]), 1e-6)
  }
}

/// A queue, and what stands beside it, by arithmetic (Q§9): the wall, instances, redelivery, dead letters, the shortest safe
/// visibility, and what a month of each way of reading costs.
///
/// It knows averages and independent failures only. A backlog, an outage, records that wait for each other are what `weir run` is for.
public struct QueueEstimate: Sendable, Hashable {
  /// A way of reading the stream, by itself.
  public enum Way: String, Sendable, Hashable, CaseIterable {
    /// GetRecords.
    case polling
    /// Enhanced fan-out.
    case fanOut = "fan_out"
    /// The queue, its bytes billed as fan-out's: an assumption, for nobody has published its price.
    case queueAsFanOut = "queue_billed_as_fan_out"
  }

  /// What it is for.
  public let load: StreamLoad, shape: QueueShape
  /// The queue at the peak: `service` is how long a record is held, from receipt to acknowledgement.
  public let form: QueueForm
  /// The most records in flight.
  public let limit: Int64
  /// Threads that are busy at the peak; instances that have as many with the headroom.
  public let busyThreads: Double, instances: Int
  /// The shortest visibility in whole seconds that a record alone, and the last of a batch, outlasts as seldom as asked; nil above
  /// twelve hours.
  public let visibilityAlone: Interval?, visibilityOfBatch: Interval?
  /// The share of batches that outlast the visibility given.
  public let outlasting: Double
  /// Bills of a month: by way, in on-demand Standard and Advantage.
  public let bills: [Way: [Bill]]
  /// SQS in its place.
  public let sqs: [SQSForm]
  /// What is impossible or unwise, a sentence each.
  public let warnings: [String]

  /// The modes that have queues.
  public static let modes = [BillingMode.onDemandStandard, .onDemandAdvantage]

  /// An estimate; `headroom` is a share above the peak.
  public init(
    _ load: StreamLoad, _ shape: QueueShape, size: Bytes, headroom: Double, limits: LimitsProfile, prices: PriceBook,
    region: String
  ) {
    let form = Self.form(load, shape)
    (self.load, self.shape, self.form, limit) = (load, shape, form, limits[.queue.inFlight])
    var work = form
    work.service = shape.work.mean
    busyThreads = work.threads(call: shape.call, batch: shape.batch)
    instances = max(1, Int(clamping: (busyThreads * (1 + headroom) / Double(shape.threads) - 1e-9).rounded(.up)))
    let most = Interval.seconds(limits[.queue.visibilityMaximum])
    let alone = shape.work.visibility(for: 1, outlasting: shape.outlasting).wholeSeconds
    let ofBatch = shape.work.visibility(for: shape.batch, outlasting: shape.outlasting).wholeSeconds
    (visibilityAlone, visibilityOfBatch) = (alone <= most ? alone : nil, ofBatch <= most ? ofBatch : nil)
    outlasting = shape.work.share(outlasting: shape.visibility, for: shape.batch)
    bills = Self.bills(load, form, prices, region)
    sqs = SQSForm.Kind.allCases.map {
      SQSForm(
        $0, form, mean: load.mean.records, size: size, batch: shape.batch, limits: limits, prices: prices,
        region: region)
    }
    warnings = Self.warnings(load, shape, form, outlasting, limit)
  }

  /// A record of a batch acknowledged at its end is held until the last is done; acknowledged one by one, half as long on average.
  private static func form(_ load: StreamLoad, _ shape: QueueShape) -> QueueForm {
    let records = shape.acknowledging == .batch ? Double(shape.batch) : Double(shape.batch + 1) / 2
    let held = Interval(nanoseconds: Int64(clamping: (Double(shape.work.mean.nanoseconds) * records).rounded()))
    return QueueForm(
      rate: load.peak.records, service: held, failureHolds: shape.kind == .release ? held : shape.visibility,
      failure: shape.failure, maxReceives: shape.maxReceives)
  }

  private static func bills(
    _ load: StreamLoad, _ form: QueueForm, _ prices: PriceBook, _ region: String
  ) -> [Way: [Bill]] {
    let span = Interval.hours(730)
    func bill(_ way: Way, _ mode: BillingMode) -> Bill {
      var alone = load
      (alone.pollers, alone.fanOut) = (way == .polling ? 1 : 0, 0)
      var use = Use(), stream = alone.use(mode, shards: 0, over: span)
      let attempts = way == .queueAsFanOut ? form.attempts : 1
      if way != .polling {
        let bytes = Amount.steady(perSecond: load.mean.bytes * attempts, over: span).whole
        stream.fanOut = [StreamUse.FanOut(Scope(.stream, load.name), bytes: bytes)]
      }
      use.streams = [stream]
      return Bill(use.usage(over: span), for: .month730h, book: prices, region: region)
    }
    return Dictionary(uniqueKeysWithValues: Way.allCases.map { way in (way, modes.map { bill(way, $0) }) })
  }

  private static func warnings(
    _ load: StreamLoad, _ shape: QueueShape, _ form: QueueForm, _ outlasting: Double, _ limit: Int64
  ) -> [String] {
    var warnings: [String] = []
    if form.inFlight > Double(limit) {
      warnings.append(
        "more would be in flight than the \(limit) of a queue: receives wait and the backlog grows; a shorter visibility, an "
          + "explicit visibility of 0 after a failure, or a second queue for a part of the records")
    }
    if let most = shape.maxReceives, shape.visibility * Int64(most) >= load.retention, shape.kind != .release {
      warnings.append(
        "\(most) receipts of \(shape.visibility) are not over before the stream forgets a record at \(load.retention): "
          + "records expire before they are dead letters")
    }
    if outlasting > shape.outlasting {
      warnings.append(
        "work outlasts the visibility of \(shape.visibility) too often: such records are worked on twice, and when they are always "
          + "slow they die; a longer visibility, fewer records a receive, or a heartbeat")
    }
    return warnings
  }

  /// Records a day at the peak that are received again because work on them outlasted the visibility.
  public var duplicatesADay: Double { load.peak.records * outlasting * 86_400 }

  /// Received over acknowledged, when failures are independent: 1/(1 − p); infinite when all fail.
  public var amplification: Double { form.failure < 1 ? 1 / (1 - form.failure) : .infinity }

  /// Receives and acknowledgements a second at the peak, when receives are full.
  public var calls: (receives: Double, acknowledgements: Double) {
    (
      form.rate * form.attempts / Double(shape.batch), form.rate * (1 - form.deadShare) / Double(shape.batch)
    )
  }

  /// The least time from the first receipt to death by silence; nil without dead letters.
  public var timeToDeath: Interval? { shape.maxReceives.map { shape.visibility * Int64($0) } }
}

extension Interval {
  /// Rounded up, at least one second: AWS counts visibility so.
  fileprivate var wholeSeconds: Interval { .seconds(max(1, nanoseconds.steps(of: 1_000_000_000))) }
}
