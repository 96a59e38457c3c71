internal import Experiment
internal import Foundation
public import Planning
public import Scenario

/// A directory of tasks and of what they came to, all named by their contents: who reads or writes, in what order and how often,
/// makes no difference.
///
/// - `job`: the command whose tasks they are
/// - `designs/NAME.design`: an experiment
/// - `tasks/NAME.task`: a design and the number of a replication
/// - `results/NAME.result`: what the task of that name came to
/// - `open`: the names of the tasks that the command asked for when it was last given
///
/// Every file is a `SealedFile`, appears whole or not at all, and is written under a name of its own before.
public struct TaskFolder: Sendable {
  /// What is there of a task.
  public enum Found: Sendable {
    /// What it came to.
    case known(TaskOutcome)
    /// Nobody has run it.
    case absent
    /// A file is there and cannot be used; which, and why.
    case unusable(String)
  }

  /// The command whose tasks they are.
  public struct Job: Sendable, Codable {
    /// The words behind `weir`.
    public let arguments: [String]
    /// Where it was given.
    public let directory: String

    /// A command.
    public init(arguments: [String], directory: String) {
      (self.arguments, self.directory) = (arguments, directory)
    }
  }

  /// The replications of one scenario.
  public struct Shelf: Sendable {
    private let folder: TaskFolder, scenario: LoadedScenario
    /// What names the scenario.
    public let design: String

    fileprivate init(_ folder: TaskFolder, _ scenario: LoadedScenario) {
      (self.folder, self.scenario) = (folder, scenario)
      design = TaskFolder.name(of: scenario, version: folder.version)
    }

    /// What is there of a replication.
    public func look(_ replication: Int) -> Found {
      let found = folder.result(TaskFolder.name(of: TaskID(design: design, replication: replication)))
      guard case .known(let outcome) = found, !outcome.fits(scenario.experiment) else { return found }
      return .unusable("it is of another experiment")
    }

    /// Writes the design, where it is not there.
    public func wantDesign() throws(OutputFile.WriteError) {
      try folder.store(TaskDesign(name: design, experiment: scenario.experiment), design, .design)
    }

    /// Writes a replication's task, where it is not there; gives its name.
    public func want(_ replication: Int) throws(OutputFile.WriteError) -> String {
      let id = TaskID(design: design, replication: replication), name = TaskFolder.name(of: id)
      try folder.store(id, name, .task)
      return name
    }
  }

  /// The kinds of files.
  enum Kind: String, CaseIterable {
    case design, task, result

    var folder: String { rawValue + "s" }
    var schema: String { "weir.\(rawValue)/v1" }
  }

  /// The directory, as its user named it.
  public let path: String
  private let version: String
  private static let jobSchema = "weir.job/v1"

  /// A directory, which need not be there, and the version of weir whose files count.
  public init(path: String, version: String = Version.current) {
    (self.path, self.version) = (path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path, version)
  }

  // MARK: Names

  /// Half a SHA-256 is enough to tell tasks apart.
  private static func short(_ parts: [String]) -> String {
    String(Fingerprint.digest(of: Array(parts.joined(separator: "\n").utf8)).prefix(32))
  }

  /// What names a scenario: all that a run depends on, and what it is held to, which a plan may have chosen.
  private static func name(of scenario: LoadedScenario, version: String) -> String {
    let held = SealedFile.text(scenario.experiment.objectives, kind: "objectives", version: version)
    return short(["weir.design/v1", Fingerprint(of: scenario, version: version).hex, held])
  }

  private static func name(of id: TaskID) -> String { short(["weir.task/v1", id.design, String(id.replication)]) }

  /// The path of a file of it.
  func file(_ name: String, _ kind: Kind) -> String { "\(path)/\(kind.folder)/\(name).\(kind.rawValue)" }

  // MARK: Files

  /// Makes the directory, keeps it for this process, and notes whose it is.
  public func prepare(_ job: Job) throws(OutputFile.WriteError) {
    try OutputFile.claim(path)
    for kind in Kind.allCases { try OutputFile.makeDirectory("\(path)/\(kind.folder)") }
    try OutputFile.write(SealedFile.text(job, kind: Self.jobSchema, version: version), to: "\(path)/job")
  }

