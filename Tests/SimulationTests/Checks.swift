import Glibc

@testable import Simulation

/// A stream for tests, told apart by seed and name.
func stream(_ name: String, seed: UInt64 = 1, purpose: Purpose = .engine) -> RandomStream {
  RandomStream(seed: seed, replication: 0, purpose: purpose, entity: EntityName(name))
}

/// Kolmogorov's statistic times √n: below 1.95 in 999 of 1,000 samples that follow `cdf`.
func kolmogorov(_ sample: [Double], _ cdf: (Double) -> Double) -> Double {
  let n = Double(sample.count)
  let distance = sample.sorted().enumerated().reduce(0.0) { worst, item in
    let p = cdf(item.element)
    return max(worst, p - Double(item.offset) / n, Double(item.offset + 1) / n - p)
  }
  return distance * n.squareRoot()
}

/// How many standard deviations a chi-square over cells of at least ten expected counts lies above its mean.
func chiSquareScore(_ sample: [Int], _ pmf: (Int) -> Double) -> Double {
  let n = Double(sample.count)
  var seen: [Int: Int] = [:]
  for k in sample { seen[k, default: 0] += 1 }
  guard let low = sample.min(), let high = sample.max() else { return .infinity }
  var (sum, cells, restSeen, restExpected) = (0.0, 0, n, n)
  for k in low...high where n * pmf(k) >= 10 {
    let (count, expected) = (Double(seen[k] ?? 0), n * pmf(k))
    sum += (count - expected) * (count - expected) / expected
    restSeen -= count
    restExpected -= expected
    cells += 1
  }
  if restExpected >= 10 { sum += (restSeen - restExpected) * (restSeen - restExpected) / restExpected }
  let freedom = Double(max(1, restExpected >= 10 ? cells : cells - 1))
  return (sum - freedom) / (2 * freedom).squareRoot()
}

/// How many standard errors the sample's mean lies from `mean`, given the variance of one value.
func meanScore(_ sample: [Double], mean: Double, variance: Double) -> Double {
  let n = Double(sample.count)
  return abs(sample.reduce(0, +) / n - mean) / (variance / n).squareRoot()
}

/// How many units in the last place of `b` lie between `a` and `b`.
func ulps(_ a: Double, _ b: Double) -> Double { a == b ? 0 : abs(a - b) / b.ulp }

func normalCDF(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

func poissonPMF(_ k: Int, _ mean: Double) -> Double {
  k < 0 ? 0 : exp(Double(k) * log(mean) - mean - lnGamma(Double(k) + 1))
}

func binomialPMF(_ k: Int, _ n: Int, _ p: Double) -> Double {
  guard k >= 0, k <= n else { return 0 }
  let choose = lnGamma(Double(n) + 1) - lnGamma(Double(k) + 1) - lnGamma(Double(n - k) + 1)
  return exp(choose + Double(k) * log(p) + Double(n - k) * log1p(-p))
}

func lnGamma(_ x: Double) -> Double {
  let (value, _): (Double, Int) = lgamma(x)
  return value
}
