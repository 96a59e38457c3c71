internal import Simulation
public import Units

/// How long work on one record takes, as far as closed forms of queues need it.
public enum WorkLaw: Sendable, Hashable {
  /// Exponential with this mean.
  case exponential(mean: Interval)
  /// exp(Normal): its median, and the deviation of its logarithm.
  case lognormal(median: Interval, sigma: Double)

  /// Lognormal work with a median and a 99th percentile, which is not below it.
  public static func lognormal(median: Interval, p99: Interval) -> WorkLaw {
    let spread = DeterministicMath.log(Double(p99.nanoseconds) / Double(max(1, median.nanoseconds)))
    return .lognormal(median: median, sigma: spread / Statistics.normalQuantile(0.99))
  }

  /// The mean.
  public var mean: Interval {
    switch self {
    case .exponential(let mean): mean
    case .lognormal(let median, let sigma):
      .init(
        nanoseconds: Int64(clamping: (Double(median.nanoseconds) * DeterministicMath.exp(sigma * sigma / 2)).rounded()))
    }
  }

  /// The shortest time that work on so many records, one after another, outlasts in a share of the cases at most.
  public func visibility(for records: Int, outlasting share: Double) -> Interval {
    switch self {
    case .exponential(let mean): return SafeVisibility.batch(of: records, mean: mean, outlasting: share)
    case .lognormal(let median, let sigma):
      guard records > 1 else { return SafeVisibility.lognormal(median: median, sigma: sigma, outlasting: share) }
      let most = SafeVisibility.lognormal(median: median, sigma: sigma, outlasting: share / Double(records))
      let sum = LawOfSums(self, records, upTo: (most.inSeconds + Double(records) * mean.inSeconds) * 2)
      return .init(nanoseconds: Int64(clamping: (sum.quantile(above: share) * 1e9).rounded()))
    }
  }

  /// The share of cases in which work on so many records outlasts a time.
  public func share(outlasting time: Interval, for records: Int) -> Double {
    switch self {
    case .exponential(let mean):
      let ratio = time.inSeconds / max(1e-9, mean.inSeconds)
      return Statistics.erlangShare(above: ratio, shape: records)
    case .lognormal:
      guard records > 1 else { return share(ofOneAbove: time.inSeconds) }
      return LawOfSums(self, records, upTo: max(time.inSeconds, Double(records) * mean.inSeconds) * 2)
        .share(above: time.inSeconds)
    }
  }

  fileprivate func share(ofOneAbove seconds: Double) -> Double {
    switch self {
    case .exponential(let mean): DeterministicMath.exp(-max(0, seconds) / max(1e-9, mean.inSeconds))
    case .lognormal(let median, let sigma):
      Statistics.lognormalShare(above: seconds, mu: DeterministicMath.log(max(1e-9, median.inSeconds)), sigma: sigma)
    }
  }
}

/// The law of a sum of independent works: masses on an even grid, folded with themselves. Good to a step of the grid.
struct LawOfSums {
  private static let cells = 2_048
  private let step: Double
  /// Mass near each multiple of the step; what lies above all of them.
  private let masses: [Double], beyond: Double

  init(_ law: WorkLaw, _ records: Int, upTo most: Double) {
    let step = most / Double(Self.cells)
    // A cell has what is nearer to its own multiple than to another.
    let edges = (0...Self.cells).map { law.share(ofOneAbove: (Double($0) - 0.5) * step) }
    var power = zip(edges, edges.dropFirst()).map { $0 - $1 }, sum: [Double]?
    var left = records
    while left > 0 {
      if left & 1 == 1 { sum = sum.map { Self.fold($0, power) } ?? power }
      left >>= 1
      if left > 0 { power = Self.fold(power, power) }
    }
    (self.step, masses) = (step, sum ?? [1])
    beyond = max(0, 1 - masses.reduce(0, +))
  }

  private static func fold(_ a: [Double], _ b: [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: cells)
    for i in a.indices where a[i] > 0 {
      for j in 0..<(cells - i) { sum[i + j] += a[i] * b[j] }
    }
    return sum
  }

  /// The share above so many seconds.
  func share(above seconds: Double) -> Double {
    let first = max(0, Int(clamping: (seconds / step).rounded(.up)))
    guard first < masses.count else { return beyond }
    return masses[first...].reversed().reduce(beyond, +)
  }

  /// The least multiple of the step above which no more than a share lies.
  func quantile(above share: Double) -> Double {
    var tail = beyond
    for cell in masses.indices.reversed() {
      tail += masses[cell]
      if tail > share { return Double(cell + 1) * step }
    }
    return 0
  }
}
