internal import Experiment
internal import KinesisCore
internal import Models
internal import Simulation
internal import Units

// Delivery streams.
extension RunPage {
  var firehoses: [Document.Block] {
    guard !run.firehoses.isEmpty else { return [] }
    return [.heading(2, "Delivery streams")] + objects + run.firehoses.flatMap(sizes) + freshness + ledger
      + [.list(run.firehoses.map(machinery))]
  }

  private var objects: [Document.Block] {
    let rows = run.firehoses.map { firehose -> [Prose] in
      let delivery = firehose.delivery, sizes = delivery.sizes
      return [.code(firehose.name), .count(delivery.objects)]
        + [Bytes(Int64(clamping: sizes.mean.rounded())), sizes.min, sizes.max].map {
          sizes.count > 0 ? .size($0) : .nothing
        }
        + [delivery.flushedBySize, delivery.flushedByInterval, delivery.buffers, delivery.putRequests].map(Prose.count)
    }
    let columns = ["Objects", "Mean size", "Smallest", "Largest", "Full", "By interval", "Buffers", "S3 PUTs"]
    return [
      .table(Table("Firehose", numbers: columns, rows)),
      .paragraph(
        Prose(
          "Sizes are those stored, after conversion and compression. A buffer is that of a shard, a channel or a dynamic "
            + "partition; full is held against the size before compression.")),
    ]
  }

  /// How many objects are how large.
  private func sizes(_ firehose: FirehoseResult) -> [Document.Block] {
    let bins = firehose.delivery.sizes.powersOfTwo
    guard bins.count > 1, let most = bins.map(\.count).max() else { return [] }
    let rows = bins.map { bin in
      Chart.Row(
        name: "≥ \(Figures.size(bin.from))".padded(to: 12, .right),
        marks: .bar(max(1, Int(bin.count * 40 / most)), Figures.count(bin.count)))
    }
    let chart = Chart(title: "Objects of \(firehose.name) by size:", names: .right, rows: rows)
    return picture("objects", of: firehose.name, or: [chart])
  }

  private var freshness: [Document.Block] {
    let rows = run.firehoses.map { firehose -> [Prose] in
      let times = firehose.freshness
      return [.code(firehose.name), .count(times.count)]
        + ([times.mean] + [50, 90, 99].map(times.percentile) + [times.max]).map {
          times.count > 0 ? .duration($0) : .nothing
        }
    }
    return [
      .table(Table("Freshness", numbers: ["Records", "Mean", "p50", "p90", "p99", "Max"], rows)),
      .paragraph("From a record's arrival (at its shard, or in Firehose) to its delivery."),
    ] + picture("freshness")
  }

  private var ledger: [Document.Block] {
    let rows = run.firehoses.map { firehose -> [Prose] in
      let ledger = firehose.ledger
      return [.code(firehose.name)]
        + [
          ledger.records, ledger.delivered, ledger.failed, ledger.dropped, ledger.lost, ledger.held, ledger.duplicates,
        ].map(Prose.count)
    }
    let columns = ["Taken in", "Delivered", "Error output", "Dropped", "Lost", "Held at the end", "Delivered again"]
    return [
      .table(Table("Records", numbers: columns, rows)),
      .paragraph(
        "Every record taken in is in exactly one of the other places; those delivered again are counted apart."),
    ]
  }

  private func isBilledByRecord(_ firehose: FirehoseResult) -> Bool {
    run.experiment.firehoses.first { $0.name == firehose.name }?.configuration.destination.isBilledByRecord ?? true
  }

  /// What else there was to count, a line a delivery stream.
  private func machinery(_ firehose: FirehoseResult) -> Prose {
    let delivery = firehose.delivery
    var facts = [
      "\(Figures.size(firehose.bytes)) taken in, billed as \(Figures.size(firehose.billedBytes)) "
        + "(\(isBilledByRecord(firehose) ? "5 KiB a record" : "as they are"))",
      "\(Figures.count(delivery.retries, of: "repeated attempt"))",
    ]
    if let reading = firehose.reading {
      facts.append(
        "\(Figures.count(reading.calls, of: "GetRecords call")), \(Figures.count(reading.throttledCalls)) throttled")
    }
    if let ingest = firehose.ingest {
      facts.append(
        "\(Figures.count(ingest.calls, of: "put call")), "
          + "\(Figures.count(ingest.throttledRecords, of: "record")) throttled")
    }
    if let transform = firehose.transform {
      facts.append(
        "\(Figures.count(transform.invocations, of: "Lambda invocation")) of "
          + "\(Figures.duration(transform.time)) together")
    }
    if let partitions = firehose.partitions {
      facts.append(
        "at most \(Figures.count(partitions.activePeak)) of \(Figures.count(partitions.activeLimit)) partitions "
          + "active, \(Figures.count(partitions.overflow, of: "record")) for partitions too many")
    }
    return "\(Markdown.code(firehose.name)): \(facts.joined(separator: "; "))"
  }
}
