import Testing
import Units

@testable import Simulation

@Suite struct QueueTests {
  /// A monotone workload: pushes and pops at random, key steps of a random size, many ties.
  private func agree(seed: UInt64) -> Bool {
    var draws = stream("heap", seed: seed)
    var heap = RadixHeap()
    var reference: [(key: UInt64, payload: UInt64)] = []
    let reach = UInt64(1) << draws.below(40)
    for payload in 0..<400 as Range<UInt64> {
      if draws.below(5) < 3 {
        let key = heap.floor + draws.below(reach) * draws.below(2)
        heap.push(key: key, payload: payload)
        reference.insert((key, payload), at: reference.firstIndex { $0.key > key } ?? reference.count)
      } else {
        guard same(heap.pop(), reference.isEmpty ? nil : reference.removeFirst()) else { return false }
      }
      guard heap.count == reference.count, heap.minKey == reference.first?.key else { return false }
    }
    while let expected = reference.first {
      reference.removeFirst()
      guard same(heap.pop(), expected) else { return false }
    }
    return heap.pop() == nil && heap.isEmpty
  }

  private func same(_ a: (key: UInt64, payload: UInt64)?, _ b: (key: UInt64, payload: UInt64)?) -> Bool {
    a?.key == b?.key && a?.payload == b?.payload
  }

  @Test func `the radix heap pops like a stable sorted list`() {
    for seed in 1...300 as ClosedRange<UInt64> { #expect(agree(seed: seed), "seed \(seed)") }
  }

  @Test func `equal keys leave first in first out across redistribution`() {
    var heap = RadixHeap()
    for i in 0..<1_000 as Range<UInt64> { heap.push(key: 1_000 + i % 3, payload: i) }
    var order: [UInt64] = []
    while let (_, payload) = heap.pop() { order.append(payload) }
    #expect(order == (0..<3).flatMap { r in (0..<1_000).filter { $0 % 3 == r } })
  }

  @Test func `a heap that is always busy at one instant keeps its room`() {
    var heap = RadixHeap()
    heap.push(key: 5, payload: 0)
    heap.push(key: 5, payload: 1)
    for i in 2..<10_000 as Range<UInt64> {
      #expect(heap.pop()?.payload == i - 2)
      heap.push(key: 5, payload: i)
    }
    #expect(heap.buckets[0].capacity <= 16)
  }

  @Test func `the heap holds the smallest and the largest key`() {
    var heap = RadixHeap()
    heap.push(key: .max, payload: 1)
    heap.push(key: 0, payload: 2)
    #expect(heap.pop()?.payload == 2)
    #expect(heap.minKey == .max)
    #expect(heap.pop()?.payload == 1)
    heap.push(key: .max, payload: 3)
    #expect(heap.pop()?.payload == 3)
  }

  @Test func `events come by instant, then priority, then order of scheduling`() {
    let start = Instant(seconds: 100)
    var queue = EventQueue(start: start)
    let late = start + .milliseconds(1)
    queue.schedule(at: late, priority: .arrival, payload: 6)
    queue.schedule(at: late, priority: .release, payload: 3)
    queue.schedule(at: late, priority: .service, payload: 5)
    queue.schedule(at: late, priority: .release, payload: 4)
    queue.schedule(at: start, priority: .arrival, payload: 2)
    queue.schedule(at: start, priority: .control, payload: 1)
    #expect(queue.nextInstant == start)
    var order: [UInt64] = []
    while let (instant, payload) = queue.pop() {
      #expect(instant == (payload <= 2 ? start : late))
      order.append(payload)
    }
    #expect(order == [1, 2, 3, 4, 5, 6])
    #expect(queue.now == late)
  }

  @Test func `a priority that had its turn comes next, after those already waiting there`() {
    let start = Instant(seconds: 1)
    var queue = EventQueue(start: start)
    queue.schedule(at: start, priority: .service, payload: 1)
    queue.schedule(at: start, priority: .service, payload: 2)
    queue.schedule(at: start, priority: .arrival, payload: 4)
    #expect(queue.pop()?.payload == 1)
    queue.schedule(at: start, priority: .release, payload: 3)
    #expect((0..<3).map { _ in queue.pop()?.payload } == [2, 3, 4])
  }

  @Test func `looking at the next instant does not keep an earlier event out`() {
    let start = Instant(seconds: 1)
    var queue = EventQueue(start: start)
    queue.schedule(at: start + .seconds(9), priority: .arrival, payload: 2)
    #expect(queue.nextInstant == start + .seconds(9))
    queue.schedule(at: start + .seconds(1), priority: .arrival, payload: 1)
    #expect(queue.pop()?.payload == 1)
  }

  @Test(arguments: [1, 2, 3, 5, 64, 100])
  func `the winner tree names the earliest entity, the lowest among equals`(count: Int) {
    for seed in 1...20 as ClosedRange<UInt64> {
      var draws = stream("tree", seed: seed)
      var tree = WinnerTree(count: count)
      var keys = Array(repeating: UInt64.max, count: count)
      #expect(tree.minKey == .max)
      for _ in 0..<200 {
        let entity = Int(draws.below(UInt64(count)))
        keys[entity] = draws.below(10) == 0 ? .max : draws.below(20)
        tree.set(entity, at: keys[entity])
        let least = keys.min() ?? .max
        #expect(tree.minKey == least, "seed \(seed)")
        #expect(tree.minEntity == keys.firstIndex(of: least), "seed \(seed)")
        #expect(tree[entity] == keys[entity])
      }
    }
  }

  @Test func `the trajectory hash tells apart order, value and length`() {
    func hash(_ words: [UInt64]) -> UInt64 {
      var hash = TrajectoryHash()
      for word in words { hash.fold(word) }
      return hash.value
    }
    let all = [[], [0], [0, 0], [1], [1, 2], [2, 1], [1, 2, 0], [.max], [1 << 63]].map(hash)
    #expect(Set(all).count == all.count)
    #expect(hash([1, 2]) == hash([1, 2]))
    #expect(TrajectoryHash.hex(0xab) == "00000000000000ab")
    #expect(TrajectoryHash().description.count == 16)
  }
}
