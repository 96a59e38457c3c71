internal import Experiment
public import KinesisCore
internal import Models
public import Planning
internal import Scenario
internal import Units

/// The scenario that recorded traffic makes: `scenario.yaml`, the counts it replays, and what was observed to compare with.
public struct TraceScenario: Filed {
  private let model: TraceModel
  private let limits: LimitsProfile

  private var traffic: ObservedMetrics { model.traffic }
  private var profile: TrafficProfile { model.profile }
  private var name: String { model.name }

  /// The scenario of a model.
  public init(_ model: TraceModel, limits: LimitsProfile) { (self.model, self.limits) = (model, limits) }

  /// Names and contents in a fixed order: scenario.yaml, traffic.csv, shards.json when shards were listed, keys.csv when keys are
  /// listed by name, and observed.csv when CloudWatch's metrics were read.
  public var files: [(name: String, contents: String)] {
    [(name: "scenario.yaml", contents: yaml), (name: "traffic.csv", contents: trafficCSV)]
      + (model.ranges == nil ? [] : [(name: "shards.json", contents: shardsJSON)])
      + (keysCSV.map { [(name: "keys.csv", contents: $0)] } ?? [])
      + (hasObserved ? [(name: "observed.csv", contents: observedCSV)] : [])
  }

  /// Whether its user stated a burst.
  var isBurstStated: Bool { model.burst != nil }

  /// Bytes of a CSV are data alone, which CloudWatch's would not be.
  private var hasObserved: Bool { profile.input.bytes == .withKeys }

  private var trafficCSV: String {
    var table = CSVTable(["t_s", "count"])
    for (bin, count) in model.offered.enumerated() { table.append([seconds(bin), CSVTable.cell(count)]) }
    // A trace of one bin has no width: the second says that nothing follows.
    if model.offered.count == 1 { table.append([seconds(1), "0"]) }
    return table.text
  }

  /// Keys by name with their shares; nil when none is listed.
  private var keysCSV: String? {
    guard case .listed(let names, let shares, _, _) = model.keys else { return nil }
    return "share,key\n" + zip(shares, names).map { "\(CSVTable.cell($0)),\($1)\n" }.joined()
  }

  private var observedCSV: String {
    var table = CSVTable(["t_s"] + traffic.series.map(\.metric.rawValue))
    for bin in 0..<traffic.bins {
      table.append([seconds(bin)] + traffic.series.map { CSVTable.cell($0.sums[bin]) })
    }
    return table.text
  }

  /// The open shards as AWS lists them.
  private var shardsJSON: String {
    let shards = (profile.input.listing?.open ?? []).map { shard in
      JSONValue([
        "ShardId": shard.id,
        "HashKeyRange": JSONValue([
          "StartingHashKey": "\(shard.range.start)", "EndingHashKey": "\(shard.range.end)",
        ]),
      ])
    }
    return JSONValue(["Shards": shards]).text
  }

  private func seconds(_ bin: Int) -> String { CSVTable.cell((traffic.width * Int64(bin)).inSeconds) }

  // MARK: scenario.yaml

  /// The scenario, valid as written beside its files.
  public var yaml: String {
    ([
      "# What does the recorded traffic of \(name) ask of its shards, and how many would hold it?",
      "# Written by weir trace from \(Self.oneLine(profile.input.files)). A line with \"assumed\" is not in those files.",
      "schema: weir/v1", "name: \(name)", clock, "streams:", "  \(name):", "    mode: provisioned",
    ] + shards + maxRecord + observed + readers + ["producers:", "  traffic:", "    to: \(name)"] + rate + record + keys
      + retries
      + [
        "slo:",
        "  - {id: throttle, expr: \"put_throttle_rate(stream=\(name)).rate < 0.1 %\"}  # assumed: what you can bear",
        "plan:", "  search:",
        "    - {param: streams.\(name).shards, range: [1, \(min(10_000, max(8, 4 * model.shards(limits)))), 1]}",
      ]).joined(separator: "\n") + "\n"
  }

  /// File names in a comment: on one line, without control characters.
  private static func oneLine(_ files: [String]) -> String {
    files.joined(separator: ", ").map { character in
      let isPlain = !character.isNewline && character.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
      return isPlain ? String(character) : " "
    }.joined()
  }

  private var clock: String {
    // A scenario lasts 366 days at most.
    let length = min(traffic.width * Int64(max(1, traffic.bins)), .days(366))
    let start = traffic.start.map { "start: \(CivilTime.text($0)), " } ?? ""
    let bin = traffic.width >= .minutes(1) || length <= .hours(1) ? traffic.width : .minutes(1)
    return "clock: {\(start)duration: \(length), report_bin: \(bin)}"
  }

