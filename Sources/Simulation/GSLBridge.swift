internal import CGSL

/// libgsl drawing from our streams: its generator type is a table of C functions, and ours calls `RandomStream`.
///
/// No slower than GSL's own generators, and every `gsl_ran_*` becomes replayable. GSL computes with libm, so quantise
/// what it returns at once, and keep it off paths that must be equal on every machine to the last bit.
enum GSL {
  // Unsafe because libgsl keeps the table by address: it is allocated once, never changed and never freed.
  private nonisolated(unsafe) static let generatorType: UnsafePointer<gsl_rng_type> = {
    prepare()
    let type = UnsafeMutablePointer<gsl_rng_type>.allocate(capacity: 1)
    type.initialize(
      to: gsl_rng_type(
        name: weir_generator_name(), max: .max, min: 0, size: MemoryLayout<RandomStream>.size, set: { _, _ in },
        get: { state in UInt(GSL.draw(state)) }, get_double: { state in Double(GSL.draw(state) >> 11) * 0x1p-53 }))
    return UnsafePointer(type)
  }()

  /// Makes libgsl report errors instead of aborting the process; once is enough.
  static func prepare() { _ = isPrepared }
  private static let isPrepared: Bool = {
    gsl_set_error_handler_off()
    return true
  }()

  /// libgsl hands back the pointer that `withGenerator` gave it, which lives as long as the call.
  private static func draw(_ state: UnsafeMutableRawPointer?) -> UInt64 {
    state?.assumingMemoryBound(to: RandomStream.self).pointee.next() ?? 0
  }

  /// Calls `body` with a generator that draws from `stream`; the generator must not escape.
  static func withGenerator<Result>(
    from stream: inout RandomStream, _ body: (UnsafePointer<gsl_rng>) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &stream) { state in
      var generator = gsl_rng(type: generatorType, state: UnsafeMutableRawPointer(state))
      return withUnsafePointer(to: &generator, body)
    }
  }
}

/// Rare variates, by libgsl.
extension RandomStream {
  /// A beta variate in 0...1 with mean a / (a + b); both > 0.
  public mutating func beta(a: Double, b: Double) -> Double {
    precondition(a > 0 && b > 0, "beta needs positive parameters")
    return GSL.withGenerator(from: &self) { gsl_ran_beta($0, a, b) }
  }

  /// How many of `draws` taken without replacement are marked, when `marked` of marked + unmarked are. O(draws).
  public mutating func hypergeometric(marked: Int, unmarked: Int, draws: Int) -> Int {
    precondition(marked >= 0 && unmarked >= 0 && draws >= 0 && draws <= marked + unmarked, "no such draw")
    return GSL.withGenerator(from: &self) {
      Int(gsl_ran_hypergeometric($0, UInt32(marked), UInt32(unmarked), UInt32(draws)))
    }
  }
}
