internal import Experiment
internal import KinesisCore
internal import Models
internal import Simulation
internal import Units

// Latencies, producers and consumers.
extension RunPage {
  private var percentiles: [Double] { run.experiment.outputs.percentiles }

  var latencies: [Document.Block] {
    let put = times(
      "Producer", run.producers.map { ($0.name, $0.putLatency) },
      "Put latency, from a record's creation in the producer to its acknowledgement: the wait in its buffer, the calls, and resends:"
    )
    let propagation = times(
      "Consumer", run.consumers.map { ($0.name, $0.propagation) },
      "Read latency, from a record's arrival at its shard until the consumer's code has it:")
    let parts = put + propagation + ages
    return parts.isEmpty
      ? []
      : [
        .heading(2, "Latencies, in milliseconds"),
        .paragraph("p50: half of all records took at most this; p99: 99 % took at most this."),
      ] + picture("latency") + put + propagation + ages + picture("behind")
  }

  private func times(_ noun: String, _ rows: [(String, LatencyHistogram)], _ words: Prose) -> [Document.Block] {
    guard !rows.isEmpty else { return [] }
    let columns = percentiles.map { "p" + (Figures.shortest($0) ?? Figures.nothing) }
    let table = Table(
      noun, numbers: ["Records measured", "Mean"] + columns + ["Max"],
      rows.map { name, times in
        let figures = [times.mean] + percentiles.map(times.percentile) + [times.max]
        return [.code(name), .count(times.count)] + figures.map { times.count > 0 ? .milliseconds($0) : .nothing }
      })
    return [.paragraph(words), .table(table)]
  }

  private var ages: [Document.Block] {
    guard !run.consumers.isEmpty else { return [] }
    let rows = run.consumers.map { consumer -> [Prose] in
      let isKnown = consumer.calls > 0 || consumer.records > 0
      return [.code(consumer.name)]
        + [consumer.iteratorAgeMax, consumer.iteratorAgeLast].map { isKnown ? .duration($0) : .nothing }
        + [isKnown ? Prose(ReaderStory.caughtUp(consumer)) : .nothing]
    }
    return [
      .paragraph(
        "How far consumers were behind: the age of the oldest record that their code had not got, looked at every second. One that ends less than a minute behind has caught up:"
      ),
      .table(Table(["Consumer", .number("Most behind"), .number("Behind at the end"), "Caught up"], rows)),
    ]
  }

  // MARK: Producers

  var producers: [Document.Block] {
    guard !run.producers.isEmpty else { return [] }
    let rows = run.producers.map { producer -> [Prose] in
      [.code(producer.name)]
        + [producer.offered, producer.accepted, producer.lost, producer.inFlight, producer.retries].map(Prose.count)
        + [.size(producer.peakBuffer)]
    }
    let columns = ["Produced", "Accepted", "Lost", "In flight at the end", "Repeated attempts", "Fullest buffer"]
    return [
      .heading(2, "Producers"), .table(Table("Producer", numbers: columns, rows)), .filled(losses), .filled(libraries),
      .paragraph(
        "Every record produced was accepted, was lost, or is still in flight. The fullest buffer is that of one process."
      ),
    ]
  }

  private var losses: Table {
    Table(
      "Why records were lost",
      numbers: ["Out of attempts", "Too old", "Dropped, buffer full", "Diverted, buffer full"],
      run.producers.filter { $0.lost > 0 }.map { producer in
        [.code(producer.name)]
          + [producer.lostByAttempts, producer.lostByAge, producer.dropped, producer.diverted].map(Prose.count)
      })
  }

  /// What producers' client libraries did.
  private var libraries: Table {
    let columns = [
      "Kinesis records sent", "User records in each", "Wrong shard", "Calls failed", "Sent again by the SDK",
      "Given up by the SDK", "Accepted twice",
    ]
    return Table(
      "Client library", numbers: columns,
      run.producers.compactMap { producer in
        producer.client.map { client in
          let sent: [Prose] = [.count(client.kinesisRecords), .number(client.aggregationFactor)]
          return [.code(producer.name)] + (client.kinesisRecords > 0 ? sent : [.nothing, .nothing])
            + [client.wrongShard, client.failedCalls, client.sdkRetries, client.sdkGaveUp, producer.duplicates]
            .map(Prose.count)
        }
      })
  }

