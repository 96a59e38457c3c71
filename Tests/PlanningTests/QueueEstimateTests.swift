import Experiment
import KinesisCore
import Models
import Pricing
import Testing
import Units

@testable import Planning

@Suite("Estimates of queues")
struct QueueEstimateTests {
  /// 10,000 records/s of 700 B, one record a receive, unless told.
  private static func estimate(
    _ rate: Double = 10_000, size: Int64 = 700, region: String = "us-east-1",
    work: WorkLaw = .exponential(mean: .milliseconds(200)), retention: Interval = .hours(24),
    _ change: (inout QueueShape) -> Void = { $0.batch = 1 }
  ) -> QueueEstimate {
    let load = StreamLoad(
      name: "s", meanRecords: rate, peakRecords: rate, size: Bytes(size), pollers: 1, fanOut: 0, retention: retention)
    var shape = QueueShape(work, limits: .current)
    change(&shape)
    return QueueEstimate(
      load, shape, size: Bytes(size), headroom: 0.25, limits: .current, prices: .current, region: region)
  }

  @Test("in flight, the wall and attempts are those of the closed form (oracles 3 and 4)")
  func wall() throws {
    let calm = Self.estimate { ($0.batch, $0.failure) = (1, 0.1) }
    #expect(abs(calm.form.inFlight - 35_333.3) < 1 && calm.limit == 120_000 && calm.warnings.isEmpty)
    #expect(abs(try #require(calm.form.mostFailure(inFlight: calm.limit)) - 0.28240) < 1e-5)
    #expect(abs(calm.amplification - 1 / 0.9) < 1e-12 && abs(calm.form.deadShare - 1e-6) < 1e-12)
    let over = Self.estimate { ($0.batch, $0.failure) = (1, 0.3) }
    #expect(abs(over.form.inFlight - 130_476) < 2 && over.warnings.contains { $0.contains("120000 of a queue") })
    let released = Self.estimate { ($0.batch, $0.failure, $0.kind) = (1, 0.3, .release) }
    #expect(released.form.inFlight < 3_000)
  }

  @Test("a batch acknowledged at its end holds each record ten times as long, one by one five and a half times")
  func batches() {
    let together = Self.estimate { $0.batch = 10 }, each = Self.estimate { ($0.batch, $0.acknowledging) = (10, .each) }
    #expect(abs(together.form.inFlight - 20_000) < 1 && abs(each.form.inFlight - 11_000) < 1)
    #expect(abs(together.busyThreads - each.busyThreads) < 1e-9 && abs(together.busyThreads - 2_020) < 1)
    #expect(together.instances == 2_525 && Self.estimate { ($0.batch, $0.threads) = (10, 40) }.instances == 64)
  }

  @Test("safe visibility: exponential work as Erlang's law has it, in whole seconds; none above twelve hours")
  func visibility() {
    let one = Self.estimate(work: .exponential(mean: .seconds(2))) { $0.batch = 10 }
    #expect(one.visibilityAlone == .seconds(28) && one.visibilityOfBatch == .seconds(66))
    #expect(one.outlasting > 0.06 && one.warnings.contains { $0.contains("worked on twice") })
    let long = Self.estimate(work: .exponential(mean: .hours(1))) { $0.batch = 10 }
    #expect(long.visibilityAlone == nil && long.visibilityOfBatch == nil)
    let rare = Self.estimate(1, work: .exponential(mean: .seconds(2))) { $0.batch = 1 }
    #expect(abs(rare.duplicatesADay / 86_400 / 3.059e-7 - 1) < 1e-3)
  }

