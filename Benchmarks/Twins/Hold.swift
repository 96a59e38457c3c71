import Glibc
import Simulation
import Units

/// The hold model: each event puts another down, an exponential time later; a tenth of the events warms up.
struct Hold {
  let pending: Int, events: Int

  func run() {
    let row = "hold-\(pending)"
    var heap = RadixHeap()
    measure(row, "radix heap") { time, payload in
      heap.push(key: time, payload: payload)
    } next: {
      heap.pop() ?? (0, 0)
    }
    var queue = EventQueue(start: .epoch)
    measure(row, "event queue") { time, payload in
      queue.schedule(at: Instant(nanoseconds: Int64(time)), priority: .service, payload: payload)
    } next: {
      let event = queue.pop()
      return (UInt64(event?.instant.nanoseconds ?? 0), event?.payload ?? 0)
    }
  }

  @inline(__always)
  private func measure(
    _ row: String, _ structure: String, schedule: (UInt64, UInt64) -> Void, next: () -> (UInt64, UInt64)
  ) {
    let times = (0..<65_536).map { UInt64(-log((Double($0) + 0.5) / 65_536) * 1e6) }
    var visits = Array(repeating: UInt32(0), count: pending)
    var draws = Generator(seed: 42), trace = Trace()
    for index in 0..<pending { schedule(times[Int(draws.next() >> 48)], UInt64(index)) }
    @inline(__always)
    func step() -> (UInt64, UInt64) {
      let (time, payload) = next()
      let bits = draws.next()
      visits[Int(payload)] &+= 1
      schedule(time + times[Int(bits >> 48)], ((bits & 0xffff_ffff) * UInt64(pending)) >> 32)
      return (time, payload)
    }
    for _ in 0..<(events / 10) { _ = step() }
    let watch = Stopwatch()
    for _ in 0..<events {
      let (time, payload) = step()
      trace.fold(time, payload)
    }
    watch.report(row, structure, events, trace)
  }
}
