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

  /// Builds the tables. Time and memory grow with the key populations: 24 bytes a key at most.
  public init(_ experiment: Experiment) {
    self.experiment = experiment
    var producers: [ProducerPlan] = []
    for (index, spec) in experiment.producers.enumerated() {
      let profile = RateProfile(
        spec.rate, start: experiment.horizon.start, factors: Self.factors(of: index, in: experiment))
      var trace: EventTrace?
      if case .events(let events) = spec.rate { trace = events }
      producers.append(
        ProducerPlan(
          spec, largest: Self.largestRecord(for: spec, in: experiment), keys: KeyPopulation(spec.keys, trace: trace),
          profile: profile, firstProcess: producers.last?.endProcess ?? 0, limits: experiment.limits))
    }
    self.producers = producers
    let choice = StreamResolution.choose(for: experiment, producers)
    (resolutions, flows) = (choice, StreamFlowPlan.all(of: experiment, producers, choice))
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
