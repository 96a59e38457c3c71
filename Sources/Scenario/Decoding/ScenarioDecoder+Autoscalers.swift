internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

extension ScenarioDecoder {
  private static let policies = [
    "none", "kinesis_scaling_utils", "cloudwatch_double_halve", "target_tracking", "schedule",
  ]
  /// CloudWatch's alarms look back a day at most (PutMetricAlarm: periods times their length).
  private static let longestLookback = Interval.days(1)
  private static let longestDelay = Interval.hours(1)
  private static let maximumEntries = 1_000

  /// What a policy's own documents set where the file is silent. Sources: docs/decisions/0031.
  private struct Defaults {
    var up: Int64, down: Int64
    var upMinutes: Int, downMinutes: Int
    var upCooldown = Interval.zero, downCooldown = Interval.zero

    init(_ policy: String) {
      switch policy {
      case "kinesis_scaling_utils":
        (up, down, upMinutes, downMinutes, downCooldown) = (800, 200, 10, 60, .hours(2))
      case "target_tracking":
        (up, down, upMinutes, downMinutes) = (700, 630, 3, 15)
        (upCooldown, downCooldown) = (.minutes(5), .minutes(5))
      default:
        (up, down, upMinutes, downMinutes) = (750, 250, 25, 300)
      }
    }
  }

  /// A provisioned stream's scaler; nil for `none` and for what is wrong, which is then reported.
  func autoscaler(_ field: Field, shards: Int?) -> AutoscalerSpec? {
    guard var fields = field.map(expecting: "a map with a policy") else { return nil }
    let policy = fields.require("policy", expecting: "one of \(Self.policies.joined(separator: ", "))")?
      .choice(Self.policies, what: "autoscaler policy")
    guard let policy else { return nil }
    let spec = settings(of: policy, &fields, shards: shards)
    fields.finish()
    return policy == "none" ? nil : spec
  }

  private func settings(of policy: String, _ fields: inout Fields, shards: Int?) -> AutoscalerSpec? {
    let room = room(&fields, shards: shards)
    let isSchedule = policy == "schedule"
    if policy != "kinesis_scaling_utils" {
      fields.inapplicable(["scale_on", "scale_up_by", "scale_down_by"], to: policy)
    }
    if isSchedule {
      let keys = ["scale_up_pct", "scale_down_pct", "up_after", "down_after", "cooldown_up", "cooldown_down"]
      fields.inapplicable(["metric_delay"] + keys, to: policy)
    } else {
      fields.inapplicable(["schedule"], to: policy)
    }
    let delay = fields.take("metric_delay").flatMap { $0.duration(.zero...Self.longestDelay) }
    let (up, down) = thresholds(&fields, Defaults(policy))
    guard let chosen = self.policy(policy, &fields, room), let room, let up, let down else { return nil }
    return AutoscalerSpec(
      policy: chosen, metricDelay: delay ?? (isSchedule ? .zero : .minutes(1)), up: up, down: down,
      minimum: room.lowerBound, maximum: room.upperBound)
  }

  private func policy(_ name: String, _ fields: inout Fields, _ room: ClosedRange<Int>?) -> AutoscalerSpec.Policy? {
    switch name {
    case "kinesis_scaling_utils":
      let known = AutoscalerSpec.Operations.allCases.map(\.rawValue)
      let operations = fields.take("scale_on").map { $0.choice(known, what: "scale_on") } ?? "put"
      let up = step(fields.take("scale_up_by"), otherwise: .percent(20))
      let down = step(fields.take("scale_down_by"), otherwise: .shards(1))
      guard let up, let down, let on = operations.flatMap(AutoscalerSpec.Operations.init) else { return nil }
      return .scalingUtils(on: on, up: up, down: down)
    case "schedule":
      let field = fields.require("schedule", expecting: "a list of maps with at and shards")
      guard let items = field?.list(atMost: Self.maximumEntries, expecting: "a list of maps with at and shards") else {
        return nil
      }
      if items.isEmpty { field?.fail(expected: "at least one entry") }
      let entries = items.compactMap { entry($0, room) }
      return entries.count == items.count ? .schedule(entries) : nil
    case "target_tracking": return .targetTracking
    default: return .doubleHalve
    }
  }

  // MARK: Bounds and thresholds

  /// `min_shards` to `max_shards`, within which the stream begins.
  private func room(_ fields: inout Fields, shards: Int?) -> ClosedRange<Int>? {
    let most = Int(limits[.stream.shardsMaximum])
    let (minimumField, maximumField) = (fields.take("min_shards"), fields.take("max_shards"))
    let minimum = minimumField.map { $0.integer(1...most, expecting: "a number of shards") } ?? 1
    let maximum = maximumField.map { $0.integer(1...most, expecting: "a number of shards") } ?? most
    guard let minimum, let maximum else { return nil }
    guard minimum <= maximum else {
      (minimumField ?? maximumField)?.refuse("min_shards \(minimum) is more than max_shards \(maximum)")
      return nil
    }
    if let shards, !(minimum...maximum).contains(shards) {
      (shards < minimum ? minimumField : maximumField)?.refuse(
        "the stream begins with \(Self.shards(shards)), outside min_shards \(minimum) to max_shards \(maximum)",
        remedy: "begin within them")
    }
    return minimum...maximum
  }

  private static func shards(_ count: Int) -> String { count == 1 ? "1 shard" : "\(count) shards" }

