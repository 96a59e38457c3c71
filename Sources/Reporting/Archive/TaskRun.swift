internal import Foundation
internal import Models
internal import Planning

/// Runs tasks of directories: what has a result is not run again, and each result is written as soon as it is there.
public struct TaskRun: Sendable {
  /// A task that has no result yet.
  private struct Open: Sendable {
    let folder: TaskFolder, name: String, id: TaskID
  }

  /// Tasks that were run, and those that had a result.
  public private(set) var finished = 0, known = 0
  /// Files that cannot be used, and results that cannot be written, in words.
  public private(set) var failures: [String] = []
  /// Whether every failure is a file that is not there.
  public private(set) var isMissing = true
  private var open: [Open] = []
  private var seen: Set<String> = []

  /// Reads task files; what cannot be read is a failure, and the others are run all the same.
  public init(files: [String]) {
    for file in files {
      do throws(TaskFailure) { try add(file) } catch { fail(error.description, isMissing: error.isMissing) }
    }
  }

  private mutating func add(_ file: String) throws(TaskFailure) {
    let url = URL(filePath: file), suffix = "." + TaskFolder.Kind.task.rawValue
    guard url.lastPathComponent.hasSuffix(suffix) else {
      let flaw: SealedFile.Flaw = FileManager.default.fileExists(atPath: file) ? .damaged : .missing
      throw TaskFailure(file, flaw, remedy: "a task's file is called DIR/tasks/NAME.task")
    }
    let folder = TaskFolder(path: url.deletingLastPathComponent().deletingLastPathComponent().path)
    let name = String(url.lastPathComponent.dropLast(suffix.count)), id = try folder.task(name)
    guard seen.insert(folder.file(name, .task)).inserted else { return }
    if folder.hasResult(name) { known += 1 } else { open.append(Open(folder: folder, name: name, id: id)) }
  }

  private mutating func fail(_ words: String, isMissing: Bool) {
    failures.append(words)
    self.isMissing = self.isMissing && isMissing
  }

  /// How many are to be run.
  public var count: Int { open.count }

  /// Runs them on `workers` threads at most, and says how many are done of how many.
  public mutating func run(
    workers: Int, isInterrupted: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (_ done: Int, _ of: Int) -> Void
  ) async {
    let total = open.count
    open.sort { ($0.id.design, $0.id.replication) < ($1.id.design, $1.id.replication) }
    // A few designs at a time: their tables take memory.
    while !open.isEmpty, !isInterrupted() {
      let part = takePart(workers)
      var designs: [TaskDesign] = [], jobs: [Replications.Job] = [], tasks: [Open] = []
      for task in part {
        do throws(TaskFailure) {
          if designs.last?.name != task.id.design { designs.append(try task.folder.design(task.id.design)) }
          jobs.append(.init(experiment: designs.count - 1, replication: task.id.replication))
          tasks.append(task)
        } catch { fail(error.description, isMissing: error.isMissing) }
      }
      await TaskDesign.run(
        jobs, of: designs, workers: workers, isInterrupted: isInterrupted, report: { _ in },
        keep: { position, outcome in
          do throws(OutputFile.WriteError) {
            try tasks[position].folder.keep(outcome, of: tasks[position].name)
            finished += 1
          } catch { fail(error.description, isMissing: false) }
          report(finished, total)
        })
    }
  }

  /// Tasks from the front, of a few designs.
  private mutating func takePart(_ workers: Int) -> [Open] {
    var designs: Set<String> = []
    let part = open.prefix { task in
      designs.insert(task.id.design)
      return designs.count <= 4 * workers
    }
    open.removeFirst(part.count)
    return Array(part)
  }
}
