/// Looks for the first of `count` ordered designs that holds, when every one behind it holds too.
///
/// At most ⌈log₂(count + 1)⌉ probes; with a guess that is right, two.
struct Bisection: Sendable, Hashable {
  /// The last that is known to break (−1 for none) and the first that is known to hold (`count` for none).
  private(set) var breaks = -1, holds: Int
  private let guess: Int?
  private var probes = 0

  /// A search among 0 ..< `count`; `guess` is asked first.
  init(count: Int, guess: Int? = nil) {
    holds = count
    self.guess = guess.flatMap { (0..<count).contains($0) ? $0 : nil }
  }

  /// What to ask next; nil when the answer is known.
  var probe: Int? {
    guard holds - breaks > 1 else { return nil }
    if let guess {
      if probes == 0 { return guess }
      // A guess is mostly right, or off by one.
      if probes == 1 { return holds == guess ? guess - 1 : guess + 1 }
    }
    return breaks + (holds - breaks) / 2
  }

  /// Takes in whether one holds.
  mutating func note(_ index: Int, holds isHolding: Bool) {
    probes += 1
    if isHolding { holds = min(holds, index) } else { breaks = max(breaks, index) }
  }
}
