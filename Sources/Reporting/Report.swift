internal import Experiment
public import Models
public import Planning
public import Scenario

/// Everything a run's reports are made of.
///
/// With several replications the figures are those of the first, unless said otherwise; an objective counts as held only
/// when it held in all of them.
public struct Report: Sendable {
  /// The level of every interval that is printed.
  public static let level = 0.95

  /// One for each replication, in order; at least one, all of the same experiment. Fewer than asked for after an interruption.
  public let results: [RunResult], asked: Int
  /// Intervals over the replications that ran to their end; empty when there is only one.
  public let replicated: [FigureEstimate]
  /// What the run depended on.
  public let fingerprint: Fingerprint
  /// What the reader should know and no figure says, a sentence each.
  public let warnings: [String]
  /// The command line that reproduces it.
  public let command: ShellLine?

  /// A report of at least one result; `asked` is how many replications were asked for, as many as there are unless told.
  public init(
    results: [RunResult], asked: Int? = nil, fingerprint: Fingerprint, warnings: [String], command: ShellLine?
  ) {
    precondition(!results.isEmpty, "a report of no run")
    (self.results, self.asked) = (results, asked ?? results.count)
    let whole = results.filter(\.isComplete)
    replicated = whole.count > 1 ? Self.estimates(whole) : []
    self.fingerprint = fingerprint
    self.warnings = warnings
    self.command = command
  }

  private static func estimates(_ results: [RunResult]) -> [FigureEstimate] {
    let figures = Figure.all(of: results[0].experiment)
    return FigureEstimate.all(of: figures, results.map { FigureSample($0, figures: figures) }, level: level)
  }

  /// Whether every replication ran to its end.
  public var isComplete: Bool { results.count == asked && results.allSatisfy(\.isComplete) }

  /// Whether no objective of severity `fail` was broken in any replication.
  public var isPassing: Bool { results.allSatisfy(\.isPassing) }

  /// The replication the figures are those of.
  var main: RunResult { results[0] }

  /// An objective's verdict in the replication that tells most: the first that broke it, or else the first.
  struct Judgement {
    var verdict: ObjectiveVerdict
    var replication: Int
    var replicationsBroken: Int
  }

  /// One for each objective, in the order of the scenario.
  var judgements: [Judgement] {
    main.verdicts.indices.map { position in
      let broken = results.filter { position < $0.verdicts.count && !$0.verdicts[position].isPassing }
      let telling = broken.first ?? main
      return Judgement(
        verdict: telling.verdicts[position], replication: telling.replication, replicationsBroken: broken.count)
    }
  }
}
