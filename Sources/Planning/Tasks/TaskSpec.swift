public import Experiment
public import Models

/// Which task: a replication of a design.
public struct TaskID: Sendable, Hashable, Codable {
  /// What names the design: equal experiments of one version of weir have equal names, different ones different names.
  public var design: String
  /// Which replication, from 0.
  public var replication: Int

  /// A replication of a design.
  public init(design: String, replication: Int) { (self.design, self.replication) = (design, replication) }
}

/// A design as a value that travels: with the number of a replication it is all that the replication depends on.
public struct TaskDesign: Sendable, Codable {
  /// Its name.
  public var name: String
  /// What is run, its seed with it.
  public var experiment: Experiment

  /// A design.
  public init(name: String, experiment: Experiment) { (self.name, self.experiment) = (name, experiment) }

  /// Runs replications of designs on `workers` threads at most, and hands each over to `keep` with its position among the jobs,
  /// one at a time, as soon as it is done. One that is interrupted is not handed over.
  public static func run(
    _ jobs: [Replications.Job], of designs: [TaskDesign], workers: Int,
    isInterrupted: @escaping @Sendable () -> Bool, report: @escaping @Sendable (Replications.Progress) -> Void,
    keep: (Int, TaskOutcome) -> Void
  ) async {
    var tables = KeyTables()
    let prepared = designs.map { PreparedExperiment($0.experiment, tables: &tables) }
    _ = await Replications.run(
      jobs, of: prepared, workers: workers, isInterrupted: isInterrupted, report: report,
      digest: { $0.isComplete ? TaskOutcome($0) : nil },
      keep: { position, outcome in if let outcome { keep(position, outcome) } })
  }
}
