import KinesisCore
import Models
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

  static func consumer(
    _ name: String = "reader", _ retrieval: ConsumerSpec.Retrieval, every interval: Interval = .seconds(1),
    workers: Int = 1, concurrency: Int? = nil, perBatch: Double = 1e6, perRecord: Double = 0
  ) -> ConsumerSpec {
    ConsumerSpec(
      name: name, stream: 0, retrieval: retrieval, pollInterval: interval, workers: workers, concurrency: concurrency,
      perBatch: .constant(perBatch), perRecord: .constant(perRecord))
  }

  /// A run to its end.
  static func result(of experiment: Experiment, replication: Int = 0) -> RunResult {
    var run = Run(PreparedExperiment(experiment), replication: replication)
    while !run.advance(limit: 100_000) {}
    return run.finish(isComplete: true)
  }
}
