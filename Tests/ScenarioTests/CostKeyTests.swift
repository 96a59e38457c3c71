import Experiment
import Models
import Scenario
import Testing
import Units

@Suite("Keys that only the bill reads")
struct CostKeyTests {
  private static let text = """
    schema: weir/v1
    name: keys
    clock: {duration: 1m}
    streams: {s: {mode: provisioned, shards: 1, shard_level_metrics: METRICS}}
    producers: {p: {to: s, rate: 10, record: {size: 100B}}}
    consumers: {c: {from: s, type: TYPE, checkpoint_every: EVERY}}
    firehoses: {f: {source: "stream:s", destination: s3, objects_kept: KEPT}}

    """

  private static func load(
    metrics: String = "ALL", type: String = "kcl_polling", every: String = "0s", kept: String = "90d"
  ) throws -> Experiment {
    let text = text.replacing("METRICS", with: metrics).replacing("TYPE", with: type)
      .replacing("EVERY", with: every).replacing("KEPT", with: kept)
    return try ScenarioFile.load(text: text).experiment
  }

  @Test("shard-level metrics by AWS's names or ALL, checkpoints from none between to a day, objects kept for a time")
  func decoded() throws {
    let all = try Self.load()
    #expect(all.streams[0].shardLevelMetrics == ShardLevelMetric.allCases)
    #expect(all.consumers[0].checkpointEvery == .zero && all.firehoses[0].objectsKept == .days(90))
    #expect(try Self.load(metrics: "[ALL]").streams[0].shardLevelMetrics == ShardLevelMetric.allCases)
    let two = try Self.load(metrics: "[OutgoingBytes, IncomingBytes]", every: "5m", kept: "0s")
    #expect(two.streams[0].shardLevelMetrics == [.incomingBytes, .outgoingBytes])
    #expect(two.consumers[0].checkpointEvery == .minutes(5) && two.firehoses[0].objectsKept == .zero)
  }

  @Test("an unknown metric, a type without leases and a time too long are refused")
  func refused() {
    #expect(throws: ScenarioFailure.self) { try Self.load(metrics: "[Bytes]") }
    #expect(throws: ScenarioFailure.self) { try Self.load(type: "sdk_polling") }
    #expect(throws: ScenarioFailure.self) { try Self.load(every: "25h") }
    #expect(throws: ScenarioFailure.self) { try Self.load(kept: "4000d") }
  }
}
