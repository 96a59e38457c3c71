import Testing

@testable import Simulation

/// What libgsl says at the ends of its ranges, where it would abort the process or answer with what is no number.
@Suite("libgsl at its ends")
struct GSLTests {
  static let shapes = [1e-3, 0.5, 1, 4, 1e3, 1e5, 1e6, 1e7, 1e9, 1e12]

  @Test("the gamma law has shares between 0 and 1 that add up and rise, for every shape", arguments: shapes)
  func gamma(_ shape: Double) {
    var last = 0.0
    for factor in [1e-12, 1e-3, 0.5, 0.9, 0.999, 1, 1.001, 1.1, 2, 1e3, 1e12] {
      let below = Statistics.gammaShare(atOrBelow: shape * factor, shape: shape, scale: 1)
      let above = Statistics.gammaShare(above: shape * factor, shape: shape, scale: 1)
      #expect(below >= last - 1e-9 && below <= 1 && above >= 0 && abs(below + above - 1) < 1e-9, "\(factor)")
      last = below
    }
  }

  @Test(
    "a narrow gamma law is normal about its mean, whether its series converges or not", arguments: [1e5, 1e6, 1e7, 1e9])
  func narrow(_ shape: Double) {
    let deviation = shape.squareRoot()
    for z in [-3.0, -1, 0, 1, 3] {
      let share = Statistics.gammaShare(atOrBelow: shape + z * deviation, shape: shape, scale: 1)
      #expect(abs(share - Statistics.normalShare(atOrBelow: z)) < 2 / deviation, "\(z)")
    }
  }

  @Test("a record of 25,530 B ± 0.1 % fills two payload units at 25,600 B as often as a normal law has it")
  func case25530() {
    // shape 10⁶, scale 0.02553: libgsl's continued fraction does not converge here, and its own handler aborts.
    let share = Statistics.gammaShare(above: 25_564.5, shape: 1e6, scale: 0.02553)
    #expect(abs(share - Statistics.normalShare(atOrBelow: -34.5 / 25.53)) < 1e-3)
  }

  @Test("no law, quantile or chance is not a number at the ends of what a scenario may say")
  func ends() {
    for x in [1e-300, 1, 1e12, 1e300] {
      for sigma in [1e-12, 0.001, 10] {
        for mu in [-700.0, 0, 60] {
          let share = Statistics.lognormalShare(above: x, mu: mu, sigma: sigma)
          #expect(share >= 0 && share <= 1)
        }
      }
    }
    for p in [1e-300, 1e-16, 0.5, 1 - 1e-16] {
      #expect(Statistics.normalQuantile(p).isFinite && Statistics.tQuantile(p, freedom: 1).isFinite)
      #expect(Statistics.tQuantile(p, freedom: 1_000_000).isFinite)
    }
    for mean in [1e-300, 1, 1e9, 1e15] {
      for k in [0, 1, 1 << 31, Int.max] {
        let share = Statistics.poissonShare(at: k, mean: mean)
        #expect(share >= 0 && share <= 1)
      }
    }
    #expect(Statistics.poissonQuantile(0.999, mean: 1e14) >= 1e14)
  }
}
