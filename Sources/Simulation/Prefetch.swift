public import CPrefetch

extension Array {
  /// Says that an element will be wanted soon, so that it is on its way from memory meanwhile. Nothing else happens, and
  /// nothing at all outside the array.
  @inlinable @inline(__always)
  public func prefetch(_ index: Int) {
    withUnsafeBufferPointer { elements in
      guard let base = elements.baseAddress, elements.indices.contains(index) else { return }
      let first = UnsafeRawPointer(base + index)
      for line in stride(from: 0, to: MemoryLayout<Element>.stride, by: 64) { weir_prefetch(first + line) }
    }
  }
}