  @Test("a sum of works by folding is Erlang's law within a step, and of lognormal works what sampling finds")
  func sums() throws {
    let sum = LawOfSums(.exponential(mean: .seconds(1)), 10, upTo: 100)
    for (share, exact) in [(1e-2, 18.783), (1e-4, 26.193), (1e-6, 32.710)] {
      #expect(abs(sum.quantile(above: share) - exact) < 0.2, "\(share): \(sum.quantile(above: share))")
    }
    let tail = WorkLaw.lognormal(median: .seconds(2), p99: .seconds(60))
    #expect(
      abs(tail.mean.inSeconds / 5.82 - 1) < 0.01 && abs(tail.share(outlasting: .seconds(60), for: 1) - 0.01) < 1e-9)
    let ten = tail.visibility(for: 10, outlasting: 0.01)
    // Alone 60 s; the sum of ten is above the tenfold mean and below the bound of ten at their thousandth.
    #expect(ten > .seconds(150) && ten < .seconds(280), "\(ten)")
    #expect(abs(tail.share(outlasting: ten, for: 10) - 0.01) < 0.001)
  }

  @Test("a record that is silent for longer than the stream keeps it is warned of (oracle 10)")
  func retention() {
    let long = Self.estimate(1) { ($0.batch, $0.visibility) = (1, .hours(12)) }
    #expect(long.timeToDeath == .hours(72) && long.warnings.contains { $0.contains("expire before they are dead") })
    #expect(Self.estimate(1) { ($0.batch, $0.visibility) = (1, .seconds(14_399)) }.warnings.isEmpty)
    #expect(Self.estimate(1) { ($0.batch, $0.maxReceives) = (1, nil) }.timeToDeath == nil)
  }

  @Test("polling, fan-out and a queue billed as fan-out cost what the bill of such a stream says")
  func ways() throws {
    let estimate = Self.estimate(1_000, size: 1_024) { ($0.batch, $0.failure) = (10, 0.5) }
    let dollars = { (way: QueueEstimate.Way) in estimate.bills[way]?.map { $0.total.inDollars } ?? [] }
    // 1,000 KiB/s for 730 h are 2,506.26 GiB; in $0.08, out $0.04, fan-out $0.05, the stream $0.04 an hour.
    let gib = 1_000.0 * 1_024 * 730 * 3_600 / 1_073_741_824
    for (way, price) in [(QueueEstimate.Way.polling, 0.12), (.fanOut, 0.13), (.queueAsFanOut, 0.08 + 0.05 * 1.96875)] {
      let expected: Double = gib * price + 29.20
      #expect(abs(dollars(way)[0] - expected) < 0.01, "\(way)")
    }
  }

  @Test("SQS: requests by batch and by 64 KiB, its limits, its two prices")
  func sqs() throws {
    let estimate = Self.estimate(1_000, size: 1_000) { $0.batch = 10 }
    let standard = estimate.sqs[0], fifo = estimate.sqs[1]
    // Three calls for ten messages.
    let requests: Double = 300 * 730 * 3_600
    #expect(standard.kind == .standard && abs(Double(standard.requests) - requests) < 2)
    #expect(abs(try #require(standard.cost).inDollars - requests / 1e6 * 0.40) < 0.01)
    #expect(abs(try #require(fifo.cost).inDollars - requests / 1e6 * 0.50) < 0.01)
    #expect(standard.inFlightLimit == 120_000 && fifo.inFlightLimit == 120_000 && standard.highCalls == nil)
    #expect(!fifo.needsHighThroughput && Self.estimate(10_000) { $0.batch = 10 }.sqs[1].needsHighThroughput)
    // Ten of 20 KiB are 200 KiB: four requests to send, four to receive, one to delete.
    let large = Self.estimate(100, size: 20_480) { $0.batch = 10 }.sqs[0]
    let expected: Double = 90 * 730 * 3_600
    #expect(abs(Double(large.requests) - expected) < 2)
    // A batch is 1 MiB at most: three of 300 KiB.
    #expect(Self.estimate(1, size: 307_200) { $0.batch = 10 }.sqs[0].batch == 3)
  }

  @Test("SQS is no alternative for messages above 1 MiB, nor FIFO above 70,000 calls a second")
  func sqsObstacles() {
    let large = Self.estimate(1, size: (1 << 20) + 1)
    #expect(large.sqs.allSatisfy { $0.obstacle?.contains("1048576") == true && $0.cost == nil })
    let much = Self.estimate(80_000, size: 100)
    #expect(much.sqs[0].obstacle == nil && much.sqs[1].obstacle?.contains("70000") == true)
    #expect(Self.estimate(1, region: "eu-north-1").sqs.allSatisfy { $0.cost == nil && $0.obstacle == nil })
  }
}
