internal import Experiment
internal import KinesisCore
internal import Units

/// The threads that work on a queue, and what each holds in its hands.
struct QueueWorkers: Sendable {
  /// What a thread does.
  enum Phase: UInt8 {
    /// Nothing: its instance is not there.
    case off
    /// It is about to call, or its call is on the way back.
    case calling
    /// Its receive waits at the queue.
    case waiting
    /// It works on what it holds.
    case working
  }

  struct Worker: Sendable {
    var phase = Phase.off
    /// Whether its instance is to go when it has done what it holds.
    var isRetiring = false
    /// Records in its hands, and of those done with.
    var held: UInt8 = 0, done: UInt8 = 0
    /// Events of what it did before are void.
    var generation: UInt32 = 0
  }

  let threads: Int, limit: Int
  private var workers: [Worker]
  /// Of each worker `limit` places.
  private var hands: [ReceivedRecord]
  /// Receives that wait at the queue.
  private(set) var waiting = 0
  /// Workers with records in their hands.
  private(set) var busy = 0

  init(_ spec: QueueSpec) {
    (threads, limit) = (spec.threads, spec.limit)
    workers = Array(repeating: Worker(), count: spec.mostInstances * spec.threads)
    hands = []
    // Filled at once with what is never looked at: a place is written before it is read.
    hands.reserveCapacity(workers.count * spec.limit)
  }

  var count: Int { workers.count }
  subscript(worker: Int) -> Worker { workers[worker] }

  /// The threads of an instance.
  func range(of instance: Int) -> Range<Int> { instance * threads..<(instance + 1) * threads }

  /// Whether an instance is there.
  func isOn(_ instance: Int) -> Bool { range(of: instance).contains { workers[$0].phase != .off } }

  /// The record in a worker's hands.
  func record(_ worker: Int, _ place: Int) -> ReceivedRecord { hands[worker * limit + place] }

  mutating func set(_ worker: Int, _ phase: Phase) {
    if workers[worker].phase == .waiting { waiting -= 1 }
    if phase == .waiting { waiting += 1 }
    workers[worker].phase = phase
  }

  /// A worker begins anew: events of what it did are void, its hands are empty.
  mutating func renew(_ worker: Int, _ phase: Phase) {
    set(worker, phase)
    if workers[worker].held > 0 { busy -= 1 }
    workers[worker].generation &+= 1
    (workers[worker].held, workers[worker].done) = (0, 0)
  }

  mutating func retire(_ worker: Int, _ isRetiring: Bool) { workers[worker].isRetiring = isRetiring }

  /// A worker has been given records.
  mutating func give(_ worker: Int, _ records: ArraySlice<ReceivedRecord>) {
    set(worker, .calling)
    while hands.count < (worker + 1) * limit, let first = records.first { hands.append(first) }
    var place = worker * limit
    for record in records {
      hands[place] = record
      place += 1
    }
    busy += 1
    (workers[worker].held, workers[worker].done) = (UInt8(records.count), 0)
  }

  /// A worker is done with the next of its records.
  mutating func finishOne(_ worker: Int) { workers[worker].done += 1 }
}
