internal import Experiment
internal import Units

// Who writes.
extension ControlSheet {
  mutating func producer(_ name: String) {
    let path = "producers.\(name)", group = "Producer \(name)"
    let isKeyed = word("\(path).to").map { root["firehoses"]?[$0] == nil } ?? true
    rate("\(path).rate", group)
    size("\(path).record.size", group)
    slider("\(path).count", group, "Processes", .whole(1...10_000), usual: "1")
    if isKeyed { keys("\(path).keys", group) }
    burst(path, group)
    client(path, group)
  }

  /// A rate is a number, or a curve with numbers of its own.
  private mutating func rate(_ path: String, _ group: String) {
    let dial = Dial.number(0.1...1_000_000)
    slider(path, group, "Rate, records/s", dial, usual: nil)
    let parts = [
      ("mean", "Mean rate, records/s"), ("low", "Low rate, records/s"), ("high", "High rate, records/s"),
      ("from", "Rate at first, records/s"), ("to", "Rate at last, records/s"),
      ("scale_mean_rps", "Mean rate, records/s"),
    ]
    for (key, label) in parts { slider("\(path).\(key)", group, label, dial, usual: nil) }
    slider("\(path).peak_to_mean", group, "Peak over mean", .number(1...24), usual: nil)
    slider(
      "\(path).scale", group, "Scale of the trace", .number(0.01...1_000),
      usual: word("\(path).curve") == "trace" && !has("\(path).scale_mean_rps") && !has("\(path).scale_peak_mibps")
        ? "1" : nil)
    guard case .list(let stages)? = root.value(at: "\(path).stages"[...])?.content else { return }
    for position in stages.indices.prefix(12) {
      slider("\(path).stages.\(position).rate", group, "Rate of stage \(position + 1), records/s", dial, usual: nil)
    }
  }

  private mutating func size(_ path: String, _ group: String) {
    let dial = Dial.size(Bytes(1)...(.mebibytes(10)))
    slider(path, group, "Size of a record", dial, usual: nil)
    for (key, label) in [("mean", "Mean size"), ("median", "Median size"), ("p99", "p99 of sizes"), ("value", "Size")] {
      slider("\(path).\(key)", group, label, dial, usual: nil)
    }
  }

  /// How unevenly keys are used: an exponent of Zipf's law, 0 for evenly.
  private mutating func keys(_ path: String, _ group: String) {
    let law = word("\(path).dist")
    switch law {
    case "zipf": slider("\(path).s", group, "Skew of keys", .steps(0...60, perUnit: 20), usual: nil)
    case "hotset":
      slider("\(path).hot_share", group, "Share of the hot keys", .steps(0...100, perUnit: 100), usual: nil)
    case "uniform", nil:
      slider(
        "\(path).s", group, "Skew of keys", .steps(0...60, perUnit: 20), usual: "0",
        with: [(nil, [("\(path).dist", "zipf")])])
    default: return
    }
    slider(
      "\(path).cardinality", group, "Number of keys", .number(1...100_000_000), usual: law == nil ? nil : "1000000")
    slider("\(path).salt", group, "Ways to salt a key", .whole(1...64), usual: "1")
  }

  /// A burst of four seconds in each minute, where none is written and the rate leaves it open.
  private mutating func burst(_ path: String, _ group: String) {
    let label = "Burst: peak over mean", curve = word("\(path).rate.curve")
    switch word("\(path).arrivals") {
    case "batch":
      slider("\(path).burst.factor", group, label, .number(1...factor("every", "\(path).burst")), usual: nil)
      slider("\(path).burst.on", group, "Burst: length", .time(.milliseconds(1)...(.minutes(10))), usual: nil)
      slider("\(path).burst.jitter", group, "Burst: jitter", .time(.zero ... .minutes(10)), usual: "0ms")
    case "mmpp":
      slider("\(path).burst.factor", group, label, .number(1...(factor("off", "\(path).burst") + 1)), usual: nil)
    case "poisson" where curve != "nhpp" && curve != "trace", "paced" where curve != "trace",
      nil where curve != "nhpp" && curve != "trace":
      slider(
        "\(path).burst.factor", group, label, .number(1...15), usual: "1",
        with: [
          (nil, [("\(path).arrivals", "batch"), ("\(path).burst.every", "60s"), ("\(path).burst.on", "4s")])
        ])
    default: return
    }
  }

  /// How often a burst's length goes into another of its lengths.
  private func factor(_ key: String, _ path: String) -> Double {
    let length = { (key: String) in word("\(path).\(key)").flatMap { try? Quantity.interval($0) }?.nanoseconds }
    guard let on = length("on"), let whole = length(key), on > 0 else { return 100 }
    return max(1, Double(whole) / Double(on))
  }

  /// What gathers records, and what happens to refused ones.
  private mutating func client(_ path: String, _ group: String) {
    let api = word("\(path).api") ?? "put_records", spec = RetrySpec()
    guard api != "kinesis_agent" else { return }
    let isLibrary = api == "kpl"
    if isLibrary {
      slider(
        "\(path).aggregation.max_buffered", group, "Buffered for", .time(.milliseconds(1)...(.seconds(10))),
        usual: "100ms")
    } else {
      if api != "put_record" {
        slider("\(path).batch.max_records", group, "Records a call", .whole(1...500), usual: "500")
        slider("\(path).batch.linger", group, "Gathered for", .time(.zero ... .seconds(10)), usual: "100ms")
      }
      let policies = ScenarioDecoder.policyNames.filter { $0 != "kpl_token_bucket" }
      choice("\(path).retry.policy", group, "Retries", policies, usual: "none")
      if let policy = word("\(path).retry.policy"), policy != "none" {
        slider("\(path).retry.max_attempts", group, "Attempts at most", .whole(1...100), usual: "\(spec.maxAttempts)")
      }
    }
    slider(
      "\(path).retry.buffer", group, "Buffer of a process", .size(.kibibytes(64)...(.mebibytes(512))),
      usual: "\(spec.buffer)")
  }
}
