internal import Foundation
internal import Models
internal import Planning
internal import Synchronization

/// Runs tasks of directories: what has a result is not run again, and each result is written as soon as it is there.
public struct TaskRun: Sendable {
  /// A task that has no result yet.
  private struct Open: Sendable {
    let folder: TaskFolder, slip: TaskSlip
  }

  /// Whether a result could not be written: then nothing more is begun.
  private final class Stop: Sendable {
    let isRaised = Atomic(false)
  }

  /// Tasks that were run, and those that had a result.
  public private(set) var finished = 0, known = 0
  /// Files that cannot be used, and tasks that came to something else than before, in words.
  public private(set) var failures: [String] = []
  /// Whether every failure is a file that is not there.
  public private(set) var isMissing = true
  /// The first result that could not be written; what was not run by then is not run.
  public private(set) var writeError: OutputFile.WriteError?
  private var open: [Open] = []
  private var seen: Set<String> = []
  private let inputs = TaskInputs()

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
    let folder = TaskFolder(path: url.deletingLastPathComponent().deletingLastPathComponent().path, inputs: inputs)
    let name = String(url.lastPathComponent.dropLast(suffix.count)), slip = try folder.task(name)
    guard seen.insert(folder.file(name, .task)).inserted else { return }
    if folder.hasResult(slip) { known += 1 } else { open.append(Open(folder: folder, slip: slip)) }
  }

  private mutating func fail(_ words: String, isMissing: Bool) {
    failures.append(words)
    self.isMissing = self.isMissing && isMissing
  }

  /// How many are to be run.
  public var count: Int { open.count }

  /// Runs them on `workers` threads at most, and says how many are done of how many. Ends early where a result cannot be written.
  public mutating func run(
    workers: Int, isInterrupted: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (_ done: Int, _ of: Int) -> Void
  ) async {
    let total = open.count, stop = Stop()
    let isOver: @Sendable () -> Bool = { isInterrupted() || stop.isRaised.load(ordering: .relaxed) }
    open.sort { ($0.slip.design, $0.slip.replication) < ($1.slip.design, $1.slip.replication) }
    // What is wrong with a design is told once, and its other replications are left.
    var flawed: String?
    // A few designs at a time: their tables take memory.
    while !open.isEmpty, !isOver() {
      let part = takePart(workers)
      var designs: [TaskDesign] = [], jobs: [Replications.Job] = [], tasks: [Open] = []
      for task in part where task.slip.design != flawed {
        do throws(TaskFailure) {
          if designs.last?.name != task.slip.design { designs.append(try task.folder.design(task.slip.design)) }
          jobs.append(.init(experiment: designs.count - 1, replication: task.slip.replication))
          tasks.append(task)
        } catch {
          flawed = task.slip.design
          fail(error.description, isMissing: error.isMissing)
        }
      }
      await TaskDesign.run(
        jobs, of: designs, workers: workers, isInterrupted: isOver, report: { _ in },
        keep: { position, outcome in
          guard writeError == nil else { return }
          do throws(OutputFile.WriteError) {
            try keep(outcome, of: tasks[position])
          } catch {
            writeError = error
            stop.isRaised.store(true, ordering: .relaxed)
          }
          report(finished, total)
        })
    }
  }

  private mutating func keep(_ outcome: TaskOutcome, of task: Open) throws(OutputFile.WriteError) {
    guard try task.folder.keep(outcome, of: task.slip) else {
      let path = task.folder.file(TaskFolder.name(of: task.slip.id), .result)
      let why = "this run came to something else: another machine or another build made what is there"
      return fail("\(path): \(why)", isMissing: false)
    }
    finished += 1
  }

  /// Tasks from the front, of a few designs.
  private mutating func takePart(_ workers: Int) -> [Open] {
    var designs: Set<String> = []
    let part = open.prefix { task in
      designs.insert(task.slip.design)
      return designs.count <= 4 * workers
    }
    open.removeFirst(part.count)
    return Array(part)
  }
}
