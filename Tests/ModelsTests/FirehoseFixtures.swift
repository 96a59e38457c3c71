import Experiment
import KinesisCore
import Models
import Units

/// Small delivery streams.
extension Fixture {
  static func firehose(
    _ name: String = "lake", reads stream: Int? = 0, to destination: DeliveryDestination = .s3,
    size: Int64 = 5, interval: Int64 = 60, latency: Distribution = .constant(0)
  ) -> FirehoseSpec {
    let source: DeliveryConfiguration.Source =
      stream == nil ? .directPut(quota: nil) : .stream(retention: .hours(24))
    var configuration = DeliveryConfiguration(
      name: name, region: "us-east-1", source: source, destination: destination)
    configuration.buffer = .init(size: .mebibytes(size), interval: .seconds(interval))
    configuration.backupBuffer = .init(size: .mebibytes(1), interval: .seconds(60))
    return FirehoseSpec(configuration, stream: stream, destinationLatency: latency)
  }

  /// Readers of one stream, under a service that answers at once unless told.
  static func delivering(
    _ firehoses: [FirehoseSpec], seconds: Int64 = 600, shards: Int = 2, rate: Double = 100, size: Int = 1_000,
    seed: UInt64 = 1, events: [ScheduledEvent] = [], times: ServiceTimes = instantService
  ) -> Experiment {
    var experiment = experiment(
      seconds: seconds, shards: shards, seed: seed, producers: [producer(rate: rate, size: size)], events: events)
    experiment.firehoses = firehoses
    experiment.serviceTimes = times
    return experiment
  }

  /// A producer that puts into the first delivery stream; one record a call unless told.
  static func putter(
    _ name: String = "app", processes: Int = 1, rate: Double, arrivals: ArrivalPattern = .poisson, size: Int,
    records: Int = 1, retry: RetrySpec = RetrySpec()
  ) -> ProducerSpec {
    var spec = producer(
      name, processes: processes, rate: rate, arrivals: arrivals, size: size, keys: KeySpec(.single),
      batching: .putRecordBatch(maxRecords: records, linger: .milliseconds(200)), retry: retry)
    (spec.stream, spec.firehose, spec.keyBytes) = (-1, 0, 0)
    return spec
  }

  /// Direct PUT and nothing else.
  static func putting(_ producers: [ProducerSpec], to firehose: FirehoseSpec, seconds: Int64) -> Experiment {
    var experiment = experiment(seconds: seconds, producers: producers)
    experiment.streams = []
    experiment.firehoses = [firehose]
    experiment.serviceTimes = instantService
    return experiment
  }
}
