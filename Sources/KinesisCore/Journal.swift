public import Units

/// What a driver asked of a machine and when, in order: all it takes to repeat a history.
///
/// Wakes are not in it, because late and early ones change nothing: the effects follow from the inputs and their instants.
public struct Journal<Input: Sendable & Codable>: Sendable {
  /// An input and its stamp.
  public struct Entry: Sendable, Codable {
    /// When it was stepped; never before the entry ahead of it.
    public var at: Instant
    /// What was asked.
    public var input: Input

    /// An entry.
    public init(at: Instant, input: Input) { (self.at, self.input) = (at, input) }
  }

  /// The journal holds as many entries as it may; nothing was added and nothing may be stepped.
  public struct Full: Error, Sendable, Hashable {
    /// The most entries it holds.
    public let limit: Int
  }

  /// The entries, oldest first.
  public private(set) var entries: [Entry] = []
  /// The most it holds.
  public let limit: Int

  /// An empty journal of at most `limit` entries.
  public init(limit: Int) { self.limit = limit }

  /// Adds an entry behind the others; its instant must not lie before theirs.
  public mutating func append(_ input: Input, at instant: Instant) throws(Full) {
    precondition(entries.last.map { $0.at <= instant } ?? true, "a journal goes forward in time")
    guard entries.count < limit else { throw Full(limit: limit) }
    entries.append(Entry(at: instant, input: input))
  }
}

extension Machine {
  /// The virtual clock for a recorded history: jumps to the next input or deadline, whichever is first, until `end`.
  ///
  /// - Returns: Every effect, in order. The machine is left as it stood at `end`.
  public mutating func replay(_ entries: [Journal<Input>.Entry], until end: Instant) -> [Effect] where Input: Codable {
    var effects: [Effect] = []
    for entry in entries {
      passTime(to: entry.at, into: &effects)
      step(entry.input, at: entry.at, into: &effects)
    }
    passTime(to: end, into: &effects)
    wake(at: end, into: &effects)
    return effects
  }

  /// Wakes the machine at each of its deadlines up to an instant, exactly then.
  private mutating func passTime(to instant: Instant, into effects: inout [Effect]) {
    while let due = deadline, due <= instant {
      wake(at: due, into: &effects)
      precondition(deadline.map { $0 > due } ?? true, "a machine that does not get past its deadline")
    }
  }
}
