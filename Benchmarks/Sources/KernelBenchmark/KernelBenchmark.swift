import Glibc
import Simulation
import Units

/// Hand-timed loops over the kernel: CPU nanoseconds a call, the best of five rounds.
///
///     swift run -c release --package-path Benchmarks KernelBenchmark
@main struct KernelBenchmark {
  static func main() {
    streams()
    counts()
    tables()
    for pending in [1_000, 100_000, 1_000_000] { holds(pending: pending) }
    lines()
    print("pinned samples                          [\(pinned())], as in SamplerTests when all is well")
  }

  /// The samples that SamplerTests pins, to see that release gives the bits of debug.
  private static func pinned() -> TrajectoryHash {
    var draws = RandomStream(seed: 1, replication: 0, purpose: .engine, entity: "pinned")
    var hash = TrajectoryHash()
    for _ in 0..<2_000 {
      for x in [
        draws.exponential(), draws.normal(), draws.lognormal(mu: 1, sigma: 2), draws.gamma(shape: 0.7, scale: 1),
        DeterministicMath.pow(draws.uniform() * 10, 1.7), DeterministicMath.sin(turns: draws.uniform()),
      ] { hash.fold(x.bitPattern) }
      for k in [draws.poisson(mean: 3), draws.poisson(mean: 300), draws.binomial(n: 1_000, p: 0.2)] {
        hash.fold(UInt64(k))
      }
    }
    return hash
  }

  private static func cpuNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// Runs `round`, which makes `calls` calls and returns a word that depends on them all, five times.
  private static func measure(_ name: String, calls: Int, _ round: () -> UInt64) {
    var best = Int.max
    var word: UInt64 = 0
    for _ in 0..<5 {
      let start = cpuNanoseconds()
      word = round()
      best = min(best, cpuNanoseconds() - start)
    }
    let tenths = (best * 10 + calls / 2) / calls
    let label = name + String(repeating: " ", count: max(1, 40 - name.count))
    print("\(label)\(tenths / 10).\(tenths % 10) ns   [\(TrajectoryHash.hex(word))]")
  }

  private static func stream(_ name: String) -> RandomStream {
    RandomStream(seed: 1, replication: 0, purpose: .engine, entity: EntityName(name))
  }

  private static func sum(_ name: String, _ calls: Int, _ draw: (inout RandomStream) -> Double) {
    measure(name, calls: calls) {
      var draws = stream(name)
      var total = 0.0
      for _ in 0..<calls { total += draw(&draws) }
      return total.bitPattern
    }
  }

  private static func streams() {
    let n = 10_000_000
    measure("philox, 64 bits", calls: n) {
      var draws = stream("philox")
      var total: UInt64 = 0
      for _ in 0..<n { total &+= draws.next() }
      return total
    }
    measure("below(1000)", calls: n) {
      var draws = stream("below")
      var total: UInt64 = 0
      for _ in 0..<n { total &+= draws.below(1_000) }
      return total
    }
    sum("uniform", n) { $0.uniform() }
    sum("exponential", n) { $0.exponential() }
    sum("normal", n) { $0.normal() }
    sum("lognormal", n) { $0.lognormal(mu: 0, sigma: 1) }
    sum("gamma(2.5)", n) { $0.gamma(shape: 2.5, scale: 1) }
  }

  private static func counts() {
    let n = 2_000_000
    sum("poisson(5)", n) { Double($0.poisson(mean: 5)) }
    sum("poisson(1000)", n) { Double($0.poisson(mean: 1_000)) }
    sum("binomial(1000, 0.005)", n) { Double($0.binomial(n: 1_000, p: 0.005)) }
    sum("binomial(100000, 0.3)", n) { Double($0.binomial(n: 100_000, p: 0.3)) }
  }

  private static func tables() {
    let n = 10_000_000
    for keys in [100, 100_000] {
      let table = AliasTable.zipf(cardinality: keys, s: 1)
      measure("alias, \(keys) keys", calls: n) {
        var draws = stream("alias")
        var total = 0
        for _ in 0..<n { total &+= table.sample(&draws) }
        return UInt64(total)
      }
    }
    var salt: UInt64 = 0  // another input each round, or the rounds are folded into one
    measure("trajectory hash", calls: n) {
      var hash = TrajectoryHash()
      salt += 1
      for i in 0..<n { hash.fold(UInt64(i) ^ salt) }
      return hash.value
    }
  }
}

