internal import Experiment
internal import KinesisCore
internal import Limits
internal import Units

/// The controls of a scenario: which values of it are worth turning, and how.
///
/// It looks at what is written, whether or not that is right: so a form stays while its author mends a mistake. What a value may be is
/// the decoder's to say; here is only what a slider goes through.
struct ControlSheet {
  /// The most controls: a form of more is none.
  static let maximum = 300

  let root: ConfigNode
  private(set) var controls: [Control] = []

  init(_ root: ConfigNode) {
    self.root = root
    for name in root["streams"]?.keys ?? [] { stream(name) }
    for name in root["producers"]?.keys ?? [] { producer(name) }
    for name in root["consumers"]?.keys ?? [] { consumer(name) }
    for name in root["firehoses"]?.keys ?? [] { firehose(name) }
    events()
    run()
    controls = Array(controls.prefix(Self.maximum))
  }

  // MARK: Making them

  /// What goes with a value, as the tables of controls write it.
  typealias Company = (values: [String]?, settings: [(path: String, value: String)])

  /// A slider; none where neither a value stands nor a `usual` one is known, or where what stands there is no single value.
  mutating func slider(
    _ path: String, _ group: String, _ label: String, _ dial: Dial, usual: String?, with company: [Company] = []
  ) {
    guard let found = found(path, usual: usual) else { return }
    add(path, group, label, found, .slider(dial.stops(with: found.value)), company)
  }

  /// A choice; a word that is none of them and stands there is one more.
  mutating func choice(
    _ path: String, _ group: String, _ label: String, _ words: [String], usual: String?, with company: [Company] = []
  ) {
    guard let found = found(path, usual: usual) else { return }
    let all = words.contains(found.value) ? words : words + [found.value]
    add(path, group, label, found, .choice(all), company)
  }

  /// How many of something there are: a map in one of the collections, and its numbered copies. None for a copy, nor where a name has a dot.
  mutating func copies(_ path: String, _ name: String, _ group: String, _ label: String, among names: [String]) {
    guard let node = root.value(at: path[...]), !name.contains("."), !Self.isCopy(name, among: names) else { return }
    let count = (2...Control.Copies.most + 1).first { !names.contains("\(name)-\($0)") }.map { $0 - 1 } ?? 1
    let stops = Dial.whole(1...Control.Copies.most).stops(with: "\(count)")
    controls.append(
      Control(
        "\(path).copies", group, label, "\(count)", isWritten: true, .slider(stops), with: [],
        copies: .init(path: path, count: count, text: node.handText)))
  }

  private static func isCopy(_ name: String, among names: [String]) -> Bool {
    guard let dash = name.lastIndex(of: "-"), let number = Int(name[dash...].dropFirst()), number > 1 else {
      return false
    }
    return names.contains(String(name[..<dash]))
  }

  private typealias Found = (value: String, isWritten: Bool)

  private func found(_ path: String, usual: String?) -> Found? {
    guard let node = root.value(at: path[...]), !node.isNull else { return usual.map { ($0, false) } }
    // What a variable says is turned where the variable is.
    guard case .scalar(let scalar) = node.content, !scalar.text.contains("${") else { return nil }
    return (scalar.text, true)
  }

  private mutating func add(
    _ path: String, _ group: String, _ label: String, _ found: Found, _ shape: Control.Shape, _ company: [Company]
  ) {
    let company = company.map { item in
      Control.Company(values: item.values, settings: item.settings.map { Setting(path: $0.path, value: $0.value) })
    }
    controls.append(
      Control(path, group, label, found.value, isWritten: found.isWritten, shape, with: company))
  }

  /// The word that stands at a path; nil when nothing does.
  func word(_ path: String) -> String? {
    guard let node = root.value(at: path[...]), !node.isNull, case .scalar(let scalar) = node.content else {
      return nil
    }
    return scalar.text
  }

  /// Whether anything stands at a path.
  func has(_ path: String) -> Bool { root.value(at: path[...]) != nil }

  // MARK: Streams, deliveries and the run

