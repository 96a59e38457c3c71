public import Experiment
internal import Models

/// Which task: a replication of a design.
public struct TaskID: Sendable, Hashable, Comparable, Codable {
  /// What names the design, such as its fingerprint: equal experiments have equal names, different ones different names.
  public var design: String
  /// Which replication, from 0.
  public var replication: Int

  /// A replication of a design.
  public init(design: String, replication: Int) { (self.design, self.replication) = (design, replication) }

  /// Designs by name, and the replications of a design as they are counted.
  public static func < (a: TaskID, b: TaskID) -> Bool { (a.design, a.replication) < (b.design, b.replication) }
}

/// One replication of one design as a value that travels: what it comes to depends on nothing else.
public struct TaskSpec: Sendable, Codable {
  /// A task was made by another version of weir, which may come to something else.
  public struct OtherVersion: Error, Sendable, Hashable {
    /// Who made it.
    public let version: String
  }

  /// Which task.
  public var id: TaskID
  /// What is run, its seed with it.
  public var experiment: Experiment
  /// The version of weir that made it.
  public var version: String

  /// A task.
  public init(id: TaskID, experiment: Experiment, version: String) {
    precondition(id.replication >= 0, "replications are counted from 0")
    (self.id, self.experiment, self.version) = (id, experiment, version)
  }

  /// The seed that all its chance comes from.
  public var seed: UInt64 { experiment.seed }

  /// Runs it; nil when it was interrupted. Throws, and runs nothing, when another version than `version` made it.
  public func run(version: String, isInterrupted: @escaping @Sendable () -> Bool) async throws(OtherVersion)
    -> TaskResult?
  {
    guard version == self.version else { throw OtherVersion(version: self.version) }
    let job = Replications.Job(experiment: 0, replication: id.replication)
    let outcomes = await Replications.run(
      [job], of: [PreparedExperiment(experiment)], workers: 1, isInterrupted: isInterrupted, report: { _ in },
      digest: { TaskOutcome($0, of: self.id) })
    return outcomes.compactMap(\.self).first { $0.isComplete }.map(TaskResult.init)
  }
}
