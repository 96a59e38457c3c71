extension RandomAccessCollection where Index == Int {
  /// The first index from which on the elements satisfy `isBehind`, the end when none does; it must not turn false again.
  /// O(log n).
  @inlinable public func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Int64 {
  /// How many steps of a size it takes to hold this number, which is not negative; `step` is positive.
  @inlinable public func steps(of step: Int64) -> Int64 { self / step + (self % step > 0 ? 1 : 0) }

  /// The next multiple of `step`, itself if it is one; the largest number when there is none.
  @inlinable public func roundedUp(to step: Int64) -> Int64 { steps(of: step).timesClamped(step) }
}
