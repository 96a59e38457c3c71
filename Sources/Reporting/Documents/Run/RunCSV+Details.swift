internal import Experiment
internal import KinesisCore
internal import Models
internal import Planning
internal import Pricing
internal import Simulation
internal import Units

// What a notebook draws from: shard_minutes, latencies, what_if, what_if_lines and firehose_objects.csv.
extension RunCSV {
  /// shard_minutes.csv: streams in the scenario's order, then time, then shards.
  var shardMinutes: String {
    var table = CSVTable([
      "stream", "shard", "t_s", "time", "width_s", "accepted_records", "accepted_bytes", "throttled_records",
      "demanded_records", "demanded_bytes", "utilization", "demand", "peak_second_utilization", "peak_second_demand",
    ])
    for stream in report.main.streams {
      for row in stream.minutes { table.append([stream.name, row.shard.description] + cells(row)) }
    }
    return table.text
  }

  private func cells(_ row: ShardMinute) -> [String] {
    let counts = [
      row.acceptedRecords, row.acceptedBytes.count, row.throttledRecords, row.demandedRecords, row.demandedBytes.count,
    ]
    return time(row.begin) + [CSVTable.cell(row.length.inSeconds)] + counts.map { String($0) }
      + [row.load, row.demand, row.peakLoad, row.peakDemand].map(CSVTable.cell)
  }

  /// latencies.csv: the histograms that the percentiles of run.json are read off, in bins of at most 1.6 %.
  var latencies: String {
    var table = CSVTable(["metric", "subject", "from_ms", "to_ms", "count", "share_at_or_below"])
    for histogram in histograms {
      let total = max(1, histogram.times.count)
      var below: Int64 = 0
      for bin in histogram.times.bins {
        below += bin.count
        table.append(
          [histogram.metric, histogram.subject]
            + [bin.from.inMilliseconds, bin.to.inMilliseconds].map(CSVTable.cell)
            + [String(bin.count), CSVTable.cell(Double(below) / Double(total))])
      }
    }
    return table.text
  }

  private var histograms: [(metric: String, subject: String, times: LatencyHistogram)] {
    let run = report.main
    let windows = run.consumers.compactMap { consumer in
      consumer.flink.map { ("window_latency", consumer.name, $0.windowLatency) }
    }
    return run.producers.map { ("put_latency", $0.name, $0.putLatency) }
      + run.consumers.map { ("propagation", $0.name, $0.propagation) }
      + run.consumers.map { ("iterator_age", $0.name, $0.iteratorAges) } + windows
      + run.firehoses.map { ("data_freshness", $0.name, $0.freshness) }
  }

  /// What each stream would cost otherwise; streams of which nothing was simulated are left out.
  private var whatIfs: [WhatIf] {
    let run = report.main, experiment = run.experiment
    return run.streams.compactMap { stream in
      guard let load = StreamLoad(measured: stream, in: run) else { return nil }
      return WhatIf(
        load, shards: stream.shardsEnd, limits: experiment.limits, prices: experiment.prices, region: experiment.region)
    }
  }

  /// what_if.csv: by stream, mode, load and shards.
  var whatIf: String {
    var table = CSVTable(["stream", "mode", "load_factor", "shards", "utilization", "holds", "usd_month", "complete"])
    for plan in whatIfs {
      for row in plan.rows {
        table.append([
          plan.load.name, row.mode.rawValue, CSVTable.cell(row.loadFactor), row.shards.map { String($0) } ?? "",
          CSVTable.cell(row.utilization), row.utilization.map { $0 <= 1 ? "true" : "false" } ?? "",
          CSVTable.cell(row.bill.total.inDollars), row.bill.isPartial(nil) ? "false" : "true",
        ])
      }
    }
    return table.text
  }

  /// what_if_lines.csv: by stream and mode, in the order of the bill.
  var whatIfLines: String {
    var table = CSVTable([
      "stream", "mode", "item", "fixed", "per_shard", "per_load", "at_least", "commitment", "unit", "unit_price_usd",
      "source", "confidence",
    ])
    for plan in whatIfs {
      for line in plan.lines {
        table.append(
          [plan.load.name, line.mode.rawValue, line.item.rawValue]
            + [line.fixed, line.perShard, line.perLoad, line.atLeast].map(CSVTable.cell) + [
              line.commitment?.rawValue ?? "", line.unit?.rawValue ?? "", line.price?.tiers[0].price.description ?? "",
              line.price?.source ?? "no source for its price was found", line.price?.confidence.rawValue ?? "unknown",
            ])
      }
    }
    return table.text
  }

  /// firehose_objects.csv: one row an object, in order of delivery, the first 100,000 of each delivery stream.
  var firehoseObjects: String {
    var table = CSVTable([
      "firehose", "delivered_t_s", "delivered_at", "buffer", "records", "buffered_bytes", "stored_bytes", "flushed_by",
      "first_arrival_t_s", "first_arrival_at", "age_s", "attempts",
    ])
    for firehose in report.main.firehoses {
      for object in firehose.objects { table.append([firehose.name] + cells(object)) }
    }
    return table.text
  }

  private func cells(_ object: DeliveredObject) -> [String] {
    time(object.deliveredAt) + [
      object.unit, String(object.records), String(object.bufferedBytes.count), String(object.storedBytes.count),
      object.reason,
    ] + time(object.firstArrival) + [
      CSVTable.cell((object.deliveredAt - object.firstArrival).inSeconds), String(object.attempts),
    ]
  }
}
