internal import Experiment
internal import KinesisCore
internal import Limits
internal import Simulation
internal import Units

/// How a poller keeps time (N§4): when it calls again after an answer, and after a call that was refused or failed.
///
/// No two loops in the world keep step: a poll comes a little late, never early, by a share of its period that is drawn for
/// each. A refused call is tried again by the client, or by the service's own poller, and in the end a whole period later.
struct PollPace: Sendable {
  /// What is done about a call that was refused or failed.
  private enum Client: Sendable {
    /// A client tries again by itself; when it gives up, its caller waits for a whole period.
    case sdk(SDKPlan, SDKClient)
    /// Lambda's or Firehose's own poller, of which nothing is published: once more a period later, give or take a share of it.
    case service
  }

  private var client: Client
  private let period: Interval
  /// The most that a poll is late, and the most that a service's poller departs from a period; thousandths of a period.
  private let latest: Int64, spread: Int64
  private var call = SDKCall(), waits: RandomStream
  /// How late the next poll is, in millionths of its pause.
  private var late: Int64 = 0
  /// The client or its caller waits until then.
  private var waitsUntil: Instant = .epoch

  /// `draws` names a stream of the reader's own: one for its client and one for its loop.
  init(
    _ poller: ConsumerSpec.Poller, period: Interval, limits: LimitsProfile, at start: Instant,
    draws: (_ part: String) -> RandomStream
  ) {
    func sdk(_ plan: SDKPlan) -> Client { .sdk(plan, SDKClient(plan, draws(".sdk"), at: start)) }
    client =
      switch poller {
      case .sdk(let spec): sdk(SDKPlan(spec, limits))
      case .connector: sdk(SDKPlan(flink: limits))
      case .service: .service
      }
    self.period = period
    (latest, spread) = (limits[.reader.latePermille], min(1_000, limits[.reader.spreadPermille]))
    waits = draws("")
  }

  /// How long the client's own limiter holds a call back; zero when it goes now.
  mutating func hold(at now: Instant) -> Interval {
    guard case .sdk(let plan, var sdk) = client, plan.limiter != nil else { return .zero }
    let wait = sdk.hold(at: now)
    client = .sdk(plan, sdk)
    return wait
  }

  /// A call was answered.
  mutating func answered(at now: Instant) {
    if case .again = verdict(.none, at: now) { preconditionFailure("a call that was answered is over") }
    late = draw(0, latest * 1_000)
  }

  /// A call was refused or has failed. Returns when the next one is due.
  mutating func refused(_ failure: CallFailure, at now: Instant) -> Instant {
    switch verdict(failure, at: now) {
    case .again(let wait): waitsUntil = now + wait
    case .done, .givenUp: waitsUntil = now + period.times(millionths: 1_000_000 + draw(0, latest * 1_000))
    case nil:
      waitsUntil = now + period.times(millionths: draw((1_000 - spread) * 1_000, (1_000 + spread) * 1_000))
    }
    return waitsUntil
  }

  /// When to call again, `pause` behind the last call; not while a client waits.
  func next(after pause: Interval, since called: Instant, at now: Instant) -> Instant {
    max(now, waitsUntil, called + pause.times(millionths: 1_000_000 + late))
  }

  /// Begins anew: no call is under way.
  mutating func restart() { (call, waitsUntil, late) = (SDKCall(), .epoch, 0) }

  /// What the client makes of it; nil when there is none.
  private mutating func verdict(_ failure: CallFailure, at now: Instant) -> SDKAnswer? {
    guard case .sdk(let plan, var sdk) = client else { return nil }
    let verdict = sdk.answer(&call, failure, plan, at: now)
    client = .sdk(plan, sdk)
    return verdict
  }

  private mutating func draw(_ least: Int64, _ most: Int64) -> Int64 {
    least + Int64(waits.below(UInt64(most - least) + 1))
  }
}

extension Interval {
  /// So many millionths of it, to the microsecond's thousandth.
  fileprivate func times(millionths: Int64) -> Interval {
    Interval(nanoseconds: nanoseconds / 1_000 * millionths / 1_000)
  }
}
