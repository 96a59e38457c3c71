public import KinesisCore
public import Pricing
internal import Units

/// A factor on the load at which two modes cost the same.
public struct BreakEven: Sendable, Hashable {
  /// Which is cheaper below `factor`, and which above it.
  public var below: BillingMode, above: BillingMode
  /// On today's load: 2 is twice as many records of the same sizes.
  public var factor: Double
}

/// Where the modes' costs cross as a load grows and shrinks.
public struct BreakEvens {
  private let costs: (Double) -> [Double?]

  /// The crossings of a load's costs.
  public init(
    _ load: StreamLoad, headroom: Double, limits: LimitsProfile, prices: PriceBook, region: String
  ) {
    self.init { factor in
      let estimate = Estimate(
        load.scaled(by: factor), headroom: headroom, limits: limits, prices: prices, region: region)
      return estimate.monthlyCosts
    }
  }

  /// The crossings of costs: what each mode of `BillingMode.allCases` costs at a multiple of the load, nil where something has
  /// no price.
  public init(costs: @escaping (Double) -> [Double?]) { self.costs = costs }

  /// The crossings between 1/1,000 and 1,000 times the load, ascending: found on a grid of 40 steps a decade, then halved.
  ///
  /// Provisioned shards follow the load in whole shards, so that two lines may cross more than once; each crossing is told.
  public var all: [BreakEven] {
    let grid = (-120...120).map(Self.power), costs = grid.map(self.costs)
    let modes = BillingMode.allCases.indices
    let pairs = modes.flatMap { a in modes.filter { $0 > a }.map { (a, $0) } }
    let found = pairs.flatMap { a, b in
      grid.indices.dropFirst().compactMap { index -> BreakEven? in
        guard let left = Self.isCheaper(a, b, costs[index - 1]), let right = Self.isCheaper(a, b, costs[index]),
          left != right
        else { return nil }
        let factor = root(between: grid[index - 1], grid[index], isFirst: left, a, b)
        let (cheap, dear) = (BillingMode.allCases[left ? a : b], BillingMode.allCases[left ? b : a])
        return BreakEven(below: cheap, above: dear, factor: factor)
      }
    }
    return found.sorted { $0.factor < $1.factor }
  }

  private static func isCheaper(_ a: Int, _ b: Int, _ costs: [Double?]) -> Bool? {
    guard let first = costs[a], let second = costs[b] else { return nil }
    return first < second
  }

  private func root(between low: Double, _ high: Double, isFirst: Bool, _ a: Int, _ b: Int) -> Double {
    var (low, high) = (low, high)
    for _ in 0..<30 {
      let middle = (low + high) / 2
      if Self.isCheaper(a, b, self.costs(middle)) == isFirst { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// 10 to the power of index / 40 by repeated multiplication: the same on every machine.
  private static func power(of index: Int) -> Double {
    let step = 1.0592537251772889
    let size = (0..<index.magnitude).reduce(1.0) { power, _ in power * step }
    return index < 0 ? 1 / size : size
  }
}
