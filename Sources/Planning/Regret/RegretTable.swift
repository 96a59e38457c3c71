/// How much each design may cost too much, world by world.
///
/// A world is one truth that the uncertain values may come to. In it the regret of a design that holds is its cost less
/// that of the cheapest design that holds. The regret of one that does not hold is what the dearest design that holds
/// costs more than the cheapest, and besides what it had saved against the cheapest: failing is at least as bad as having
/// bought the dearest design that was considered, and what was saved has to be paid after all (decision 0048). A world in
/// which nothing holds says nothing about the choice: nobody regrets anything, and nobody held.
public struct RegretTable: Sendable, Hashable {
  /// A design over all worlds.
  public struct Row: Sendable, Hashable {
    /// Its choices.
    public var choices: [Candidate.Choice]
    /// In how many worlds it holds.
    public var held: Int
    /// Regret in US dollars a month: the mean over the worlds, and the worst.
    public var mean: Double, worst: Double
    /// What a month costs, the mean over the worlds.
    public var cost: Double
    /// Which of the candidates.
    let candidate: Int
  }

  /// What was uncertain.
  public internal(set) var paths: [String] = []
  /// How many worlds were looked at.
  public let worlds: Int
  /// In how many of them no design holds.
  public let hopeless: Int
  /// One for each design: those that hold in enough worlds first, by mean regret; then the others by how often they hold.
  public let rows: [Row]
  /// How many rows hold in enough worlds.
  public let eligible: Int
  /// How many designs were simulated in some world.
  public internal(set) var simulatedDesigns = 0

  /// The table of designs, each with its cost and whether it holds in every world; `share` of the worlds must be held.
  init(_ designs: [(candidate: Int, choices: [Candidate.Choice], outcomes: [Outcome])], worlds: Int, share: Double) {
    self.worlds = worlds
    let best = (0..<worlds).map { world in
      designs.compactMap { $0.outcomes[world].isHolding ? $0.outcomes[world].cost : nil }.min()
    }
    let dearest = (0..<worlds).map { world in
      designs.compactMap { $0.outcomes[world].isHolding ? $0.outcomes[world].cost : nil }.max()
    }
    hopeless = best.count { $0 == nil }
    let rows = designs.map { design in
      let regrets = (0..<worlds).map { Self.regret(design.outcomes[$0], best[$0], dearest[$0]) }
      let costs = design.outcomes.map(\.cost)
      return Row(
        choices: design.choices, held: design.outcomes.count { $0.isHolding },
        mean: regrets.reduce(0, +) / Double(max(1, worlds)), worst: regrets.max() ?? 0,
        cost: costs.reduce(0, +) / Double(max(1, worlds)), candidate: design.candidate)
    }
    let needed = Int((share * Double(worlds) - 1e-9).rounded(.up))
    let enough = rows.filter { $0.held >= needed && worlds > 0 }
      .sorted { ($0.mean, $0.cost, $0.candidate) < ($1.mean, $1.cost, $1.candidate) }
    let others = rows.filter { $0.held < needed || worlds == 0 }
      .sorted { ($1.held, $0.mean, $0.candidate) < ($0.held, $1.mean, $1.candidate) }
    (self.rows, eligible) = (enough + others, enough.count)
  }

  /// What a design comes to in a world.
  struct Outcome: Sendable, Hashable {
    var isHolding: Bool
    var cost: Double
  }

  private static func regret(_ outcome: Outcome, _ best: Double?, _ dearest: Double?) -> Double {
    guard let best, let dearest else { return 0 }
    return outcome.isHolding ? outcome.cost - best : dearest - best + max(0, best - outcome.cost)
  }
}
