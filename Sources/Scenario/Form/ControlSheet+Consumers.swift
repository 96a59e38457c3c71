internal import Experiment
internal import KinesisCore
internal import Limits
internal import Units

// Who reads.
extension ControlSheet {
  /// Types that can follow one another without more being said.
  private static let simpleTypes = ["sdk_polling", "kcl_polling", "kcl_efo", "lambda_polling", "lambda_efo"]

  /// A row of the tables below: a key, what it is called, what a slider goes through, and what holds by itself.
  private typealias Row = (key: String, label: String, dial: Dial, usual: String?)

  mutating func consumer(_ name: String) {
    let path = "consumers.\(name)", group = "Consumer \(name)", type = word("\(path).type") ?? ""
    let company: [Company] = Self.simpleTypes.map { type in
      ([type], ConsumerKeys.withoutMeaning(in: type).map { ("\(path).\($0)", "null") })
    }
    if Self.simpleTypes.contains(type) {
      choice("\(path).type", group, "Type", Self.simpleTypes, usual: nil, with: company)
    }
    copies(path, name, group, "Consumers like this", among: root["consumers"]?.keys ?? [])
    if type == "managed_flink" { application(path, group) }
    let meaningless = Set(ConsumerKeys.withoutMeaning(in: type))
    let rows = Self.rows + (type == "queue" ? Self.queueRows : Self.functionRows) + polls(path, type)
    for row in rows where !meaningless.contains(String(row.key.prefix { $0 != "." })) {
      slider("\(path).\(row.key)", group, row.label, row.dial, usual: row.usual)
    }
    if type == "queue" {
      let words = QueueSpec.Acknowledging.allCases.map(\.rawValue)
      choice("\(path).acknowledge", group, "Acknowledges", words, usual: QueueSpec.Acknowledging.batch.rawValue)
    }
  }

  private static let rows: [Row] = [
    ("workers", "Workers", .whole(1...1_000), "1"), ("instances", "Instances", .whole(1...1_000), "1"),
    ("threads", "Threads of an instance", .whole(1...1_000), "1"),
    ("parallelization_factor", "Parallelization factor", .whole(1...10), "1"),
    ("batch_size", "Batch size", .whole(1...10_000), "100"),
    ("batch_window", "Gathered for", .seconds(0...300), "0s"),
    ("service.per_batch", "Time for a batch", .time(.zero ... .minutes(1)), "0ms"),
    ("service.per_record", "Time for a record", .time(.zero ... .seconds(10)), "0ms"),
  ]

  private static let functionRows: [Row] = [
    ("failures.batch_error_rate", "Share of failing invocations", .steps(0...100, perUnit: 100), "0")
  ]

  private static let queueRows: [Row] = {
    let limits = LimitsProfile.current, most = Int(limits[.queue.recordsPerCall])
    return [
      ("limit", "Records a receive", .whole(1...most), "\(most)"),
      ("wait", "A receive waits", .seconds(1...limits[.queue.waitMaximum]), "\(limits[.queue.waitDefault])s"),
      (
        "visibility", "Hidden once received", .seconds(0...limits[.queue.visibilityMaximum]),
        "\(limits[.queue.visibilityDefault])s"
      ),
      (
        "max_receives", "Receipts at most", .whole(1...Int(limits[.queue.receivesMaximum])),
        "\(limits[.queue.receivesDefault])"
      ),
      ("failures.rate", "Share of failing attempts", .steps(0...100, perUnit: 100), "0"),
      ("scaling.per_instance", "Records for each instance", .number(1...1_000_000), nil),
      ("scaling.min", "Instances at least", .whole(1...1_000), nil),
      ("scaling.max", "Instances at most", .whole(1...1_000), nil),
    ]
  }()

  /// How often it polls, and for how many records, where that is its owner's to say.
  private func polls(_ path: String, _ type: String) -> [Row] {
    let isFanOut = word("\(path).retrieval") == "efo"
    guard let polls = ScenarioDecoder.polls(type, isFanOut ? .fanOut : .polling) else { return [] }
    let most = Int(LimitsProfile.current[.shard.readRecordsPerCall])
    return [
      (
        "poll_interval", "Polls every", .time(max(polls.least, .milliseconds(200)) ... .minutes(1)),
        short(polls.usual)
      ),
      ("max_records", "Records a poll", .whole(1...most), "\(most)"),
    ]
  }

  /// A managed Flink application.
  private mutating func application(_ path: String, _ group: String) {
    let limits = LimitsProfile.current
    choice(
      "\(path).retrieval", group, "Reads by", ["polling", "efo"], usual: "polling",
      with: [(["efo"], [("\(path).poll_interval", "null"), ("\(path).max_records", "null")])])
    slider(
      "\(path).parallelism", group, "Parallelism", .whole(1...Int(limits[.flink.parallelism])), usual: "1")
    slider("\(path).parallelism_per_kpu", group, "Parallelism of a KPU", .whole(1...8), usual: "1")
    slider("\(path).rate_per_kpu", group, "Records/s that a KPU takes", .whole(1...1_000_000), usual: nil)
    choice(
      "\(path).autoscale", group, "Scales by itself", ["false", "true"], usual: "false",
      with: [(["false"], [("\(path).max_parallelism", "null"), ("\(path).rescale", "null")])])
    slider(
      "\(path).max_parallelism", group, "Parallelism at most", .whole(1...Int(limits[.flink.parallelism])), usual: nil)
    slider("\(path).rescale", group, "A rescale takes", .seconds(1...3_600), usual: nil)
    let lengths = [("size", "Window"), ("slide", "Window: slide"), ("gap", "Window: gap")]
    for (key, label) in lengths {
      slider("\(path).window.\(key)", group, label, .time(.seconds(1) ... .days(7)), usual: nil)
    }
  }
}
