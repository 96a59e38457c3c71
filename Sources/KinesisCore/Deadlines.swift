internal import Units

/// When each of a row of machines wants to be woken next, and which is the first: a tree of minima.
///
/// The first in the order (instant, place) is known at once; to set one takes O(log n).
struct Deadlines: Sendable {
  /// The first of all at 1, the children of node n at 2n and 2n + 1, the machines from `width` on.
  private var tree: [Instant]
  private let width: Int

  /// The deadlines of machines by place; `.never` where nothing is due.
  init(_ dues: [Instant]) {
    var width = 1
    while width < dues.count { width *= 2 }
    self.width = width
    tree = Array(repeating: .never, count: width) + dues + Array(repeating: .never, count: width - dues.count)
    for node in stride(from: width - 1, to: 0, by: -1) { tree[node] = min(tree[2 * node], tree[2 * node + 1]) }
  }

  /// The first instant of all; `.never` when nothing is due.
  var first: Instant { tree[1] }

  /// The first place of those that are due first.
  var firstPlace: Int {
    var node = 1
    while node < width { node = tree[2 * node] == tree[1] ? 2 * node : 2 * node + 1 }
    return node - width
  }

  /// When the machine at a place is due.
  subscript(place: Int) -> Instant {
    get { tree[width + place] }
    set {
      var node = width + place
      guard tree[node] != newValue else { return }
      tree[node] = newValue
      while node > 1 {
        node /= 2
        tree[node] = min(tree[2 * node], tree[2 * node + 1])
      }
    }
  }
}
