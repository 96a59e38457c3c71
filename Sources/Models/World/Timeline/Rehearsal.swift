public import Experiment
public import KinesisCore
internal import Units

/// What the service says to the changes of streams that a scenario asks for, as far as that does not depend on traffic: the
/// core itself is asked, at the times of the events.
///
/// A stream with an autoscaler is left out: nobody knows how many shards it has by then. So are shards of a stream that was
/// on-demand before.
public struct Rehearsal {
  /// A change that will be refused.
  public struct Refused: Sendable {
    /// The event, by its position in the scenario.
    public let event: Int
    /// What AWS says.
    public let refusal: Refusal
  }

  private var account: Account
  private var doubts: [Doubt]

  /// What is not known of a stream any more.
  private enum Doubt: Comparable {
    case none
    /// Which shard was split: that depends on the traffic.
    case shards
    /// How many shards there are.
    case count
  }

  private init(_ experiment: Experiment) {
    let start = experiment.horizon.start
    account = Account(
      region: experiment.region, limits: experiment.limits,
      streams: experiment.streams.indices.map { Stream(beginning: $0, of: experiment, at: start) }, at: start)
    doubts = experiment.streams.map { $0.capacity.mode == .provisioned ? .none : .count }
  }

  /// The changes that will be refused, in the order of their times.
  public static func refusals(of experiment: Experiment) -> [Refused] {
    let changes = experiment.events.enumerated().compactMap { position, event in
      StreamChange.asked(by: event.action).map { (event: position, at: event.at, stream: $0.stream, change: $0.change) }
    }
    .filter { experiment.streams[$0.stream].autoscaler == nil }
    guard !changes.isEmpty else { return [] }
    var rehearsal = Rehearsal(experiment)
    return changes.sorted { ($0.at, $0.event) < ($1.at, $1.event) }.compactMap { change in
      rehearsal.refusal(of: change.change, of: change.stream, at: experiment.horizon.start + change.at)
        .map { Refused(event: change.event, refusal: $0) }
    }
  }

  private mutating func refusal(of change: StreamChange, of stream: Int, at now: Instant) -> Refusal? {
    let kind = change.kind, isOfMode = kind == .updateStreamMode || kind == .updateWarmThroughput
    guard isOfMode || doubts[stream] < .count else { return nil }
    do throws(Refusal) {
      account.wake(at: now)
      let request = change.request(of: account[stream], busiest: account[stream].openShards[0])
      try account.ask(request, of: stream, at: now)
      if case .split(nil, _) = change { doubts[stream] = max(doubts[stream], .shards) }
      if kind == .updateStreamMode { doubts[stream] = .count }
      return nil
    } catch {
      return doubts[stream] == .shards && !error.isOfPace ? nil : error
    }
  }
}

extension Refusal {
  /// Whether it is about when and how often something is asked for, not about which shards.
  fileprivate var isOfPace: Bool {
    switch self {
    case .inUse, .limitExceeded: true
    default: false
    }
  }
}
