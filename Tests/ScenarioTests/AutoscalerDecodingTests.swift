import Experiment
import Models
import Scenario
import Testing
import Units

@Suite struct `Autoscalers in a scenario` {
  static func text(_ scaler: String) -> String {
    Sample.with("mode: provisioned, shards: 4", "mode: provisioned, shards: 4, autoscaler: {\(scaler)}")
  }

  static func spec(_ scaler: String) throws -> AutoscalerSpec? {
    try Sample.experiment(text(scaler)).streams[0].autoscaler
  }

  @Test("each policy has the defaults of its own documents") func defaults() throws {
    let utils = try #require(try Self.spec("policy: kinesis_scaling_utils"))
    #expect(utils.policy == .scalingUtils(on: .put, up: .percent(20), down: .shards(1)))
    #expect(utils.up == .init(permille: 800, minutes: 10, cooldown: .zero))
    #expect(utils.down == .init(permille: 200, minutes: 60, cooldown: .hours(2)))
    let alarms = try #require(try Self.spec("policy: cloudwatch_double_halve"))
    #expect(alarms.up == .init(permille: 750, minutes: 25, cooldown: .zero))
    #expect(alarms.down == .init(permille: 250, minutes: 300, cooldown: .zero))
    let tracking = try #require(try Self.spec("policy: target_tracking"))
    #expect(tracking.up == .init(permille: 700, minutes: 3, cooldown: .minutes(5)))
    #expect(tracking.down == .init(permille: 630, minutes: 15, cooldown: .minutes(5)))
    #expect(tracking.metricDelay == .minutes(1) && tracking.minimum == 1 && tracking.maximum == 10_000)
    #expect(try Self.spec("policy: none") == nil)
  }

