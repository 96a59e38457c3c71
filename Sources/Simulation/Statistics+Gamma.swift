internal import CGSL

extension Statistics {
  /// The quantile of the gamma law with that shape and scale, 0 < p < 1 (gsl_cdf_gamma_Pinv).
  ///
  /// The time in which a Poisson process of rate r brings n arrivals is Gamma(n, 1 / r).
  public static func gammaQuantile(_ p: Double, shape: Double, scale: Double) -> Double {
    precondition(p > 0 && p < 1 && shape > 0 && scale > 0, "no such quantile")
    return gsl_cdf_gamma_Pinv(p, shape, scale)
  }

  /// The share of the gamma law with that shape and scale that lies at or below `x` (gsl_cdf_gamma_P).
  public static func gammaShare(atOrBelow x: Double, shape: Double, scale: Double) -> Double {
    precondition(shape > 0 && scale > 0, "no such law")
    return x <= 0 ? 0 : gsl_cdf_gamma_P(x, shape, scale)
  }
}
