/// Samples ranks of a Zipf law by rejection-inversion, in constant memory (Hörmann & Derflinger 1996).
///
/// An alias table is faster while it fits the caches; over millions of ranks each of its samples waits for memory, and this
/// does not. Exact in law but for rounding in the last places of a double. About 1.1 draws a sample.
public struct ZipfSampler: Sendable {
  private let count: Double
  private let s: Double
  private let integralAtOne: Double
  private let integralAtEnd: Double
  private let squeeze: Double

  /// Ranks 1 to `cardinality` with weights 1 / rank^s; s above 0.
  public init(cardinality: Int, s: Double) {
    precondition(cardinality >= 1 && s > 0, "a Zipf law has ranks and a positive exponent")
    (count, self.s) = (Double(cardinality), s)
    integralAtOne = Self.integral(1.5, s) - 1
    integralAtEnd = Self.integral(Double(cardinality) + 0.5, s)
    squeeze = 2 - Self.inverse(Self.integral(2.5, s) - Self.weight(2, s), s)
  }

  /// A rank less one: 0 is the most frequent.
  public func sample(_ stream: inout RandomStream) -> Int {
    while true {
      let u = integralAtEnd + stream.uniform() * (integralAtOne - integralAtEnd)
      let x = Self.inverse(u, s)
      let rank = min(max((x + 0.5).rounded(.down), 1), count)
      if rank - x <= squeeze || u >= Self.integral(rank + 0.5, s) - Self.weight(rank, s) { return Int(rank) - 1 }
    }
  }

  private static func weight(_ x: Double, _ s: Double) -> Double {
    DeterministicMath.exp(-s * DeterministicMath.log(x))
  }

  /// The integral of x^−s from 1: (x^(1−s) − 1) / (1 − s), or log x.
  private static func integral(_ x: Double, _ s: Double) -> Double {
    let log = DeterministicMath.log(x)
    return growth((1 - s) * log) * log
  }

  private static func inverse(_ y: Double, _ s: Double) -> Double {
    let t = max(y * (1 - s), -1)
    let slope = t.magnitude > 1e-8 ? DeterministicMath.log1p(t) / t : 1 - t / 2
    return DeterministicMath.exp(slope * y)
  }

  /// (e^x − 1) / x, by its series near 0.
  private static func growth(_ x: Double) -> Double {
    x.magnitude > 1e-3 ? (DeterministicMath.exp(x) - 1) / x : 1 + x / 2 * (1 + x / 3 * (1 + x / 4))
  }
}
