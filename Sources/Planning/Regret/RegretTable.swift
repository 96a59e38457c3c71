internal import Units

/// How much each design may cost too much, world by world.
///
/// A world is one truth that the uncertain values may come to. There a design that holds scores its cost. One that breaks scores
/// its cost and twice what it is missing: that has to be bought after all, and once more is the harm. What is missing is
/// arithmetic: the cost of the fewest shards that bear that world's peak less its own, a shard's month at the least. A score
/// knows of no other design, so that a further one never changes the order of those that are there (decision 0079). Regret is
/// the score above the least score of that world.
public struct RegretTable: Sendable, Hashable {
  /// A design over all worlds.
  public struct Row: Sendable, Hashable {
    /// Its choices.
    public var choices: [Candidate.Choice]
    /// In how many worlds it holds, of how many that it was simulated in.
    public var held: Int, simulated: Int
    /// Regret in US dollars a month: the mean over the worlds, and the worst; of those it was simulated in.
    public var mean: Double, worst: Double
    /// What a month costs, the mean over the worlds.
    public var cost: Double
    /// Which of the candidates.
    let candidate: Int
    /// The mean score.
    let score: Double
  }

  /// What was uncertain.
  public internal(set) var paths: [String] = []
  /// How many worlds there are.
  public let worlds: Int
  /// In how many of them no design holds that was simulated there.
  public let hopeless: Int
  /// One for each design that was simulated: those that hold in enough worlds first, by mean regret; then the others by how
  /// seldom they break.
  public let rows: [Row]
  /// How many rows hold in enough worlds.
  public let eligible: Int
  /// How many designs were simulated in some world.
  public internal(set) var simulatedDesigns = 0

  /// In how many of so many worlds a design must hold, that share of them being asked for.
  static func needed(_ share: Double, of worlds: Int) -> Int {
    Int(clamping: (share * Double(worlds) - 1e-9).rounded(.up))
  }

  /// The table of designs, each with what it came to in every world, nil where it was not simulated; `share` of the worlds
  /// must be held.
  init(_ designs: [(candidate: Int, choices: [Candidate.Choice], outcomes: [Outcome?])], worlds: Int, share: Double) {
    self.worlds = worlds
    let least = (0..<worlds).map { world in designs.compactMap { $0.outcomes[world]?.score }.min() ?? 0 }
    hopeless = (0..<worlds).count { world in
      designs.contains { $0.outcomes[world] != nil } && !designs.contains { $0.outcomes[world]?.isHolding ?? false }
    }
    let rows = designs.map { design in
      let known = (0..<worlds).compactMap { world in design.outcomes[world].map { (world, $0) } }
      let regrets = known.map { $1.score - least[$0] }, count = Double(max(1, known.count))
      return Row(
        choices: design.choices, held: known.count { $1.isHolding }, simulated: known.count,
        mean: regrets.reduce(0, +) / count, worst: regrets.max() ?? 0,
        cost: known.reduce(0) { $0 + $1.1.cost } / count, candidate: design.candidate,
        score: known.reduce(0) { $0 + $1.1.score } / count)
    }
    let needed = Self.needed(share, of: worlds)
    let enough = rows.filter { $0.held >= needed && $0.simulated == worlds && worlds > 0 }
      .sorted { ($0.score, $0.cost, $0.candidate) < ($1.score, $1.cost, $1.candidate) }
    let taken = Set(enough.map(\.candidate))
    let others = rows.filter { !taken.contains($0.candidate) }.sorted { a, b in
      (b.held, a.simulated - a.held, a.mean, a.candidate) < (a.held, b.simulated - b.held, b.mean, b.candidate)
    }
    (self.rows, eligible) = (enough + others, enough.count)
  }

  /// What a design comes to in a world.
  struct Outcome: Sendable, Hashable {
    var isHolding: Bool
    var cost: Double
    /// What it lacks when it breaks, in US dollars a month.
    var missing: Double
    /// What counts.
    var score: Double { isHolding ? cost : cost + 2 * missing }
  }
}
