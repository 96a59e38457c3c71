/// Lists of an experiment that may be long, such as those of a recorded trace: what has them can be kept apart from it, once for all
/// experiments that have the same.
public struct LongLists: Sendable, Hashable {
  /// Whole numbers, in lists of their own.
  public var wholes: [[Int64]] = []
  /// Positions in `texts`, in lists of their own.
  public var positions: [[Int32]] = []
  /// Real numbers, in lists of their own.
  public var reals: [[Double]] = []
  /// Names.
  public var texts: [String] = []

  /// None.
  public init() {}

  /// How many elements they have together.
  public var count: Int {
    wholes.reduce(0) { $0 + $1.count } + positions.reduce(0) { $0 + $1.count } + reals.reduce(0) { $0 + $1.count }
      + texts.count
  }
}

extension Experiment {
  /// Shows `exchange` all that may be long, part by part in a fixed order, and takes what it makes of it in its place: as many
  /// lists as there were.
  public mutating func exchangeLists<Failure: Error>(
    _ exchange: (inout LongLists) throws(Failure) -> Void
  ) throws(Failure) {
    for position in producers.indices {
      try producers[position].rate.exchangeLists(exchange)
      try producers[position].keys.exchangeLists(exchange)
    }
  }
}

extension RateCurve {
  fileprivate mutating func exchangeLists<Failure: Error>(
    _ exchange: (inout LongLists) throws(Failure) -> Void
  ) throws(Failure) {
    var lists = LongLists()
    switch self {
    case .bins(var trace):
      lists.reals = [trace.counts, trace.bytes]
      try exchange(&lists)
      (trace.counts, trace.bytes) = (lists.real(0), lists.real(1))
      self = .bins(trace)
    case .events(var trace):
      (lists.wholes, lists.positions, lists.texts) = ([trace.offsets, trace.bytes], [trace.keys], trace.names)
      try exchange(&lists)
      (trace.offsets, trace.bytes) = (lists.whole(0), lists.whole(1))
      (trace.keys, trace.names) = (lists.positions.first ?? [], lists.texts)
      self = .events(trace)
    default: break
    }
  }
}

extension KeySpec {
  fileprivate mutating func exchangeLists<Failure: Error>(
    _ exchange: (inout LongLists) throws(Failure) -> Void
  ) throws(Failure) {
    guard case .listed(let names, let shares, let rest, let s) = law else { return }
    var lists = LongLists()
    (lists.texts, lists.reals) = (names, [shares])
    try exchange(&lists)
    law = .listed(names: lists.texts, shares: lists.real(0), rest: rest, s: s)
  }
}

extension LongLists {
  fileprivate func whole(_ position: Int) -> [Int64] { wholes.indices.contains(position) ? wholes[position] : [] }
  fileprivate func real(_ position: Int) -> [Double] { reals.indices.contains(position) ? reals[position] : [] }
}
