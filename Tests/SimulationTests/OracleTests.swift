import Glibc
import Testing
import Units

@testable import Simulation

/// The kernel against closed forms; each interval is at 0.999, so that a right kernel fails one seed in a thousand.
@Suite struct OracleTests {
  private func expect(
    _ values: [Double], _ truth: Double, within relative: Double, _ location: SourceLocation = #_sourceLocation
  ) {
    guard let interval = Statistics.tInterval(values, level: 0.999) else {
      Issue.record("no interval", sourceLocation: location)
      return
    }
    // The residuals of docs/validation.md: WEIR_SHOW_ORACLES=1 swift test --filter OracleTests | grep oracle:
    if getenv("WEIR_SHOW_ORACLES") != nil {
      print("oracle: \(truth) measured \(interval.mean) ± \(interval.halfWidth)")
    }
    #expect(interval.contains(truth), "\(interval) should hold \(truth)", sourceLocation: location)
    #expect(interval.halfWidth < relative * truth, "\(interval) is too wide", sourceLocation: location)
  }

  @Test func `M/M/1 at 0.8 waits 4 on average, stays 5, and one in a hundred stays 23.03`() {
    let outcomes = (0..<20).map { WaitingLine(load: 0.8).run(customers: 22_000, seed: 1, replication: $0) }
    expect(outcomes.map { Statistics.mean(Array($0.waits.dropFirst(2_000))) }, 4, within: 0.15)
    expect(outcomes.map { Statistics.mean(Array($0.sojourns.dropFirst(2_000))) }, 5, within: 0.15)
    expect(outcomes.map { Array($0.sojourns.dropFirst(2_000)).sorted()[19_799] }, 23.0259, within: 0.2)
  }

  @Test(arguments: [(0.8, 2.0, 10_000), (0.9, 4.5, 20_000), (0.95, 9.5, 60_000)])
  func `M/D/1 waits half as long as M/M/1`(load: Double, wait: Double, customers: Int) {
    let line = WaitingLine(load: load) { _ in 1 }
    let waits = line.replicate(16, customers: customers, warmUp: 5_000, seed: 2) { Statistics.mean($0.waits) }
    expect(waits, wait, within: 0.2)
  }

  @Test func `M/M/1/10 at 0.8 loses 2.349 percent`() {
    let line = WaitingLine(capacity: 10, load: 0.8)
    let losses = (0..<16).map { replication in
      let outcome = line.run(customers: 20_000, seed: 3, replication: replication)
      return Double(outcome.lost) / Double(outcome.arrived)
    }
    expect(losses, 0.023_492_857_6, within: 0.15)
  }

  @Test func `ten lines offered ten erlangs lose 21.458 percent, whatever the holding times' law`() {
    for service in [{ $0.exponential() }, { _ in 1 }] as [(inout RandomStream) -> Double] {
      let line = WaitingLine(servers: 10, capacity: 10, load: 10, service: service)
      let losses = (0..<16).map { replication in
        let outcome = line.run(customers: 10_000, seed: 4, replication: replication)
        return Double(outcome.lost) / Double(outcome.arrived)
      }
      expect(losses, 0.214_582_343_1, within: 0.05)
    }
  }

  @Test func `Little's law holds to the nanosecond in every run`() {
    for seed in 1...10 as ClosedRange<UInt64> {
      let outcome = WaitingLine(servers: 2, capacity: 20, load: 1.9).run(customers: 2_000, seed: seed, replication: 0)
      #expect(outcome.crowd.integral == outcome.sojournTotal, "seed \(seed)")
      #expect(outcome.arrived == outcome.lost + outcome.sojourns.count, "seed \(seed)")
    }
  }

  @Test func `equal seeds give equal trajectories, and other seeds other ones`() {
    let hashes = [1, 1, 2].map { WaitingLine(load: 0.9).run(customers: 2_000, seed: $0, replication: 0).hash.value }
    #expect(hashes[0] == hashes[1])
    #expect(hashes[0] != hashes[2])
  }

  @Test(arguments: [(20, 25, 3, 0.10039), (50, 60, 5, 0.05858)])
  func `periodic producers out of phase exceed a backlog as Roberts and Virtamo say`(
    sources: Int, period: Int, backlog: Int, share: Double
  ) {
    let shares = (0..<1_500).map { shareAbove(backlog, sources: sources, period: period, replication: $0) }
    expect(shares, share, within: 0.15)
  }

  /// The share of the second period in which the work waiting exceeds `backlog`, by a winner tree of periodic sources.
  private func shareAbove(_ backlog: Int, sources: Int, period: Int, replication: Int) -> Double {
    let unit = 1_000_000 as UInt64
    let span = UInt64(period) * unit
    var tree = WinnerTree(count: sources)
    for i in 0..<sources {
      let entity = EntityName("source", index: i)
      var phase = RandomStream(seed: 5, replication: replication, purpose: .phase, entity: entity)
      tree.set(i, at: phase.below(span))
    }
    var (work, last, above) = (0 as UInt64, 0 as UInt64, 0 as UInt64)
    while last < 2 * span {
      let now = min(tree.minKey, 2 * span)
      let gap = now - last
      if last >= span { above += min(gap, work - min(work, UInt64(backlog) * unit)) }
      work -= min(work, gap)
      if now == tree.minKey {
        work += unit
        tree.set(tree.minEntity, at: now + span)
      }
      if last < span, now >= span { above = 0 }
      last = now
    }
    return Double(above) / Double(span)
  }

  @Test func `a hundred thousand balls in a hundred bins fill the fullest to 1,080`() {
    let maxima = (0..<400).map { replication in
      var draws = RandomStream(seed: 6, replication: replication, purpose: .key, entity: "balls")
      var left = 100_000
      let bins = (0..<100).map { bin in
        let count = draws.binomial(n: left, p: 1 / Double(100 - bin))
        left -= count
        return count
      }
      return Double(bins.max() ?? 0)
    }
    expect(maxima, 1_080.2, within: 0.01)
  }
}
