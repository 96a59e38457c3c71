import Simulation

/// Scenarios that `validate` takes, drawn at the extremes of what each key may be: half of all numbers are the least or the
/// most, the rest lie between them on a logarithmic scale. The same number gives the same text, on every machine.
struct ExtremeScenario {
  private var random: RandomStream
  private var lines: [String] = []

  /// The text of scenario number `number`; not all of them are legal, as keys contradict each other.
  static func text(_ number: Int) -> String {
    var drawn = ExtremeScenario(number)
    return drawn.scenario()
  }

  /// The same of a scenario that has a distribution in every place that takes one, and little else.
  static func distributions(_ number: Int) -> String {
    var drawn = ExtremeScenario(number)
    return drawn.laws()
  }

  private init(_ number: Int) {
    random = RandomStream(seed: UInt64(number), replication: 0, purpose: .engine, entity: "extremes")
  }

  // MARK: Draws

  private mutating func chance(_ share: Double) -> Bool { random.uniform() < share }

  private mutating func one<Element>(_ choices: [Element]) -> Element {
    choices[Int(random.below(UInt64(choices.count)))]
  }

  private mutating func number(_ low: Double, _ high: Double) -> Double {
    switch random.below(4) {
    case 0: return low
    case 1: return high
    default:
      let least = max(low, high * 1e-12), log = DeterministicMath.log(high / least) * random.uniform()
      return min(high, least * DeterministicMath.exp(log))
    }
  }

  private mutating func whole(_ low: Int, _ high: Int) -> Int {
    max(low, min(high, Int(number(Double(low), Double(high)).rounded())))
  }

  /// A duration in whole units of so many milliseconds.
  private mutating func time(_ low: Int, _ high: Int, unit: Int = 1) -> String {
    "\(whole(max(low, unit) / unit, high / unit) * unit)ms"
  }

  private mutating func size(_ low: Int, _ high: Int) -> String { "\(whole(low, high))B" }

  private static let year = 366 * 86_400_000, day = 86_400_000, hour = 3_600_000

  private enum Dimension {
    case size, time
  }

  private mutating func value(_ dimension: Dimension, _ share: Double = 1) -> String {
    dimension == .size
      ? size(1, max(1, Int(Double(1 << 40) * share))) : time(1, max(1, Int(Double(Self.year) * share)))
  }

  /// A value of a law that has a largest one: a record must fit into its stream.
  private mutating func bounded(_ dimension: Dimension, _ share: Double = 1) -> String {
    dimension == .size ? size(1, max(1, Int(1_000_000 * share))) : value(dimension, share)
  }

  private mutating func law(_ dimension: Dimension, depth: Int = 0) -> String {
    switch random.below(depth > 0 ? 8 : 9) {
    case 0: return bounded(dimension)
    case 1: return "{dist: uniform, low: \(bounded(dimension, 1e-9)), high: \(bounded(dimension))}"
    case 2: return "{dist: exponential, mean: \(value(dimension))}"
    case 3: return "{dist: lognormal, mean: \(value(dimension)), cv: \(number(1e-3, 30))}"
    case 4: return "{dist: lognormal, median: \(value(dimension)), sigma: \(number(0, 10))}"
    case 5: return "{dist: gamma, mean: \(value(dimension)), cv: \(number(1e-3, 30))}"
    case 6: return "{dist: gamma, shape: \(number(1e-3, 1e9)), scale: \(value(dimension))}"
    case 7:
      let values = [bounded(dimension), bounded(dimension, 1e-6)]
      return "{dist: empirical, values: [\(values.joined(separator: ", "))], weights: [\(number(0, 1e12)), 1]}"
    default:
      let parts = [law(dimension, depth: 1), law(dimension, depth: 1)].filter { $0.hasPrefix("{") }
      guard !parts.isEmpty else { return bounded(dimension) }
      let weighed = parts.map { "{weight: \(number(1e-9, 1e12)), " + $0.dropFirst() }
      return "{dist: mixture, parts: [\(weighed.joined(separator: ", "))]}"
    }
  }

  // MARK: Parts

