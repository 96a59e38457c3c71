internal import KinesisCore
internal import Simulation
internal import Units

/// A call as its client sees it: which attempt it is in, from 1, and the tokens that its last retry took.
struct SDKCall: Sendable {
  fileprivate(set) var attempt: Int32 = 1, tokens: Int32 = 0
}

/// What a client makes of an answer.
enum SDKAnswer: Equatable {
  /// It is the caller's: a success, or a failure that is none of the client's business.
  case done
  /// The client sends the call once more, so long after the answer.
  case again(after: Interval)
  /// The client's attempts or its tokens are spent: the caller gets the failure.
  case givenUp
}

/// One process's client: its tokens, its own limiter and its draws. The same for who puts and who reads.
struct SDKClient: Sendable {
  private(set) var tokens: Int32
  private let quota: Int32
  private var limiter: SendLimiter?
  private var draws: RandomStream

  init(_ plan: SDKPlan, _ draws: RandomStream, at start: Instant) {
    (tokens, quota, self.draws) = (plan.quota, plan.quota, draws)
    limiter = plan.limiter.map { SendLimiter($0, at: start) }
  }

  /// How long an attempt must wait before it may be sent; zero when it goes now, which takes what it needs of the limiter.
  mutating func hold(at now: Instant) -> Interval { limiter?.take(at: now) ?? .zero }

  /// An attempt was answered.
  mutating func answer(_ call: inout SDKCall, _ failure: CallFailure, _ plan: SDKPlan, at now: Instant) -> SDKAnswer {
    limiter?.note(failure, at: now)
    guard !plan.isIdle else { return .done }
    let cost = plan.cost(of: failure)
    guard failure != .none, call.attempt < plan.attempts, take(cost) else {
      if failure == .none { succeed(held: call.tokens) }
      call = SDKCall()
      return failure == .none ? .done : .givenUp
    }
    call = SDKCall(attempt: call.attempt + 1, tokens: cost)
    return .again(after: plan.delay(after: call.attempt - 1, failure, &draws))
  }

  /// Takes the tokens of a retry; false when they are not there.
  mutating func take(_ cost: Int32) -> Bool {
    guard tokens >= cost else { return false }
    tokens -= cost
    return true
  }

  /// A call has succeeded: what its last retry cost comes back, or one token when it needed none.
  mutating func succeed(held: Int32) { tokens = min(quota, tokens + max(1, held)) }
}
