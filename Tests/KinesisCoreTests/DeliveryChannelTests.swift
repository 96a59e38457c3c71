import KinesisCore
import Testing
import Units

@Suite struct `Delivery channels` {
  static let start = Instant(seconds: 1_000)

  /// One bar is a second: a letter is an arrival, `-` nothing; what comes out, with its second.
  static func deliveries(_ line: String, freshness: Int64) -> [String] {
    var channel = DeliveryChannel(to: .s3, freshness: .seconds(freshness))
    var out: [DeliveryChannel.Batch] = []
    for (second, sign) in line.enumerated() {
      let now = start + .seconds(Int64(second))
      if sign == "-" {
        channel.wake(at: now, into: &out)
      } else {
        channel.step(.init(records: 1, bytes: 10), at: now, into: &out)
      }
    }
    return out.map { "\($0.records)@\(($0.at - start).nanoseconds / 1_000_000_000)" }
  }

  @Test("it delivers when its oldest record has waited for its freshness; the clock starts with that record")
  func diagram() {
    #expect(Self.deliveries("aaa----b----------", freshness: 5) == ["3@5", "1@12"])
    #expect(Self.deliveries("-----------------", freshness: 5) == [])
    #expect(Self.deliveries("a----b-----", freshness: 5) == ["1@5", "1@10"])
    #expect(Self.deliveries("a---------b", freshness: 5) == ["1@5"])
  }

  @Test("a late wake changes nothing: the delivery is dated when it was due") func lateWake() {
    var channel = DeliveryChannel(to: .s3, freshness: .seconds(300))
    var out: [DeliveryChannel.Batch] = []
    channel.step(.init(records: 3, bytes: 30), at: Self.start, into: &out)
    #expect(channel.deadline == Self.start + .seconds(300))
    channel.step(.init(records: 1, bytes: 7), at: Self.start + .seconds(900), into: &out)
    #expect(out.map(\.at) == [Self.start + .seconds(300)] && out.map(\.records) == [3])
    #expect(channel.held == .init(records: 1, bytes: 7) && channel.deadline == Self.start + .seconds(1_200))
  }

  @Test("never longer than its freshness, and everything exactly once, whatever arrives", arguments: 0..<40)
  func property(_ seed: Int) {
    var dice = Dice(seed: UInt64(seed) &+ 77)
    let freshness = Interval.seconds(300 + Int64(dice.below(601)))
    var channel = DeliveryChannel(to: .s3Tables, freshness: freshness)
    var out: [DeliveryChannel.Batch] = []
    var (now, records, bytes): (Instant, Int64, Int64) = (Self.start, 0, 0)
    for _ in 0..<400 {
      now = now + .milliseconds(Int64(dice.below(200_000)))
      guard dice.below(3) > 0 else {
        channel.wake(at: now, into: &out)
        continue
      }
      let arrival = DeliveryChannel.Arrival(records: Int64(dice.below(50)) + 1, bytes: Int64(dice.below(9_000)))
      (records, bytes) = (records + arrival.records, bytes + arrival.bytes)
      channel.step(arrival, at: now, into: &out)
    }
    #expect(out.reduce(channel.held.records) { $0 + $1.records } == records)
    #expect(out.reduce(channel.held.bytes) { $0 + $1.bytes } == bytes)
    #expect(out.allSatisfy { $0.waited == freshness })
    #expect(channel.deadline.map { $0 > now } ?? true)
  }

  @Test("AWS wants an on-demand stream, one channel a destination, two a stream, 300 to 900 s") func checks() {
    func refusal(
      _ to: DeliveryChannel.Destination, _ seconds: Int64, _ mode: StreamMode,
      _ others: [DeliveryChannel.Destination]
    ) -> String? {
      do throws(Refusal) {
        try DeliveryChannel.check(to, freshness: .seconds(seconds), on: mode, beside: others, limits: .current)
        return nil
      } catch { return error.code }
    }
    #expect(refusal(.s3, 300, .onDemand, []) == nil && refusal(.s3, 900, .onDemand, [.s3Tables]) == nil)
    #expect(refusal(.s3, 300, .provisioned, []) == "ValidationException")
    #expect(refusal(.s3, 300, .onDemand, [.s3]) == "LimitExceededException")
    #expect(refusal(.s3, 300, .onDemand, [.s3Tables, .s3Tables]) == "LimitExceededException")
    #expect(refusal(.s3, 299, .onDemand, []) == "ValidationException")
    #expect(refusal(.s3, 901, .onDemand, []) == "ValidationException")
  }
}
