import Experiment
import KinesisCore
import Models
import Simulation
import Units

/// Small experiments, one thing at a time.
enum Fixture {
  static func experiment(
    seconds: Int64 = 60, shards: Int = 2, seed: UInt64 = 1, producers: [ProducerSpec]? = nil,
    consumers: [ConsumerSpec] = [], events: [ScheduledEvent] = [], objectives: [Objective] = [],
    warmup: Interval = .zero, maxRecord: Bytes = .mebibytes(1)
  ) -> Experiment {
    Experiment(
      name: "fixture", seed: seed,
      horizon: Horizon(duration: .seconds(seconds), warmup: warmup, reportBin: .seconds(10)),
      streams: [StreamSpec(name: "clicks", shards: shards, maxRecord: maxRecord)],
      producers: producers ?? [producer(rate: 500)], consumers: consumers, events: events, objectives: objectives)
  }

  static func producer(
    _ name: String = "web", processes: Int = 3, rate: Double, curve: RateCurve? = nil,
    arrivals: ArrivalPattern = .poisson, size: Int = 200, keys: KeySpec = KeySpec(.uniform(cardinality: 1_000)),
    batching: Batching = .putRecords(linger: .milliseconds(50)), retry: RetrySpec = RetrySpec()
  ) -> ProducerSpec {
    ProducerSpec(
      name: name, stream: 0, processes: processes, rate: curve ?? .constant(RecordsPerSecond(rate)),
      arrivals: arrivals, size: .drawn(.constant(Double(size))), keyBytes: 24, keys: keys, batching: batching,
      retry: retry)
  }

  /// Consumers that hand batches to record processors, by how they read.
  enum Kind {
    case sdkPolling, kclPolling, kclFanOut
  }

  static func consumer(
    _ kind: Kind, every interval: Interval = .seconds(1), workers: Int = 1,
    concurrency: Int? = nil, perBatch: Double = 1e6
  ) -> ConsumerSpec {
    consumer("reader", kind, every: interval, workers: workers, concurrency: concurrency, perBatch: perBatch)
  }

  static func consumer(
    _ name: String, _ kind: Kind, every interval: Interval = .seconds(1),
    workers: Int = 1, concurrency: Int? = nil, perBatch: Double = 1e6, perRecord: Double = 0
  ) -> ConsumerSpec {
    ConsumerSpec(
      name: name, stream: 0, application: kind == .sdkPolling ? .plainLoop : .recordProcessors,
      reading: kind == .kclFanOut ? .fanOut : .polling, pollInterval: interval, workers: workers,
      concurrency: concurrency, perBatch: .constant(perBatch), perRecord: .constant(perRecord))
  }

  /// A run to its end.
  static func result(of experiment: Experiment, replication: Int = 0) -> RunResult {
    var run = World(PreparedExperiment(experiment), replication: replication)
    while !run.advance(limit: 100_000) {}
    return run.finish(isComplete: true)
  }
}

extension Fixture {
  /// A service that answers at once: what is left is the model's own time.
  static let instantService = ServiceTimes(put: .constant(0), getRecords: .constant(0), fanOut: .constant(0))

  /// One record a call, each on its way at once.
  static func single(
    _ name: String = "web", processes: Int = 1, rate: Double = 0, curve: RateCurve? = nil,
    arrivals: ArrivalPattern = .poisson
  ) -> ProducerSpec {
    producer(name, processes: processes, rate: rate, curve: curve, arrivals: arrivals, batching: .putRecord)
  }

  /// An experiment in which a record's arrival at its shard is the instant it was handed over, and none is refused.
  static func plain(
    seconds: Int64, bin: Int64 = 1, start: Instant? = nil, shards: Int = 4, _ producers: [ProducerSpec],
    events: [ScheduledEvent] = []
  ) -> Experiment {
    var experiment = experiment(seconds: seconds, shards: shards, producers: producers, events: events)
    experiment.serviceTimes = instantService
    experiment.horizon.reportBin = .seconds(bin)
    experiment.horizon.start = start ?? experiment.horizon.start
    return experiment
  }

  /// Records stored in each bin of the first stream.
  static func counts(of experiment: Experiment) -> [Double] {
    result(of: experiment).streams[0].bins.map { Double($0.incomingRecords) }
  }

  /// Nanoseconds after the start of every event whose description begins so.
  static func instants(of what: String, in experiment: Experiment) -> [Int64] {
    var run = World(PreparedExperiment(experiment), replication: 0)
    var instants: [Int64] = []
    while !run.advance(limit: 1) {
      if run.description.hasPrefix(what) { instants.append(run.now.nanoseconds - experiment.horizon.start.nanoseconds) }
    }
    return instants
  }

  /// How many standard deviations a Poisson count is from its mean.
  static func z(_ count: Double, _ mean: Double) -> Double { (count - mean) / max(mean, 1e-9).squareRoot() }

  /// Variance over mean.
  static func dispersion(_ counts: [Double]) -> Double {
    let mean = counts.reduce(0, +) / Double(counts.count)
    return counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(counts.count - 1) / mean
  }

  /// A percentile, in milliseconds.
  static func milliseconds(_ latency: LatencyHistogram, _ percent: Double) -> Double {
    latency.percentile(percent).inMilliseconds
  }

  static func note(_ result: RunResult, _ kind: Note.Kind) -> [Note] { result.notes.filter { $0.kind == kind } }
}
