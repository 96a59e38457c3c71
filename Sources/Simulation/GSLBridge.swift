internal import CGSL

/// The one door to libgsl, for the quantiles and distributions of reports. It computes with libm, so nothing that decides in the
/// model comes from it.
///
/// Left alone, libgsl aborts the process where a series does not converge, whoever calls it: a gamma law of shape 10⁶ is enough.
/// Every verb here turns its handler off first, looks at the status or at the value that comes back, and says nil, or falls back
/// on a form that always has a value. Nothing else in weir calls it; Tests/HouseTests sees to that.
enum GSL {
  private static let isPrepared: Bool = {
    gsl_set_error_handler_off()
    return true
  }()
  private static func prepare() { precondition(isPrepared, "libgsl reports errors instead of aborting") }

  /// A value with a status of its own; nil unless both are sound.
  private static func checked(_ call: (UnsafeMutablePointer<gsl_sf_result>) -> Int32) -> Double? {
    prepare()
    var result = gsl_sf_result()
    // An underflow is a status too, and its value, 0, is right.
    let status = Int(call(&result))
    guard status == GSL_SUCCESS || status == GSL_EUNDRFLW, result.val.isFinite else { return nil }
    return result.val
  }

  /// A value without a status; nil unless it is a finite number.
  private static func checked(_ value: () -> Double) -> Double? {
    prepare()
    let value = value()
    return value.isFinite ? value : nil
  }

  // MARK: The normal law, and Student's

  /// The share of the standard normal law at or below `x`.
  static func normalShare(atOrBelow x: Double) -> Double {
    checked { gsl_cdf_ugaussian_P(x) } ?? (x > 0 ? 1 : 0)
  }

  /// Its quantile, 0 < p < 1.
  static func normalQuantile(_ p: Double) -> Double { checked { gsl_cdf_ugaussian_Pinv(p) } ?? (p < 0.5 ? -40 : 40) }

  /// The quantile of Student's t, 0 < p < 1; that of the normal law where libgsl finds none.
  static func tQuantile(_ p: Double, freedom: Double) -> Double {
    checked { gsl_cdf_tdist_Pinv(p, freedom) } ?? normalQuantile(p)
  }

  /// The share of Student's t above `x`; that of the normal law where libgsl finds none.
  static func tShare(above x: Double, freedom: Double) -> Double {
    checked { gsl_cdf_tdist_Q(x, freedom) } ?? normalShare(atOrBelow: -x)
  }

  // MARK: Laws of sizes, times and counts

  /// The share of exp(Normal(mu, sigma)) above `x`, both above zero.
  static func lognormalShare(above x: Double, mu: Double, sigma: Double) -> Double {
    checked { gsl_cdf_lognormal_Q(x, mu, sigma) } ?? normalShare(atOrBelow: (mu - DeterministicMath.log(x)) / sigma)
  }

  /// The share of the gamma law at or below `x` and above it, all above zero.
  ///
  /// As gsl_cdf_gamma_P does, the smaller of the two is asked for; where its series does not converge (shapes from about 10⁵ on,
  /// near the mean), the law is as good as normal in the cube root of x: Wilson and Hilferty (1931), within 10⁻⁶ there.
  static func gammaShares(at x: Double, shape: Double, scale: Double) -> (below: Double, above: Double) {
    let y = x / scale
    guard y > 0 else { return (0, 1) }
    guard y.isFinite else { return (1, 0) }
    if y > shape, let above = checked({ gsl_sf_gamma_inc_Q_e(shape, y, $0) }) { return (1 - above, above) }
    if y <= shape, let below = checked({ gsl_sf_gamma_inc_P_e(shape, y, $0) }) { return (below, 1 - below) }
    let ninth = 1 / (9 * shape)
    let z = (DeterministicMath.exp(DeterministicMath.log(y / shape) / 3) - 1 + ninth) / ninth.squareRoot()
    return (normalShare(atOrBelow: z), normalShare(atOrBelow: -z))
  }

