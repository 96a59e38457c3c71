/// The lowest point of a function of a few variables, by libgsl's simplex of Nelder and Mead: no derivatives needed.
enum Minimiser {
  /// The best point found from `start` within `rounds`, the simplex beginning with `steps`; nil when libgsl gives up.
  ///
  /// It ends when the simplex is smaller than `size`. The function must be finite everywhere.
  static func minimise(
    from start: [Double], steps: [Double], size: Double, rounds: Int, _ value: @escaping ([Double]) -> Double
  ) -> [Double]? {
    precondition(start.count == steps.count && !start.isEmpty, "a step for each variable")
    return GSL.simplex(from: start, steps: steps, size: size, rounds: rounds, value)
  }
}
