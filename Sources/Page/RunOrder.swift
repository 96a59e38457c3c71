internal import Experiment
internal import Models
internal import Planning
internal import Reporting
internal import Scenario
internal import Units

/// Designs to be simulated on the same chance, read and found to be affordable. Nothing is built for them yet.
struct RunOrder: Sendable {
  /// A design that was asked for.
  struct Contender: Sendable {
    /// What it is called, and what it changes against the first.
    let design: Design
    /// Under the seed of all; its warnings and inputs named as by who reads `file` beside the files it names.
    var loaded: LoadedScenario
    /// What was asked for, and the name under which it is kept: command lines name it.
    let text: String, file: String
    /// The seed that was asked for.
    let ownSeed: UInt64

    /// The records that are expected of its producers, by their averages.
    fileprivate var records: Double {
      let experiment = loaded.experiment, rates = ProducerRates(experiment)
      let rate = experiment.producers.indices.reduce(0) { $0 + rates.mean(of: $1) }
      return rate * experiment.horizon.duration.inSeconds
    }
  }

  /// The most designs beside each other, and runs of each.
  static let mostDesigns = 2, mostReplications = 50
  /// Records that all runs together may be expected to have: some minutes.
  static let mostRecords = 300e6
  /// Changes of a design that are told.
  private static let mostChanges = 20
  /// Records of a first look, which is there in a part of a second.
  private static let firstLook = 300_000.0

  private(set) var contenders: [Contender]
  private(set) var replications: Int
  /// What is laid over each design: the same for all, so that one line of `weir compare` says it.
  let settings: [Setting]

  init(_ ask: RunAsk, files: (String) throws(AskFault) -> String) throws(AskFault) {
    guard (1...Self.mostDesigns).contains(ask.designs.count) else { throw AskFault(400, "Give one design, or two.") }
    guard (1...Self.mostReplications).contains(ask.replications) else {
      throw AskFault(400, "Runs of a design: 1 to \(Self.mostReplications).")
    }
    replications = ask.replications
    var readings: [Reading] = []
    for (position, design) in ask.designs.enumerated() {
      let isHere = position == ask.designs.count - 1
      readings.append(try Reading(design, file: try files(design.base), isHere: isHere))
    }
    let isOpen = !readings.contains { $0.template.says("clock.resolution") }
    settings =
      ask.isAdaptive && isOpen ? [Setting(path: "clock.resolution", value: Resolution.adaptive.rawValue)] : []
    var contenders: [Contender] = []
    for reading in readings {
      let loaded = try reading.load(settings)
      let name = ask.designs.count == 1 ? "" : "-\(reading.design.name)"
      let file = "\(loaded.experiment.name)\(name).yaml"
      contenders.append(
        Contender(
          design: reading.changes(from: readings[0], limit: Self.mostChanges),
          loaded: reading.named(loaded, file), text: reading.design.text, file: file, ownSeed: loaded.experiment.seed))
    }
    self.contenders = contenders
    // Only equal seeds make pairs.
    for position in contenders.indices { self.contenders[position].loaded.experiment.seed = contenders[0].ownSeed }
    try checkSize()
  }

  /// The designs with their tables, or with those that others have built.
  func trials(_ tables: inout KeyTables) -> [Trial] {
    contenders.map { Trial($0.design, loaded: $0.loaded, tables: &tables) }
  }

  private func checkSize() throws(AskFault) {
    let records = contenders.reduce(0) { $0 + $1.records } * Double(replications)
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
    let contender = contenders[design], seed = contender.loaded.experiment.seed
    return ShellLine("weir", "run", of: [contender.file])
      .with("--seed", contender.ownSeed == seed ? nil : String(seed))
      .with("--replications", replications > 1 ? String(replications) : nil).with(settings)
  }

  /// The line that makes the comparison again.
  var comparisonCommand: ShellLine {
    ShellLine("weir", "compare", of: contenders.map(\.file)).with("--replications", String(replications))
      .with(settings)
  }