  private mutating func scenario() -> String {
    let month = one(["none", "month730h", "month30d", "year"]), streams = whole(1, 2)
    lines = ["schema: weir/v1", "name: extreme", "region: \(one(["us-east-1", "us-east-1", "eu-west-2", "mars-1"]))"]
    let bin = one(["", ", report_bin: 3600s"])
    lines.append("clock: {duration: \(time(1, Self.year)), cost_extrapolate: \(month)\(bin)}")
    lines.append("streams:")
    for index in 0..<streams { lines.append("  s\(index): {\(stream())}") }
    lines.append("producers:")
    for index in 0..<whole(1, 3) {
      lines.append("  p\(index): {to: s\(Int(random.below(UInt64(streams)))), \(producer())}")
    }
    consumers(of: streams)
    firehoses(of: streams)
    neighbours()
    if chance(0.3) {
      lines += ["events:", "  - {at: T+0s, do: set_rate_factor, target: p0, value: \(number(0, 1e6))}"]
      if chance(0.5) { lines.append("  - {at: T+0s, do: latency_spike, value: \(number(1, 10_000))}") }
    }
    lines += ["slo:", "  - {expr: \"cost_month(scope=total).last < 3500 USD\"}"]
    return lines.joined(separator: "\n") + "\n"
  }

  private mutating func stream() -> String {
    let mode = one(["provisioned", "provisioned", "on_demand_standard", "on_demand_advantage"])
    var text = "mode: \(mode), retention: \(time(Self.day, 365 * Self.day, unit: Self.hour))"
    text += ", max_record: \(whole(1, 10))MiB"
    if mode == "provisioned" { text += ", shards: \(chance(0.1) ? whole(1, 10_000) : whole(1, 20))" }
    if mode == "on_demand_advantage", chance(0.5) { text += ", warm_throughput_mibps: \(whole(1, 200))" }
    if mode != "provisioned", chance(0.3) { text += ", peak_history_mibps: \(whole(0, 200))" }
    return text + (chance(0.2) ? ", shard_level_metrics: [IncomingBytes]" : "")
  }

  private mutating func rate() -> String {
    func mean(_ value: Double) -> String { "\(value)" }
    switch random.below(6) {
    case 0, 1: return mean(number(0, 1e9))
    case 2: return "{curve: ramp, from: \(number(0, 1e9)), to: \(number(0, 1e9)), over: \(time(1, Self.year))}"
    case 3: return "{curve: diurnal, mean: \(number(0, 1e9)), peak_to_mean: \(number(1, 24))}"
    case 4:
      let on = whole(1, Self.hour)
      return "{curve: square, low: \(number(0, 1e9)), high: \(number(0, 1e9)), period: \(on * 2)ms, on: \(on)ms}"
    default: return "{curve: stages, stages: [{for: \(time(1, Self.year)), rate: \(number(0, 1e9)), shape: linear}]}"
    }
  }

  private mutating func producer() -> String {
    var text = "rate: \(rate()), record: {size: \(law(.size)), key_bytes: \(whole(1, 256))}"
    text += ", count: \(chance(0.05) ? whole(1, 100_000) : whole(1, 20))"
    // Tables of a million hashes would take the test's time: few keys, or so many that none is kept.
    switch random.below(4) {
    case 0:
      text += ", keys: {dist: zipf, s: \(number(0, 10)), cardinality: \(whole(1, 500)), salt: \(whole(1, 10))}"
    case 1: text += ", keys: {dist: single}"
    case 2: text += ", keys: {dist: uniform, cardinality: \(whole(10_000_000, 100_000_000))}"
    default: text += ", keys: {dist: uniform, cardinality: \(whole(1, 500)), salt: \(whole(1, 4))}"
    }
    switch random.below(4) {
    case 0:
      text += ", api: kpl, aggregation: {compression_ratio: \(number(1, 1_000)), max_buffered: \(time(1, 30_000))}"
    case 1: text += ", api: put_record, sdk_retry: \(one(["none", "legacy", "standard"]))"
    case 2: text += ", batch: {max_records: \(whole(1, 500)), linger: \(time(1, Self.hour))}" + retry()
    default: text += ", batch: {max_bytes: \(size(1 << 20, 10 << 20))}"
    }
    if chance(0.2) { text += ", network: \(law(.time))" }
    return text
  }

  private mutating func retry() -> String {
    let policy = one(["immediate", "exponential", "exponential_full_jitter"])
    return ", retry: {policy: \(policy), max_attempts: \(whole(1, 1_000_000)), base: \(time(1, Self.day)), "
      + "cap: \(time(1, Self.day)), ttl: \(time(1, Self.year)), buffer: \(size(1, 1 << 40))}"
  }

