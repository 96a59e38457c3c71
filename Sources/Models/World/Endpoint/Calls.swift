internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// A put call as CloudWatch sees it.
struct PutCall {
  let stream: Int
  /// Whether it is PutRecord.
  let isSingle: Bool
  /// How many Kinesis records it holds.
  let records: Int32
}

/// A second's put calls together, as CloudWatch sees them.
struct PutCalls {
  let stream: Int
  /// Whether they are PutRecord.
  let isSingle: Bool
  /// How many, and of those that tried once more what was refused.
  var count: Int64 = 0
  var accepted: Int64 = 0, bytes: Int64 = 0, refused: Int64 = 0
  /// How long they took, in milliseconds: in all, the shortest and the longest.
  var time = 0.0, shortest = Double.infinity, longest = 0.0
}

/// Whose GetRecords call it is.
enum ReadCaller {
  case consumer, firehose
}

/// The random streams of one reader's calls: how long they take, and which of them a fault hits.
struct CallDraws: Sendable {
  var times: RandomStream, failures: RandomStream
}

/// What became of a GetRecords call.
enum ReadCall {
  case answered(ReadAnswer, took: Interval)
  /// More calls or bytes than the shard allows.
  case throttled
  /// The service failed.
  case failed

  /// What its client takes it for.
  var failure: CallFailure {
    switch self {
    case .answered: .none
    case .throttled: .throttle
    case .failed: .service
    }
  }
}

/// What the service pushed, how long it travels, and whether nothing of the shard comes behind it.
struct PushCall {
  let event: FanOutEvent, took: Interval, endsShard: Bool
}

extension Stream {
  /// A stream as it stands when the run begins. Each is in an account of its own as far as the commitment goes.
  init(beginning position: Int, of experiment: Experiment, at start: Instant) {
    let spec = experiment.streams[position], capacity = spec.capacity, limits = experiment.limits
    switch capacity.mode.mode {
    case .provisioned:
      self = .active(
        name: spec.name, ranges: spec.ranges(of: spec.shards), maxRecord: spec.maxRecord, retention: spec.retention,
        limits: limits, at: start)
      // The terms its account has are those of the on-demand mode it will be switched to.
      let isAdvantage = experiment.events.contains {
        $0.action == .switchMode(stream: position, to: .onDemandAdvantage)
      }
      agree(to: isAdvantage ? .advantage : .standard)
    case .onDemand:
      self = .activeOnDemand(
        name: spec.name, shards: spec.shards,
        settings: OnDemandSettings(warmThroughput: capacity.warmThroughput, distribution: capacity.distribution),
        terms: capacity.mode.terms, region: experiment.region, maxRecord: spec.maxRecord, retention: spec.retention,
        limits: limits, at: start)
    }
  }

  /// Bytes of an answer's records that are older than a week: long-term retrieval (facts §10.1).
  func longTermBytes(of answer: ReadAnswer, at now: Instant) -> Int64 {
    guard retention > .days(7), answer.count > 0 else { return 0 }
    let log = shards[answer.shard.index].log
    let young = log.position(arrivedFrom: now - .days(7))
    guard young > answer.first else { return 0 }
    return log.runs(from: answer.first, to: min(answer.end, young)).reduce(0) { $0 + $1.bytes }
  }
}
