import Simulation
import Testing

@Suite("Whether a share of runs passes") struct ShareTestTests {
  @Test("takes 29 runs without a failure for 0.9 at 95 %, 59 for 0.95 and 299 for 0.99") func least() {
    #expect(ShareTest(confidence: 0.95, share: 0.9, most: 101).acceptance == [29, 74, 100])
    #expect(ShareTest(confidence: 0.95, share: 0.95, most: 60).acceptance == [59])
    #expect(ShareTest(confidence: 0.95, share: 0.99, most: 1_000).acceptance.first == 299)
    #expect(ShareTest.least(confidence: 0.95, share: 0.9) == 29 && ShareTest.least(confidence: 0.99, share: 0.9) == 44)
    #expect(ShareTest.largestShare(confidence: 0.95, runs: 29) >= 0.9)
    #expect(ShareTest.largestShare(confidence: 0.95, runs: 20) == 0.860)
  }

  /// The chances that a test answers "holds" and "breaks" for a true share, exactly: a walk over runs and failures.
  private func chances(_ test: ShareTest, truth: Double) -> (holds: Double, breaks: Double, runs: Double) {
    var alive = [1.0], (holds, breaks, length) = (0.0, 0.0, 0.0)
    for runs in 1...test.most {
      length += alive.reduce(0, +)
      var next = Array(repeating: 0.0, count: alive.count + 1)
      for (failed, chance) in alive.enumerated() {
        next[failed] += chance * truth
        next[failed + 1] += chance * (1 - truth)
      }
      for failed in next.indices where next[failed] > 0 {
        switch test.outcome(runs: runs, failed: failed) {
        case .holds: holds += next[failed]
        case .breaks: breaks += next[failed]
        case .hopeless: break
        case .open: continue
        }
        next[failed] = 0
      }
      alive = next
    }
    return (holds, breaks, length)
  }

  @Test(
    "keeps both errors, whenever it stops",
    arguments: [(0.95, 0.9), (0.99, 0.9), (0.9, 0.8), (0.95, 0.95), (0.95, 0.5)])
  func errors(confidence: Double, share: Double) {
    let test = ShareTest(confidence: confidence, share: share, most: 400)
    for below in [0, 0.02, 0.1, 0.3] where share - below > 0 {
      #expect(chances(test, truth: share - below).holds <= 1 - confidence + 1e-12)
    }
    for above in [0, 0.02, 0.05] where share + above < 1 {
      #expect(chances(test, truth: share + above).breaks <= 1 - confidence + 1e-12)
    }
  }

  @Test("passes what holds in 99 of 100 runs four times in five, and hardly ever what holds in 85") func power() {
    let test = ShareTest(confidence: 0.95, share: 0.9, most: 101)
    #expect(chances(test, truth: 0.99).holds > 0.9 && chances(test, truth: 0.85).holds < 0.012)
  }

  @Test("by default shows what holds in 95 of 100 runs nine times in ten, and gives up soon where there is little hope")
  func usual() {
    let test = ShareTest.usual(confidence: 0.95, share: 0.9)
    #expect(test.most == 870 && test.hope == 0.95 && test.acceptance.prefix(3) == [29, 74, 100])
    #expect(chances(test, truth: 0.96).holds > 0.98 && chances(test, truth: 0.95).holds > 0.9)
    #expect(chances(test, truth: 0.9).holds <= 0.05 + 1e-12 && chances(test, truth: 0.85).holds < 0.012)
    #expect(chances(test, truth: 0.3).runs < 4 && chances(test, truth: 0.8).runs < 50)
    // Giving up costs what passes as often as is hoped, or oftener, no more than the error.
    let patient = ShareTest(confidence: 0.95, share: 0.9, most: 870)
    for truth in [0.95, 0.96, 0.99] {
      #expect(chances(patient, truth: truth).holds - chances(test, truth: truth).holds <= 0.05)
    }
    #expect(patient.hope == nil && chances(patient, truth: 0.8).runs > 2 * chances(test, truth: 0.8).runs)
    // The first 28 runs cannot show anything, and are not given up.
    #expect(!test.isBelowHope(runs: 28, failed: 9) && test.isBelowHope(runs: 29, failed: 9))
  }

  @Test("gives up what cannot hold after a handful of runs") func handful() {
    let test = ShareTest(confidence: 0.95, share: 0.9, most: 101)
    #expect(test.outcome(of: [false, false]) == (.breaks, 2))
    #expect(
      chances(test, truth: 0).runs == 2 && chances(test, truth: 0.3).runs < 4 && chances(test, truth: 0.7).runs < 11)
  }

  @Test("looks at two, four and so on, and at every number that may end it") func looks() {
    let test = ShareTest(confidence: 0.95, share: 0.9, most: 101)
    #expect(test.looks == [2, 4, 8, 16, 29, 44, 59, 74, 89, 100, 101])
    #expect(ShareTest(confidence: 0.95, share: 0.9, most: 4).looks == [2, 4])
    // Of thousands a twentieth later each.
    #expect(ShareTest(confidence: 0.95, share: 0.99, most: 8_970).looks.count < 150)
    #expect(test.allowed(after: 28) == nil && test.allowed(after: 29) == 0 && test.allowed(after: 80) == 1)
  }
}
