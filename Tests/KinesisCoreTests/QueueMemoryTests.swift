import Testing
import Units

@testable import KinesisCore

@Suite("Queues: memory")
struct QueueMemoryTests {
  @Test("a record in flight takes 48 bytes")
  func size() { #expect(MemoryLayout<HeldRecord>.stride <= 48) }

  /// Puts so many records a second, receives and acknowledges all of them, but for `kept` in flight.
  private static func pass(_ seconds: Int64, kept: Int) throws -> KinesisCore.Stream {
    var stream = queueStream(1, visibility: 43_200), held: [ReceivedRecord] = []
    for second in 0..<seconds {
      for _ in 0..<100 { _ = stream.put(record(100), at: at(second)) }
      while true {
        let records = try stream.pull(at: at(second))
        if records.isEmpty { break }
        held += records
      }
      while held.count > kept {
        let done = Array(held.prefix(min(10, held.count - kept)))
        #expect(try stream.acknowledge(done, at: at(second)).allSatisfy { $0 == nil })
        held.removeFirst(done.count)
      }
    }
    return stream
  }

  @Test("nothing is kept of an acknowledged record: ten times as many of them take no place more")
  func acknowledged() throws {
    let few = try Self.pass(20, kept: 500), many = try Self.pass(200, kept: 500)
    #expect(few.queues[0].ledger.acknowledged == 1_500 && many.queues[0].ledger.acknowledged == 19_500)
    #expect(many.queues[0].counts.inFlight == 500)
    // What a second brings is received before the oldest are acknowledged: so many places, and never more.
    #expect(few.queues[0].held.capacity == 600 && many.queues[0].held.capacity == 600)
    #expect(many.queues[0].bag.isEmpty && many.queues[0].fresh.count == 0)
  }

  @Test("what was never received takes no place either")
  func unread() throws {
    var stream = queueStream(1)
    for second in Int64(0)..<50 { for _ in 0..<100 { _ = stream.put(record(100), at: at(second)) } }
    #expect(stream.counts(at: at(50)).unread == 5_000 && stream.queues[0].held.capacity == 0)
  }
}
