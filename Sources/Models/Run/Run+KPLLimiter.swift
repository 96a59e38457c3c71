internal import KinesisCore
internal import Simulation
internal import Units

/// The library's limiter: two token buckets before each shard, filled at 150 % of its limits, and a line of what waits.
extension Run {
  /// A Kinesis record is ready: it passes when its shard's tokens are there, else it waits. What has no known shard passes.
  mutating func limit(_ index: Int32, for client: Int) {
    let lane = Int(kpl.aggregates[index].lane)
    guard lane >= 0 else { return collect(index, for: client) }
    if kpl.lanes[lane].waiting.first < 0, kpl.lanes[lane].admit(data: kpl.aggregates[index].data, at: now) {
      return collect(index, for: client)
    }
    kpl.lanes[lane].waiting.insertByDeadline(index, in: &kpl.aggregates)
    let aggregate = kpl.aggregates[index]
    kpl.lanes[lane].expiries.push(
      ExpiryHeap.Entry(at: aggregate.expiration, aggregate: index, generation: aggregate.generation))
    drain(lane, for: client)
    setDrain(of: client)
  }

  /// It is time to look at what waits, if this is the instant last set.
  mutating func drainWhenDue(_ client: Int) {
    guard kpl.clients[client].drainDue == now else { return }
    kpl.clients[client].drainDue = .never
    for lane in kpl.clients[client].lanes where lane >= 0 && kpl.lanes[Int(lane)].waiting.first >= 0 {
      drain(Int(lane), for: client)
    }
    setDrain(of: client)
    // What became too old has made room.
    unblock(Int(kpl.clients[client].process))
  }

  private mutating func setDrain(of client: Int) {
    guard kpl.clients[client].drainDue == .never else { return }
    let isAnyWaiting = kpl.clients[client].lanes.contains { $0 >= 0 && kpl.lanes[Int($0)].waiting.first >= 0 }
    guard isAnyWaiting else { return }
    let process = Int(kpl.clients[client].process)
    guard let library = producers[Int(processes[process].producer)].plan.library else { return }
    let due = kpl.clients[client].nextDrain(after: now, from: start, every: library.drain)
    kpl.clients[client].drainDue = due
    schedule(RunEvent(.kplDrain, client), at: due)
  }

  /// What is too old leaves; then as many go as there are tokens for, by deadline.
  private mutating func drain(_ lane: Int, for client: Int) {
    failExpired(of: lane, for: client)
    while kpl.lanes[lane].waiting.first >= 0 {
      let index = kpl.lanes[lane].waiting.first
      guard kpl.lanes[lane].admit(data: kpl.aggregates[index].data, at: now) else { return }
      kpl.lanes[lane].waiting.remove(index, in: &kpl.aggregates)
      leave(index)
      collect(index, for: client)
    }
    kpl.lanes[lane].expiries.removeAll()
  }

  /// All that is too old leaves the line first, so that what comes back from it finds none.
  private mutating func failExpired(of lane: Int, for client: Int) {
    var expired = AggregateLine()
    while let index = nextExpired(of: lane) {
      kpl.lanes[lane].waiting.remove(index, in: &kpl.aggregates)
      expired.append(index, in: &kpl.aggregates)
    }
    var next = expired.first
    while next >= 0 {
      let index = next
      next = kpl.aggregates[index].later
      fail(index, for: client, .expired)
    }
  }

  private mutating func nextExpired(of lane: Int) -> Int32? {
    while let entry = kpl.lanes[lane].expiries.first, entry.at < now {
      kpl.lanes[lane].expiries.removeFirst()
      if kpl.aggregates[entry.aggregate].generation == entry.generation { return entry.aggregate }
    }
    return nil
  }

  /// What has left the line is no entry of its expiries any more.
  private mutating func leave(_ index: Int32) { kpl.aggregates[index].generation &+= 1 }

  /// Gives up what waits longest, to make room: the first Kinesis record of the process's lines, else what is being packed
  /// with the earliest deadline. Returns whether there was anything.
  mutating func dropOldestOfLibrary(_ process: Int) -> Bool {
    let client = Int(processes[process].library)
    let lanes = kpl.clients[client].lanes.filter { $0 >= 0 }.map { Int($0) }
    let lines = lanes.filter { kpl.lanes[$0].waiting.first >= 0 }
    func due(_ lane: Int) -> Instant { kpl.aggregates[kpl.lanes[lane].waiting.first].deadline }
    if let lane = lines.min(by: { (due($0), $0) < (due($1), $1) }) {
      let index = kpl.lanes[lane].waiting.first
      kpl.lanes[lane].waiting.remove(index, in: &kpl.aggregates)
      lose(kpl.aggregates[index].items, of: process)
      kpl.aggregates.remove(index)
      return true
    }
    guard let lane = lanes.min(by: { (kpl.lanes[$0].due, $0) < (kpl.lanes[$1].due, $1) }),
      kpl.lanes[lane].due < .never
    else { return false }
    lose(kpl.lanes[lane].returned, of: process)
    lose(kpl.lanes[lane].fresh, of: process)
    (kpl.lanes[lane].returned, kpl.lanes[lane].fresh) = (Chain(), Chain())
    (kpl.lanes[lane].due, kpl.lanes[lane].returnedDue) = (.never, .never)
    kpl.lanes[lane].size.removeAll()
    return true
  }

  private mutating func lose(_ items: Chain, of process: Int) {
    var next = items.head
    while next >= 0 {
      let slot = next
      next = records[slot].next
      abandon(slot, of: process, \.dropped)
    }
  }

  /// Gives a user record up: lost, unless a shard has a copy of it already.
  mutating func abandon(_ slot: Int32, of process: Int, _ reason: WritableKeyPath<Producer, Int64>) {
    let record = records[slot], producer = Int(processes[process].producer)
    processes[process].held -= Int64(record.size)
    records.remove(slot)
    guard !record.isStored else { return }
    noteFirstLoss(of: producer, 1)
    producers[producer][keyPath: reason] += 1
    inFlight -= 1
  }
}