  /// What `weir compare` says beside its figures: what is doubtful in the designs, and seeds that are not taken.
  var warnings: [String] {
    let seeds = contenders.map { (name: $0.design.name, seed: $0.ownSeed) }
    let flaws = contenders.flatMap { $0.loaded.warnings.map(\.description) }
    return flaws + Contenders.seedNotes(seeds, under: contenders[0].ownSeed)
  }

  // MARK: A first look

  /// The beginning of each design's first run, equally long in all and short enough to be there at once; nil when one of the wholes is not
  /// much longer.
  var look: RunOrder? {
    let horizons = contenders.map(\.loaded.experiment.horizon), records = contenders.map(\.records)
    guard records.allSatisfy({ $0 > 2 * Self.firstLook }) else { return nil }
    let lengths = zip(horizons, records).map { Int64(Double($0.duration.nanoseconds) * Self.firstLook / $1) }
    let bin = horizons.map(\.reportBin.nanoseconds).max() ?? 1, shortest = (lengths.min() ?? 0) / bin * bin
    let length = horizons.reduce(Interval(nanoseconds: shortest)) { max($0, $1.warmup + $1.reportBin * 4) }
    guard horizons.allSatisfy({ length < $0.duration }) else { return nil }
    var look = self
    look.replications = 1
    for position in contenders.indices { look.contenders[position].loaded.experiment.horizon.duration = length }
    return look
  }
}

/// The text of a design as it is read.
private struct Reading {
  let design: RunAsk.Design
  let template: ScenarioTemplate
  private let file: String
  /// Whether the page has this text before it.
  private let isHere: Bool

  init(_ design: RunAsk.Design, file: String, isHere: Bool) throws(AskFault) {
    guard design.text.utf8.count <= ScenarioDesk.mostBytes else { throw AskFault(413, "A scenario is too large.") }
    (self.design, self.file, self.isHere) = (design, file, isHere)
    do throws(ScenarioFailure) {
      template = try ScenarioFile.template(text: design.text, file: file)
    } catch {
      throw Self.fault(error, design, file, isHere: isHere)
    }
  }

  func load(_ settings: [Setting]) throws(AskFault) -> LoadedScenario {
    do throws(ScenarioFailure) {
      return try template.load(settings: settings, seed: nil)
    } catch {
      throw Self.fault(error, design, file, isHere: isHere)
    }
  }

  /// It as a design: what it says that another one does not. A seed is no part of a design.
  func changes(from other: Reading, limit: Int) -> Design {
    Design(name: design.name, settings: other.template.changes(in: template, limit: limit).filter { $0.path != "seed" })
  }

  /// A scenario as somebody reads it from a file of a name, beside the files that it names.
  func named(_ loaded: LoadedScenario, _ name: String) -> LoadedScenario {
    var loaded = loaded
    loaded.warnings = loaded.warnings.map { Self.told($0, of: file, as: name) }
    let folder = file.prefix(through: file.lastIndex(of: "/") ?? file.startIndex)
    guard folder.hasSuffix("/") else { return loaded }
    for position in loaded.inputs.indices where loaded.inputs[position].path.hasPrefix(folder) {
      loaded.inputs[position].path.removeFirst(folder.count)
    }
    return loaded
  }

  /// Errors in the text that the page shows lead to its lines; those in another one are told with its name.
  private static func fault(
    _ failure: ScenarioFailure, _ design: RunAsk.Design, _ file: String, isHere: Bool
  ) -> AskFault {
    let count = Figures.count(failure.diagnostics.count, of: "error")
    var fault = AskFault(422, "The scenario \(isHere ? "" : "\"\(design.name)\" ")cannot run: \(count).")
    fault.diagnostics = isHere ? failure.diagnostics : failure.diagnostics.map { told($0, of: file, as: design.name) }
    fault.file = isHere ? file : nil
    return fault
  }

  private static func told(_ diagnostic: Diagnostic, of file: String, as name: String) -> Diagnostic {
    var told = diagnostic
    if told.place.file == file { told.place.file = name }
    return told
  }
}