  private var shards: [String] {
    if model.ranges != nil { return ["    shards: {ranges: shards.json}  # as they were listed"] }
    let comment =
      profile.shards != nil
      ? ""
      : profile.byShard != nil
        ? "  # as many as there are series of shards"
        : "  # assumed: the busiest bin and a quarter; weir trace --shards N tells it"
    return ["    shards: \(model.shards(limits))\(comment)"]
  }

  private var maxRecord: [String] {
    let size = model.maxRecord(limits)
    return size.count > limits[.put.recordBytesDefault] ? ["    max_record: \(size)"] : []
  }

  private var observed: [String] {
    guard hasObserved else { return [] }
    let known = profile.shards ?? model.ranges?.count ?? profile.byShard?.shards.count
    let shards = known.map { ", shards: \($0)" } ?? ""
    return [
      "    # What CloudWatch counted: the report puts it beside the run.",
      "    observed: {file: observed.csv\(shards)}",
    ]
  }

  /// Consumers, where CloudWatch counted what was read: without any there would be nothing beside that.
  private var readers: [String] {
    guard hasObserved, model.readers > 0 else { return [] }
    let plain = "{from: \(name), type: sdk_polling}"
    return ["consumers:"]
      + (1...model.readers).map {
        "  reader-\($0): \(plain)" + ($0 == 1 ? "  # assumed: as many as read that much, once a second each" : "")
      }
  }

  private var rate: [String] {
    // Something to change: the trend's sentence names it.
    let scale = profile.trend.map { $0.factor > 1 ? ", scale: 1" : "" } ?? ""
    let trace = "curve: trace, file: traffic.csv\(scale)"
    guard let burst = model.burst else {
      let comment =
        traffic.width > .seconds(1) ? "  # assumed within a bin: chance; weir trace --burst states more" : ""
      return ["    rate: {\(trace), within_bin: poisson}\(comment)"]
    }
    return [
      "    rate: {\(trace)}",
      "    # assumed, as stated with --burst: bins of \(traffic.width) do not show it.", "    arrivals: batch",
      "    burst: {every: \(burst.every), on: \(burst.length), factor: \(CSVTable.cell(burst.factor))}",
    ]
  }

  private var record: [String] {
    let key = "key_bytes: \(model.keyBytes)"
    guard profile.sizes != nil else {
      return ["    record: {size: \(model.meanSize), \(key)}  # assumed: no bytes and no sizes were given"]
    }
    let sizes = model.sizes(limits)
    guard !sizes.isEmpty else { return ["    record: {size: \(model.meanSize.count)B, \(key)}"] }
    let values = sizes.map { "\($0.bytes)B" }.joined(separator: ", ")
    let weights = Set(sizes.map(\.records)).count > 1 ? sizes.map { "\($0.records)" }.joined(separator: ", ") : nil
    let size = "dist: empirical, values: [\(values)]" + (weights.map { ", weights: [\($0)]" } ?? "")
    return ["    record:", "      size: {\(size)}", "      \(key)"]
  }

  private var keys: [String] {
    guard profile.keys != nil || profile.byShard != nil else {
      return [
        "    keys: {dist: uniform, cardinality: \(TraceModel.assumedKeys)}  # assumed: no keys were given, see --keys"
      ]
    }
    switch model.keys {
    case .uniform(let count): return ["    keys: {dist: uniform, cardinality: \(count)}"]
    case .zipf(let count, let s): return ["    keys: {dist: zipf, cardinality: \(count), s: \(CSVTable.cell(s))}"]
    case .hotSet(let count, let hot, let share):
      let part = CSVTable.cell(Double(hot) / Double(count))
      return [
        "    keys: {dist: hotset, cardinality: \(count), hot_fraction: \(part), hot_share: \(CSVTable.cell(share))}"
      ]
    case .listed(_, _, let rest, let s):
      let others = rest > 0 ? ", rest: \(rest)" + (s > 0 ? ", s: \(CSVTable.cell(s))" : "") : ""
      let comment =
        profile.keys == nil ? "  # assumed names: the shares make each shard's what CloudWatch counted" : ""
      return ["    keys: {dist: listed, file: keys.csv\(others)}\(comment)"]
    case .single: return ["    keys: {dist: single}"]
    case .roundRobinExplicit, .trace: return []
    }
  }

  private var retries: [String] {
    let spec = model.retry.spec
    let attempts = "max_attempts: \(spec.maxAttempts), base: \(spec.base), cap: \(spec.cap)"
    return switch model.retry {
    case .none: ["    retry: {policy: none}  # assumed: traffic.csv has what was accepted and what was throttled"]
    case .backOff:
      [
        "    # assumed: the application sends throttled records again; traffic.csv has what was accepted in the end.",
        "    retry: {policy: \(model.retry.rawValue), \(attempts)}",
      ]
    }
  }
}