  /// The command whose tasks these are.
  public func job() throws(TaskFailure) -> Job {
    do {
      return try SealedFile.read(Job.self, from: "\(path)/job", kind: Self.jobSchema, version: version)
    } catch {
      throw TaskFailure("\(path)/job", error, remedy: "give a command its tasks: weir sweep … --tasks \(path)")
    }
  }

  /// The replications of a scenario.
  public func shelf(of scenario: LoadedScenario) -> Shelf { Shelf(self, scenario) }

  private func result(_ name: String) -> Found {
    let path = file(name, .result)
    do {
      return .known(
        try SealedFile.read(TaskOutcome.self, from: path, kind: Kind.result.schema, version: version))
    } catch .missing {
      return .absent
    } catch {
      return .unusable(TaskFailure.words(error))
    }
  }

  private func store(_ value: some Encodable, _ name: String, _ kind: Kind) throws(OutputFile.WriteError) {
    let path = file(name, kind), text = SealedFile.text(value, kind: kind.schema, version: version)
    guard (try? String(contentsOfFile: path, encoding: .utf8)) != text else { return }
    try OutputFile.write(text, to: path)
  }

  // MARK: Running

  /// Notes which tasks the command asks for.
  public func ask(for names: [String]) throws(OutputFile.WriteError) {
    try OutputFile.write(names.map { $0 + "\n" }.joined(), to: "\(path)/open")
  }

  /// The files of the tasks that the command asked for. Throws where there is no such directory.
  public func asked() throws(TaskFailure) -> [String] {
    guard let names = try? String(contentsOfFile: "\(path)/open", encoding: .utf8) else {
      throw TaskFailure("\(path)/open", .missing, remedy: "name a directory that --tasks made, or files of it")
    }
    return names.split(separator: "\n").map { file(String($0), .task) }
  }

  /// Whether a task of that name has a result that can be used.
  func hasResult(_ name: String) -> Bool {
    (try? SealedFile.body(of: file(name, .result), kind: Kind.result.schema, version: version)) != nil
  }

  /// The task in a file of such a directory.
  func task(_ name: String) throws(TaskFailure) -> TaskID { try given(.task, name, by: Self.name(of:)) }

  /// A design by its name.
  func design(_ name: String) throws(TaskFailure) -> TaskDesign { try given(.design, name, by: \.name) }

  /// What a command gave to be run: a file that bears the name of what is in it.
  private func given<Value: Decodable>(
    _ kind: Kind, _ name: String, by itsName: (Value) -> String
  ) throws(TaskFailure) -> Value {
    let path = file(name, kind)
    do throws(SealedFile.Flaw) {
      let value = try SealedFile.read(Value.self, from: path, kind: kind.schema, version: version)
      guard itsName(value) == name else { throw .damaged }
      return value
    } catch { throw TaskFailure(path, error, remedy: "the command that made it writes it again") }
  }

  /// Writes what a task came to. Where a result is there it stays; one that says something else throws.
  func keep(_ outcome: TaskOutcome, of name: String) throws(OutputFile.WriteError) {
    let path = file(name, .result)
    switch result(name) {
    case .known(let other) where other == outcome: return
    case .known:
      throw OutputFile.WriteError(
        path: path, reason: "this run came to something else: another machine or another build made what is there")
    case .absent, .unusable:
      try OutputFile.write(SealedFile.text(outcome, kind: Kind.result.schema, version: version), to: path)
    }
  }
}

/// A file of tasks that cannot be used.
public struct TaskFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// Which, why, and what to do.
  public let description: String
  /// Whether it is not there.
  public let isMissing: Bool

  init(_ path: String, _ flaw: SealedFile.Flaw, remedy: String) {
    (description, isMissing) = ("\(path): \(Self.words(flaw)); \(remedy)", flaw == .missing)
  }

  static func words(_ flaw: SealedFile.Flaw) -> String {
    switch flaw {
    case .missing: "it is not there"
    case .unreadable(let reason): reason
    case .damaged: "it is damaged"
    case .otherVersion(let version): "weir \(version) made it, and this is weir \(Version.current)"
    }
  }
}
