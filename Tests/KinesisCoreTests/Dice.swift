/// SplitMix64 (Steele, Lea, Flood 2014): the tests' own source of chance, so that a seed says everything.
struct Dice {
  private var state: UInt64

  init(seed: some BinaryInteger) { state = UInt64(truncatingIfNeeded: seed) &* 0x2545_f491_4f6c_dd1d }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// From 0 to n − 1.
  mutating func below(_ n: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(n)).high) }

  mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

  /// Above 0, at most 1.
  mutating func unit() -> Double { (Double(next() >> 11) + 1) * 0x1p-53 }

  mutating func ring() -> UInt128 { UInt128(next()) << 64 | UInt128(next()) }
}
