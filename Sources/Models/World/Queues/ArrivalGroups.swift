internal import Units

/// Neighbours that arrived together, so that they are counted at once: those of one request do, and are received together.
struct ArrivalGroups {
  struct Group {
    var arrival: Instant, count: Int64
  }

  private var open: Group?

  /// The next record. Returns the group before it, when that is over.
  @inline(__always)
  mutating func add(_ arrival: Instant) -> Group? {
    guard let group = open, group.arrival != arrival else {
      open = Group(arrival: arrival, count: (open?.count ?? 0) + 1)
      return nil
    }
    open = Group(arrival: arrival, count: 1)
    return group
  }

  /// The last group.
  var last: Group? { open }
}
