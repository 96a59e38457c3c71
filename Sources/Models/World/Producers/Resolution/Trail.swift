internal import KinesisCore
internal import Units

/// What was settled at a shard since its gate was last known exactly: enough to find out again where it stands.
///
/// Where the gate's buckets are sure to have been full, whatever the order of arrivals, what came before does not matter any more.
struct Trail {
  /// Records that were settled together.
  struct Cell {
    let from: Instant, to: Instant
    let count: Int64, bytes: Int64
  }

  /// More cells than this are replayed: at a load of ρ about 3 / (1 − ρ) are remembered.
  static let most = 512

  /// The gate before the first cell.
  private(set) var base: GateReading
  private(set) var cells: [Cell] = []
  /// What was missing from both buckets at least once since this cell began, had none been full in between; in billionths.
  private var mark = 0, records: Int64 = 0, bytes: Int64 = 0

  init(_ gate: GateReading) { base = gate }

  /// Whether the gate is known exactly.
  var isExact: Bool { cells.isEmpty }
  var isFull: Bool { cells.count >= Self.most }

  /// The gate is known.
  mutating func restart(from gate: GateReading) {
    base = gate
    cells.removeAll(keepingCapacity: true)
  }

  /// A cell was settled; `gate` is what its shard's gate stands at, at least, when it ends.
  mutating func add(_ cell: Cell, _ gate: GateReading) {
    let since: Instant
    if let last = cells.last {
      since = last.to
    } else {
      since = cell.from
      (mark, records, bytes) = (0, base.missing(at: since).records, base.missing(at: since).bytes)
    }
    cells.append(cell)
    // In a minute and more any bucket is full: only what is longer could overflow.
    let passed = min((cell.to - since).nanoseconds, 100_000_000_000)
    records += cell.count * 1_000_000_000 - gate.rates.records * passed
    bytes += cell.bytes * 1_000_000_000 - gate.rates.bytes * passed
    guard records <= 0, bytes <= 0 else { return }
    if mark > 0 { cells.removeFirst(mark) }
    base = gate.full(at: cells[0].from)
    let missing = gate.missing(at: cell.to)
    (mark, records, bytes) = (cells.count, missing.records, missing.bytes)
  }
}
