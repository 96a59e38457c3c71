extension RunFigure {
  /// Every figure that a run of the experiment will have, in order, without running it.
  ///
  /// Takes as long as setting up a replication.
  public static func catalogue(of prepared: PreparedExperiment) -> [RunFigure] {
    all(of: Run(prepared, replication: 0).finish(isComplete: false))
  }
}

extension Replications.Progress {
  /// The same of a job that stands `offset` places further on: for jobs that are run in several rounds.
  public func shifted(by offset: Int) -> Replications.Progress {
    Replications.Progress(job: job + offset, simulated: simulated, events: events)
  }
}
