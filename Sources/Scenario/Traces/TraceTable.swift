/// A trace file, read and checked.
struct TraceTable {
  /// Which keys are wanted of a trace of events.
  enum Keys: Hashable {
    /// None: they are not read.
    case unread
    /// The column `key`, or the only one named `key_…`.
    case only
    /// The column `key_NAME`, or the one called NAME.
    case named(String)
  }

  /// What stands in for bins that are missing.
  enum Holes: String, CaseIterable {
    /// Nothing happened.
    case zero
    /// What happened in the bin before the hole.
    case previous
    /// A straight line between the bins at both ends of the hole.
    case interpolate
  }
  /// Bins that were missing and are filled.
  struct Filled {
    var bins: Int
    /// The first of them, in nanoseconds like `times`.
    var first: Int64
  }

  /// Whether rows are bins with counts; otherwise they are single events.
  var isBinned: Bool
  /// Of bins: the most common distance of two, in nanoseconds; 0 of single events.
  var width: Int64 = 0
  /// Of bins: those that were missing; nil when none was.
  var filled: Filled?
  /// The first row's time in nanoseconds.
  var start: Int64 = 0
  /// The first column in nanoseconds, since `start` once the table is whole.
  var times: [Int64] = []
  /// Of bins: how many records.
  var counts: [Double] = []
  /// Of bins: how many bytes; empty without such a column.
  var bytes: [Double] = []
  /// Of events: how many bytes each has; empty without such a column.
  var sizes: [Int64] = []
  /// Of events: positions in `names`; empty when keys were not wanted or all cells are empty.
  var keys: [Int32] = []
  /// Distinct keys in order of first appearance.
  var names: [String] = []

  init(isBinned: Bool) { self.isBinned = isBinned }
}

/// Gathers what is wrong with one trace file: the first twenty faults in full, the rest as a number.
struct TraceFaults {
  static let maximum = 20

  let file: String
  let path: String
  let sink: Sink
  private(set) var count = 0
  private var lastLine = 0

  init(file: String, path: String, sink: Sink) {
    self.file = file
    self.path = path
    self.sink = sink
  }

  mutating func report(
    line: Int, column: Int, _ message: @autoclosure () -> String, found: @autoclosure () -> String? = nil,
    remedy: @autoclosure () -> String? = nil
  ) {
    count += 1
    lastLine = line
    guard count <= Self.maximum else { return }
    let place = Place(file: file, line: line, column: column)
    sink.report(Diagnostic(place: place, path: path, message: message(), found: found(), remedy: remedy()))
  }

  /// Tells how many faults were not told.
  func finish() {
    guard count > Self.maximum else { return }
    let message = "and \(count - Self.maximum) more faults in this trace"
    sink.report(Diagnostic(place: Place(file: file, line: lastLine, column: 1), path: path, message: message))
  }
}
