internal import Experiment
internal import Models
public import Scenario

/// Where replications are simulated. What is found does not depend on it.
public enum Workplace: Sendable {
  /// In this process, so many at once.
  case here(workers: Int)
  /// Elsewhere, as tasks: what they came to is looked up.
  case elsewhere(TaskBook)

  /// Whether experiments must be prepared: whoever only looks up needs no tables.
  var isHere: Bool { if case .here = self { true } else { false } }
  /// How many run at once.
  var atOnce: Int {
    switch self {
    case .here(let workers): workers
    case .elsewhere(let book): book.atOnce
    }
  }

  /// What jobs come to, in their order; nil for those that were interrupted, and for those that nobody has run yet.
  ///
  /// The jobs are replications of `designs`; `prepared` are these, ready to be simulated, where they are simulated here.
  func run<Digest: Sendable>(
    _ jobs: [Replications.Job], of designs: [LoadedScenario], prepared: [PreparedExperiment],
    isInterrupted: @escaping @Sendable () -> Bool, report: @escaping @Sendable (Replications.Progress) -> Void,
    digest: @escaping @Sendable (Evidence) -> Digest
  ) async -> [Digest?] {
    switch self {
    case .here(let workers):
      return await Replications.run(
        jobs, of: prepared, workers: workers, isInterrupted: isInterrupted, report: report
      ) { $0.isComplete ? digest(Evidence($0)) : nil }.map { $0.flatMap(\.self) }
    case .elsewhere(let book):
      let figures = designs.map { Figure.all(of: $0.experiment) }, shelves = designs.map(book.open)
      return jobs.map { job in
        guard !isInterrupted(), let outcome = shelves[job.experiment](job.replication) else { return nil }
        let design = job.experiment
        return digest(Evidence(experiment: designs[design].experiment, figures: figures[design], outcome: outcome))
      }
    }
  }
}

/// Tasks that others run: what they came to, and which are wanted.
public struct TaskBook: Sendable {
  /// How many tasks others run at once: a search that goes on in rounds asks for so many, where it can tell.
  let atOnce: Int
  /// Finds the page of a scenario, which says what a replication of it came to. Nil where nobody has run it; whoever is asked
  /// takes note that it is wanted.
  let open: @Sendable (LoadedScenario) -> (Int) -> TaskOutcome?

  /// A book whose pages `open` finds.
  public init(atOnce: Int, open: @escaping @Sendable (LoadedScenario) -> (Int) -> TaskOutcome?) {
    (self.atOnce, self.open) = (atOnce, open)
  }
}