  /// The chance that a Poisson variate is `k`; 0 where it is too small to be told.
  static func poissonShare(at k: UInt32, mean: Double) -> Double { checked { gsl_ran_poisson_pdf(k, mean) } ?? 0 }

  /// The chance of `k` successes in `n` trials of chance `p`, and of more than `k`; 0 where they are too small to be told.
  static func binomialShare(at k: UInt32, of n: UInt32, _ p: Double) -> Double {
    checked { gsl_ran_binomial_pdf(k, p, n) } ?? 0
  }
  static func binomialShare(above k: UInt32, of n: UInt32, _ p: Double) -> Double {
    checked { gsl_cdf_binomial_Q(k, p, n) } ?? 0
  }

  /// The logarithm of the gamma function, x > 0; by Stirling's series where libgsl has none.
  static func logGamma(_ x: Double) -> Double {
    checked { gsl_sf_lngamma_e(x, $0) } ?? (x - 0.5) * DeterministicMath.log(x) - x + 0.9189385332046727
  }

  // MARK: Points and simplexes

  /// Sobol's points, so many behind the origin; nil without memory for them.
  static func sobol(_ count: Int, dimensions: Int) -> [[Double]]? {
    prepare()
    guard let sequence = weir_sobol(UInt32(dimensions)) else { return nil }
    defer { gsl_qrng_free(sequence) }
    var points: [[Double]] = []
    for _ in 0..<max(0, count) {
      var point = Array(repeating: 0.0, count: dimensions)
      let status = point.withUnsafeMutableBufferPointer { gsl_qrng_get(sequence, $0.baseAddress) }
      guard status == 0 else { return nil }
      points.append(point)
    }
    return points
  }

  /// The function with what it needs, kept alive while libgsl holds its address.
  private final class Target {
    let value: ([Double]) -> Double
    init(_ value: @escaping ([Double]) -> Double) { self.value = value }
  }

  /// The best point of a simplex of Nelder and Mead; see `Minimiser`. Nil when libgsl cannot begin.
  static func simplex(
    from start: [Double], steps: [Double], size: Double, rounds: Int, _ value: @escaping ([Double]) -> Double
  ) -> [Double]? {
    prepare()
    guard let point = vector(start), let step = vector(steps),
      let simplex = gsl_multimin_fminimizer_alloc(weir_simplex(), start.count)
    else { return nil }
    defer {
      gsl_vector_free(point)
      gsl_vector_free(step)
      gsl_multimin_fminimizer_free(simplex)
    }
    let target = Target(value)
    var function = gsl_multimin_function(
      f: { GSL.call($0, $1) }, n: start.count, params: Unmanaged.passUnretained(target).toOpaque())
    return withExtendedLifetime(target) {
      withUnsafeMutablePointer(to: &function) { function in
        guard gsl_multimin_fminimizer_set(simplex, function, point, step) == 0 else { return nil }
        for _ in 0..<rounds {
          guard gsl_multimin_fminimizer_iterate(simplex) == 0 else { break }
          if gsl_multimin_fminimizer_size(simplex) < size { break }
        }
        return values(gsl_multimin_fminimizer_x(simplex))
      }
    }
  }

  private static func call(_ point: UnsafePointer<gsl_vector>?, _ target: UnsafeMutableRawPointer?) -> Double {
    guard let target else { return .infinity }
    return Unmanaged<Target>.fromOpaque(target).takeUnretainedValue().value(values(point))
  }

  private static func vector(_ values: [Double]) -> UnsafeMutablePointer<gsl_vector>? {
    let vector = gsl_vector_alloc(values.count)
    for (index, value) in values.enumerated() { gsl_vector_set(vector, index, value) }
    return vector
  }

  private static func values(_ vector: UnsafePointer<gsl_vector>?) -> [Double] {
    guard let vector else { return [] }
    return (0..<vector.pointee.size).map { gsl_vector_get(vector, $0) }
  }
}