  private func thresholds(
    _ fields: inout Fields, _ defaults: Defaults
  ) -> (up: AutoscalerSpec.Threshold?, down: AutoscalerSpec.Threshold?) {
    let upField = fields.take("scale_up_pct"), downField = fields.take("scale_down_pct")
    let upShare = upField.map(permille) ?? defaults.up
    let downShare = downField.map(permille) ?? min(defaults.down, (upShare ?? 1_000) * 9 / 10)
    if let upShare, let downShare, downShare >= upShare {
      (downField ?? upField)?.refuse(
        "scale_down_pct \(Self.percent(downShare)) is not below scale_up_pct \(Self.percent(upShare))",
        remedy: "the stream would grow and shrink by turns")
    }
    let upMinutes = fields.take("up_after").map(minutes) ?? defaults.upMinutes
    let downMinutes = fields.take("down_after").map(minutes) ?? defaults.downMinutes
    let cooldowns = [("cooldown_up", defaults.upCooldown), ("cooldown_down", defaults.downCooldown)].map { key, other in
      fields.take(key).map { $0.duration(.zero...Self.longestLookback) } ?? other
    }
    return (threshold(upShare, upMinutes, cooldowns[0]), threshold(downShare, downMinutes, cooldowns[1]))
  }

  private func threshold(_ share: Int64?, _ minutes: Int?, _ cooldown: Interval?) -> AutoscalerSpec.Threshold? {
    guard let share, let minutes, let cooldown else { return nil }
    return AutoscalerSpec.Threshold(permille: share, minutes: minutes, cooldown: cooldown)
  }

  private static func percent(_ permille: Int64) -> String { plain(Double(permille) / 10) }

  /// A percentage above 0, at most 100, in tenths.
  private func permille(_ field: Field) -> Int64? {
    let expected = "a percentage from 0.1 to 100 with at most one decimal"
    guard let value = field.anyNumber(expecting: expected) else { return nil }
    let tenths = (value * 10).rounded()
    guard (1...1_000).contains(tenths), abs(tenths - value * 10) < 1e-6 else {
      field.fail(expected: expected, remedy: value < 0 ? "it cannot be negative" : nil)
      return nil
    }
    return Int64(clamping: tenths)
  }

  /// Whole minutes, as CloudWatch's samples are.
  private func minutes(_ field: Field) -> Int? {
    guard let length = field.duration(.shortest...Self.longestLookback) else { return nil }
    let minute = Interval.minutes(1).nanoseconds
    guard length.nanoseconds % minute == 0 else {
      field.fail(expected: "whole minutes", remedy: "CloudWatch has one sample a minute")
      return nil
    }
    return Int(length.nanoseconds / minute)
  }

  // MARK: Steps and schedules

  /// As far as scalePct goes here: to a hundredfold.
  private static let mostPercent = 10_000

  /// `3` or `20%`; from 100 % on a factor, as the utility has it.
  private func step(_ field: Field?, otherwise: AutoscalerSpec.Step) -> AutoscalerSpec.Step? {
    guard let field else { return otherwise }
    let expected = "a number of shards such as 2, or a share such as 20%"
    let most = Int(limits[.stream.shardsMaximum])
    guard let text = field.text else {
      field.fail(expected: expected)
      return nil
    }
    if text.hasSuffix("%"), let share = Int(text.dropLast()), (1...Self.mostPercent).contains(share) {
      if share == 100 {
        field.warn("scalePct is a factor from 100 on: 100 % changes nothing", remedy: "200% doubles or halves")
      }
      return .percent(share)
    }
    if case .scalar(let scalar) = field.node.content, !scalar.isQuoted, let count = Int(text),
      (1...most).contains(count)
    {
      return .shards(count)
    }
    field.fail(expected: expected, remedy: text.hasSuffix("%") ? "whole percents from 1% to \(Self.mostPercent)%" : nil)
    return nil
  }

  private func entry(_ item: Field, _ room: ClosedRange<Int>?) -> AutoscalerSpec.Entry? {
    guard var fields = item.map(expecting: "a map with at and shards") else { return nil }
    let at = fields.require("at", expecting: "a time such as 08:30 or T+2h").flatMap(moment)
    let most = room ?? 1...Int(limits[.stream.shardsMaximum])
    let shards = fields.require("shards", expecting: "a number of shards")?
      .integer(most, expecting: "a number of shards within min_shards and max_shards,")
    fields.finish()
    guard let at, let shards else { return nil }
    return AutoscalerSpec.Entry(at: at, shards: shards)
  }

  /// `08:30`, every day in UTC; or `T+2h`, once.
  private func moment(_ field: Field) -> AutoscalerSpec.Entry.Moment? {
    let expected = "a time of day such as 08:30, or a time after the start such as T+2h, in whole minutes"
    guard let text = field.text else {
      field.fail(expected: expected)
      return nil
    }
    if let minutes = Self.timeOfDay(text) { return .daily(.minutes(minutes)) }
    if text.hasPrefix("T+"), let after = try? Quantity.interval(text.dropFirst(2)), after <= .longest,
      after.nanoseconds % Interval.minutes(1).nanoseconds == 0
    {
      return .once(after)
    }
    field.fail(expected: expected)
    return nil
  }

  /// Minutes after midnight of `HH:MM`.
  private static func timeOfDay(_ text: String) -> Int64? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let hour = Int64(parts[0]), let minute = Int64(parts[1]), hour < 24, minute < 60
    else { return nil }
    return hour * 60 + minute
  }
}
