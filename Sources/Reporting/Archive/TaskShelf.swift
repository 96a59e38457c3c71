internal import Experiment
internal import Foundation
internal import Models
internal import Planning
internal import Scenario
internal import Synchronization

/// The replications of one scenario in a directory of tasks.
public struct TaskShelf: Sendable {
  private let folder: TaskFolder, body: Data, lists: [String: LongLists]
  private let figures: Int, objectives: Int
  /// What names the scenario: a hash of the experiment that is run, and of weir's version.
  public let design: String

  init(_ folder: TaskFolder, _ scenario: LoadedScenario) {
    let (stored, lists) = StoredDesign.of(scenario.experiment, folder.inputs)
    (self.folder, self.lists, body) = (folder, lists, SealedFile.json(stored))
    (figures, objectives) = (Figure.all(of: scenario.experiment).count, scenario.experiment.objectives.count)
    design = TaskFolder.short(Data("weir.design/v1 \(folder.version)\n".utf8) + body)
  }

  private func slip(_ replication: Int) -> TaskSlip {
    TaskSlip(design: design, replication: replication, figures: figures, objectives: objectives)
  }

  /// What is there of a replication.
  public func look(_ replication: Int) -> TaskFolder.Found { folder.result(of: slip(replication)) }

  /// Writes the design and what it needs, where they are not there.
  public func wantDesign() throws(OutputFile.WriteError) {
    for (name, lists) in lists.sorted(by: { $0.key < $1.key }) {
      if folder.inputs.isFirst(name, in: folder.path) { try folder.store(ListBytes.bytes(lists), name, .input) }
    }
    try folder.store(body, design, .design)
  }

  /// Writes a replication's task, where it is not there, and takes a result away that was found to be of no use; gives its name.
  public func want(_ replication: Int, _ found: TaskFolder.Found) throws(OutputFile.WriteError) -> String {
    let slip = slip(replication), name = TaskFolder.name(of: slip.id)
    if case .unusable(_, wasRead: true) = found { try folder.discard(name) }
    try folder.store(SealedFile.json(slip), name, .task)
    return name
  }
}

/// A task, and what its result must look like.
struct TaskSlip: Sendable, Hashable, Codable {
  let design: String, replication: Int
  /// How many figures and objectives the design has.
  let figures: Int, objectives: Int

  var id: TaskID { TaskID(design: design, replication: replication) }

  func fits(_ outcome: TaskOutcome) -> Bool {
    outcome.replication == replication && outcome.fits(figures: figures, objectives: objectives)
  }
}

/// An experiment without its long lists, which lie beside it and are named instead.
struct StoredDesign: Codable {
  private var experiment: Experiment
  /// For each part that may be long, in the order of `Experiment.exchangeLists`, what names its lists; empty where they are in place.
  private var inputs: [String]

  /// What is shorter stays in place.
  private static let long = 200

  /// An experiment as it lies in a directory, and the lists that lie beside it.
  static func of(_ experiment: Experiment, _ known: TaskInputs) -> (StoredDesign, [String: LongLists]) {
    var experiment = experiment, inputs: [String] = [], all: [String: LongLists] = [:]
    // No run depends on what was observed.
    for position in experiment.streams.indices { experiment.streams[position].observed = nil }
    experiment.exchangeLists { lists in
      guard lists.count > long else { return inputs.append("") }
      let name = known.name(of: lists)
      inputs.append(name)
      all[name] = lists
      lists = LongLists()
    }
    return (StoredDesign(experiment: experiment, inputs: inputs), all)
  }

  /// The experiment with all its lists.
  func whole(_ find: (String) throws(TaskFailure) -> LongLists) throws(TaskFailure) -> Experiment {
    var whole = experiment, names = inputs[...]
    try whole.exchangeLists { (lists) throws(TaskFailure) in
      if let name = names.popFirst(), !name.isEmpty { lists = try find(name) }
    }
    return whole
  }
}

/// Long lists of the designs of one process: each is named, read and written once, as long as not many others come between.
public final class TaskInputs: Sendable {
  private struct State {
    var known: [(name: String, lists: LongLists)] = []
    var written: Set<String> = []
  }

  private static let most = 8
  private let state = Mutex(State())

  /// None yet.
  public init() {}

  /// What names lists: a hash of their bytes.
  func name(of lists: LongLists) -> String {
    if let known = state.withLock({ $0.known.first { $0.lists == lists }?.name }) { return known }
    let name = TaskFolder.short(ListBytes.bytes(lists))
    keep(lists, name)
    return name
  }

  /// Lists by their name, which `read` finds where they are not known.
  func lists(_ name: String, _ read: () throws(TaskFailure) -> LongLists) throws(TaskFailure) -> LongLists {
    if let known = state.withLock({ $0.known.first { $0.name == name }?.lists }) { return known }
    let lists = try read()
    keep(lists, name)
    return lists
  }

  private func keep(_ lists: LongLists, _ name: String) {
    state.withLock { state in
      if state.known.count >= Self.most { state.known.removeFirst() }
      state.known.append((name, lists))
    }
  }

  /// Whether lists are to be written into a directory for the first time.
  func isFirst(_ name: String, in folder: String) -> Bool {
    state.withLock { $0.written.insert("\(name) \(folder)").inserted }
  }
}
