internal import Experiment
internal import Models
internal import Planning
internal import Reporting
internal import Scenario
internal import Units

/// Designs to be simulated on the same chance, read and found to be affordable.
struct RunOrder: Sendable {
  /// The most designs beside each other, and runs of each.
  static let mostDesigns = 2, mostReplications = 50
  /// Records that all runs together may be expected to have: some minutes.
  static let mostRecords = 300e6
  /// Changes of a design that are told.
  private static let mostChanges = 20
  /// Records of a first look, which is there in a part of a second.
  private static let firstLook = 600_000.0

  let trials: [Trial]
  let replications: Int
  /// The files that command lines name, by design.
  let files: [String]
  let settings: [Setting]

  init(_ ask: RunAsk, files: (String) throws(AskFault) -> String) throws(AskFault) {
    guard (1...Self.mostDesigns).contains(ask.designs.count) else { throw AskFault(400, "Give one design, or two.") }
    guard (1...Self.mostReplications).contains(ask.replications) else {
      throw AskFault(400, "Runs of a design: 1 to \(Self.mostReplications).")
    }
    replications = ask.replications
    var loaded: [LoadedScenario] = [], templates: [ScenarioTemplate] = [], adaptive = false
    for design in ask.designs {
      let file = try files(design.base)
      let scenario = try Self.load(design.text, file, isAdaptive: ask.isAdaptive)
      loaded.append(scenario.loaded)
      templates.append(scenario.template)
      adaptive = adaptive || scenario.isAdaptive
    }
    settings = adaptive ? [Self.adaptive] : []
    self.files = Self.names(ask.designs, loaded)
    var tables = KeyTables()
    let seed = loaded[0].experiment.seed
    trials = ask.designs.indices.map { position in
      var loaded = loaded[position]
      // Only equal seeds make pairs.
      loaded.experiment.seed = seed
      let changes = templates[0].changes(in: templates[position], limit: Self.mostChanges).filter { $0.path != "seed" }
      return Trial(Design(name: ask.designs[position].name, settings: changes), loaded: loaded, tables: &tables)
    }
    try checkSize()
  }

  private static let adaptive = Setting(path: "clock.resolution", value: Resolution.adaptive.rawValue)

  /// A scenario, with many records at a time where its author leaves that open.
  private static func load(
    _ text: String, _ file: String, isAdaptive: Bool
  ) throws(AskFault) -> (loaded: LoadedScenario, template: ScenarioTemplate, isAdaptive: Bool) {
    guard text.utf8.count <= ScenarioDesk.mostBytes else { throw AskFault(413, "A scenario is too large.") }
    do throws(ScenarioFailure) {
      let template = try ScenarioFile.template(text: text, file: file)
      let isOpen = isAdaptive && !template.says("clock.resolution")
      return (try template.load(settings: isOpen ? [adaptive] : [], seed: nil), template, isOpen)
    } catch {
      throw AskFault(422, "The scenario cannot run: \(error.diagnostics.count) errors.", error.diagnostics)
    }
  }

  /// What the files are called once they are kept: by scenario, and by design where there are two.
  private static func names(_ designs: [RunAsk.Design], _ loaded: [LoadedScenario]) -> [String] {
    designs.count == 1
      ? ["\(loaded[0].experiment.name).yaml"]
      : zip(designs, loaded).map { "\($1.experiment.name)-\($0.name).yaml" }
  }

  /// The records that a design is expected to have, by its producers' averages.
  private static func records(of loaded: LoadedScenario) -> Double {
    let bill = ScenarioBill(loaded.experiment, headroom: 0)
    let rate = bill.streams.reduce(0) { $0 + $1.meanRecords }
    return rate * loaded.experiment.horizon.duration.inSeconds
  }

  private func checkSize() throws(AskFault) {
    let records = trials.reduce(0) { $0 + Self.records(of: $1.loaded) } * Double(replications)
    guard records > Self.mostRecords else { return }
    let words = { (count: Double) in "\(Figures.number(count / 1e6)) million" }
    throw AskFault(
      422,
      "This asks for about \(words(records)) records; the page simulates at most \(words(Self.mostRecords)) at once. "
        + "Shorten clock.duration or run fewer, or use the command line: \(command(of: 0))")
  }

  // MARK: Command lines

  /// The line that makes a design's report again.
  func command(of design: Int) -> ShellLine {
    ShellLine("weir", "run", of: [files[design]])
      .with("--replications", replications > 1 ? String(replications) : nil).with(settings)
  }

  /// The line that makes the comparison again.
  var comparisonCommand: ShellLine {
    ShellLine("weir", "compare", of: files).with("--replications", String(replications)).with(settings)
  }

  // MARK: A first look

  /// The beginning of each design's first run, short enough to be there at once; nil when the whole is not much longer.
  var look: RunOrder? {
    var looks: [Trial] = [], tables = KeyTables()
    for trial in trials {
      let horizon = trial.loaded.experiment.horizon, records = Self.records(of: trial.loaded)
      guard records > 2 * Self.firstLook else { return nil }
      let share = Self.firstLook / records, bin = max(1, horizon.reportBin.nanoseconds)
      let length = Int64(Double(horizon.duration.nanoseconds) * share) / bin * bin
      let least = horizon.warmup + horizon.reportBin * 4
      var loaded = trial.loaded
      loaded.experiment.horizon.duration = max(Interval(nanoseconds: length), least)
      guard loaded.experiment.horizon.duration < horizon.duration else { return nil }
      looks.append(Trial(trial.design, loaded: loaded, tables: &tables))
    }
    return RunOrder(looks, of: self)
  }

  private init(_ trials: [Trial], of whole: RunOrder) {
    (self.trials, replications, files, settings) = (trials, 1, whole.files, whole.settings)
  }
}
