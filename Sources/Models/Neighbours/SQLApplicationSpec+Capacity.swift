public import Experiment
public import KinesisCore
internal import Units

/// Closed forms of windows, for rows that arrive at random (Poisson) with equally frequent keys.
extension SQLApplicationSpec {
  /// What it needs of each limit, and what its window holds and waits.
  public func capacity(_ limits: LimitsProfile) -> NeighbourCapacity {
    let state = Int64(clamping: stateBytes.rounded(.up))
    var checks = [
      check(.sql.rowBytes, limits, .init(row.count + 1_000)),
      check(.sql.streamBytes, limits, .init(Int64(clamping: (rate.value * Double(row.count)).rounded(.up)))),
      check(.sql.units, limits, .init(units)),
      NeighbourCapacity.Check(
        limit: .sql.unitMemory, needs: .init(state, over: units), has: limits[.sql.unitMemory], bound: .atMost),
    ]
    if let length { checks.append(check(.sql.window, limits, .init(length.nanoseconds, over: 1_000_000_000))) }
    return NeighbourCapacity(checks: checks, figures: figures)
  }

  private func check(
    _ limit: Limit.Key, _ limits: LimitsProfile, _ needs: NeighbourCapacity.Fraction
  ) -> NeighbourCapacity.Check {
    NeighbourCapacity.Check(limit: limit, needs: needs, has: limits[limit], bound: .atMost)
  }

  private var length: Interval? {
    switch window {
    case .tumbling(let length), .sliding(let length), .stagger(let length): length
    case .slidingRows: nil
    }
  }

  /// Rows of one key that arrive within the window, on average.
  private func rowsPerKey(_ length: Interval) -> Double { rate.value / Double(keys) * length.inSeconds }

  /// What the window holds: running results, or the rows themselves; an upper bound, or the mean where it varies.
  var stateBytes: Double {
    switch window {
    case .tumbling(let length): min(Double(keys), rate.value * length.inSeconds) * Double(result.count)
    case .sliding(let length): rate.value * length.inSeconds * Double(row.count)
    case .slidingRows(let rows): Double(keys) * Double(rows) * Double(row.count)
    case .stagger(let length):
      // A key's window is open for its length, then shut until the key's next row: busy over busy and idle.
      Double(keys) * rowsPerKey(length) / (1 + rowsPerKey(length)) * Double(result.count)
    }
  }

  /// How long a row waits, on average and at most, for the first result that has it, in seconds.
  var wait: (mean: Double, most: Double) {
    switch window {
    case .tumbling(let length): return (length.inSeconds / 2, length.inSeconds)
    case .sliding, .slidingRows: return (0, 0)
    case .stagger(let length):
      // The first row waits the whole window, the others arrive uniformly within it.
      let others = rowsPerKey(length)
      return (length.inSeconds * (1 + others / 2) / (1 + others), length.inSeconds)
    }
  }

  private var figures: [NeighbourCapacity.Figure] {
    [
      .init(meaning: "State of the window", name: "state_bytes", value: stateBytes),
      .init(meaning: "A row waits for its result, on average", name: "wait_mean_s", value: wait.mean),
      .init(meaning: "A row waits for its result, at most", name: "wait_max_s", value: wait.most),
    ]
  }
}
