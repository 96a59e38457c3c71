internal import Models
internal import Simulation
internal import Units

// What Lambda functions, Flink applications and crashes came to, below the consumers' table.
extension RunMarkdown {
  var applications: String {
    [functions, flinks, repeated].compactMap { $0 }.map { "\n" + $0 }.joined()
  }

  private var functions: String? {
    let rows = run.consumers.compactMap { consumer in consumer.function.map { (consumer.name, $0) } }
    guard !rows.isEmpty else { return nil }
    var table = MarkdownTable(
      "Lambda function",
      numbers: ["Invocations", "Errors", "Throttled", "Bisected", "Records given up", "Most at once", "GB-seconds"])
    for (name, function) in rows {
      let counts = [function.invocations, function.errors, function.throttles, function.bisects, function.givenUp]
      table.append(
        [Markdown.code(name)] + counts.map { Figures.count($0) }
          + [Figures.count(Int64(function.concurrencyPeak)), Figures.number(function.gigabyteSeconds)])
    }
    return table.text
      + "\nRecords of a mapping count as handed over when the invocation that succeeded began, so retries are in their "
      + "propagation. Records given up were in no invocation that succeeded.\n"
  }

  private var flinks: String? {
    let rows = run.consumers.compactMap { consumer in consumer.flink.map { (consumer.name, $0) } }
    guard !rows.isEmpty else { return nil }
    var table = MarkdownTable(
      "Flink application",
      numbers: ["Busy", "Parallelism peak", "at the end", "Scaled up", "down", "Stood still, s", "KPU-hours"])
    for (name, flink) in rows {
      let share = flink.busy.inSeconds / max(flink.running.inSeconds, 1e-9)
      table.append([
        Markdown.code(name), Figures.percent(share), Figures.count(Int64(flink.parallelismPeak)),
        Figures.count(Int64(flink.parallelism)), Figures.count(Int64(flink.scaledUp)),
        Figures.count(Int64(flink.scaledDown)), Figures.number(flink.outage.inSeconds), Figures.number(flink.kpuHours),
      ])
    }
    return table.text + "\nBusy time stands for CPU; the rate per KPU is the scenario's own.\n" + windows
  }

  private var windows: String {
    let rows = run.consumers.compactMap { consumer in
      consumer.flink.flatMap { $0.windowLatency.count > 0 ? (consumer.name, $0) : nil }
    }
    guard !rows.isEmpty else { return "" }
    var table = MarkdownTable("Windows of", numbers: ["To the first result, mean ms", "max ms", "Most records held"])
    for (name, flink) in rows {
      table.append([
        Markdown.code(name), Figures.milliseconds(flink.windowLatency.mean),
        Figures.milliseconds(flink.windowLatency.max), Figures.count(flink.heldPeak),
      ])
    }
    return "\n" + table.text
  }

  private var repeated: String? {
    let rows = run.consumers.filter { $0.duplicates > 0 || $0.skipped > 0 }
    guard !rows.isEmpty else { return nil }
    var table = MarkdownTable(
      "Consumer", numbers: ["Handed over again after a crash", "Stored before it began at latest"])
    for consumer in rows {
      table.append([
        Markdown.code(consumer.name), Figures.count(consumer.duplicates), Figures.count(consumer.skipped),
      ])
    }
    return table.text
  }

  /// What was chosen for the applications that this run has.
  var applicationChoices: [String] {
    let specs = run.experiment.consumers
    let crashes = run.experiment.events.contains { if case .crashWorkers = $0.action { true } else { false } }
    return [
      specs.contains { $0.function != nil }
        ? "Lambda: an even hash of the partition key chooses the sub-shard; the 6 MB of a payload count records as stored, "
          + "without Base64 and JSON; throttled batches take turns; the waits between tries are assumed." : nil,
      specs.contains { $0.flink != nil }
        ? "Flink: all KPUs together are one queue with the scenario's rate, whatever the keys; the share of time it works "
          + "stands for CPU." : nil,
      crashes
        ? "A KCL application checkpoints every batch it has processed; the lease of a worker that crashes runs from the "
          + "crash, and is not stolen back." : nil,
    ].compactMap(\.self)
  }
}
