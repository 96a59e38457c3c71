internal import Models
internal import Simulation
internal import Units

// Delivery streams.
extension RunMarkdown {
  /// What delivery streams rest on that no figure says.
  static let deliveryChoices = [
    "A record is as old as its arrival at its shard, for Direct PUT in Firehose: freshness counts reading, buffers, the "
      + "transform, retries and the destination's time.",
    "A delivery stream polls each shard once a second at a phase of its own, from LATEST; each record of a stream is one "
      + "record to Firehose, aggregated or not.",
    "In an outage every attempt that ends fails. Error output and backup take what they are given, unless they are the "
      + "S3 bucket that is down.",
    "Conversion and compression shrink by the scenario's ratio; how long a destination and a function take is the scenario's.",
  ]

  var firehoses: String? {
    guard !run.firehoses.isEmpty else { return nil }
    let parts = [
      objects, run.firehoses.compactMap(sizes).joined(separator: "\n"), freshness, ledger, machinery,
    ]
    return "## Delivery streams\n\n" + parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var objects: String {
    var table = MarkdownTable(
      "Firehose", numbers: ["Objects", "Mean size", "Smallest", "Largest", "Full", "By interval", "Buffers", "S3 PUTs"])
    for firehose in run.firehoses {
      let delivery = firehose.delivery, sizes = delivery.sizes
      let known = [Bytes(Int64(sizes.mean.rounded())), sizes.min, sizes.max]
      let counts = [delivery.flushedBySize, delivery.flushedByInterval, delivery.buffers, delivery.putRequests]
      table.append(
        [Markdown.code(firehose.name), Figures.count(delivery.objects)]
          + known.map { sizes.count > 0 ? Figures.size($0) : Figures.nothing } + counts.map { Figures.count($0) })
    }
    return table.text + "\nSizes are those stored, after conversion and compression. A buffer is that of a shard, a "
      + "channel or a dynamic partition; full is held against the size before compression.\n"
  }

  /// How many objects are how large.
  private func sizes(_ firehose: FirehoseResult) -> String? {
    let bins = firehose.delivery.sizes.powersOfTwo
    guard bins.count > 1, let most = bins.map(\.count).max() else { return nil }
    let lines = bins.map { bin in
      let bar = String(repeating: "█", count: max(1, Int(bin.count * 40 / most)))
      return "\(Self.right("≥ " + Figures.size(bin.from), 12))  \(bar) \(Figures.count(bin.count))"
    }
    return "Objects of \(Markdown.code(firehose.name)) by size:\n\n" + Markdown.block(lines)
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private var freshness: String {
    var table = MarkdownTable("Freshness", numbers: ["Records", "Mean", "p50", "p90", "p99", "Max"])
    for firehose in run.firehoses {
      let times = firehose.freshness
      let figures = [times.mean] + [50, 90, 99].map(times.percentile) + [times.max]
      table.append(
        [Markdown.code(firehose.name), Figures.count(times.count)]
          + figures.map { times.count > 0 ? Figures.duration($0) : Figures.nothing })
    }
    return table.text + "\nFrom a record's arrival (at its shard, or in Firehose) to its delivery.\n"
  }

  private var ledger: String {
    var table = MarkdownTable(
      "Records",
      numbers: ["Taken in", "Delivered", "Error output", "Dropped", "Lost", "Held at the end", "Delivered again"])
    for firehose in run.firehoses {
      let ledger = firehose.ledger
      let counts = [
        ledger.records, ledger.delivered, ledger.failed, ledger.dropped, ledger.lost, ledger.held, ledger.duplicates,
      ]
      table.append([Markdown.code(firehose.name)] + counts.map { Figures.count($0) })
    }
    return table.text + "\nEvery record taken in is in exactly one of the other places; those delivered again are "
      + "counted apart.\n"
  }

  /// What else there was to count, a line a delivery stream.
  private var machinery: String {
    run.firehoses.map { firehose in
      let delivery = firehose.delivery
      var facts = [
        "\(Figures.size(firehose.bytes)) taken in, billed as \(Figures.size(firehose.billedBytes)) (5 KiB a record)",
        "\(Figures.count(delivery.retries, of: "repeated attempt"))",
      ]
      if let reading = firehose.reading {
        facts.append(
          "\(Figures.count(reading.calls, of: "GetRecords call")), \(Figures.count(reading.throttledCalls)) refused")
      }
      if let ingest = firehose.ingest {
        facts.append(
          "\(Figures.count(ingest.calls, of: "put call")), "
            + "\(Figures.count(ingest.throttledRecords, of: "record")) refused")
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
      return "- \(Markdown.code(firehose.name)): \(facts.joined(separator: "; "))\n"
    }.joined()
  }
}