  @Test("every key is read") func keys() throws {
    let spec = try #require(
      try Self.spec(
        "policy: kinesis_scaling_utils, metric_delay: 90s, scale_up_pct: 72.5, scale_down_pct: 20, up_after: 4m, "
          + "down_after: 2h, cooldown_up: 30s, cooldown_down: 1h, min_shards: 2, max_shards: 9, scale_up_by: 3, "
          + "scale_down_by: 10%, scale_on: both"))
    #expect(spec.policy == .scalingUtils(on: .both, up: .shards(3), down: .percent(10)))
    #expect(spec.metricDelay == .seconds(90) && spec.minimum == 2 && spec.maximum == 9)
    #expect(spec.up == .init(permille: 725, minutes: 4, cooldown: .seconds(30)))
    #expect(spec.down == .init(permille: 200, minutes: 120, cooldown: .hours(1)))
  }

  @Test("a schedule has times of day and times after the start") func schedule() throws {
    let spec = try #require(
      try Self.spec("policy: schedule, schedule: [{at: '08:30', shards: 8}, {at: T+90m, shards: 2}]"))
    let entries: [AutoscalerSpec.Entry] = [
      .init(at: .daily(.minutes(510)), shards: 8), .init(at: .once(.minutes(90)), shards: 2),
    ]
    #expect(spec.policy == .schedule(entries) && spec.metricDelay == .zero)
  }

  // swift-format-ignore
  static let mistakes: [Mistake] = [
    Mistake("", "policy: target_tracking, min_shards: 5, max_shards: 4", "min_shards 5 is more than max_shards 4"),
    Mistake("", "policy: target_tracking, min_shards: 5", "the stream begins with 4 shards, outside min_shards 5 to max_shards 10000; begin within them"),
    Mistake("", "policy: target_tracking, max_shards: 2", "the stream begins with 4 shards, outside min_shards 1 to max_shards 2; begin within them"),
    Mistake("", "policy: target_tracking, scale_up_pct: 101", "scale_up_pct: expected a percentage from 0.1 to 100 with at most one decimal, found \"101\""),
    Mistake("", "policy: target_tracking, scale_up_pct: -5", "found \"-5\"; it cannot be negative"),
    Mistake("", "policy: target_tracking, scale_up_pct: 70.25", "expected a percentage from 0.1 to 100 with at most one decimal, found \"70.25\""),
    Mistake("", "policy: target_tracking, scale_up_pct: 40, scale_down_pct: 40", "scale_down_pct 40 is not below scale_up_pct 40; the stream would grow and shrink by turns"),
    Mistake("", "policy: cloudwatch_double_halve, up_after: 90s", "expected whole minutes, found \"90s\"; CloudWatch has one sample a minute"),
    Mistake("", "policy: cloudwatch_double_halve, down_after: 2d", "down_after: expected a duration from"),
    Mistake("", "policy: cloudwatch_double_halve, metric_delay: 2h", "metric_delay: expected a duration from 0s to 1h, found \"2h\""),
    Mistake("", "policy: cloudwatch_double_halve, schedule: []", "\"schedule\" does not apply to cloudwatch_double_halve; remove it"),
    Mistake("", "policy: target_tracking, scale_up_by: 2", "\"scale_up_by\" does not apply to target_tracking; remove it"),
    Mistake("", "policy: kinesis_scaling_utils, scale_up_by: 0%", "expected a number of shards such as 2, or a share such as 20%, found \"0%\"; whole percents from 1% to 10000%"),
    Mistake("", "policy: kinesis_scaling_utils, scale_on: puts", "expected one of put, get, both, found \"puts\"; did you mean \"put\"?"),
    Mistake("", "policy: target_tracking, scale_on: put", "\"scale_on\" does not apply to target_tracking; remove it"),
    Mistake("", "policy: schedule", "\"schedule\" is missing: expected a list of maps with at and shards"),
    Mistake("", "policy: schedule, schedule: []", "expected at least one entry"),
    Mistake("", "policy: schedule, schedule: [{at: '8:30', shards: 2}]", "expected a time of day such as 08:30, or a time after the start such as T+2h, in whole minutes"),
    Mistake("", "policy: schedule, schedule: [{at: T+90s, shards: 2}]", "in whole minutes, found \"T+90s\""),
    Mistake("", "policy: schedule, max_shards: 4, schedule: [{at: T+9m, shards: 5}]", "a number of shards within min_shards and max_shards, from 1 to 4, found \"5\""),
    Mistake("", "policy: schedule, up_after: 3m, schedule: [{at: T+9m, shards: 2}]", "\"up_after\" does not apply to schedule; remove it"),
    Mistake("", "policy: magic", "expected one of none, kinesis_scaling_utils, cloudwatch_double_halve, target_tracking, schedule, found \"magic\""),
    Mistake("", "policy: none, cooldwn: 3m", "unknown key \"cooldwn\""),
  ]

  @Test("a mistake is said once, with its remedy", arguments: mistakes) func mistake(_ mistake: Mistake) {
    let errors = Sample.errors(Self.text(mistake.new))
    #expect(errors.count == 1 && errors.allSatisfy { $0.contains(mistake.says) }, "\(errors)")
  }

  @Test("scale_up_by 100% changes nothing, and that is said") func factorOfOne() throws {
    let loaded = try ScenarioFile.load(
      text: Self.text("policy: kinesis_scaling_utils, scale_up_by: 100%"), file: "s.yaml", settings: [])
    #expect(loaded.warnings.count == 1 && loaded.warnings[0].description.contains("100 % changes nothing"))
    #expect(
      try Self.spec("policy: kinesis_scaling_utils, scale_up_by: 200%")?.policy
        == .scalingUtils(on: .put, up: .percent(200), down: .shards(1)))
  }

  @Test("an on-demand stream has none: AWS refuses the call") func onDemand() {
    let text = Sample.with(
      "mode: provisioned, shards: 4", "mode: on_demand_standard, autoscaler: {policy: target_tracking}")
    let errors = Sample.errors(text)
    #expect(
      errors.count == 1
        && errors.contains { $0.contains("an on-demand stream scales itself and refuses UpdateShardCount") })
  }
}
