internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Scenario

/// Simulations that others run.
struct TaskOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Splits the work: uses the results of tasks in DIR, and writes those that are missing there, to be run by weir task on any machine. Ends with 75 while any is missing.",
      valueName: "dir"), completion: .directory)
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
    try Usage.check([
      (on.map(ClusterCommand.isEngine) ?? true, "--on takes dask, dask://HOST:PORT or slurm."),
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
    let job = TaskFolder.Job(arguments: Self.words, directory: FileManager.default.currentDirectoryPath)
    let desk = TaskDesk(TaskFolder(path: tasks), of: job, atOnce: workers.count)
    try Log.reporting { () throws(OutputFile.WriteError) in try desk.begin() }
    return desk
  }

  /// With --on, becomes weir-cluster, which calls this verb again and again and runs its tasks in between; else does nothing.
  /// `subject` is what the tasks' directory is named after, unless --tasks names one.
  func handOver(_ subject: String) throws {
    guard let on else { return }
    let name = URL(fileURLWithPath: subject).deletingPathExtension().lastPathComponent
    try ClusterCommand.become(on: on, tasks: tasks ?? "\(name).tasks", submit: submit, chunk: chunk)
  }
}
