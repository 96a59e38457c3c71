internal import Simulation
internal import Units

/// What the AWS SDK does by itself when a whole call fails (facts §9.4); failed entries of an answer are the caller's.
extension Run {
  /// Why the request's call failed as a whole.
  private func failure(of request: Int32, _ plan: ProducerPlan) -> CallFailure {
    let known = requests[request].failure
    guard known == .none, plan.spec.batching == .putRecord, requests[request].count > 0 else { return known }
    return .throttle
  }

  /// The answer is back: whether the SDK sends the request once more. If not, its caller gets the answer.
  mutating func isRetriedBySDK(_ request: Int32, of index: Int) -> Bool {
    let producer = Int(processes[index].producer), plan = producers[producer].plan
    let failure = failure(of: request, plan), attempt = requests[request].sdkAttempt
    requests[request].failure = .none
    if failure == .service || failure == .timeout { producers[producer].client.failedCalls += 1 }
    guard plan.sdk.mode != .none else { return false }
    guard failure != .none else {
      processes[index].sdk.succeed(held: requests[request].sdkTokens)
      (requests[request].sdkAttempt, requests[request].sdkTokens) = (1, 0)
      return false
    }
    let cost = plan.sdk.cost(of: failure)
    guard attempt < plan.sdk.attempts, processes[index].sdk.take(cost) else {
      producers[producer].client.sdkGaveUp += 1
      (requests[request].sdkAttempt, requests[request].sdkTokens) = (1, 0)
      return false
    }
    (requests[request].sdkAttempt, requests[request].sdkTokens) = (attempt + 1, cost)
    producers[producer].retries += Int64(requests[request].count)
    producers[producer].client.sdkRetries += 1
    let wait = plan.sdk.delay(after: attempt, failure, &processes[index].sdk.draws)
    trajectory.fold(UInt64(wait.nanoseconds))
    schedule(RunEvent(.sdkRetry, Int(request)), at: now + wait)
    return true
  }
}
