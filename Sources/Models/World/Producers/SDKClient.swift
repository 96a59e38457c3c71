internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// Why a whole call failed.
enum CallFailure: Sendable {
  /// It did not.
  case none
  /// InternalFailure or ServiceUnavailable: no record was stored.
  case service
  /// The client stopped waiting; what the service did with it is unknown to it.
  case timeout
  /// ProvisionedThroughputExceededException of a PutRecord call.
  case throttle
}

/// What an SDK's retry mode comes to: attempts, delays, costs (facts §9.4).
struct SDKPlan: Sendable {
  let mode: SDKRetrySpec.Mode
  let attempts: Int32
  let timeout: Interval, cap: Interval, scale: Interval
  let quota: Int32, retryCost: Int32, timeoutCost: Int32, throttleCost: Int32

  init(_ spec: SDKRetrySpec, _ limits: LimitsProfile) {
    mode = spec.mode
    timeout = spec.timeout ?? .milliseconds(limits[.sdk.timeout])
    cap = .milliseconds(limits[.sdk.delayCap])
    quota = Int32(limits[.sdk.quota])
    let own: Limit.Key = spec.mode == .legacy ? .sdk.legacyAttempts : .sdk.standardAttempts
    attempts = Int32(clamping: spec.maxAttempts ?? Int(limits[own]))
    switch spec.mode {
    case .none, .legacy: (scale, retryCost, timeoutCost, throttleCost) = (.seconds(1), 0, 0, 0)
    case .standard:
      let (retry, timeout) = (Int32(limits[.sdk.retryCost]), Int32(limits[.sdk.timeoutCost]))
      (scale, retryCost, timeoutCost, throttleCost) = (.seconds(1), retry, timeout, retry)
    case .adaptive2026:
      let (retry, throttle) = (Int32(limits[.sdk.retryCost2026]), Int32(limits[.sdk.throttleCost2026]))
      (scale, retryCost) = (.milliseconds(limits[.sdk.scale2026]), retry)
      (timeoutCost, throttleCost) = (retry, throttle)
    }
  }

  /// The tokens a retry after such a failure takes from the quota.
  func cost(of failure: CallFailure) -> Int32 {
    switch failure {
    case .none: 0
    case .service: retryCost
    case .timeout: timeoutCost
    case .throttle: throttleCost
    }
  }

  /// The longest delay after the n-th attempt, n from 1.
  func ceiling(after attempt: Int32, _ failure: CallFailure) -> Interval {
    let base = mode == .adaptive2026 && failure == .throttle ? Interval.seconds(1) : scale
    let doubled = base * (1 << Int64(min(attempt - 1, 30)))
    return mode == .legacy ? doubled : min(doubled, cap)
  }

  /// U(0, 1) of it, in whole nanoseconds.
  func delay(after attempt: Int32, _ failure: CallFailure, _ draws: inout RandomStream) -> Interval {
    let longest = UInt64(ceiling(after: attempt, failure).nanoseconds)
    return Interval(nanoseconds: Int64(draws.below(longest + 1)))
  }
}

/// One process's client: its tokens and its draws.
struct SDKClient: Sendable {
  private(set) var tokens: Int32
  private let quota: Int32
  var draws: RandomStream

  init(_ plan: SDKPlan, _ draws: RandomStream) { (tokens, quota, self.draws) = (plan.quota, plan.quota, draws) }

  /// Takes the tokens of a retry; false when they are not there.
  mutating func take(_ cost: Int32) -> Bool {
    guard tokens >= cost else { return false }
    tokens -= cost
    return true
  }

  /// A call has succeeded: what its last retry cost comes back, or one token when it needed none.
  mutating func succeed(held: Int32) { tokens = min(quota, tokens + max(1, held)) }
}
