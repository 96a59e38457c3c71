internal import Experiment
internal import Models
public import Scenario

/// Reads the designs of a comparison: variants of one file, or several files.
public struct Contenders: Sendable {
  /// What to compare.
  public enum Choice: Sendable, Hashable {
    /// The file's `variants` of these names, in that order; all of them when there are none.
    case variants([String])
    /// Designs of the command line.
    case designs([Design])
    /// The files themselves.
    case files
  }
  /// Why there is nothing to compare.
  public enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Files that cannot be read or are wrong, with all their errors.
    case scenario(ScenarioFailure)
    /// Something else, in a sentence.
    case choice(String)

    /// The sentence, or a line for each error.
    public var description: String {
      switch self {
      case .scenario(let failure): failure.description
      case .choice(let reason): reason
      }
    }
  }

  /// The most designs of one comparison.
  public static let maximum = 100

  /// The designs that can run, the reference first; all have the same seed.
  public let trials: [Trial]
  /// What may not be as the authors of the scenarios think, and seeds that are not taken; each once.
  public let warnings: [String]
  /// Those of them that are of seeds.
  public let seedNotes: [String]

  /// Reads them all.
  ///
  /// `settings` are laid over every file before a design's own. The seed is `seed`, or else the first design's: only then
  /// do replications of all of them see the same chance. `reference` tells whether the file as it stands is the first
  /// design. Throws every error at once.
  public init(
    files: [String], choice: Choice, settings: [Setting], seed: UInt64?, reference: Reference
  ) throws(Failure) {
    if case .designs(let designs) = choice { try Self.check(designs) }
    var reader = Reader(settings: settings)
    switch choice {
    case .files: for file in files { reader.read(Design(name: file, settings: []), of: file) }
    case .designs(let designs): reader.read(reference.designs + designs, of: files[0])
    case .variants(let names):
      let variants = try reader.variants(names, of: files[0])
      reader.read(reference.designs + variants, of: files[0])
    }
    var loaded = try reader.finish()
    guard loaded.count >= 2 else { throw .choice("there is one design only: nothing to compare it with") }
    try Self.refuseTwins(loaded)
    if case .files = choice { Self.nameByScenario(&loaded) }
    let common = seed ?? loaded[0].loaded.experiment.seed
    seedNotes =
      seed == nil
      ? Self.seedNotes(loaded.map { (name: $0.design.name, seed: $0.loaded.experiment.seed) }, under: common) : []
    warnings = reader.warnings + seedNotes
    var tables = KeyTables()
    trials = loaded.map { item in
      var scenario = item.loaded
      scenario.experiment.seed = common
      return Trial(item.design, loaded: scenario, tables: &tables)
    }
  }

  /// What the others are held against.
  public enum Reference: Sendable, Hashable {
    /// The file as it stands, called `base`.
    case base
    /// The first design that was chosen.
    case first

    fileprivate var designs: [Design] { self == .base ? [Design(name: "base", settings: [])] : [] }
  }

  private typealias Item = (design: Design, loaded: LoadedScenario)

  /// Refuses designs that differ in what is no part of one.
  private static func check(_ designs: [Design]) throws(Failure) {
    let flaws = designs.flatMap(\.settings).compactMap { setting in
      Setting.flaw(inDesign: setting.path).map { "--with \(setting.argument): \($0.message); \($0.remedy)" }
    }
    if !flaws.isEmpty { throw .choice(flaws.joined(separator: "\n")) }
  }

  /// Refuses a design that is there twice: nothing could differ.
  private static func refuseTwins(_ items: [Item]) throws(Failure) {
    for (index, item) in items.enumerated() {
      let twin = items[..<index].first { isSame($0, item) }
      guard let twin else { continue }
      throw .choice(
        twin.design.name == item.design.name
          ? "\(item.design.name) is given twice: name each design once"
          : "\(item.design.name) is \(twin.design.name) under another name: nothing could differ")
    }
  }

  private static func isSame(_ one: Item, _ other: Item) -> Bool {
    let settings = [one, other].map { $0.design.settings.map { [$0.path, Setting.canonical($0.value)] } }
    let isAsked = one.loaded.sources == other.loaded.sources && settings[0] == settings[1] && !settings[0].isEmpty
    return isAsked || one.loaded.isSame(as: other.loaded)
  }

  /// Files are called by their scenarios' names, where these differ.
  private static func nameByScenario(_ items: inout [Item]) {
    let names = items.map(\.loaded.experiment.name)
    guard Set(names).count == names.count else { return }
    for position in items.indices { items[position].design.name = names[position] }
  }

  /// What is said of designs whose own seeds are not taken, a sentence each.
  public static func seedNotes(_ designs: [(name: String, seed: UInt64)], under seed: UInt64) -> [String] {
    designs.filter { $0.seed != seed }.map { design in
      "\(design.name) has seed \(design.seed); it is compared under \(seed), the first one's, "
        + "for only equal seeds make pairs"
    }
  }

  /// Reads designs and gathers what is wrong with all of them.
  private struct Reader {
    let settings: [Setting]
    var items: [Item] = []
    var warnings: [String] = []
    var failures: [ScenarioFailure] = []

    /// The chosen variants of a file as designs.
    mutating func variants(_ names: [String], of file: String) throws(Failure) -> [Design] {
      let known: [Variant]
      do throws(ScenarioFailure) {
        known = try ScenarioFile.load(path: file, settings: settings).variants
      } catch { throw .scenario(error) }
      let unknown = names.filter { name in !known.contains { $0.name == name } }
      if !unknown.isEmpty {
        let flaws = unknown.map { name in
          let near = Nearest.remedy(name, among: known.map(\.name))
          let all = known.isEmpty ? "it has none" : "it has " + known.map(\.name).joined(separator: ", ")
          return "--variant \(name): \(file) has no such variant; \(near ?? all)"
        }
        throw .choice(flaws.joined(separator: "\n"))
      }
      guard !known.isEmpty else {
        throw .choice("\(file) has no variants; give it some, or say what to change: --with PATH=VALUE")
      }
      let chosen = names.isEmpty ? known : names.compactMap { name in known.first { $0.name == name } }
      return chosen.map { Design(name: $0.name, settings: $0.settings) }
    }

    mutating func read(_ design: Design, of file: String) { read([design], of: file) }

    mutating func read(_ designs: [Design], of file: String) {
      do throws(ScenarioFailure) {
        let template = try ScenarioFile.template(path: file)
        for design in designs.prefix(Contenders.maximum + 1) { lay(design, over: template) }
      } catch { failures.append(error) }
    }

    private mutating func lay(_ design: Design, over template: ScenarioTemplate) {
      do throws(ScenarioFailure) {
        let loaded = try template.load(settings: settings + design.settings, seed: nil)
        items.append((design, loaded))
        warnings += loaded.warnings.map(\.description).filter { !warnings.contains($0) }
      } catch { failures.append(error) }
    }

    /// What was read, or everything that is wrong, each once.
    func finish() throws(Failure) -> [Item] {
      if items.count > Contenders.maximum { throw .choice("more than \(Contenders.maximum) designs") }
      guard !failures.isEmpty else { return items }
      throw .scenario(ScenarioFailure.joined(failures))
    }
  }
}

extension ScenarioFailure {
  /// Several failures as one, each diagnostic once; inputs are missing only when nothing else is wrong.
  static func joined(_ failures: [ScenarioFailure]) -> ScenarioFailure {
    var seen: Set<Diagnostic> = []
    let diagnostics = failures.flatMap(\.diagnostics).filter { seen.insert($0).inserted }
    return failures.contains { $0.exitCode == 65 } ? .invalid(diagnostics) : .missing(diagnostics)
  }
}
