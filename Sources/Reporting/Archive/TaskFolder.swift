internal import Experiment
internal import Foundation
public import Planning
public import Scenario

/// A directory of tasks and of what they came to, all named by their contents: who reads or writes, in what order and how often,
/// makes no difference.
///
/// - `job`: the command whose tasks they are
/// - `inputs/NAME.input`: long lists of experiments, such as a recorded trace, each once
/// - `designs/NAME.design`: an experiment
/// - `tasks/NAME.task`: a design and the number of a replication
/// - `results/NAME.result`: what the task of that name came to
/// - `open`: the names of the tasks that the command asked for when it was last given
///
/// Every file but `open` is a `SealedFile`; all appear whole or not at all, and are written under a name of their own before.
public struct TaskFolder: Sendable {
  /// What is there of a task.
  public enum Found: Sendable {
    /// What it came to.
    case known(TaskOutcome)
    /// Nobody has run it.
    case absent
    /// A file is there and cannot be used; why, and whether it was read: a disk or a network that fails may have it whole.
    case unusable(String, wasRead: Bool)
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

  /// The kinds of files.
  enum Kind: String, CaseIterable {
    case input, design, task, result

    var folder: String { rawValue + "s" }
    var schema: String { "weir.\(rawValue)/v1" }
  }

  /// The directory, as its user named it.
  public let path: String
  let version: String
  let inputs: TaskInputs

  /// A directory, which need not be there, and the version of weir whose files count. Lists of `inputs` are read and written once.
  public init(path: String, version: String = Version.current, inputs: TaskInputs = TaskInputs()) {
    self.path = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
    (self.version, self.inputs) = (version, inputs)
  }

  // MARK: Names

  /// Half a SHA-256 is enough to tell tasks apart.
  static func short(_ bytes: Data) -> String { String(Fingerprint.digest(of: bytes).prefix(32)) }

  /// What names a task.
  static func name(of id: TaskID) -> String {
    short(Data(["weir.task/v1", id.design, String(id.replication)].joined(separator: "\n").utf8))
  }

  /// The path of a file of it.
  func file(_ name: String, _ kind: Kind) -> String { "\(path)/\(kind.folder)/\(name).\(kind.rawValue)" }

  /// What must be in a file of it.
  func mark(_ name: String, _ kind: Kind) -> SealedFile.Mark {
    SealedFile.Mark(kind: kind.schema, version: version, name: name)
  }

  // MARK: The command

  private var jobMark: SealedFile.Mark { SealedFile.Mark(kind: "weir.job/v1", version: version, name: "job") }

  /// Whether it is noted that it is that command's.
  public func isOf(_ job: Job) -> Bool {
    (try? Data(contentsOf: URL(filePath: "\(path)/job"))) == SealedFile.bytes(job, jobMark)
  }

  /// Makes the directory, keeps it for this process, and notes whose it is.
  public func prepare(_ job: Job) throws(OutputFile.WriteError) {
    try OutputFile.claim(path)
    for kind in Kind.allCases { try OutputFile.makeDirectory("\(path)/\(kind.folder)") }
    try OutputFile.write(bytes: SealedFile.bytes(job, jobMark), to: "\(path)/job")
  }

  /// The command whose tasks these are.
  public func job() throws(TaskFailure) -> Job {
    do {
      return try SealedFile.read(Job.self, from: "\(path)/job", jobMark)
    } catch {
      throw TaskFailure("\(path)/job", error, remedy: "give a command its tasks: weir sweep … --tasks \(path)")
    }
  }

  /// The replications of a scenario.
  public func shelf(of scenario: LoadedScenario) -> TaskShelf { TaskShelf(self, scenario) }

  /// Notes which tasks the command asks for.
  public func ask(for names: [String]) throws(OutputFile.WriteError) {
    let bytes = Data(names.map { $0 + "\n" }.joined().utf8), file = "\(path)/open"
    guard (try? Data(contentsOf: URL(filePath: file))) != bytes else { return }
    try OutputFile.write(bytes: bytes, to: file)
  }

