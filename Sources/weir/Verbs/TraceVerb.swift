internal import Experiment
public import ArgumentParser
internal import Foundation
internal import KinesisCore
internal import Models
public import Planning
internal import Reporting
public import Scenario
internal import Units

struct TraceVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Says what recorded traffic is like, and makes a scenario of it.",
    usage: "weir trace [<options>] [<files> ...]",
    discussion: """
      Reads CloudWatch's JSON (aws cloudwatch get-metric-data, get-metric-statistics), of a stream or of its shards, what its
      console and Grafana export, CSV (t_s,count[,bytes] or t_s,key,bytes), and partition keys (one a line, or aws kinesis
      get-records). docs/trace.md has the aws commands.

      EXAMPLE
        weir trace scenarios/observed/cloudwatch.json --shards 2
        weir trace scenarios/observed/*.json --keys scenarios/observed/keys.txt
        weir trace scenarios/observed/*.json --shards 2 --burst 5 --out out/orders
      """.flowing)

  @Argument(help: "Counts over time, keys, or both; what a file is, is seen from its content.", completion: .file())
  var files: [String] = []
  @Option(
    help: ArgumentHelp("A sample of partition keys; may be given several times.", valueName: "file"),
    completion: .file())
  var keys: [String] = []
  @Flag(help: "Replaces a scenario in --out that is another one.") var overwrite = false
  @Option(help: "The shards the stream had.") var shards: Int?
  @Option(
    help: ArgumentHelp(
      "What aws kinesis list-shards prints: the shards as they are, however they were split.", valueName: "file"),
    completion: .file())
  var shardsFrom: String?
  @Option(help: "A burst that the minutes hide: its rate over its minute's mean, such as 5.") var burst: Double?
  @Option(help: "How long that burst lasts, such as 2s; otherwise as long as its factor allows.") var burstFor: String?
  @Option(help: "What the application does with throttled records: exponential_full_jitter or none.")
  var retry = TraceModel.Retry.backOff
  @Option(help: "What stands for bins missing from a CSV: refuse, zero, previous or interpolate.")
  var missing = MissingBins.refuse
  @Option(help: "The name of the scenario and its stream.") var name = "observed"
  @Option(
    help: ArgumentHelp("Where scenario.yaml, traffic.csv and observed.csv go.", valueName: "dir"),
    completion: .directory)
  var out: String?
  @OptionGroup var output: FormatOption

  func validate() throws {
    let letters = name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    try Usage.check([
      (!files.isEmpty || !keys.isEmpty, "Name at least one file."),
      ((1...TraceReading.mostShards).contains(shards ?? 1), "--shards takes 1 to \(TraceReading.mostShards)."),
      (shards == nil || shardsFrom == nil, "--shards and --shards-from say the same: give one of them."),
      ((burst ?? 1) >= 1 && (burst ?? 1) <= 3_600, "--burst takes a factor from 1 to 3600."),
      (burstFor == nil || (burst != nil && length != nil), "--burst-for takes a duration such as 2s, beside --burst."),
      (
        letters && (1...63).contains(name.utf8.count) && !name.hasPrefix("-"),
        "--name takes a-z, 0-9 and -, at most 63 of them."
      ), (!["null", "true", "false"].contains(name), "--name takes no word that YAML reads as a value: \(name)."),
    ])
  }

  private var length: Interval? { burstFor.flatMap { try? Quantity.interval($0) } }

  func run() throws {
    let input = try input()
    let ticker = Ticker()
    var runs = 0
    let reading = try TraceReading(input, name: name, shards: shards, burst: statedBurst, retry: retry) {
      runs += 1
      ticker.tell { .init(share: nil, words: ["looking for bursts that throttle as much", "run \(runs)"]) }
    }
    ticker.clear()
    if out != nil, reading.scenario == nil {
      Log.line("weir: there is no scenario to write: give counts of records over time, such as IncomingRecords")
      throw ExitStatus.badScenario
    }
    let figures = reading.document
    if out != nil, output.isText { try Output.write(figures.summary) } else { try output.print(figures) }
    if let out, let scenario = reading.scenario { try write(scenario, to: out, reading.fit) }
  }

  private func input() throws -> TraceInput {
    let input = try Log.refusing { () throws(ScenarioFailure) in
      try TraceFiles.read(files, keys: keys, shards: shardsFrom, missing: missing)
    }
    for warning in input.warnings { Log.line(warning.description) }
    return input
  }

  private func statedBurst(_ profile: TrafficProfile) throws -> StatedBurst? {
    guard let burst, let traffic = profile.input.traffic else { return nil }
    do throws(StatedBurst.Flaw) {
      return try StatedBurst(factor: burst, length: length, width: traffic.width)
    } catch {
      throw ValidationError(error.words(width: traffic.width))
    }
  }

  /// An edited scenario is somebody's decision: it is never lost.
  private func check(_ file: String, _ scenario: TraceScenario) throws {
    guard let old = FileManager.default.contents(atPath: file), old != Data(scenario.yaml.utf8), !overwrite else {
      return
    }
    Log.line("weir: \(file) exists already and is another scenario; choose another --out, or say --overwrite")
    throw ExitStatus.failure
  }

  private func write(_ scenario: TraceScenario, to out: String, _ fit: BurstFit?) throws {
    let file = out.hasSuffix("/") ? out + "scenario.yaml" : out + "/scenario.yaml"
    try Log.reporting { () throws(OutputFile.WriteError) in try OutputFile.claim(out) }
    try check(file, scenario)
    try Log.reporting { () throws(OutputFile.WriteError) in try scenario.replace(in: out) }
    guard output.isText else { return }
    let burst = fit.flatMap { $0.isClose ? $0.best?.factor : nil }.flatMap { $0 > 1 ? Figures.shortest($0) : nil }
    let next = burst.map { "the same with --burst \($0) --overwrite: without it no throttle is reproduced" }
    let run = ShellLine("weir", "run", of: [file]).with("--out", "\(out)/report")
    try Output.write("\nScenario: \(file). Next: \(next ?? run.description)")
  }
}

extension TraceModel.Retry: ExpressibleByArgument {}
extension MissingBins: ExpressibleByArgument {}
