/// How long the service takes, as distributions fitted to published measurements: calibrated, never validated by them.
///
/// Polling delay is not among them: it emerges from when polls fall.
public struct ServiceTimes: Sendable, Hashable {
  /// A PutRecord or PutRecords call, request to answer, in nanoseconds; the record reaches its shard half-way.
  public var put: Distribution
  /// A GetRecords call, request to answer, in nanoseconds; the shard is read at its start.
  public var getRecords: Distribution
  /// From a record's arrival at its shard to its event at a fan-out consumer, in nanoseconds.
  public var fanOut: Distribution

  /// The three distributions.
  public init(put: Distribution, getRecords: Distribution, fanOut: Distribution) {
    self.put = put
    self.getRecords = getRecords
    self.fanOut = fanOut
  }

  /// Fitted to facts §11 (BENCH, 2026-07) and §3.
  ///
  /// - put: lognormal through p50 7.3 ms and p99 11.7 ms.
  /// - getRecords: lognormal such that U(0, 200 ms) of poll phase plus it plus half a put has p50 172 ms and p99 314 ms.
  /// - fanOut: lognormal with mean 60 ms; with 10 ms of gathering that makes "typically an average of 70 ms". Its spread
  ///   (cv 0.25) is assumed.
  public static let measured2026 = ServiceTimes(
    put: .lognormal(mu: 15.8034, sigma: 0.2028),
    getRecords: .lognormal(mu: 17.962, sigma: 0.4024),
    fanOut: .lognormal(mu: 17.8795, sigma: 0.2462))
}
