import Testing

@testable import Planning

@Suite struct BisectionTests {
  /// The boundary found, and how many were asked.
  private func search(_ count: Int, _ boundary: Int, guess: Int?) -> (found: Int, probes: [Int]) {
    var bisection = Bisection(count: count, guess: guess)
    var probes: [Int] = []
    while let probe = bisection.probe {
      probes.append(probe)
      bisection.note(probe, holds: probe >= boundary)
    }
    return (bisection.holds, probes)
  }

  private func logarithm(_ count: Int) -> Int { Int.bitWidth - count.leadingZeroBitCount }

  @Test func `every boundary is found within the logarithm, and nothing is asked twice`() {
    for count in 0...40 {
      for boundary in 0...count {
        let (found, probes) = search(count, boundary, guess: nil)
        #expect(found == boundary && probes.count <= logarithm(count) && Set(probes).count == probes.count)
        #expect(probes.allSatisfy { (0..<count).contains($0) })
      }
    }
  }

  @Test func `a guess costs two probes at most, and one that is right needs no more`() {
    for count in 1...24 {
      for boundary in 0...count {
        for guess in 0..<count {
          let (found, probes) = search(count, boundary, guess: guess)
          #expect(found == boundary && probes.count <= logarithm(count) + 2 && Set(probes).count == probes.count)
          if guess == boundary { #expect(probes.count <= 2) }
        }
      }
    }
  }
}
