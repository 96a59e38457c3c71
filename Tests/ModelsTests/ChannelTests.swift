import Experiment
import KinesisCore
import Models
import Testing
import Units

@Suite struct `Channels of a run` {
  static func result(seconds: Int64, rate: Double, shards: Int = 2, freshness: Int64 = 300) -> RunResult {
    var experiment = Fixture.experiment(
      seconds: seconds, shards: shards, producers: [Fixture.producer(rate: rate, retry: RetrySpec(policy: .none))])
    experiment.channels = [
      ChannelSpec(name: "lake", stream: 0, destination: .s3, freshness: .seconds(freshness)),
      ChannelSpec(name: "table", stream: 0, destination: .s3Tables, freshness: .seconds(600)),
    ]
    return Fixture.result(of: experiment)
  }

  @Test("what a stream accepts is delivered once or still held, to each channel") func conserved() throws {
    let result = Self.result(seconds: 1_000, rate: 200)
    for channel in result.channels {
      #expect(channel.records + channel.heldRecords == result.records.accepted)
      #expect(channel.bytes + channel.heldBytes == result.streams[0].incomingBytes)
    }
    #expect(result.channels.map(\.deliveries) == [3, 1])
    #expect(result.channels.map(\.freshness) == [.seconds(300), .seconds(600)])
  }

  @Test("refused records are not delivered") func refused() {
    let result = Self.result(seconds: 400, rate: 2_500, shards: 1)
    #expect(result.records.lost > 0)
    #expect(result.channels[0].records + result.channels[0].heldRecords == result.records.accepted)
  }

  @Test("sparse records wait their freshness each; nothing arrives, nothing is delivered") func sparse() {
    let result = Self.result(seconds: 4_000, rate: 0.001)
    #expect(result.channels[0].deliveries <= Int(result.records.accepted))
    #expect(result.channels[0].deliveries == 0 || result.channels[0].freshness == .seconds(300))
    #expect(Self.result(seconds: 400, rate: 0).channels.map(\.deliveries) == [0, 0])
  }

  @Test("a channel changes nothing for the stream") func noLoad() {
    var experiment = Fixture.experiment(seconds: 120)
    let without = Fixture.result(of: experiment)
    experiment.channels = [ChannelSpec(name: "lake", stream: 0, destination: .s3, freshness: .seconds(600))]
    #expect(Fixture.result(of: experiment).trajectoryHash == without.trajectoryHash)
  }
}
