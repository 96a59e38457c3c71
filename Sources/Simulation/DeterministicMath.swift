/// Elementary functions that return the same bits on every machine.
///
/// libm does not: it picks other code by CPU, so 1e-4 of `log` and 7e-4 of `exp` results differ with FMA off.
/// These use only + − × ÷ and √ on doubles, which IEEE 754 fixes, and Swift never contracts a × b + c.
/// The algorithms are those of fdlibm (Sun Microsystems, 1993; freely distributable).
public enum DeterministicMath {
  static let ln2High = 6.931_471_803_691_238_164_90e-01
  static let ln2Low = 1.908_214_929_270_587_700_02e-10

  /// The square root; correctly rounded.
  @inlinable public static func sqrt(_ x: Double) -> Double { x.squareRoot() }

  /// The natural logarithm, within 1 ulp; −∞ at 0 and NaN below it.
  public static func log(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return x == 0 ? -.infinity : x < 0 ? .nan : x }
    let (k, m) = split(x)
    let f = m - 1
    let s = f / (2 + f)
    let half = 0.5 * f * f
    return s * (half + logSeries(s * s)) + k * ln2Low - half + f + k * ln2High
  }

  /// log(1 + x), within 2 ulp for x > −1 (Kahan's correction of the rounded sum).
  public static func log1p(_ x: Double) -> Double {
    let u = 1 + x
    return u == 1 ? x : u < .infinity ? log(u) * (x / (u - 1)) : u
  }

  /// e to the `x`, within 1 ulp; 0 below −745.14, ∞ above 709.79.
  public static func exp(_ x: Double) -> Double {
    guard x.magnitude < 745.14 else { return x.isNaN ? x : x > 0 ? .infinity : 0 }
    guard x <= 709.782_712_893_383_973_096 else { return .infinity }
    guard x.magnitude > 0x1p-28 else { return 1 + x }
    // Truncation instead of `rounded()`, which is a call into libm on plain x86-64.
    let k = Double(Int(1.442_695_040_888_963_387 * x + (x < 0 ? -0.5 : 0.5)))
    let (high, low) = (x - k * ln2High, k * ln2Low)
    let r = high - low
    let c = r - r * r * expSeries(r * r)
    return scale(1 + (r * c / (2 - c) - low + high), by: Int(k))
  }

  /// `x` to the `y` for x ≥ 0, within 2 ulp while |y · ln x| ≤ 64; NaN for a negative `x`.
  public static func pow(_ x: Double, _ y: Double) -> Double {
    if y == 0 || x == 1 { return 1 }
    guard x > 0, x < .infinity, y.isFinite else { return powAtEdge(x, y) }
    let (high, low) = logPair(x)
    let (product, error) = exactProduct(high, y)
    guard product.magnitude < 746 else { return product > 0 ? .infinity : 0 }
    let head = exp(product)
    return head + head * (error + low * y)
  }

  private static func powAtEdge(_ x: Double, _ y: Double) -> Double {
    guard !x.isNaN, !y.isNaN, x >= 0 else { return .nan }
    let grows = (x > 1) == (y > 0)
    return grows ? .infinity : 0
  }

  /// x = 2^k · m with m between √½ and √2.
  private static func split(_ x: Double) -> (k: Double, m: Double) {
    let isTiny = x < 0x1p-1022
    let bits = (isTiny ? x * 0x1p54 : x).bitPattern
    let shifted = bits &+ (0x3ff0_0000_0000_0000 &- 0x3fe6_a09e_0000_0000)
    let k = Int(shifted >> 52) - 1_023 - (isTiny ? 54 : 0)
    return (Double(k), Double(bitPattern: (shifted & 0xf_ffff_ffff_ffff) &+ 0x3fe6_a09e_0000_0000))
  }

  /// log((1 + s)/(1 − s))/s − 2 as a minimax polynomial in z = s².
  private static func logSeries(_ z: Double) -> Double {
    let w = z * z
    let even =
      w * (3.999_999_999_940_941_908e-01 + w * (2.222_219_843_214_978_396e-01 + w * 1.531_383_769_920_937_332e-01))
    let odd =
      z
      * (6.666_666_666_666_735_130e-01 + w
        * (2.857_142_874_366_239_149e-01 + w * (1.818_357_216_161_805_012e-01 + w * 1.479_819_860_511_658_591e-01)))
    return odd + even
  }

  private static func expSeries(_ z: Double) -> Double {
    let tail =
      6.613_756_321_437_934_361_17e-05 + z * (-1.653_390_220_546_525_153_90e-06 + z * 4.138_136_797_057_238_460_39e-08)
    return 1.666_666_666_666_660_190_37e-01 + z * (-2.777_777_777_701_559_338_42e-03 + z * tail)
  }

  /// y · 2^k, going through a subnormal result in two exact-then-rounded steps.
  private static func scale(_ y: Double, by k: Int) -> Double {
    if k > 1_023 { return y * 2 * powerOfTwo(k - 1) }
    return k >= -1_022 ? y * powerOfTwo(k) : y * powerOfTwo(k + 60) * 0x1p-60
  }

  private static func powerOfTwo(_ k: Int) -> Double { Double(bitPattern: UInt64(1_023 + k) << 52) }

  /// log x as an unevaluated sum of two doubles, good to about 2^−60.
  private static func logPair(_ x: Double) -> (high: Double, low: Double) {
    let (k, m) = split(x)
    let f = m - 1
    let divisor = 2 + f
    let s = f / divisor
    let (p, e) = exactProduct(s, divisor)
    let divisorLow = f - (divisor - 2)
    let correction = ((f - p) - e - s * divisorLow) / divisor
    let (sum, rest) = exactSum(k * ln2High, 2 * s)
    let low = rest + (2 * correction + (k * ln2Low + s * logSeries(s * s)))
    return exactSum(sum, low)
  }

  /// a + b exactly, as a rounded sum and its error (Knuth's TwoSum).
  static func exactSum(_ a: Double, _ b: Double) -> (Double, Double) {
    let sum = a + b
    let t = sum - a
    return (sum, (a - (sum - t)) + (b - t))
  }

  /// a · b exactly, as a rounded product and its error (Dekker's product with Veltkamp's split).
  static func exactProduct(_ a: Double, _ b: Double) -> (Double, Double) {
    let product = a * b
    let (ah, al) = halves(a)
    let (bh, bl) = halves(b)
    return (product, ((ah * bh - product) + ah * bl + al * bh) + al * bl)
  }

  private static func halves(_ a: Double) -> (Double, Double) {
    let c = 134_217_729 * a
    let high = c - (c - a)
    return (high, a - high)
  }
}
