internal import Experiment
internal import KinesisCore
internal import Models
internal import Scenario
internal import Units

// What a reader may do about it.
extension RunPage {
  /// Steps, most pressing first, each with a command where there is one.
  var advice: [Document.Block] {
    let steps = throttlingSteps + objectiveSteps + readerSteps
    let calm: Prose =
      "Nothing has to be done. Whether fewer shards would do as well: \(Markdown.code(command("plan").description))"
    return run.records.offered == 0 ? [] : [.heading(2, "What to do"), .list(steps.isEmpty ? [calm] : steps)]
  }

  private func command(_ verb: String) -> ShellLine {
    ShellLine("weir", verb, of: [report.command?.operands.first ?? "SCENARIO.yaml"])
  }

  /// What the hottest shard of each stream that throttled calls for.
  private var throttlingSteps: [Prose] {
    let steps = run.streams.compactMap { stream -> Prose? in
      guard let shard = stream.hottestShard, shard.throttled > 0 else { return nil }
      let story = ShardStory(shard, of: stream)
      let cut =
        story.callsForSplit
        ? ". The command: \(Markdown.code(Self.split(shard, of: stream).description)), with the id of the shard that owns this hash key on AWS (`aws kinesis list-shards`)."
        : "."
      return "Stream \(Markdown.code(stream.name)), shard \(Markdown.code("\(shard.id)")): \(story.remedy)\(cut)"
    }
    guard !steps.isEmpty else { return [] }
    return steps + [
      "Then see how many shards all objectives need, and what they cost: \(Markdown.code(command("plan").description)). To look at the worst seconds one by one: \(Markdown.code(command("explain").description))."
    ]
  }

  /// AWS's command that cuts a shard's range in half.
  private static func split(_ shard: ShardResult, of stream: StreamResult) -> ShellLine {
    ShellLine("aws", "kinesis", of: ["split-shard"]).with("--stream-name", stream.name)
      .with("--shard-to-split", "\(shard.id)").with("--new-starting-hash-key", "\(shard.range.middle)")
  }

  private var objectiveSteps: [Prose] {
    report.judgements.filter { !$0.verdict.isPassing && $0.verdict.firstBrokenAt != nil }.prefix(3).map { judgement in
      let id = judgement.verdict.objective.id
      let line = command("explain").with("--slo", id)
      return "Objective \(Markdown.code(id)): see how it broke with \(Markdown.code(line.description))."
    }
  }

  private var readerSteps: [Prose] {
    run.consumers.filter(ReaderStory.isLate).map { consumer in
      "Consumer \(Markdown.code(consumer.name)): it ends behind; give it more workers, less work a record, or enhanced fan-out, and run this again."
    }
  }
}

extension ShardStory {
  /// Whether a split is what helps, or may.
  var callsForSplit: Bool {
    switch cause {
    case .wideRange, .warmKeys: true
    case .hasRoom, .oneKey, .bursts, .evenLoad: false
    }
  }

  /// What helps a shard that throttled, in words of Markdown.
  var remedy: String {
    switch cause {
    case .hasRoom: "nothing: it throttled nothing"
    case .oneKey(let key, _, _):
      "spread the key \(Markdown.code(key)) over several (in a scenario: `keys.salt`); more shards do not help it"
    case .wideRange, .warmKeys:
      demandAfterSplit < 1
        ? "split it in the middle: demand on the half that keeps its busiest key is then about \(Figures.percent(demandAfterSplit)) of its limit in the worst second"
        : "one split leaves about \(Figures.factor(demandAfterSplit)) its limit in the worst second; split it more than once, or spread its busiest keys over several (in a scenario: `keys.salt`)"
    case .bursts: "spread the peaks (smaller batches, jitter, a buffer), or add shards for them"
    case .evenLoad: "add shards: the load is even and too large for the stream"
    }
  }
}
