/// Sine and cosine of turns, and factorials: as deterministic as the rest.
extension DeterministicMath {
  /// sin(2π · `turns`), within 2 ulp; exact at quarter turns.
  public static func sin(turns: Double) -> Double {
    let (quadrant, x, tail) = reduce(turns)
    switch quadrant {
    case 0: return sineKernel(x, tail)
    case 1: return cosineKernel(x, tail)
    case 2: return -sineKernel(x, tail)
    default: return -cosineKernel(x, tail)
    }
  }

  /// cos(2π · `turns`), within 2 ulp; exact at quarter turns.
  public static func cos(turns: Double) -> Double {
    let (quadrant, x, tail) = reduce(turns)
    switch quadrant {
    case 0: return cosineKernel(x, tail)
    case 1: return -sineKernel(x, tail)
    case 2: return -cosineKernel(x, tail)
    default: return sineKernel(x, tail)
    }
  }

  /// The nearest quarter turn (0…3) and what is left, in radians as a sum of two doubles.
  private static func reduce(_ turns: Double) -> (quadrant: Int, x: Double, tail: Double) {
    let t = turns - turns.rounded()
    let quarters = (4 * t).rounded()
    let r = t - quarters / 4
    let (x, error) = exactProduct(r, 6.283_185_307_179_586)
    return (Int(quarters) & 3, x, error + r * 2.449_293_598_294_706_4e-16)
  }

  private static func sineKernel(_ x: Double, _ y: Double) -> Double {
    let z = x * x
    let tail = z * (-2.505_076_025_340_686_341_95e-08 + z * 1.589_690_995_211_550_102_21e-10)
    let middle = z * (-1.984_126_982_985_794_931_34e-04 + z * (2.755_731_370_707_006_767_89e-06 + tail))
    let r = 8.333_333_333_322_489_461_24e-03 + middle
    let v = z * x
    return x - ((z * (0.5 * y - v * r) - y) - v * -1.666_666_666_666_663_243_48e-01)
  }

  private static func cosineKernel(_ x: Double, _ y: Double) -> Double {
    let z = x * x
    let tail = z * (2.087_572_321_298_174_827_90e-09 + z * -1.135_964_755_778_819_482_65e-11)
    let middle = 2.480_158_728_947_672_941_78e-05 + z * (-2.755_731_435_139_066_330_35e-07 + tail)
    let r = z * (4.166_666_666_666_660_190_37e-02 + z * (-1.388_888_888_887_410_957_49e-03 + z * middle))
    let half = 0.5 * z
    let w = 1 - half
    return w + (((1 - w) - half) + (z * r - x * y))
  }

  /// log k!, for a whole `k` ≥ 0, to about 1e-15 of itself.
  public static func logFactorial(_ k: Double) -> Double {
    0.918_938_533_204_672_8 + (k + 0.5) * log(k + 1) - (k + 1) + stirlingTail(k)
  }

  /// log k! − [log √2π + (k + ½) log(k + 1) − (k + 1)], for a whole `k` ≥ 0 (Hörmann 1993, "fc").
  static func stirlingTail(_ k: Double) -> Double {
    let n = k + 1
    if n < 16 { return smallTails[Int(k)] }
    let w = 1 / (n * n)
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1_260 - w / 1_680) * w) * w) / n
  }

  private static let smallTails: [Double] = [
    0.081_061_466_795_327_26, 0.041_340_695_955_409_294, 0.027_677_925_684_998_338, 0.020_790_672_103_765_093,
    0.016_644_691_189_821_193, 0.013_876_128_823_070_748, 0.011_896_709_945_891_77, 0.010_411_265_261_972_096,
    0.009_255_462_182_712_733, 0.008_330_563_433_362_87, 0.007_573_675_487_951_841, 0.006_942_840_107_209_53,
    0.006_408_994_188_004_207, 0.005_951_370_112_758_848, 0.005_554_733_551_962_801,
  ]
}
