import Experiment
import KinesisCore
import Models
import Pricing
import Testing
import Units

@testable import Planning

/// The two that fill in what was used: a run counts it, a closed form works it out.
@Suite("Counted and worked out")
struct UseTests {
  /// Records of one size come by the clock for 240 s, then none for 160 s, so that all of them are stored and read.
  private static func experiment(_ mode: CapacityMode) -> Experiment {
    var experiment = ScenarioBillTests.steady(mode)
    experiment.streams[0].retention = .days(9)
    experiment.streams[0].shardLevelMetrics = ShardLevelMetric.allCases
    experiment.producers[0].rate = .stages([
      .init(length: .seconds(240), rate: RecordsPerSecond(20), shape: .hold),
      .init(length: .seconds(160), rate: RecordsPerSecond(0), shape: .hold),
    ])
    experiment.consumers.append(
      ConsumerSpec(
        name: "pushed", stream: 0, application: .recordProcessors, reading: .fanOut, pollInterval: .seconds(1)))
    experiment.neighbours.videoStreams = [VideoStreamSpec(name: "door", bitsPerSecond: 1_000_000)]
    return experiment
  }

  @Test("a steady scenario comes to the same quantities in a run and in closed form", arguments: CapacityMode.allCases)
  func equal(_ mode: CapacityMode) {
    let experiment = Self.experiment(mode), form = ScenarioForm(experiment, headroom: 0)
    let worked = form.usage(of: form.own, over: experiment.horizon.duration)
    var run = World(PreparedExperiment(experiment), replication: 0)
    while !run.advance(limit: 1_000_000) {}
    let counted = run.finish(isComplete: true).usage
    #expect(counted.lines == worked.lines && counted.committed == worked.committed)
    #expect(counted.lines.count >= 10)
  }
}
