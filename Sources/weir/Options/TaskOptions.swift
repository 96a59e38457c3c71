internal import ArgumentParser
internal import Foundation
internal import Planning
internal import Reporting
internal import Scenario
internal import Synchronization

/// Simulations that others run.
struct TaskOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Splits the work: uses the results of tasks in DIR, and writes those that are missing there, to be run by weir task on any machine. Ends with 75 while any is missing.",
      valueName: "dir"))
  var tasks: String?
  @Option(
    help: ArgumentHelp(
      "Runs the tasks on a cluster: dask for workers on this machine, dask://HOST:PORT, or slurm. docs/cluster.md says how.",
      valueName: "engine"))
  var on: String?
  @Flag(help: "With --on slurm: submits the array job and waits for it, instead of writing its script only.")
  var submit = false
  @Option(help: "With --on: tasks of one start (default: as many as take 30 s).") var chunk: Int?

  func validate() throws {
    let engines = ["dask", "slurm"]
    try Usage.check([
      (
        on.map { engines.contains($0) || $0.hasPrefix("dask://") && $0.count > 7 } ?? true,
        "--on takes dask, dask://HOST:PORT or slurm."
      ),
      (!submit || on == "slurm", "--submit goes with --on slurm."),
      (chunk == nil || on != nil, "--chunk goes with --on."),
      ((1...100_000).contains(chunk ?? 1), "--chunk takes 1 to 100000."),
    ])
  }

  /// The words behind `weir` of the command that is run, without those about its tasks.
  @TaskLocal static var words = ClusterCommand.withoutTasks(CommandLine.arguments.dropFirst())

  /// Whether simulations are looked up.
  var isElsewhere: Bool { tasks != nil }

  /// Where simulations run: here on so many workers, or as tasks.
  func desk(_ workers: WorkersOption) throws -> TaskDesk {
    guard let tasks else { return TaskDesk(workers: workers.count) }
    let folder = TaskFolder(path: tasks)
    let job = TaskFolder.Job(
      arguments: Self.words,
      directory: FileManager.default.currentDirectoryPath)
    try Log.reporting { () throws(OutputFile.WriteError) in try folder.prepare(job) }
    return TaskDesk(folder, atOnce: workers.count)
  }

  /// With --on, becomes weir-cluster, which calls this verb again and again and runs its tasks in between; else does nothing.
  /// `subject` is what the tasks' directory is named after, unless --tasks names one.
  func handOver(_ subject: String) throws {
    guard let on else { return }
    let name = URL(fileURLWithPath: subject).deletingPathExtension().lastPathComponent
    try ClusterCommand.become(on: on, tasks: tasks ?? "\(name).tasks", submit: submit, chunk: chunk)
  }
}

/// Where a verb's simulations are run, and what it has to ask others for.
final class TaskDesk: Sendable {
  private struct State {
    var wanted: Set<String> = []
    var designs: Set<String> = []
    var unusable: [String] = []
    var failure: OutputFile.WriteError?
  }

  private let folder: TaskFolder?
  private let workers: Int
  private let state = Mutex(State())

  /// In this process.
  init(workers: Int) { (folder, self.workers) = (nil, workers) }

  /// As tasks of a directory.
  init(_ folder: TaskFolder, atOnce: Int) { (self.folder, workers) = (folder, atOnce) }

  /// Where simulations are run.
  var place: Workplace {
    guard let folder else { return .here(workers: workers) }
    return .elsewhere(
      TaskBook(atOnce: workers) { [self] scenario in
        let shelf = folder.shelf(of: scenario)
        return { [self] in look($0, shelf) }
      })
  }

  private func look(_ replication: Int, _ shelf: TaskFolder.Shelf) -> TaskOutcome? {
    let found = shelf.look(replication)
    if case .known(let outcome) = found { return outcome }
    state.withLock { state in
      guard state.failure == nil else { return }
      do throws(OutputFile.WriteError) {
        if state.designs.insert(shelf.design).inserted { try shelf.wantDesign() }
        let name = try shelf.want(replication)
        state.wanted.insert(name)
        if case .unusable(let reason) = found { state.unusable.append("results/\(name).result: \(reason)") }
      } catch { state.failure = error }
    }
    return nil
  }

  /// Ends the tool with 75, and says what is to be run, when not every simulation was known; with 130 after Ctrl-C.
  func close() throws {
    guard let folder else { return }
    let (wanted, unusable, failure) = state.withLock { ($0.wanted.sorted(), $0.unusable, $0.failure) }
    if let failure {
      Log.line("weir: \(failure)")
      throw ExitStatus.failure
    }
    if Interrupt.isRaised { throw ExitStatus.interrupted }
    try Log.reporting { () throws(OutputFile.WriteError) in try folder.ask(for: wanted) }
    guard !wanted.isEmpty else { return }
    for flaw in unusable.sorted().prefix(10) {
      Log.line("warning: \(folder.path)/\(flaw); its task is to be run again")
    }
    let files = wanted.prefix(3).map { "\(folder.path)/tasks/\($0).task" }
    let command = ShellLine("weir", "task", of: wanted.count > 3 ? [folder.path] : files)
    Log.line("weir: \(Figures.count(wanted.count, of: "task")) to run: `\(command)`, then the same line again")
    throw ExitStatus.tasksOpen
  }
}
