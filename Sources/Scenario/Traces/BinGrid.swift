/// The even grid on which the bins of a trace should lie: finds its width, reports what is off it, fills what is missing.
struct BinGrid {
  /// The first line of rows in a trace; the header stands above it.
  private static let firstLine = 2

  private let table: TraceTable
  private let holes: TraceTable.Holes?
  private let width: Int64
  private var missing = 0

  /// The grid of a table in bins whose rows are all there, in the order of the file.
  init(_ table: TraceTable, holes: TraceTable.Holes?) {
    self.table = table
    self.holes = holes
    self.width = Self.commonest(zip(table.times.dropFirst(), table.times).lazy.map { $0 - $1 }.filter { $0 > 0 })
  }

  /// Reports bins that are off the grid, holes when nothing is to fill them, and more bins than a trace may have.
  ///
  /// Bins given twice and time that goes backwards are reported elsewhere, and passed over here.
  mutating func check(_ faults: inout TraceFaults) {
    guard var last = table.times.first, width > 0 else { return }
    for (index, time) in table.times.enumerated() where time > last {
      check(gap: time - last, after: last, line: index + Self.firstLine, &faults)
      last = time
    }
  }

  private mutating func check(gap: Int64, after last: Int64, line: Int, _ faults: inout TraceFaults) {
    guard gap != width else { return }
    let found = ConfigNode.quoted(seconds(last + gap))
    guard gap % width == 0 else {
      let message = "a gap that is no whole number of bins of \(seconds(width)) s: after \(seconds(last))"
      return faults.report(
        line: line, column: 1, "\(message) a bin is expected at \(seconds(last + width))", found: found)
    }
    guard holes != nil else {
      let message = "a hole: after \(seconds(last)) the next bin is at \(seconds(last + width))"
      let remedy = "add the bin, or have it filled with holes: zero, previous or interpolate"
      return faults.report(line: line, column: 1, message, found: found, remedy: remedy)
    }
    let (room, bins) = (TraceParser.maximumRows - table.times.count - missing, gap / width - 1)
    guard bins <= room else {
      return faults.report(
        line: line, column: 1,
        "a hole of \(bins) bins: filled, the trace would have more than \(TraceParser.maximumRows)")
    }
    missing += Int(bins)
  }

  /// The table with every hole filled; only when `check` found nothing wrong.
  func filled() -> TraceTable {
    var result = table
    result.width = width
    guard missing > 0, let holes, let first = table.times.first else { return result }
    result.times = (0..<Int64(table.times.count + missing)).map { first + $0 * width }
    result.counts = fill(table.counts, holes)
    result.bytes = fill(table.bytes, holes)
    let absent = zip(table.times, result.times).first { $0 != $1 }
    result.filled = .init(bins: missing, first: absent?.1 ?? first)
    return result
  }

  private func fill(_ values: [Double], _ holes: TraceTable.Holes) -> [Double] {
    guard var previous = values.first else { return [] }
    var result = [previous]
    result.reserveCapacity(values.count + missing)
    for index in values.indices.dropFirst() {
      let steps = Int((table.times[index] - table.times[index - 1]) / width)
      for step in 1..<max(1, steps) {
        let share = Double(step) / Double(steps)
        switch holes {
        case .zero: result.append(0)
        case .previous: result.append(previous)
        case .interpolate: result.append(previous + (values[index] - previous) * share)
        }
      }
      previous = values[index]
      result.append(previous)
    }
    return result
  }

  /// The most common of some distances, the smallest of those; 0 of none. O(n log n), O(n) when all are equal.
  private static func commonest(_ distances: some Sequence<Int64>) -> Int64 {
    var sorted = Array(distances)
    guard let first = sorted.first, sorted.contains(where: { $0 != first }) else { return sorted.first ?? 0 }
    sorted.sort()
    var best = (value: Int64(0), times: 0), run = (value: Int64(0), times: 0)
    for distance in sorted {
      run = distance == run.value ? (distance, run.times + 1) : (distance, 1)
      if run.times > best.times { best = run }
    }
    return best.value
  }

  private func seconds(_ nanoseconds: Int64) -> String { plain(Double(nanoseconds) / 1e9) }
}
