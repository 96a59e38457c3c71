internal import KinesisCore
public import Planning
public import Scenario

/// What recorded traffic comes to: what it is like, the burst that explains its throttles, and the scenario it makes. `weir trace` and the
/// page make it here.
public struct TraceReading: Sendable {
  /// The most shards that somebody may say a stream has: what the quota of a large region allows.
  public static let mostShards = Int(LimitsProfile.current[.account.shardsLargeRegions])

  /// What the traffic is like.
  public let profile: TrafficProfile
  /// The burst that explains the throttles that were counted; nil without any, and where its user stated one.
  public let fit: BurstFit?
  /// The scenario it makes; nil without counts of records over time.
  public let scenario: TraceScenario?

  /// Reads traffic; `shards` are those the stream had, where its user says so, and `burst` is one that he states. A dozen short runs
  /// where no burst is stated, before each of which `tell` is called.
  public init(
    _ input: TraceInput, name: String, shards: Int?, burst: (TrafficProfile) throws -> StatedBurst?,
    retry: TraceModel.Retry, tell: () -> Void = {}
  ) rethrows {
    profile = TrafficProfile(input, shards: shards ?? input.listing?.open.count, limits: .current)
    let stated = try burst(profile)
    var model = TraceModel(profile, name: name, burst: stated, retry: retry)
    if let stated, let loss = model.flatMap({ BurstFit.lossPerRefusal(of: stated, in: $0, limits: .current) }) {
      model = model?.losing(loss)
    }
    fit = stated == nil ? model.flatMap { BurstFit($0, limits: .current, tell: tell) } : nil
    scenario = model.map { TraceScenario($0, limits: .current) }
  }

  /// All of it, for people and for programs.
  public var document: TraceDocument { TraceDocument(profile, fit: fit, scenario: scenario) }
}
