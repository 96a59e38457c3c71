/// Measures how often weir's own intervals hold a truth that is known: the mean wait of a single-server queue (M/M/1) at
/// 80 %, four service times, started with a backlog of sixty so that there is something to warm up from.
///
/// An interval at 95 % that holds the truth in 70 of 100 cases is worse than none; this is how one knows.
public struct CoverageExperiment: Sendable, Hashable {
  /// What is deleted of each replication's beginning.
  public enum Deletion: String, Sendable, Hashable, CaseIterable {
    /// What MSER-5 cuts off the path averaged over the replications: weir's way.
    case averagedPath = "averaged_path"
    /// What MSER-5 cuts off each replication by itself.
    case perRun = "per_run"
    /// Nothing.
    case none
  }
  /// How many intervals held the truth.
  public struct Outcome: Sendable, Hashable {
    /// How the beginnings were deleted.
    public var deletion: Deletion
    /// Intervals that held the truth, of so many.
    public var hits: Int, intervals: Int
    /// The mean of the intervals' midpoints, in service times; the truth is 4.
    public var mean: Double
    /// The share that held the truth; not a number when there was none.
    public var coverage: Double { Double(hits) / Double(intervals) }
  }

  /// The load, the first wait in service times, and the true mean wait, ρ / (1 − ρ).
  public static let load = 0.8, backlog = 60.0, truth = 4.0

  /// Intervals made, replications behind each, customers of each replication, and the seed.
  public var intervals: Int, replications: Int, customers: Int, seed: UInt64
  /// The level the intervals claim.
  public var level: Double

  /// An experiment; the defaults need some 3·10⁸ customers.
  public init(
    intervals: Int = 2_000, replications: Int = 10, customers: Int = 16_000, seed: UInt64 = 1, level: Double = 0.95
  ) {
    precondition(intervals >= 1 && replications >= 2 && customers >= 100, "too few to say anything")
    (self.intervals, self.replications, self.customers) = (intervals, replications, customers)
    (self.seed, self.level) = (seed, level)
  }

  /// One outcome for each way to delete, all from the same waits.
  public func run() -> [Outcome] {
    var hits = Array(repeating: 0, count: Deletion.allCases.count)
    var means = Array(repeating: 0.0, count: Deletion.allCases.count)
    for interval in 0..<intervals {
      let paths = (0..<replications).map { waits(interval, $0) }
      for (position, deletion) in Deletion.allCases.enumerated() {
        guard let found = Statistics.tInterval(Self.means(of: paths, after: deletion), level: level) else { continue }
        means[position] += found.mean / Double(intervals)
        if found.contains(Self.truth) { hits[position] += 1 }
      }
    }
    return Deletion.allCases.enumerated().map {
      Outcome(deletion: $1, hits: hits[$0], intervals: intervals, mean: means[$0])
    }
  }

  /// The mean of each path without its beginning. A path that is too short to tell loses its first half.
  private static func means(of paths: [[Double]], after deletion: Deletion) -> [Double] {
    let common: Int? =
      switch deletion {
      case .averagedPath: Statistics.warmUp(of: Statistics.averagePath(paths)) ?? paths[0].count / 2
      case .perRun: nil
      case .none: 0
      }
    return paths.map { path in
      let cut = common ?? Statistics.warmUp(of: path) ?? path.count / 2
      return path[cut...].reduce(0, +) / Double(path.count - cut)
    }
  }

  /// The waits of successive customers by Lindley's recursion.
  private func waits(_ interval: Int, _ replication: Int) -> [Double] {
    let entity = EntityName("coverage", index: interval)
    var draws = RandomStream(seed: seed, replication: replication, purpose: .service, entity: entity)
    var wait = Self.backlog
    return (0..<customers).map { _ in
      let now = wait
      wait = max(0, wait + draws.exponential() - draws.exponential() / Self.load)
      return now
    }
  }
}
