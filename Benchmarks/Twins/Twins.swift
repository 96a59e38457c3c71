import Glibc
import Simulation

/// The kernel's rows on weir's own structures: generator, laws and trajectories are those of Benchmarks/Reference/twins.cpp,
/// so that hashes must be equal.
///
///     swift run -c release Twins ROW [EVENTS]
///
/// Prints one line of JSON a structure. `Benchmarks/bench.py` runs both in turns and compares.
@main struct Twins {
  static func main() {
    let arguments = CommandLine.arguments
    let row = arguments.count > 1 ? arguments[1] : ""
    let events = arguments.count > 2 ? Int(arguments[2]) ?? 0 : 5_000_000
    switch row {
    case _ where row.hasPrefix("hold-"): Hold(pending: Int(row.dropFirst(5)) ?? 1_000, events: events).run()
    case "mm1": SingleServer(customers: events / 2).run()
    case "shard-generic": ShardModel().generic(events)
    case "shard-tuned": ShardModel().tuned(events)
    case "shard-core": ShardModel().core(events)
    default:
      print("Twins: hold-N, mm1, shard-generic, shard-tuned or shard-core, and perhaps a number of events")
      exit(64)
    }
  }
}

/// A measurement: what was run, and CPU time from here on.
struct Stopwatch {
  private let begin = Self.cpu

  private static var cpu: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Prints what an event took. `hash` is that of what happened.
  func report(_ row: String, _ structure: String, _ events: Int, _ trace: Trace) {
    let picoseconds = Int(((Self.cpu - begin) / Double(events) * 1e12).rounded())
    let digits = String(picoseconds % 1_000 + 1_000).dropFirst()
    print(
      "{\"row\": \"\(row)\", \"by\": \"weir \(structure)\", \"events\": \(events), "
        + "\"ns\": \(picoseconds / 1_000).\(digits), \"hash\": \"\(TrajectoryHash.hex(trace.state))\"}")
  }
}

/// What happened, folded as the reference folds it.
struct Trace {
  private(set) var state: UInt64 = 0

  @inline(__always)
  mutating func fold(_ time: UInt64, _ what: UInt64) { state = (state ^ time) &* 0x100_0000_01b3 &+ what }
}

/// xoshiro256++ (Blackman & Vigna 2019), seeded by SplitMix64: the reference's generator, not weir's.
struct Generator {
  private var a: UInt64, b: UInt64, c: UInt64, d: UInt64

  init(seed: UInt64) {
    var seed = seed
    func split() -> UInt64 {
      defer { seed &+= 0x9e37_79b9_7f4a_7c15 }
      return StableHash.mix(seed)
    }
    (a, b, c, d) = (split(), split(), split(), split())
  }

  @inline(__always)
  mutating func next() -> UInt64 {
    let sum = a &+ d, t = b << 17
    let result = (sum << 23 | sum >> 41) &+ a
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = d << 45 | d >> 19
    return result
  }

  @inline(__always)
  mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

  /// By libm, as the reference does it.
  @inline(__always)
  mutating func exponential(_ mean: Double) -> UInt64 { UInt64(-log(uniform()) * mean) }
}
