import Pricing
import Testing
import Units

@Suite("What was used")
struct UseTests {
  private static func lines(_ use: StreamUse) -> [Usage.Line] {
    var usage = Usage(over: .hours(1))
    use.add(to: &usage)
    return usage.lines
  }

  /// An hour of two shards: 100 units, 1,000 bytes in and 2,048 rounded, polled and pushed once, kept for nine days.
  private static func stream(_ mode: BillingMode) -> StreamUse {
    var use = StreamUse("s", mode, retention: .days(9))
    (use.time, use.shardTime, use.payloadUnits) = (.hours(1), 7_200_000_000_000, 100)
    (use.bytes, use.roundedBytes, use.polledBytes) = (.counted(1_000), .counted(2_048), 999)
    use.fanOut = [StreamUse.FanOut(Scope(.consumer, "c"), bytes: 998)]
    return use
  }

  @Test("provisioned streams are billed by shard, unit and stored byte; their fan-out by consumer")
  func provisioned() {
    let (stream, consumer) = (Scope(.stream, "s"), Scope(.consumer, "c"))
    #expect(
      Self.lines(Self.stream(.provisioned)) == [
        Usage.Line(.shardHour, scope: stream, quantity: 7_200_000_000_000),
        Usage.Line(.putPayloadUnit, scope: stream, quantity: 100),
        Usage.Line(.extendedRetention, scope: stream, quantity: 7_200_000_000_000),
        Usage.Line(.longTermRetention, scope: stream, quantity: 1_000 * 2 * 86_400),
        Usage.Line(.fanOutHour, scope: consumer, quantity: 7_200_000_000_000),
        Usage.Line(.fanOutData, scope: consumer, quantity: 998),
      ])
  }

  @Test("on-demand streams are billed by rounded bytes, and by polled and pushed ones; Advantage has no stream-hour")
  func onDemand() {
    let standard = Self.lines(Self.stream(.onDemandStandard)), advantage = Self.lines(Self.stream(.onDemandAdvantage))
    #expect(
      standard.map(\.item) == [
        .onDemandStreamHour, .onDemandDataIn, .onDemandDataOut, .onDemandRetention, .longTermRetention, .onDemandFanOut,
      ])
    #expect(
      advantage.map(\.item) == [
        .advantageDataIn, .advantageDataOut, .advantageRetention, .longTermRetention, .advantageFanOut,
      ])
    #expect(standard.dropFirst().map(\.quantity) == advantage.map(\.quantity))
    let day: Int128 = 2_048 * 86_400, wanted: [Int128] = [2_048, 999, 6 * day, 2 * day, 998]
    #expect(advantage.map(\.quantity) == wanted)
  }

  @Test("a stream bears the commitment under Advantage alone, and not when others use it up")
  func commitment() {
    func committed(_ mode: BillingMode, _ commitment: StreamUse.Commitment) -> [Scope] {
      var use = Use()
      use.streams = [Self.stream(mode), Self.stream(mode)]
      for index in 0..<2 { use.streams[index].commitment = commitment }
      return use.usage(over: .hours(1)).committed
    }
    // What its fan-out consumer is pushed counts too (N§5.1).
    #expect(committed(.onDemandAdvantage, .borne) == [Scope(.stream, "s"), Scope(.consumer, "c")])
    #expect(committed(.onDemandAdvantage, .shared) == [] && committed(.onDemandStandard, .borne) == [])
  }

  @Test("a steady amount is rounded once, however long it is stored")
  func amounts() {
    let third = Amount.steady(perSecond: 1.0 / 3, over: .seconds(10))
    #expect(third.whole == 3 && third.times(seconds: 100) == 333 && Amount.counted(3).times(seconds: 100) == 300)
  }

  @Test("rounding: 25 KB payload units, whole KB, whole milliseconds")
  func rounding() {
    #expect([1, 25_600, 25_601].map(Rounding.payloadUnits) == [1, 1, 2])
    #expect([0, 1, 1_024, 1_025].map(Rounding.kilobytes) == [0, 1_024, 1_024, 2_048])
    #expect(Rounding.milliseconds(.microseconds(1_001)) == .milliseconds(2))
  }

  @Test("a scope reads back from its text; names may hold colons", arguments: Scope.Kind.allCases)
  func scopes(_ kind: Scope.Kind) {
    let scope = kind == .account ? Scope.account : Scope(kind, "a:b")
    #expect(Scope(scope.description) == scope)
    let others: [String] = [kind == .account ? "account:" : kind.rawValue, "nothing:a", ""]
    #expect(others.compactMap { Scope($0) }.isEmpty)
  }
}
