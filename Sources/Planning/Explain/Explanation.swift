internal import Experiment
internal import KinesisCore
public import Models
public import Units

/// What is to be explained.
public enum ExplainQuestion: Sendable, Hashable {
  /// The first breach of an objective that fails the run; or else the worst second with refusals; or else the first loss.
  case whatWentWrong
  /// The first breach of an objective, by its name.
  case objective(String)
  /// An instant.
  case moment(Instant)
}

/// What happened around an instant of a run, and why.
public struct Explanation: Sendable {
  /// Why this instant.
  public enum Reason: Sendable {
    /// An objective broke.
    case breach(ObjectiveVerdict)
    /// The objective that was asked for held.
    case held(ObjectiveVerdict)
    /// More records of a stream were refused than in any other minute and stream.
    case refusals(stream: Int)
    /// A record was given up for the first time.
    case loss(Note)
    /// Nothing else was wrong, but records left a stream before that many were read by a consumer: by position.
    case expired(consumer: Int)
    /// Nothing else was wrong, but a consumer fell behind over the last half.
    case fellBehind(consumer: Int)
    /// Nothing else was wrong, but GetRecords calls of a consumer or delivery stream were refused, for the first time then.
    case readRefusals(Note)
    /// It was asked for.
    case asked
    /// Nothing was refused, lost or broken.
    case nothing
  }
  /// A shard that is shown: its stream and its position there.
  public struct Shown: Sendable, Hashable {
    /// Both positions.
    public let stream: Int, shard: Int
  }

  /// The whole run.
  public let result: RunResult
  /// Why this instant.
  public let reason: Reason
  /// The second that tells most; nil when there is nothing to show.
  public let focus: Instant?
  /// The seconds around it.
  public let recording: Recording?
  /// The shards that had most to do with it, most first; at most `mostShards`.
  public let shown: [Shown]
  /// What happened before the focus that may have led to it: at most `mostNotes`, in order of time.
  public let before: [Note]
  /// What happened from the focus on, in the same way.
  public let after: [Note]

  /// The most shards that are shown, and the most events before and after.
  public static let mostShards = 4, mostNotes = 8
  /// A consumer that loses less than that share of the time keeps up.
  public static let growthWorthTelling = 0.01
  /// How long before the focus events are told.
  public static let memory = Interval.minutes(15)

  init(_ result: RunResult, _ reason: Reason, focus: Instant?, recording: Recording?) {
    (self.result, self.reason, self.focus, self.recording) = (result, reason, focus, recording)
    shown = recording.map { Self.shards(of: $0, preferring: Self.stream(of: reason, in: result)) } ?? []
    guard let focus else {
      (before, after) = ([], [])
      return
    }
    // Every shard has its own refusals; those of the shards that are not shown would bury the rest.
    let subjects = shown.map { "\(result.streams[$0.stream].name)/\(ShardID($0.shard))" }
    let told = result.notes.filter { note in
      let isOfShard = note.kind == .throttleBegan || note.kind == .throttleEnded
      return isOfShard ? subjects.contains(note.subject) : note.kind != .objectiveBroken
    }
    before = told.filter { $0.at <= focus && $0.at >= focus - Self.memory }.suffix(Self.mostNotes)
    after = Array(told.filter { $0.at > focus }.prefix(Self.mostNotes))
  }

  /// The stream an answer is about; nil when it is about none in particular.
  static func stream(of reason: Reason, in result: RunResult) -> Int? {
    switch reason {
    case .breach(let verdict), .held(let verdict): stream(of: verdict.objective.metric, in: result.experiment)
    case .refusals(let stream): stream
    case .loss(let note): result.experiment.producers.first { $0.name == note.subject }?.stream
    case .expired(let consumer), .fellBehind(let consumer): result.experiment.consumers[consumer].stream
    case .readRefusals(let note):
      result.experiment.consumers.first { $0.name == note.subject }?.stream
        ?? result.experiment.firehoses.first { $0.name == note.subject }?.stream
    case .asked, .nothing: nil
    }
  }

  static func stream(of metric: Objective.Metric, in experiment: Experiment) -> Int? {
    switch metric {
    case .putThrottleRate(let stream), .firstAttemptThrottleRate(let stream), .shardUtilization(let stream): stream
    case .openShards(let stream): stream
    case .recordsLost(let producer), .putLatency(let producer): producer.map { experiment.producers[$0].stream }
    case .propagation(let consumer), .iteratorAge(let consumer), .throttledCalls(let consumer),
      .readThrottleRate(let consumer):
      consumer.map { experiment.consumers[$0].stream }
    case .dataFreshness, .monthlyCost, .figure: nil
    }
  }

  /// Shards by refusals, then by demand; those of one stream only, when there is one.
  private static func shards(of recording: Recording, preferring stream: Int?) -> [Shown] {
    let all = recording.streams.indices.filter { stream == nil || $0 == stream }.flatMap { stream in
      recording.streams[stream].shards.indices.map { Shown(stream: stream, shard: $0) }
    }
    let weights = all.map { shown -> (Int64, Double) in
      let track = recording.streams[shown.stream], seconds = track.shards[shown.shard].seconds
      return (seconds.reduce(0) { $0 + $1.refused }, seconds.map(track.demand).max() ?? 0)
    }
    let order = all.indices.filter { weights[$0].1 > 0 || weights[$0].0 > 0 }.sorted { a, b in
      (weights[b].0, weights[b].1, a) < (weights[a].0, weights[a].1, b)
    }
    let refusing = order.filter { weights[$0].0 > 0 }
    let chosen = refusing.isEmpty ? Array(order.prefix(2)) : Array(refusing.prefix(mostShards))
    return chosen.map { all[$0] }
  }
}