  private mutating func stream(_ name: String) {
    let path = "streams.\(name)", group = "Stream \(name)"
    let modes = CapacityMode.allCases.map(\.rawValue),
      onDemand = modes.filter { $0 != CapacityMode.provisioned.rawValue }
    let none = { (keys: [String]) in keys.map { (path: "\(path).\($0)", value: "null") } }
    let shards = has("\(path).shards") ? [] : [(path: "\(path).shards", value: "4")]
    choice(
      "\(path).mode", group, "Mode", modes, usual: nil,
      with: [
        (onDemand, none(["shards", "autoscaler"])),
        ([CapacityMode.onDemandStandard.rawValue], none(["warm_throughput_mibps", "account_commitment"])),
        (
          [CapacityMode.provisioned.rawValue],
          none(["warm_throughput_mibps", "account_commitment", "peak_history_mibps", "record_distribution"]) + shards
        ),
      ])
    if word("\(path).mode") == CapacityMode.provisioned.rawValue {
      slider("\(path).shards", group, "Shards", .whole(1...10_000), usual: nil)
    }
    slider(
      "\(path).warm_throughput_mibps", group, "Warm throughput, MiB/s", .whole(0...10_000),
      usual: word("\(path).mode") == CapacityMode.onDemandAdvantage.rawValue ? "0" : nil)
  }

  private mutating func firehose(_ name: String) {
    let path = "firehoses.\(name)", group = "Firehose \(name)"
    let hints = root.value(at: path[...]).flatMap { ScenarioDecoder.hintRange(of: $0, .current) }
    slider(
      "\(path).buffer.size", group, "Buffer size", .mebibytes(hints?.sizes ?? 1...128),
      usual: hints.map { "\($0.defaultSize)MiB" })
    slider(
      "\(path).buffer.interval", group, "Buffer interval", .seconds(hints?.intervals ?? 0...900),
      usual: hints.map { "\($0.defaultInterval)s" })
    slider("\(path).error_rate", group, "Share of failing deliveries", .steps(0...100, perUnit: 100), usual: "0")
    slider("\(path).retry_duration", group, "Tried again for", .seconds(0...7_200), usual: nil)
    slider("\(path).dynamic_partitioning.keys", group, "Partitions", .whole(2...1_000_000), usual: nil)
    slider("\(path).transform.lambda_ms", group, "Time of the function, ms", .number(1...100_000), usual: nil)
    slider("\(path).transform.interval", group, "Buffer interval of the function", .seconds(0...900), usual: nil)
  }

  private mutating func events() {
    guard case .list(let items)? = root["events"]?.content else { return }
    for position in items.indices.prefix(20) {
      let path = "events.\(position)"
      guard word("\(path).do") == "set_rate_factor" else { continue }
      let at = word("\(path).at") ?? "", target = word("\(path).target") ?? ""
      slider("\(path).value", "Events", "Rate factor of \(target) at \(at)", .number(0.1...100), usual: nil)
    }
  }

  private mutating func run() {
    for name in root["vars"]?.keys ?? [] { variable(name) }
    slider("clock.duration", "Run", "Simulated time", .time(.minutes(1)...(.days(30))), usual: nil)
    slider("seed", "Run", "Seed of chance", .whole(0...100), usual: "1")
  }

  /// A variable's kind is that of its value.
  private mutating func variable(_ name: String) {
    guard let text = word("vars.\(name)") else { return }
    let dials: [Dial] = [
      .number(0.01...1_000_000), .time(.milliseconds(1)...(.days(30))), .size(Bytes(1)...(.mebibytes(128))),
    ]
    guard let dial = dials.first(where: { $0.magnitude(text) != nil }) else { return }
    slider("vars.\(name)", "Variables", name, dial, usual: nil)
  }
}

extension ScenarioTemplate {
  /// What of it can be turned by somebody who does not write YAML, in the order of the form.
  public var controls: [Control] { ControlSheet(root).controls }

  /// Whether its author has written something at a path.
  public func says(_ path: String) -> Bool { root.value(at: path[...]) != nil }
}
