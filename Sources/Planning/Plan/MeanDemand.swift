internal import KinesisCore
internal import Models
internal import Units

/// What the producers of a stream are sure to ask of it on average: the lower side of a closed form.
///
/// Only producers count that call PutRecord or PutRecords themselves; a library may pack records. Sizes count where their
/// mean cannot be much below the law's because of the largest record.
struct MeanDemand: Sendable {
  /// Records and bytes a second, averaged over the whole run.
  private(set) var records = 0.0, bytes = 0.0
  private let limits: (records: Double, bytes: Double)

  /// The demand on a stream, by its position.
  init(of stream: Int, in experiment: Experiment) {
    limits = (
      Double(experiment.limits[.shardWriteRecords]), Double(experiment.limits[.shardWriteBytes])
    )
    let means = ProducerRates(experiment)
    for index in experiment.producers.indices {
      let producer = experiment.producers[index]
      guard producer.firehose == nil, producer.stream == stream, producer.batching.isPlain else { continue }
      let rate = means.mean(of: index)
      records += rate
      bytes += rate * (Double(producer.keyBytes) + producer.size.sureMean)
    }
  }

  /// Shards of that mean, rounded up; at least 1.
  var shards: Int { max(1, Int(max(records / limits.records, bytes / limits.bytes).rounded(.up))) }
}

extension Batching {
  /// Whether a record of the application is a record of the stream.
  var isPlain: Bool {
    switch self {
    case .putRecord, .putRecords: true
    case .putRecordBatch, .kpl, .agent: false
    }
  }
}

extension SizeSource {
  /// The mean in bytes where cutting at the largest record takes little from it; 0 where that is not sure.
  var sureMean: Double {
    guard case .drawn(let law) = self else { return 0 }
    switch law {
    case .constant, .uniform: return law.mean
    case .exponential(let mean): return mean < 100_000 ? mean : 0
    case .lognormal(_, let sigma): return sigma <= 1.25 && law.mean < 50_000 ? law.mean : 0
    case .gamma, .empirical, .mixture: return 0
    }
  }
}