  // MARK: Consumers

  var consumers: [Document.Block] {
    guard !run.consumers.isEmpty else {
      let silence = run.firehoses.isEmpty ? ", so this report says nothing about reading" : ""
      return [.heading(2, "Consumers"), .paragraph("The scenario has none\(silence).")]
    }
    let rows = zip(run.experiment.consumers, run.consumers).map { spec, consumer -> [Prose] in
      let isPushed = spec.isFanOut
      let share =
        consumer.calls > 0 && consumer.throttledCalls > 0
        ? " (\(Figures.percent(Double(consumer.throttledCalls) / Double(consumer.calls))))" : ""
      return [
        .code(consumer.name), .count(consumer.records), isPushed ? "pushed" : .count(consumer.calls),
        isPushed ? .nothing : Prose(Figures.count(consumer.throttledCalls) + share), .count(consumer.backlog),
        .count(consumer.expired),
      ]
    }
    let columns = ["Records", "Calls", "Calls throttled", "Unread at the end", "Expired unread"]
    return [.heading(2, "Consumers"), .table(Table("Consumer", numbers: columns, rows))] + functions + flinks + queues
      + run.consumers.filter { $0.queue != nil }.flatMap { picture("queue", of: $0.name) }
      + [.filled(repeated)]
  }

  private var functions: [Document.Block] {
    let rows = run.consumers.compactMap { consumer in
      consumer.function.map { function -> [Prose] in
        [.code(consumer.name)]
          + [function.invocations, function.errors, function.throttles, function.bisects, function.givenUp]
          .map(Prose.count) + [.count(function.concurrencyPeak), .number(function.gigabyteSeconds)]
      }
    }
    guard !rows.isEmpty else { return [] }
    let columns = [
      "Invocations", "Errors", "Throttled", "Bisected", "Records given up", "Most at once", "GB-seconds",
    ]
    return [
      .table(Table("Lambda function", numbers: columns, rows)),
      .paragraph(
        Prose(
          "Records of a mapping count as handed over when the invocation that succeeded began, so retries are in "
            + "their times. Records given up were in no invocation that succeeded.")),
    ]
  }

  private var flinks: [Document.Block] {
    let all = run.consumers.compactMap { consumer in consumer.flink.map { (consumer.name, $0) } }
    guard !all.isEmpty else { return [] }
    let rows = all.map { name, flink -> [Prose] in
      [
        .code(name), .percent(flink.busy.inSeconds / max(flink.running.inSeconds, 1e-9)), .count(flink.parallelismPeak),
        .count(flink.parallelism), .count(flink.scaledUp), .count(flink.scaledDown), .number(flink.outage.inSeconds),
        .number(flink.kpuHours),
      ]
    }
    let windows = all.filter { $0.1.windowLatency.count > 0 }.map { name, flink -> [Prose] in
      [
        .code(name), .milliseconds(flink.windowLatency.mean), .milliseconds(flink.windowLatency.max),
        .count(flink.heldPeak),
      ]
    }
    let columns = ["Busy", "Parallelism peak", "at the end", "Scaled up", "down", "Stood still, s", "KPU-hours"]
    return [
      .table(Table("Flink application", numbers: columns, rows)),
      .paragraph("Busy time stands for CPU; the rate per KPU is the scenario's own."),
      .filled(
        Table("Windows of", numbers: ["To the first result, mean ms", "max ms", "Most records held"], windows)),
    ]
  }

  private var repeated: Table {
    Table(
      "Consumer", numbers: ["Handed over again after a crash", "Accepted before it began at the latest"],
      run.consumers.filter { $0.queue == nil && ($0.duplicates > 0 || $0.skipped > 0) }.map {
        [.code($0.name), .count($0.duplicates), .count($0.skipped)]
      })
  }
}