/// The hold model: pop the first event, schedule it again an exponential time later; an event is both.
extension KernelBenchmark {
  private static func holds(pending: Int) {
    let n = 4_000_000
    let mean = Double(pending) * 1_000
    measure("hold, radix heap, \(pending)", calls: n) {
      var draws = stream("hold")
      var heap = RadixHeap()
      for i in 0..<pending { heap.push(key: UInt64(draws.exponential() * mean), payload: UInt64(i)) }
      var hash: UInt64 = 0
      for _ in 0..<n {
        guard let (key, payload) = heap.pop() else { break }
        hash = hash &* 31 &+ key
        heap.push(key: key + UInt64(draws.exponential() * mean), payload: payload)
      }
      return hash
    }
    measure("hold, event queue, \(pending)", calls: n) {
      var draws = stream("hold")
      var queue = EventQueue(start: .epoch)
      for i in 0..<pending {
        let instant = Instant(nanoseconds: draws.exponentialNanoseconds(mean: mean))
        queue.schedule(at: instant, priority: .service, payload: UInt64(i))
      }
      var hash: UInt64 = 0
      for _ in 0..<n {
        guard let (now, payload) = queue.pop() else { break }
        hash = hash &* 31 &+ UInt64(now.nanoseconds)
        let gap = Interval(nanoseconds: draws.exponentialNanoseconds(mean: mean))
        queue.schedule(at: now + gap, priority: .service, payload: payload)
      }
      return hash
    }
    measure("hold, winner tree, \(pending)", calls: n) {
      var draws = stream("hold")
      var tree = WinnerTree(count: pending)
      for i in 0..<pending { tree.set(i, at: UInt64(draws.exponential() * mean)) }
      var hash: UInt64 = 0
      for _ in 0..<n {
        let (entity, key) = (tree.minEntity, tree.minKey)
        hash = hash &* 31 &+ key
        tree.set(entity, at: key + UInt64(draws.exponential() * mean))
      }
      return hash
    }
  }
}

/// Who waits, by the nanosecond of arrival, first come first served.
private struct Line {
  private var arrivals: ArraySlice<UInt64> = []
  var count: Int { arrivals.count }
  mutating func join(at key: UInt64) { arrivals.append(key) }
  mutating func leave() -> UInt64? { arrivals.popFirst() }
}

/// M/M/1 at 0.8: two events a customer.
extension KernelBenchmark {
  private static func lines() {
    let customers = 4_000_000
    measure("M/M/1, event queue", calls: 2 * customers) { queueLine(customers: customers) }
    measure("M/M/1, winner tree", calls: 2 * customers) { treeLine(customers: customers) }
  }

  private static func queueLine(customers: Int) -> UInt64 {
    var (arrivals, services) = (stream("arrivals"), stream("services"))
    var queue = EventQueue(start: .epoch)
    var line = Line()
    var (left, waited) = (customers, 0 as UInt64)
    queue.schedule(at: .epoch, priority: .arrival, payload: 1)
    while let (now, payload) = queue.pop() {
      let key = UInt64(now.nanoseconds)
      if payload == 1 {
        left -= 1
        if left > 0 {
          let gap = Interval(nanoseconds: arrivals.exponentialNanoseconds(mean: 1.25e6))
          queue.schedule(at: now + gap, priority: .arrival, payload: 1)
        }
        line.join(at: key)
        guard line.count == 1 else { continue }
      } else if let since = line.leave() {
        waited &+= key - since
        guard line.count > 0 else { continue }
      }
      let time = Interval(nanoseconds: services.exponentialNanoseconds(mean: 1e6))
      queue.schedule(at: now + time, priority: .release, payload: 0)
    }
    return waited
  }

  private static func treeLine(customers: Int) -> UInt64 {
    var (arrivals, services) = (stream("arrivals"), stream("services"))
    var tree = WinnerTree(count: 2)
    var line = Line()
    var (left, waited) = (customers, 0 as UInt64)
    tree.set(1, at: 0)
    while tree.minKey != .max {
      let now = tree.minKey
      if tree.minEntity == 1 {
        left -= 1
        tree.set(1, at: left > 0 ? now + UInt64(arrivals.exponential() * 1.25e6) : .max)
        line.join(at: now)
        guard line.count == 1 else { continue }
      } else if let since = line.leave() {
        waited &+= now - since
        guard line.count > 0 else {
          tree.set(0, at: .max)
          continue
        }
      }
      tree.set(0, at: now + UInt64(services.exponential() * 1e6))
    }
    return waited
  }
}
