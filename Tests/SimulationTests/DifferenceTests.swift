import Simulation
import Testing

@Suite struct DifferenceTests {
  // Welch's example 1, as printed in textbooks and by scipy.stats.ttest_ind(equal_var=False).
  static let a = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4]
  static let b = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4]

  @Test func `Welch's and the paired test agree with scipy`() throws {
    let welch = try #require(Statistics.welchDifference(Self.b, Self.a, level: 0.95))
    #expect(abs(welch.p - 0.021378001462866992) < 1e-9 && welch.interval.mean > 0)
    let paired = try #require(Statistics.pairedDifference(Self.b, Self.a, level: 0.95))
    #expect(abs(paired.p - 0.017746021669480767) < 1e-9 && abs(paired.interval.mean - welch.interval.mean) < 1e-12)
  }

  @Test func `too few values are not tested`() {
    #expect(Statistics.welchDifference([1], [1, 2], level: 0.95) == nil)
    #expect(Statistics.pairedDifference([1, 2], [1, 2, 3], level: 0.95) == nil)
  }

  @Test func `equal differences leave no room for chance`() {
    #expect(Statistics.pairedDifference([1, 2, 3], [1, 2, 3], level: 0.95)?.p == 1)
    #expect(Statistics.pairedDifference([1, 2, 3], [2, 3, 4], level: 0.95)?.p == 0)
    #expect(Statistics.welchDifference([4, 4, 4], [4, 4, 4], level: 0.95)?.p == 1)
  }

  @Test func `Holm raises each p value by what is left to ask`() {
    let adjusted = Statistics.holmAdjusted([0.01, 0.04, 0.03, 0.005])
    #expect(zip(adjusted, [0.03, 0.06, 0.06, 0.02]).allSatisfy { abs($0 - $1) < 1e-12 }, "\(adjusted)")
    #expect(Statistics.holmAdjusted([0.9, 0.8]) == [1, 1] && Statistics.holmAdjusted([]) == [])
  }
}
