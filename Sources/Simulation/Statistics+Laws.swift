extension Statistics {
  /// The share of the lognormal law exp(Normal(mu, sigma)) that lies above `x` (gsl_cdf_lognormal_Q); sigma 0 is one value.
  public static func lognormalShare(above x: Double, mu: Double, sigma: Double) -> Double {
    guard x > 0 else { return 1 }
    guard sigma > 0 else { return DeterministicMath.log(x) < mu ? 1 : 0 }
    return GSL.lognormalShare(above: x, mu: mu, sigma: sigma)
  }

  /// The share of the standard normal law at or below `x` (gsl_cdf_ugaussian_P).
  public static func normalShare(atOrBelow x: Double) -> Double { GSL.normalShare(atOrBelow: x) }

  /// The share of the gamma law with that shape and scale that lies at or below `x` (gsl_cdf_gamma_P).
  public static func gammaShare(atOrBelow x: Double, shape: Double, scale: Double) -> Double {
    precondition(shape > 0 && scale > 0, "no such law")
    return GSL.gammaShares(at: x, shape: shape, scale: scale).below
  }

  /// The share of it that lies above `x` (gsl_cdf_gamma_Q).
  public static func gammaShare(above x: Double, shape: Double, scale: Double) -> Double {
    precondition(shape > 0 && scale > 0, "no such law")
    return GSL.gammaShares(at: x, shape: shape, scale: scale).above
  }

  /// The chance that a Poisson variate of that mean is `k` (gsl_ran_poisson_pdf).
  public static func poissonShare(at k: Int, mean: Double) -> Double {
    precondition(k >= 0 && mean >= 0, "no such chance")
    return mean == 0 ? (k == 0 ? 1 : 0) : GSL.poissonShare(at: UInt32(clamping: k), mean: mean)
  }

  /// The share of Erlang's law, the sum of `shape` exponential times of mean 1, that lies above `x`: fewer than `shape` events of a
  /// Poisson process by then. O(shape).
  public static func erlangShare(above x: Double, shape: Int) -> Double {
    (0..<shape).reduce(0.0) { $0 + poissonShare(at: $1, mean: x) }
  }
}
