internal import Simulation
public import Units

/// A queue in closed form (Q§9): records come at a rate, each attempt takes a time and fails by itself with one probability.
public struct QueueForm: Sendable, Hashable {
  /// Records a second.
  public var rate: Double
  /// How long an attempt that succeeds holds its record, from receipt to acknowledgement; and one that fails: the visibility
  /// when it says nothing, about the service time when it sets visibility to 0.
  public var service: Interval, failureHolds: Interval
  /// The share of attempts that fail; 0 to 1.
  public var failure: Double
  /// MaxReceiveCount; nil without dead letters.
  public var maxReceives: Int?

  /// A queue.
  public init(rate: Double, service: Interval, failureHolds: Interval, failure: Double, maxReceives: Int?) {
    (self.rate, self.service, self.failureHolds) = (rate, service, failureHolds)
    (self.failure, self.maxReceives) = (failure, maxReceives)
  }

  /// Attempts for each record, A = (1 − pᵐ)/(1 − p); infinite without dead letters when all fail.
  public var attempts: Double {
    guard failure < 1 else { return maxReceives.map(Double.init) ?? .infinity }
    return (1 - deadShare) / (1 - failure)
  }

  /// The share of records that become dead letters, D = pᵐ.
  public var deadShare: Double {
    guard let maxReceives else { return 0 }
    return (0..<maxReceives).reduce(1) { power, _ in power * failure }
  }

  /// How long a record is in flight, all its attempts together, in seconds: A((1 − p)S + pH).
  public var holding: Double {
    attempts * ((1 - failure) * service.inSeconds + failure * failureHolds.inSeconds)
  }

  /// Records in flight on average.
  public var inFlight: Double { rate * holding }

  /// The rate at which as many as `limit` are in flight on average: more than that, and receives wait.
  public func mostRate(inFlight limit: Int64) -> Double { Double(limit) / holding }

  /// The share of failures at which as many as `limit` are in flight on average; nil when even 1 is not too much. To 1e-9.
  public func mostFailure(inFlight limit: Int64) -> Double? {
    func isTooMuch(_ share: Double) -> Bool {
      var form = self
      form.failure = share
      return form.inFlight > Double(limit)
    }
    guard isTooMuch(1) else { return nil }
    var (low, high) = (0.0, 1.0)
    while high - low > 1e-9 {
      let middle = (low + high) / 2
      if isTooMuch(middle) { high = middle } else { low = middle }
    }
    return low
  }

  /// Threads that all attempts keep busy, `call` being the time of a call and `batch` the records that share one.
  public func threads(call: Interval, batch: Int) -> Double {
    rate * attempts * (service.inSeconds + 2 * call.inSeconds / Double(batch))
  }
}

/// The shortest visibility that a share of work at most outlasts, for laws of the time from receipt to acknowledgement.
public enum SafeVisibility {
  /// Of one record whose work takes exponential times of a mean.
  public static func exponential(mean: Interval, outlasting share: Double) -> Interval {
    .init(nanoseconds: Int64(clamping: (Double(mean.nanoseconds) * -DeterministicMath.log(share)).rounded()))
  }

  /// Of records that are processed one after another and acknowledged at the end of a batch: Erlang's law.
  public static func batch(of records: Int, mean: Interval, outlasting share: Double) -> Interval {
    let shape = Double(records)
    var (low, high) = (0.0, shape + 40 * (shape.squareRoot() + 1))
    while high - low > 1e-10 * high {
      let middle = (low + high) / 2
      if Statistics.erlangShare(above: middle, shape: records) > share { low = middle } else { high = middle }
    }
    return .init(nanoseconds: Int64(clamping: (Double(mean.nanoseconds) * high).rounded()))
  }

  /// Of one record whose work takes lognormal times of a median, `sigma` being the deviation of their logarithm.
  public static func lognormal(median: Interval, sigma: Double, outlasting share: Double) -> Interval {
    let factor = DeterministicMath.exp(sigma * Statistics.normalQuantile(1 - share))
    return .init(nanoseconds: Int64(clamping: (Double(median.nanoseconds) * factor).rounded()))
  }
}
