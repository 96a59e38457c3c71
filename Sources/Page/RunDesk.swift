internal import Models
internal import Planning
internal import Reporting
internal import Synchronization

/// The runs of the page: one at a time, the last few kept. Who began one may leave and come back; a run is no request.
actor RunDesk {
  /// How many results are kept.
  private static let mostKept = 4

  /// How a run ended.
  enum Ending: Sendable {
    case done
    case cancelled
    /// It took more than it may; why, in a sentence.
    case spent(String)
  }

  private struct Run {
    let flag: StopFlag
    var percent = 0
    var look: RunResults?
    var results: RunResults?
    var ending: Ending?
    var listeners: [Int: AsyncStream<String>.Continuation] = [:]
  }

  private let workers: Int
  private var runs: [Int: Run] = [:]
  private var last = 0
  private var listener = 0
  private var underWay: Int?

  init(workers: Int) { self.workers = workers }

  /// Throws when a run is under way: there is one at a time.
  func checkFree() throws(AskFault) {
    guard let underWay else { return }
    var fault = AskFault(409, "Run \(underWay) is under way: cancel it, or wait for its end.")
    fault.running = underWay
    throw fault
  }

  /// Begins a run and returns its number. Throws when another one is under way.
  func begin(_ order: RunOrder, drawn: Bool) throws(AskFault) -> Int {
    try checkFree()
    last += 1
    let id = last, flag = StopFlag(), workers = workers
    runs[id] = Run(flag: flag)
    underWay = id
    runs = runs.filter { $0.key > id - Self.mostKept }
    let (progress, report) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
    Task { for await percent in progress { self.advance(id, to: percent) } }
    Task.detached(executorPreference: OwnThreads.shared) {
      // Keys are the same in both: the look's tables serve the whole.
      var tables = KeyTables()
      if let look = order.look {
        let results = await RunWork(look, look.trials(&tables), flag, workers: workers).results { _ in }
        if case .success(let found) = results {
          await self.show(RunResults(found, of: look, isLook: true, drawn: drawn), of: id)
        }
      }
      let trials = order.trials(&tables)
      let found = await RunWork(order, trials, flag, workers: workers).results { report.yield($0) }
      report.finish()
      switch found {
      case .success(let results):
        let shown = RunResults(results, of: order, isLook: false, drawn: drawn)
        await self.end(id, .done, await shown.compared(trials))
      case .failure(let ending): await self.end(id, ending.ending, nil)
      }
    }
    return id
  }

  /// Asks a run to stop; false when there is none of that number.
  func cancel(_ id: Int) -> Bool {
    guard let run = runs[id] else { return false }
    run.flag.raise()
    return true
  }

  /// Cancels what is under way, and ends every stream of events.
  func stop() {
    for run in runs.values {
      run.flag.raise()
      for listener in run.listeners.values { listener.finish() }
    }
  }

  /// What a run has come to so far, and whether nothing more will come; nil when it is not known.
  func results(_ id: Int) -> (results: RunResults, isOver: Bool)? {
    guard let run = runs[id], let results = run.results ?? run.look else { return nil }
    return (results, run.ending != nil)
  }

  /// The run that is under way.
  var current: Int? { underWay }

  /// What happens to a run, as server-sent events, beginning with how far it is. An ended run tells its end and nothing more.
  func events(_ id: Int) -> AsyncStream<String>? {
    guard let run = runs[id] else { return nil }
    let (stream, events) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(64))
    events.yield(Self.event("progress", JSONValue(["percent": run.percent])))
    if run.look != nil { events.yield(Self.event("look", JSONValue(["id": id]))) }
    guard run.ending == nil else {
      events.yield(Self.ending(run.ending))
      events.finish()
      return stream
    }
    listener += 1
    let place = listener
    runs[id]?.listeners[place] = events
    events.onTermination = { _ in Task { await self.leave(id, place) } }
    return stream
  }

  private func leave(_ id: Int, _ place: Int) { runs[id]?.listeners[place] = nil }

  // MARK: What runs tell

  private func advance(_ id: Int, to percent: Int) {
    guard let run = runs[id], percent > run.percent, run.ending == nil else { return }
    runs[id]?.percent = percent
    tell(id, Self.event("progress", JSONValue(["percent": percent])))
  }

  private func show(_ look: RunResults, of id: Int) {
    runs[id]?.look = look
    tell(id, Self.event("look", JSONValue(["id": id])))
  }

  private func end(_ id: Int, _ ending: Ending, _ results: RunResults?) {
    runs[id]?.results = results
    runs[id]?.ending = ending
    if underWay == id { underWay = nil }
    tell(id, Self.ending(ending))
    for listener in listeners(of: id) { listener.finish() }
    runs[id]?.listeners = [:]
  }

  private func tell(_ id: Int, _ event: String) {
    for listener in listeners(of: id) { listener.yield(event) }
  }

  private func listeners(of id: Int) -> [AsyncStream<String>.Continuation] {
    runs[id].map { Array($0.listeners.values) } ?? []
  }

  private static func ending(_ ending: Ending?) -> String {
    let (word, sentence): (String, String?) =
      switch ending {
      case .done, nil: ("done", nil)
      case .cancelled: ("cancelled", nil)
      case .spent(let reason): ("spent", reason)
      }
    return event("end", JSONValue(["how": word, "sentence": sentence]))
  }

  private static func event(_ name: String, _ data: JSONValue) -> String {
    "event: \(name)\n" + data.text.split(separator: "\n").map { "data: \($0)\n" }.joined() + "\n"
  }
}

/// Whether a run is to stop.
final class StopFlag: Sendable {
  private let isUp = Atomic<Bool>(false)
  func raise() { isUp.store(true, ordering: .relaxed) }
  var isRaised: Bool { isUp.load(ordering: .relaxed) }
}
