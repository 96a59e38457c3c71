public import Experiment
internal import KinesisCore
internal import Units

/// An experiment with its tables built: key hashes, alias tables, rate profiles. Share one among replications and workers.
public struct PreparedExperiment: Sendable {
  /// The experiment.
  public let experiment: Experiment
  let producers: [ProducerPlan]
  /// Of streams whose writers are settled, what that takes; and how each stream goes.
  private(set) var flows: [StreamFlowPlan]
  /// How each stream's arrivals are simulated, and why.
  public private(set) var resolutions: [StreamResolution]

  /// Builds the tables, or takes those of keys from `tables`, which changes nothing. Time and memory grow with the key
  /// populations, 24 bytes a key at most, and with the records that are to be drawn of them, whichever is less.
  public init(_ experiment: Experiment, tables: inout KeyTables) {
    self.experiment = experiment
    let horizon = experiment.horizon
    let profiles = experiment.producers.enumerated().map { index, spec in
      RateProfile(spec.rate, start: horizon.start, factors: Self.factors(of: index, in: experiment))
    }
    let records = zip(experiment.producers, profiles).map { spec, profile in
      if case .events = spec.rate { Double.infinity } else { profile.area(from: .zero, to: horizon.duration) }
    }
    var asked: [KeySpec: Double] = [:]
    for (spec, records) in zip(experiment.producers, records) { asked[spec.keys, default: 0] += records }
    var producers: [ProducerPlan] = []
    for (index, spec) in experiment.producers.enumerated() {
      var trace: EventTrace?
      if case .events(let events) = spec.rate { trace = events }
      let keys = tables.population(of: spec.keys, trace: trace, for: asked[spec.keys] ?? 0)
      producers.append(
        ProducerPlan(
          spec, largest: Self.largestRecord(for: spec, in: experiment), keys: keys, profile: profiles[index],
          firstProcess: producers.last?.endProcess ?? 0, records: records[index], limits: experiment.limits))
    }
    self.producers = producers
    let choice = StreamResolution.choose(for: experiment, producers)
    (resolutions, flows) = (choice, StreamFlowPlan.all(of: experiment, producers, choice, &tables))
  }

  /// Builds the tables.
  public init(_ experiment: Experiment) {
    var tables = KeyTables()
    self.init(experiment, tables: &tables)
  }

  /// The same experiment, record by record, because settling has failed.
  func byRecord(because reason: String) -> PreparedExperiment {
    var other = self
    other.flows = []
    for index in resolutions.indices where resolutions[index].resolution == .adaptive {
      other.resolutions[index] = StreamResolution(
        stream: resolutions[index].stream, resolution: .record, reason: reason)
    }
    return other
  }

  /// The largest record a producer's target takes, the partition key included.
  static func largestRecord(for spec: ProducerSpec, in experiment: Experiment) -> Bytes {
    guard spec.firehose == nil else { return Bytes(experiment.limits[.firehose.recordBytes]) }
    return experiment.streams[spec.stream].maxRecord
  }

  /// A producer's rate factors over time: events that overlap replace each other; the end of one gives 1 again, unless
  /// another begins at that instant.
  static func factors(of producer: Int, in experiment: Experiment) -> [RateProfile.Factor] {
    var (ends, begins): ([RateProfile.Factor], [RateProfile.Factor]) = ([], [])
    for event in experiment.events {
      guard case .setRateFactor(producer, let value) = event.action else { continue }
      let begin = experiment.horizon.start + event.at
      begins.append(RateProfile.Factor(from: begin, value: value))
      if let length = event.length { ends.append(RateProfile.Factor(from: begin + length, value: 1)) }
    }
    let changes = ends + begins
    let order = changes.indices.sorted { (changes[$0].from, $0) < (changes[$1].from, $1) }
    return order.map { changes[$0] }
  }
}
