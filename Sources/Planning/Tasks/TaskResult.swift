public import Models

/// What one task came to: its figures, and what adds up over replications.
public struct TaskOutcome: Sendable, Equatable, Codable {
  /// A figure.
  public struct Figure: Sendable, Hashable, Codable {
    /// A dotted path such as `streams.clicks.put_throttle_rate`.
    public var path: String
    /// Its value; nil when nothing was measured.
    public var value: Double?

    /// A figure.
    public init(path: String, value: Double?) { (self.path, self.value) = (path, value) }
  }

  /// Which task.
  public var id: TaskID
  /// False when it was interrupted.
  public var isComplete: Bool
  /// Whether no objective of severity `fail` was broken.
  public var isPassing: Bool
  /// Folded over every event: equal trajectories have equal hashes.
  public var trajectoryHash: UInt64
  /// Every figure that was measured or could have been, in the order of run.json.
  public var figures: [Figure]
  /// What adds up.
  public var tally: TaskTally

  /// An outcome of the given parts.
  public init(
    id: TaskID, isComplete: Bool, isPassing: Bool, trajectoryHash: UInt64, figures: [Figure], tally: TaskTally
  ) {
    (self.id, self.isComplete, self.isPassing) = (id, isComplete, isPassing)
    (self.trajectoryHash, self.figures, self.tally) = (trajectoryHash, figures, tally)
  }

  /// What the result of a task's run comes to.
  public init(_ result: RunResult, of id: TaskID) {
    let all = Models.Figure.all(of: result.experiment)
    self.init(
      id: id, isComplete: result.isComplete, isPassing: result.isPassing, trajectoryHash: result.trajectoryHash,
      figures: zip(all, result.values(of: all)).map { Figure(path: $0.path, value: $1) },
      tally: TaskTally(result))
  }
}

/// What tasks came to, in the order of their IDs, each once: whoever merges results, in whatever order and however often,
/// gets the same.
public struct TaskResult: Sendable, Equatable, Codable {
  /// A task came to two different things: different programs or machines ran it, or a file was damaged.
  public struct Conflict: Error, Sendable, Hashable {
    /// Which task.
    public let id: TaskID
  }

  /// Ascending by ID.
  public private(set) var outcomes: [TaskOutcome]

  /// The result of no task.
  public init() { outcomes = [] }

  /// The result of one task.
  public init(_ outcome: TaskOutcome) { outcomes = [outcome] }

  /// Takes in another result; a task that both have must have come to the same. Throws otherwise, and then nothing
  /// changed. O(n) in the outcomes of both.
  public mutating func merge(_ other: TaskResult) throws(Conflict) {
    var merged: [TaskOutcome] = []
    merged.reserveCapacity(outcomes.count + other.outcomes.count)
    var rest = other.outcomes[...]
    for outcome in outcomes {
      while let next = rest.first, next.id < outcome.id { merged.append(rest.removeFirst()) }
      if rest.first?.id == outcome.id {
        guard rest.removeFirst() == outcome else { throw Conflict(id: outcome.id) }
      }
      merged.append(outcome)
    }
    outcomes = merged + rest
  }

  /// What the replications of a design add up to.
  public func tally(of design: String) -> TaskTally {
    outcomes.lazy.filter { $0.id.design == design }.reduce(into: TaskTally()) { $0.add($1.tally) }
  }
}
