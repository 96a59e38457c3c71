/// Counts: exact in law but for the rounding of doubles, deterministic on every machine.
extension RandomStream {
  /// A Poisson count, 0 ≤ mean ≤ 1e15: inversion below 10, else PTRS (Hörmann 1993), 16 ns whatever the mean.
  public mutating func poisson(mean: Double) -> Int {
    precondition(mean >= 0 && mean <= 1e15, "a Poisson mean is between 0 and 1e15")
    return mean < 10 ? poissonByInversion(mean) : poissonByRejection(mean)
  }

  /// How many of `n` independent trials succeed, each with probability `p`: inversion for a small mean, else BTRS
  /// (Hörmann 1993).
  public mutating func binomial(n: Int, p: Double) -> Int {
    precondition(n >= 0 && p >= 0 && p <= 1, "a binomial needs n ≥ 0 and p between 0 and 1")
    if p > 0.5 { return n - binomial(n: n, p: 1 - p) }
    if n == 0 || p == 0 { return 0 }
    return Double(n) * p < 10 ? binomialByInversion(n, p) : binomialByRejection(n, p)
  }

  private mutating func poissonByInversion(_ mean: Double) -> Int {
    var (left, term, k) = (uniform(), DeterministicMath.exp(-mean), 0)
    while left >= term, k < 150 {  // P(K ≥ 150) < 1e-100 at mean 10: only rounding can lead here
      left -= term
      k += 1
      term *= mean / Double(k)
    }
    return k
  }

  private mutating func poissonByRejection(_ mean: Double) -> Int {
    let b = 0.931 + 2.53 * DeterministicMath.sqrt(mean)
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let quick = 0.9277 - 3.6224 / (b - 2)
    while true {
      let (u, v) = (uniform() - 0.5, uniformOpen())
      let us = 0.5 - u.magnitude
      let k = ((2 * a / us + b) * u + mean + 0.43).rounded(.down)
      if us >= 0.07, v <= quick { return Int(k) }
      guard k >= 0, us >= 0.013 || v <= us else { continue }
      if DeterministicMath.log(v * inverseAlpha / (a / (us * us) + b)) <= Self.logPoisson(k, mean) { return Int(k) }
    }
  }

  /// log P(K = k), arranged so that large terms cancel before they are rounded.
  static func logPoisson(_ k: Double, _ mean: Double) -> Double {
    let n = k + 1
    return (n - mean) + (k + 0.5) * DeterministicMath.log(mean / n) - 0.5 * DeterministicMath.log(mean)
      - 0.918_938_533_204_672_8 - DeterministicMath.stirlingTail(k)
  }

  private mutating func binomialByInversion(_ n: Int, _ p: Double) -> Int {
    let odds = p / (1 - p)
    var (left, k) = (uniform(), 0)
    var term = DeterministicMath.exp(Double(n) * DeterministicMath.log1p(-p))
    while left >= term, k < Swift.min(n, 150) {
      left -= term
      k += 1
      term *= odds * Double(n - k + 1) / Double(k)
    }
    return k
  }

  private mutating func binomialByRejection(_ n: Int, _ p: Double) -> Int {
    let deviation = DeterministicMath.sqrt(Double(n) * p * (1 - p))
    let b = 1.15 + 2.53 * deviation
    let a = -0.0873 + 0.0248 * b + 0.01 * p
    let alpha = (2.83 + 5.1 / b) * deviation
    let mode = (Double(n + 1) * p).rounded(.down)
    while true {
      let (u, v) = (uniform() - 0.5, uniformOpen())
      let us = 0.5 - u.magnitude
      let k = ((2 * a / us + b) * u + Double(n) * p + 0.5).rounded(.down)
      guard k >= 0, k <= Double(n) else { continue }
      if us >= 0.07, v <= 0.92 - 4.2 / b { return Int(k) }
      let height = DeterministicMath.log(v * alpha / (a / (us * us) + b))
      if height <= Self.logBinomialRatio(k, mode: mode, n: Double(n), odds: p / (1 - p)) { return Int(k) }
    }
  }

  /// log of P(K = k) over P(K = mode).
  private static func logBinomialRatio(_ k: Double, mode m: Double, n: Double, odds: Double) -> Double {
    let powers =
      (m + 0.5) * DeterministicMath.log((m + 1) / (odds * (n - m + 1)))
      + (n + 1) * DeterministicMath.log((n - m + 1) / (n - k + 1))
      + (k + 0.5) * DeterministicMath.log(odds * (n - k + 1) / (k + 1))
    return powers + DeterministicMath.stirlingTail(m) + DeterministicMath.stirlingTail(n - m)
      - DeterministicMath.stirlingTail(k) - DeterministicMath.stirlingTail(n - k)
  }
}
