import Simulation
import Units

/// One server, one line: arrivals at even nanoseconds, departures at odd ones, so that no structure has a tie to break its own
/// way.
struct SingleServer {
  let customers: Int

  private static let arrivalMean = 1_250_000.0, serviceMean = 1_000_000.0

  /// Customers that wait, by the time they came.
  private struct Line {
    private var ring = Array(repeating: UInt64(0), count: 1 << 16), head = 0, tail = 0

    @inline(__always)
    var isEmpty: Bool { head == tail }
    @inline(__always)
    mutating func push(_ time: UInt64) {
      precondition(tail - head < ring.count, "the line is too long")
      ring[tail & 0xffff] = time
      tail += 1
    }
    @inline(__always)
    mutating func pop() -> UInt64 {
      defer { head += 1 }
      return ring[head & 0xffff]
    }
  }

  func run() {
    var clocks = WinnerTree(count: 2)
    measure("winner tree") { kind, time in
      clocks.set(kind, at: time)
    } next: {
      let (time, kind) = (clocks.minKey, clocks.minEntity)
      guard time < .max else { return nil }
      clocks.set(kind, at: .max)
      return (time, kind)
    }
    var queue = EventQueue(start: .epoch)
    measure("event queue") { kind, time in
      queue.schedule(at: Instant(nanoseconds: Int64(time)), priority: .service, payload: UInt64(kind))
    } next: {
      queue.pop().map { (UInt64($0.instant.nanoseconds), Int($0.payload)) }
    }
  }

  @inline(__always)
  private func measure(_ structure: String, schedule: (Int, UInt64) -> Void, next: () -> (UInt64, Int)?) {
    var arrivals = Generator(seed: 1), services = Generator(seed: 2), line = Line(), trace = Trace()
    var (arrived, events, waited, isBusy) = (1, 0, UInt64(0), false)
    let watch = Stopwatch()
    schedule(0, arrivals.exponential(Self.arrivalMean) & ~1)
    while let (time, kind) = next() {
      events += 1
      if kind == 0 {
        if arrived < customers {
          arrived += 1
          schedule(0, (time + arrivals.exponential(Self.arrivalMean)) & ~1)
        }
        if isBusy {
          line.push(time)
        } else {
          isBusy = true
          schedule(1, (time + services.exponential(Self.serviceMean)) | 1)
        }
      } else if line.isEmpty {
        isBusy = false
      } else {
        waited += time - line.pop()
        schedule(1, (time + services.exponential(Self.serviceMean)) | 1)
      }
      trace.fold(time, UInt64(kind))
    }
    trace.fold(waited, UInt64(arrived))
    watch.report("mm1", structure, events, trace)
  }
}
