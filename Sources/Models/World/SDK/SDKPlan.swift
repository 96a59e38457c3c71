internal import Experiment
internal import KinesisCore
internal import Limits
internal import Simulation
internal import Units

/// Why a whole call failed.
enum CallFailure: Sendable {
  /// It did not.
  case none
  /// InternalFailure or ServiceUnavailable: nothing was stored or read.
  case service
  /// The client stopped waiting; what the service did with it is unknown to it.
  case timeout
  /// ProvisionedThroughputExceededException of a call that was refused as a whole: PutRecord, GetRecords.
  case throttle
}

/// What a client does by itself when a call fails: attempts, delays, costs (facts §9.4, N§1). For who puts and who reads.
struct SDKPlan: Sendable {
  /// How a delay is drawn below its ceiling.
  enum Jitter: Sendable {
    /// U(0, 1) of it.
    case full
    /// Half of it, and U(0, 1) of the other half.
    case half
  }

  /// A delay's ceiling: the first, what each next one is multiplied by, and the most.
  struct BackOff: Sendable {
    var base: Interval, growth: Int64 = 2_000
    /// Nil for none.
    var cap: Interval?
    var jitter = Jitter.full
  }

  /// Tokens that a retry takes from the client's quota, by what it follows.
  struct Costs: Sendable {
    var service: Int32 = 0, timeout: Int32 = 0, throttle: Int32 = 0
  }

  let attempts: Int32
  let timeout: Interval
  let quota: Int32
  private let costs: Costs
  /// After a throttle, and after any other failure.
  private let throttled: BackOff, failed: BackOff
  /// AWS's adaptive mode: the client holds its own calls back.
  let limiter: SendLimiter.Rule?

  /// Whether a failed call is the caller's at once, and nothing is counted.
  var isIdle: Bool { attempts == 0 }

  init(_ spec: SDKRetrySpec, _ limits: LimitsProfile) {
    let form = Form(spec.mode, limits)
    timeout = spec.timeout ?? .milliseconds(limits[.sdk.timeout])
    quota = Int32(limits[.sdk.quota])
    attempts = spec.mode == .none ? 0 : Int32(clamping: spec.maxAttempts ?? Int(limits[form.attempts]))
    (costs, throttled, failed) = (form.costs, form.throttled, form.failed)
    limiter = spec.mode == .adaptive ? SendLimiter.Rule(limits) : nil
  }

  /// Flink's connector, which tries GetRecords again by itself (facts §9.7).
  init(flink limits: LimitsProfile) {
    timeout = .milliseconds(limits[.sdk.timeout])
    (quota, costs, limiter) = (0, Costs(), nil)
    attempts = Int32(limits[.flink.readRetries]) + 1
    throttled = BackOff(
      base: .milliseconds(limits[.flink.readBackOff]), growth: limits[.flink.readBackOffGrowth],
      cap: .milliseconds(limits[.flink.readBackOffCap]))
    failed = throttled
  }

  /// The tokens a retry after such a failure takes from the quota.
  func cost(of failure: CallFailure) -> Int32 {
    switch failure {
    case .none: 0
    case .service: costs.service
    case .timeout: costs.timeout
    case .throttle: costs.throttle
    }
  }

  /// The longest delay after the n-th attempt, n from 1.
  func ceiling(after attempt: Int32, _ failure: CallFailure) -> Interval {
    let law = failure == .throttle ? throttled : failed
    var ceiling = law.base
    for _ in 1..<max(1, min(attempt, 31)) {
      ceiling = Interval(nanoseconds: ceiling.nanoseconds / 1_000 * law.growth)
      if let cap = law.cap, ceiling >= cap { return cap }
    }
    return ceiling
  }

  /// A delay after the n-th attempt, in whole nanoseconds.
  func delay(after attempt: Int32, _ failure: CallFailure, _ draws: inout RandomStream) -> Interval {
    let longest = ceiling(after: attempt, failure).nanoseconds
    let least = (failure == .throttle ? throttled : failed).jitter == .half ? longest / 2 : 0
    return Interval(nanoseconds: least + Int64(draws.below(UInt64(longest - least) + 1)))
  }
}

/// The figures of a retry mode.
private struct Form {
  var attempts: Limit.Key = .sdk.attempts
  var throttled: SDKPlan.BackOff, failed: SDKPlan.BackOff
  var costs = SDKPlan.Costs()

  init(_ mode: SDKRetrySpec.Mode, _ limits: LimitsProfile) {
    func backOff(_ base: Limit.Key, isCapped: Bool = true, _ jitter: SDKPlan.Jitter = .full) -> SDKPlan.BackOff {
      SDKPlan.BackOff(
        base: .milliseconds(limits[base]), cap: isCapped ? .milliseconds(limits[.sdk.delayCap]) : nil, jitter: jitter)
    }
    func tokens(_ key: Limit.Key) -> Int32 { Int32(limits[key]) }
    switch mode {
    case .none, .legacy:
      attempts = .sdk.legacyAttempts
      (throttled, failed) = (
        backOff(.sdk.earlierBase, isCapped: false), backOff(.sdk.earlierBase, isCapped: false)
      )
    case .standard2025:
      (throttled, failed) = (backOff(.sdk.earlierBase), backOff(.sdk.earlierBase))
      let cost = tokens(.sdk.earlierCost)
      costs = SDKPlan.Costs(service: cost, timeout: tokens(.sdk.earlierTimeoutCost), throttle: cost)
    case .standard, .adaptive:
      (throttled, failed) = (backOff(.sdk.throttledBase), backOff(.sdk.failedBase))
      let cost = tokens(.sdk.failedCost)
      costs = SDKPlan.Costs(service: cost, timeout: cost, throttle: tokens(.sdk.throttledCost))
    case .javaLegacy:
      attempts = .sdk.javaAttempts
      (throttled, failed) = (backOff(.sdk.javaThrottledBase, .half), backOff(.sdk.javaFailedBase))
      let cost = tokens(.sdk.javaFailedCost)
      costs = SDKPlan.Costs(service: cost, timeout: cost)
    }
  }
}