  private mutating func consumers(of streams: Int) {
    guard chance(0.8) else { return }
    lines.append("consumers:")
    for index in 0..<whole(1, 3) {
      let from = "from: s\(Int(random.below(UInt64(streams))))"
      let service = "service: {per_batch: \(law(.time)), per_record: \(law(.time))}"
      let text: String
      switch random.below(6) {
      case 0: text = "type: sdk_polling, poll_interval: \(time(1, Self.hour)), \(service)"
      case 1:
        text =
          "type: kcl_polling, workers: \(whole(1, 10_000)), kcl: {version: \(whole(2, 3))}, "
          + "checkpoint_every: \(time(1, Self.day)), \(service)"
      case 2: text = "type: kcl_efo, concurrency: \(whole(1, 10_000)), \(service)"
      case 3:
        text =
          "type: \(one(["lambda_polling", "lambda_efo"])), batch_size: \(whole(1, 10_000)), "
          + "batch_window: \(whole(0, 300))s, parallelization_factor: \(whole(1, 10)), "
          + "memory_mb: \(whole(128, 10_240)), \(service)"
      case 4: text = "type: managed_flink, rate_per_kpu: \(whole(1, 100_000_000)), parallelism: \(whole(1, 64))"
      default: text = "type: firehose"
      }
      lines.append("  c\(index): {\(from), \(text)}")
    }
  }

  private mutating func firehoses(of streams: Int) {
    guard chance(0.5) else { return }
    let destination = one(["s3", "s3", "s3_iceberg", "snowflake", "redshift", "http"])
    var text = "source: stream:s0, destination: \(destination), objects_kept: \(time(1, 3_650 * Self.day))"
    text += ", destination_latency: \(law(.time)), vpc_azs: \(whole(0, 10)), error_rate: \(number(0, 1))"
    if destination == "s3", chance(0.4) {
      text += ", dynamic_partitioning: {keys: \(whole(2, 1_000_000)), s: \(number(0, 10))}, buffer: {size: 64MiB}"
    }
    if chance(0.3) {
      text +=
        ", transform: {lambda_ms: \(law(.time)), output_ratio: \(number(0, 1_000)), failed: \(number(0, 0.5)), "
        + "dropped: \(number(0, 0.5))}"
    }
    lines += ["firehoses:", "  f: {\(text)}"]
  }

  private mutating func neighbours() {
    if chance(0.3) {
      let rest =
        "fragment: \(time(100, 600_000)), retention: \(time(Self.hour, 3_653 * Self.day)), "
        + "get_media: \(whole(0, 100_000)), hls_viewers: \(whole(0, 1_000_000)), tracks: \(whole(1, 100)), "
        + "playlist_fragments: \(whole(1, 5_000))"
      lines += [
        "video_streams:",
        "  v: {bitrate_mbps: \(number(0.001, 1_000)), cameras: \(whole(1, 1_000_000)), \(rest)}",
      ]
    }
    guard chance(0.3) else { return }
    let length = "length: \(time(1, 7 * Self.day))"
    let window = one([
      "type: tumbling, \(length)", "type: sliding, \(length)", "type: stagger, \(length)",
      "type: sliding, rows: \(whole(1, 1_000_000_000))",
    ])
    lines += [
      "sql_applications:",
      "  q: {from: s0, rate: \(number(0.001, 1e7)), row: \(size(1, 10 << 20)), keys: \(whole(1, 1_000_000_000)), "
        + "result: \(size(1, 10 << 20)), kpus: \(whole(1, 1_000)), window: {\(window)}}",
    ]
  }

  // MARK: Distributions

  private mutating func laws() -> String {
    let api = one(["api: put_record", "api: put_records", "api: kpl, aggregation: {enabled: \(chance(0.5))}"])
    return """
      schema: weir/v1
      name: laws
      clock: {duration: 2s}
      streams:
        s: {mode: provisioned, shards: 2, max_record: \(whole(1, 10))MiB}
      producers:
        p: {to: s, rate: \(number(1, 40)), keys: {dist: single}, record: {size: \(law(.size))}, \(api), network: \(law(.time))}
      consumers:
        k: {from: s, type: kcl_polling, service: {per_batch: \(law(.time)), per_record: \(law(.time))}}
        l: {from: s, type: lambda_efo, service: {per_batch: \(law(.time)), per_record: \(law(.time))}}
      firehoses:
        f: {source: "stream:s", destination: s3, destination_latency: \(law(.time)), transform: {lambda_ms: \(law(.time))}}

      """
  }
}
