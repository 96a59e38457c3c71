internal import Simulation
internal import Units

/// A sample of sizes as a few that stand for it: its mean, its largest and the shares above AWS's steps are the sample's.
///
/// The lower 97.5 % are twenty groups of equally many, the upper 2.5 % twenty more, and none lies across a step.
struct SizeGroups {
  /// Where prices and limits have steps, by thousands and by 1,024: Firehose counts by 5 KB, PUT payload units by 25 KB, and
  /// records above 1 MiB are large ones.
  static let steps: [Double] = [5_000, 25_000, 1_048_576]
  private static let rounded: [Double] = [5_120, 25_600]
  private static let body = 0.975, parts = 20

  private(set) var groups: [SizeProfile.Group] = []

  /// The groups of a sample, ascending; `keyBytes` is what is added to a size where a step counts keys too.
  init(_ sorted: [Double], keyBytes: Int) {
    let end = Int(Self.body * Double(sorted.count))
    let all = Self.steps + Self.rounded
    let steps = (all + all.map { $0 - Double(keyBytes) }).sorted()
    for range in [0..<end, end..<sorted.count] {
      for part in 0..<Self.parts {
        let bounds = [part, part + 1].map { range.lowerBound + range.count * $0 / Self.parts }
        add(sorted[bounds[0]..<bounds[1]], steps)
      }
    }
    // The largest is a group of its own.
    guard let largest = sorted.last, let last = groups.last, last.bytes < largest, last.records > 1 else { return }
    let rest = last.bytes * Double(last.records) - largest
    groups[groups.count - 1] = .init(
      bytes: max(1, (rest / Double(last.records - 1)).rounded()), records: last.records - 1)
    groups.append(.init(bytes: largest.rounded(), records: 1))
  }

  /// What is above each step, and the largest.
  static func tail(_ sorted: [Double]) -> SizeProfile.Tail {
    let above = steps.map { step in
      let below = sorted.partitioningIndex { $0 > step }
      return SizeProfile.Step(bytes: step, share: Double(sorted.count - below) / Double(sorted.count))
    }
    return SizeProfile.Tail(above: above, largest: sorted.last ?? 0)
  }

  /// Adds neighbours, those on either side of a step apart; what has the size of the group before joins it.
  private mutating func add(_ sizes: ArraySlice<Double>, _ steps: [Double]) {
    var rest = sizes
    for step in steps + [.infinity] {
      let own = rest.prefix { $0 <= step }
      rest = rest.dropFirst(own.count)
      guard !own.isEmpty else { continue }
      let bytes = max(1, Statistics.mean(Array(own)).rounded())
      if let last = groups.last, last.bytes == bytes {
        groups[groups.count - 1].records += own.count
      } else {
        groups.append(.init(bytes: bytes, records: own.count))
      }
    }
  }
}
