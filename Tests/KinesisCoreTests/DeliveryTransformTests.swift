import Testing
import Units

@testable import KinesisCore

@Suite("The transform on the way")
struct DeliveryTransformTests {
  static func stream(output: Int64 = 1_000, retries: Int64? = nil) throws -> DeliveryStream {
    try DeliveryStream(
      configuration {
        $0.transform = .init()
        $0.transform?.outputPermille = output
        $0.transform?.retries = retries
      }, at: start)
  }

  @Test("buffers lie in series: 60 s ahead of the function, the destination's own behind it")
  func series() throws {
    var stream = try Self.stream(output: 500)
    _ = stream.put(1_000, count: 4, at: start)
    let invocation = try #require(stream.pass(to: at(60)).invocations.first)
    #expect(invocation.bytes == 4_000 && invocation.timeout == .minutes(5))
    _ = stream.ask(.transformed(invocation.id, dropped: 1, failed: 0), at: at(70))
    #expect(stream.deadline == at(370))
    let delivery = try #require(stream.pass(to: at(370)).deliveries.first)
    #expect(delivery.records == 3 && delivery.bytes == 1_500 && delivery.oldestArrival == start)
  }

  @Test(
    "five invocations are outstanding at once, ten with Splunk",
    arguments: [(DeliveryDestination.s3, 5), (.splunk, 10)])
  func outstanding(destination: DeliveryDestination, most: Int) throws {
    var stream = try DeliveryStream(
      configuration(to: destination) {
        $0.transform = .init()
        $0.transform?.bufferSize = .kibibytes(256)
      }, at: start)
    let invoked = (0..<12).flatMap { _ in stream.put(131_072, count: 2, at: start) }.invocations
    #expect(invoked.count == most)
    #expect(stream.ask(.transformed(invoked[0].id, dropped: 0, failed: 0), at: at(1)).invocations.count == 1)
  }

  @Test("a failing function is called four times, then all its records are processing-failed")
  func failures() throws {
    for (retries, calls) in [(Int64?.none, 4), (0, 1)] {
      var stream = try Self.stream(retries: retries)
      _ = stream.put(1_000, count: 10, at: start)
      var invocations = stream.pass(to: at(60)).invocations
      var seen = 0
      while let invocation = invocations.first {
        seen += 1
        #expect(invocation.attempt == Int64(seen))
        invocations = stream.ask(.transformFailed(invocation.id), at: at(60 + Int64(seen))).invocations
      }
      #expect(seen == calls)
      let delivery = try #require(stream.pass(to: at(600)).deliveries.first)
      #expect(delivery.target == .errorOutput(.processingFailed) && delivery.records == 10)
    }
  }

  @Test("what does not fit six megabytes in base64 fails without a call")
  func payload() throws {
    var stream = try Self.stream(output: 6_000)
    let effects = stream.put(524_288, count: 2, at: start)
    #expect(effects.invocations.isEmpty && stream.isBalanced)
    #expect(stream.pass(to: at(300)).deliveries.map(\.target) == [.errorOutput(.processingFailed)])
  }

  @Test("dropped and failed ones are spread over the records, and none is counted twice", arguments: 0..<200)
  func results(seed: Int) {
    var dice = Dice(seed: seed)
    var batch = DeliveryBatch()
    for second in 0..<dice.within(1...9) {
      let n = Int64(dice.within(1...50))
      batch.append(
        DeliveryParcel(
          records: n, bytes: n * 7, arrival: at(Int64(second)), received: at(Int64(second)), partition: 0, origin: 0,
          read: 0, isRepeat: false), grain: .seconds(1))
    }
    let dropped = Int64(dice.below(Int(batch.records) + 1))
    let failed = Int64(dice.below(Int(batch.records - dropped) + 1))
    let results = TransformResults(batch, dropped: dropped, failed: failed, 1_000)
    func count(_ parcels: [DeliveryParcel]) -> Int64 { parcels.reduce(0) { $0 + $1.records } }
    #expect(count(results.dropped) == dropped && count(results.failed) == failed)
    #expect(count(results.kept) == batch.records - dropped - failed)
    let parcels = results.kept + results.dropped + results.failed
    #expect(parcels.allSatisfy { $0.records > 0 } && parcels.reduce(0) { $0 + $1.bytes } == batch.bytes)
  }
}
