internal import KinesisCore
internal import Models
internal import Simulation
internal import Units

// Latencies, producers and consumers.
extension RunMarkdown {
  private var percentiles: [Double] { run.experiment.outputs.percentiles }

  var latencies: String? {
    let put = times("Producer", run.producers.map { ($0.name, $0.putLatency) })
    let propagation = times("Consumer", run.consumers.map { ($0.name, $0.propagation) })
    let parts = [
      put.map { "From a record's birth to its acknowledgement, retries included:\n\n" + $0 },
      propagation.map { "From a record's arrival at its shard to its hand-over to the consumer's code:\n\n" + $0 },
      ages.map {
        "How far consumers were behind: the age of the oldest record not yet handed over, looked at every second:\n\n"
          + $0
      },
    ].compactMap { $0 }
    return parts.isEmpty
      ? nil
      : "## Latencies, in milliseconds\n\n"
        + "p99 is the time that 99 % of records did not pass, and so on.\n\n" + parts.joined(separator: "\n")
  }

  private func times(_ noun: String, _ rows: [(String, LatencyHistogram)]) -> String? {
    guard !rows.isEmpty else { return nil }
    let columns = percentiles.map { "p" + (Figures.shortest($0) ?? Figures.nothing) }
    var table = MarkdownTable(noun, numbers: ["Records", "Mean"] + columns + ["Max"])
    for (name, times) in rows {
      let figures = [times.mean] + percentiles.map(times.percentile) + [times.max]
      let cells = figures.map { times.count > 0 ? Figures.milliseconds($0) : Figures.nothing }
      table.append([Markdown.code(name), Figures.count(times.count)] + cells)
    }
    return table.text
  }

  private var ages: String? {
    guard !run.consumers.isEmpty else { return nil }
    var table = MarkdownTable("Consumer", numbers: ["Most", "At the end"])
    for consumer in run.consumers {
      let figures =
        consumer.calls > 0 || consumer.records > 0
        ? [consumer.iteratorAgeMax, consumer.iteratorAgeLast].map(Figures.milliseconds)
        : [Figures.nothing, Figures.nothing]
      table.append([Markdown.code(consumer.name)] + figures)
    }
    return table.text
  }

  var producers: String? {
    guard !run.producers.isEmpty else { return nil }
    var table = MarkdownTable(
      "Producer",
      numbers: ["Offered", "Accepted", "Lost", "Under way at the end", "Repeated attempts", "Fullest buffer"])
    for producer in run.producers {
      table.append(
        [Markdown.code(producer.name)]
          + [producer.offered, producer.accepted, producer.lost, producer.inFlight, producer.retries].map {
            Figures.count($0)
          } + [Figures.size(producer.peakBuffer)])
    }
    return "## Producers\n\n" + table.text + losses + libraries
      + "\nEvery record offered was accepted, lost, or still under way. The fullest buffer is that of one process.\n"
  }

  private var losses: String {
    let losing = run.producers.filter { $0.lost > 0 }
    guard !losing.isEmpty else { return "" }
    var table = MarkdownTable(
      "Why records were lost", numbers: ["Out of attempts", "Too old", "Dropped, buffer full", "Diverted, buffer full"])
    for producer in losing {
      let figures = [producer.lostByAttempts, producer.lostByAge, producer.dropped, producer.diverted]
      table.append([Markdown.code(producer.name)] + figures.map { Figures.count($0) })
    }
    return "\n" + table.text
  }

  var consumers: String {
    guard !run.consumers.isEmpty else {
      let silence = run.firehoses.isEmpty ? ", so this report says nothing about reading" : ""
      return "## Consumers\n\nThe scenario has none\(silence).\n"
    }
    var table = MarkdownTable(
      "Consumer", numbers: ["Records", "Calls", "Calls refused", "Unread at the end", "Expired unread"])
    for consumer in run.consumers {
      let share =
        consumer.calls > 0 && consumer.throttledCalls > 0
        ? " (\(Figures.percent(Double(consumer.throttledCalls) / Double(consumer.calls))))" : ""
      table.append([
        Markdown.code(consumer.name), Figures.count(consumer.records), Figures.count(consumer.calls),
        Figures.count(consumer.throttledCalls) + share, Figures.count(consumer.backlog),
        Figures.count(consumer.expired),
      ])
    }
    return "## Consumers\n\n" + table.text + applications
  }
}
