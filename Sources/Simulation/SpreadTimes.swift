internal import Units

/// Times of which only a range is known, each anywhere in it with equal chance: counted in O(1) a range, however many bins the
/// range covers.
///
/// It keeps what a range adds to the distribution function, a slope that begins and one that ends, in the bin where it does so.
/// The function is exact at the bins' edges; a doubling has 1,024 bins, as in `LatencyHistogram`.
@usableFromInline struct SpreadTimes: Sendable, Equatable {
  /// By bin: the slopes that begin in it less those that end, and the same times where they do so.
  private var slopes: [Double] = [], offsets: [Double] = []
  /// What was added in all, and what it comes to in microseconds.
  private var mass = 0.0, sum = 0.0
  private var largest = 0.0
  /// How many times the whole stands for.
  var count: Int64 = 0

  /// Nothing.
  @usableFromInline init() {}

  /// Adds so much between two times in microseconds; less than a microsecond apart counts as at one time.
  mutating func add(_ weight: Double, from low: Double, to high: Double) {
    let width = Swift.max(1, high - low), middle = (low + high) / 2
    let slope = weight / width, begin = Swift.max(0, middle - width / 2)
    put(slope, at: begin)
    put(-slope, at: begin + width)
    mass += weight
    sum += weight * Swift.max(middle, 0)
    largest = Swift.max(largest, high)
  }

  /// A time that none is longer than, in microseconds.
  var most: UInt64 { UInt64(Swift.max(0, largest)) + 1 }

  /// Nothing is left.
  mutating func clear() {
    guard mass != 0 || count != 0 || !slopes.isEmpty else { return }
    self = SpreadTimes()
  }

  private mutating func put(_ slope: Double, at time: Double) {
    let bin = Self.bin(of: UInt64(time))
    if bin >= slopes.count {
      let missing = bin + 1 - slopes.count
      slopes += Array(repeating: 0, count: missing)
      offsets += Array(repeating: 0, count: missing)
    }
    slopes[bin] += slope
    offsets[bin] += slope * time
  }

  private static let bits = 10

  /// The bin of a time in microseconds: up to 2,048 one each.
  static func bin(of time: UInt64) -> Int {
    let shift = Swift.max(0, time.bitWidth - time.leadingZeroBitCount - bits - 1)
    return shift << bits + Int(time >> UInt64(shift))
  }

  /// Where a bin ends, in microseconds.
  static func end(of bin: Int) -> Double {
    let shift = Swift.max(0, bin >> bits - 1)
    return Double((UInt64(bin - shift << bits) + 1) << UInt64(shift))
  }

  /// The times as whole counts, ascending: `count` of them in all. And their sum in microseconds.
  func counts(_ body: (_ time: Int64, _ count: Int64) -> Void) -> Int128 {
    guard count > 0 else { return 0 }
    guard mass > 0 else {
      body(Int64(largest), count)
      return Int128(largest) * Int128(count)
    }
    let scale = Double(count) / mass
    var (slope, offset, given, begin) = (0.0, 0.0, Int64(0), 0.0)
    for bin in slopes.indices {
      slope += slopes[bin]
      offset += offsets[bin]
      let end = Self.end(of: bin)
      let reached = (end * slope - offset) * scale
      let below = bin == slopes.count - 1 ? count : Swift.min(count, Int64(reached.rounded()))
      if below > given {
        body(Int64(Swift.min((begin + end) / 2, largest)), below - given)
        given = below
      }
      begin = end
    }
    return Int128((sum * scale).rounded())
  }
}
