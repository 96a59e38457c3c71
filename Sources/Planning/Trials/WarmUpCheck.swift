internal import Experiment
public import Models
internal import Simulation
public import Units

/// What MSER-5 on the averaged path says of a scenario's warm-up.
public enum WarmUpCheck: Sendable, Hashable {
  /// Fewer than five replications: their average is no path to judge by.
  case fewReplications
  /// The scenario changes on its way and has no steady state; why, in words.
  case noSteadyState(because: String)
  /// Fewer than fifty points: MSER-5 takes ten means of five.
  case fewPoints(Int)
  /// The best cut of this path lies beyond the middle of the run: it is too short, or it never settles.
  case unsettled(subject: String)
  /// It would cut so much, for this path; of all paths the one that needs most.
  case cut(Interval, subject: String)

  /// Replications below which nothing is said, and over which paths are averaged at the most.
  static let least = 5, most = 20

  /// Judges by the results of replications of one experiment, at least one, in order.
  public init(_ results: [RunResult]) {
    self.init(results.prefix(Self.most).map(SteadyPath.all), of: results[0].experiment)
  }

  /// Judges by the paths of replications of one experiment, in order.
  init(_ replications: [[SteadyPath]], of experiment: Experiment) {
    if replications.count < Self.least {
      self = .fewReplications
    } else if let reason = Self.change(in: experiment) {
      self = .noSteadyState(because: reason)
    } else {
      self = Self.judgement(Array(replications.prefix(Self.most)))
    }
  }

  private static func judgement(_ replications: [[SteadyPath]]) -> WarmUpCheck {
    var longest: (cut: Interval, subject: String)?
    for path in replications[0] {
      let same = replications.compactMap { $0.first { $0.subject == path.subject }?.values }
      guard same.count == replications.count else { continue }
      guard path.values.count >= 50 else { return .fewPoints(path.values.count) }
      guard let points = Statistics.warmUp(of: Statistics.averagePath(same)) else {
        return .unsettled(subject: path.subject)
      }
      let cut = Interval(nanoseconds: path.width.nanoseconds * Int64(points))
      if longest.map({ cut > $0.cut }) ?? true { longest = (cut, path.subject) }
    }
    return longest.map { .cut($0.cut, subject: $0.subject) } ?? .fewPoints(0)
  }

  /// Why an experiment has no steady state; nil when nothing in it changes by design.
  static func change(in experiment: Experiment) -> String? {
    if let producer = experiment.producers.first(where: { !$0.rate.isConstant }) {
      return "the rate of \(producer.name) changes"
    }
    if !experiment.events.isEmpty { return "events happen on the way" }
    if let stream = experiment.streams.first(where: { $0.autoscaler != nil || $0.capacity != .provisioned }) {
      return "\(stream.name) may change its shards"
    }
    return nil
  }
}

extension RateCurve {
  /// Whether it is the same at all times.
  var isConstant: Bool {
    switch self {
    case .constant: true
    case .ramp, .stages, .diurnal, .weekly, .square, .polyline, .bins, .events: false
    }
  }
}
