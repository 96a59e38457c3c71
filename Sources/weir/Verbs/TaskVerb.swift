internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Scenario

struct TaskVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "task",
    abstract: "Runs tasks that `--tasks DIR` wrote, and writes what they came to.",
    discussion: """
      A FILE is DIR/tasks/NAME.task, or a directory that --tasks made: then all tasks that its command asked for. What has a
      result is not run again, and each result is written whole as soon as it is there, so that any number of these may run
      at once, be killed and be started again.

      EXAMPLE
        weir task t --workers 2

      Ends with 65 when a file cannot be used, with 66 when it is not there, all others run; with 1 as soon as a result cannot
      be written; with 130 after Ctrl-C.
      """.flowing)

  @Argument(help: "Task files, or directories of them.", completion: .file()) var files: [String]
  @OptionGroup var workers: WorkersOption

  func run() async throws {
    var run = TaskRun(files: try files.flatMap(expand))
    let ticker = Ticker()
    Interrupt.heed()
    await run.run(workers: workers.count, isInterrupted: { Interrupt.isRaised }) { done, all in
      ticker.tell { Ticker.Standing(share: Double(done) / Double(max(1, all)), words: ["\(done) of \(all) tasks"]) }
    }
    ticker.clear()
    for failure in run.failures { Log.line(failure) }
    if let error = run.writeError { Log.line("weir: \(error); what was not run by then is left") }
    try Output.write("\(Figures.count(run.finished, of: "task")) run, \(run.known) done before")
    if Interrupt.isRaised { throw ExitStatus.interrupted }
    if run.writeError != nil { throw ExitStatus.failure }
    if !run.failures.isEmpty { throw run.isMissing ? ExitStatus.inputMissing : ExitStatus.badScenario }
  }

  /// The task files that an argument stands for.
  private func expand(_ file: String) throws -> [String] {
    guard !file.hasSuffix(".task") || RunFolder.isDirectory(file) else { return [file] }
    return try Log.refusing { () throws(TaskFailure) in try TaskFolder(path: file).asked() }
  }
}

struct MergeVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Makes the report once all tasks of a --tasks directory are done.",
    discussion: """
      Gives again the command of the last --tasks DIR, in the directory where it was given, and looks up what its tasks came
      to: the report has the bytes of one machine's. Ends with 75, and writes the tasks that are missing, while any is.

      EXAMPLE
        weir merge t --out out
      """.flowing)

  @Argument(help: "The directory of tasks.", completion: .directory) var directory: String
  @Option(
    help: ArgumentHelp("Where the report goes, instead of where the command says.", valueName: "dir"),
    completion: .directory)
  var out: String?
  @Option(help: "What stdout gets, instead of what the command says: text, json, md or html.") var format:
    FormatOption.Format?

  func run() async throws {
    let path = URL(filePath: directory).path
    let job = try Log.refusing { () throws(TaskFailure) in try TaskFolder(path: path).job() }
    let place = out.map { ["--out", URL(filePath: $0).path] } ?? []
    let words = ClusterCommand.adding(
      place + (format.map { ["--format", $0.rawValue] } ?? []) + ["--tasks", path], to: job.arguments)
    guard FileManager.default.changeCurrentDirectoryPath(job.directory) else {
      Log.line("weir: \(job.directory), where the command was given, is not there")
      throw ExitStatus.inputMissing
    }
    guard var command = try Weir.parseAsRoot(CommandWords(words).all) as? any AsyncParsableCommand else {
      Log.line("weir: \(directory)/job is of a command that has no tasks")
      throw ExitStatus.badScenario
    }
    try await TaskOptions.$words.withValue(job.arguments) { try await command.run() }
  }
}

extension TaskFailure: Refusal {
  var line: String { description }
  var exitCode: Int32 { isMissing ? ExitStatus.inputMissing.rawValue : ExitStatus.badScenario.rawValue }
}
