internal import ArgumentParser
internal import Planning
internal import Reporting
internal import Scenario
internal import Synchronization

/// Where a verb's simulations are run, and what it has to ask others for.
final class TaskDesk: Sendable {
  private struct State {
    var isPrepared = false
    var wanted: Set<String> = []
    var designs: Set<String> = []
    var unusable: [String] = []
    var failure: OutputFile.WriteError?
  }

  private let folder: TaskFolder?
  private let job: TaskFolder.Job?
  private let workers: Int
  private let state = Mutex(State())

  /// In this process.
  init(workers: Int) { (folder, job, self.workers) = (nil, nil, workers) }

  /// As tasks of a directory, of which the command is `job`.
  init(_ folder: TaskFolder, of job: TaskFolder.Job, atOnce: Int) {
    (self.folder, self.job, workers) = (folder, job, atOnce)
  }

  /// Notes whose the directory is. Where it is this command's already, nothing is written before a task is missing: a directory in
  /// which all is there may be one that cannot be written to.
  func begin() throws(OutputFile.WriteError) {
    guard let folder, let job, !folder.isOf(job) else { return }
    try state.withLock { (state) throws(OutputFile.WriteError) in try prepare(folder, &state) }
  }

  private func prepare(_ folder: TaskFolder, _ state: inout State) throws(OutputFile.WriteError) {
    guard let job, !state.isPrepared else { return }
    try folder.prepare(job)
    state.isPrepared = true
  }

  /// Where simulations are run.
  var place: Workplace {
    guard let folder else { return .here(workers: workers) }
    return .elsewhere(
      TaskBook(atOnce: workers) { [self] scenario in
        let shelf = folder.shelf(of: scenario)
        return { [self] in look($0, shelf, folder) }
      })
  }

  private func look(_ replication: Int, _ shelf: TaskShelf, _ folder: TaskFolder) -> TaskOutcome? {
    let found = shelf.look(replication)
    if case .known(let outcome) = found { return outcome }
    state.withLock { state in
      guard state.failure == nil else { return }
      do throws(OutputFile.WriteError) {
        try prepare(folder, &state)
        if state.designs.insert(shelf.design).inserted { try shelf.wantDesign() }
        let name = try shelf.want(replication, found)
        state.wanted.insert(name)
        if case .unusable(let reason, _) = found { state.unusable.append("results/\(name).result: \(reason)") }
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
    // Where nothing is missing it does no harm that an old list stays.
    guard !wanted.isEmpty else {
      try? folder.ask(for: [])
      return
    }
    try Log.reporting { () throws(OutputFile.WriteError) in try folder.ask(for: wanted) }
    for flaw in unusable.sorted().prefix(10) {
      Log.line("warning: \(folder.path)/\(flaw); its task is to be run again")
    }
    let files = wanted.prefix(3).map { "\(folder.path)/tasks/\($0).task" }
    let command = ShellLine("weir", "task", of: wanted.count > 3 ? [folder.path] : files)
    Log.line("weir: \(Figures.count(wanted.count, of: "task")) to run: `\(command)`, then the same line again")
    throw ExitStatus.tasksOpen
  }
}