  /// The files of the tasks that the command asked for. Throws where there is no such directory.
  public func asked() throws(TaskFailure) -> [String] {
    guard let names = try? String(contentsOfFile: "\(path)/open", encoding: .utf8) else {
      throw TaskFailure("\(path)/open", .missing, remedy: "name a directory that --tasks made, or files of it")
    }
    return names.split(separator: "\n").map { file(String($0), .task) }
  }

  // MARK: Results

  /// What a task came to: the one place where it is decided whether a result can be used.
  func result(of slip: TaskSlip) -> Found {
    let name = Self.name(of: slip.id), path = file(name, .result)
    do throws(SealedFile.Flaw) {
      let outcome = try SealedFile.read(TaskOutcome.self, from: path, mark(name, .result))
      return slip.fits(outcome) ? .known(outcome) : .unusable("it is of another experiment", wasRead: true)
    } catch {
      if error == .missing { return .absent }
      if case .unreadable(let reason) = error { return .unusable(reason, wasRead: false) }
      return .unusable(TaskFailure.words(error), wasRead: true)
    }
  }

  /// Whether a task has a result that can be used.
  func hasResult(_ slip: TaskSlip) -> Bool { if case .known = result(of: slip) { true } else { false } }

  /// Takes a result away that cannot be used, so that everybody sees that it is missing.
  func discard(_ name: String) throws(OutputFile.WriteError) { try OutputFile.remove(file(name, .result)) }

  /// Writes what a task came to. Where a result is there it stays; false where it says something else.
  func keep(_ outcome: TaskOutcome, of slip: TaskSlip) throws(OutputFile.WriteError) -> Bool {
    if case .known(let other) = result(of: slip) { return other == outcome }
    let name = Self.name(of: slip.id)
    try OutputFile.write(bytes: SealedFile.bytes(outcome, mark(name, .result)), to: file(name, .result))
    return true
  }

  // MARK: What was given to be run

  /// The task in a file of such a directory.
  func task(_ name: String) throws(TaskFailure) -> TaskSlip {
    let slip = try given(.task, name) { (path, mark) throws(SealedFile.Flaw) in
      try SealedFile.read(TaskSlip.self, from: path, mark)
    }
    guard Self.name(of: slip.id) == name else { throw Self.flawed(file(name, .task), .damaged) }
    return slip
  }

  /// A design by its name.
  func design(_ name: String) throws(TaskFailure) -> TaskDesign {
    let stored = try given(.design, name) { (path, mark) throws(SealedFile.Flaw) in
      try SealedFile.read(StoredDesign.self, from: path, mark)
    }
    let experiment = try stored.whole { (name) throws(TaskFailure) in
      try inputs.lists(name) { () throws(TaskFailure) in
        let body = try given(.input, name) { (path, mark) throws(SealedFile.Flaw) in
          try SealedFile.body(of: path, mark)
        }
        guard let lists = ListBytes.lists(body) else { throw Self.flawed(file(name, .input), .damaged) }
        return lists
      }
    }
    return TaskDesign(name: name, experiment: experiment)
  }

  private func given<Value>(
    _ kind: Kind, _ name: String, _ read: (String, SealedFile.Mark) throws(SealedFile.Flaw) -> Value
  ) throws(TaskFailure) -> Value {
    let path = file(name, kind)
    do throws(SealedFile.Flaw) {
      return try read(path, mark(name, kind))
    } catch { throw Self.flawed(path, error) }
  }

  private static func flawed(_ path: String, _ flaw: SealedFile.Flaw) -> TaskFailure {
    TaskFailure(path, flaw, remedy: "the command that made it writes it again")
  }

  /// Writes a file where it is not there as it should be.
  func store(_ body: Data, _ name: String, _ kind: Kind) throws(OutputFile.WriteError) {
    let path = file(name, kind), bytes = SealedFile.seal(body, mark(name, kind))
    guard (try? Data(contentsOf: URL(filePath: path))) != bytes else { return }
    try OutputFile.write(bytes: bytes, to: path)
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
    case .otherName(let name): "it is that of \(name)"
    }
  }
}
