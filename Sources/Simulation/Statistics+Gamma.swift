internal import CGSL

extension Statistics {
  /// The share of the gamma law with that shape and scale that lies at or below `x` (gsl_cdf_gamma_P).
  public static func gammaShare(atOrBelow x: Double, shape: Double, scale: Double) -> Double {
    precondition(shape > 0 && scale > 0, "no such law")
    return x <= 0 ? 0 : gsl_cdf_gamma_P(x, shape, scale)
  }
}
