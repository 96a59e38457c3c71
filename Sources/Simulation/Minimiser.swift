internal import CGSL

/// The lowest point of a function of a few variables, by libgsl's simplex of Nelder and Mead: no derivatives needed.
enum Minimiser {
  /// The function with what it needs, kept alive while libgsl holds its address.
  private final class Target {
    let value: ([Double]) -> Double
    init(_ value: @escaping ([Double]) -> Double) { self.value = value }
  }

  /// The best point found from `start` within `rounds`, the simplex beginning with `steps`; nil when libgsl gives up.
  ///
  /// It ends when the simplex is smaller than `size`. The function must be finite everywhere.
  static func minimise(
    from start: [Double], steps: [Double], size: Double, rounds: Int, _ value: @escaping ([Double]) -> Double
  ) -> [Double]? {
    precondition(start.count == steps.count && !start.isEmpty, "a step for each variable")
    GSL.prepare()
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
      f: { Minimiser.call($0, $1) }, n: start.count, params: Unmanaged.passUnretained(target).toOpaque())
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
