internal import KinesisCore
internal import Simulation
internal import Units

/// Records are born, gather in requests and are sent.
extension Run {
  mutating func startProducers() {
    for index in producers.indices {
      let plan = producers[index].plan
      for number in 0..<plan.spec.processes {
        processes.append(
          Process(
            number, of: index, plan, start: start, end: end, seed: experiment.seed, replication: replication))
      }
      if let library = plan.library {
        for process in plan.firstProcess..<plan.endProcess { startLibrary(of: process, plan, library) }
      }
      if plan.trace != nil { setTraceClock(of: index) } else { setClocks(of: plan) }
    }
  }

  private mutating func setClocks(of plan: ProducerPlan) {
    for process in plan.firstProcess..<plan.endProcess {
      clocks.set(process, at: key(of: processes[process].clock.next))
    }
  }

  private func key(of instant: Instant) -> UInt64 { instant == .never ? .max : UInt64(instant.nanoseconds) }

  /// The process's clock has struck: a record is born, and the clock is set for the next.
  mutating func handOver(from index: Int) {
    let producer = Int(processes[index].producer)
    let plan = producers[producer].plan
    guard plan.trace == nil else { return handOverRecorded(of: producer) }
    bear(in: index, plan, size: nil, recorded: 0)
    guard processes[index].blocked == nil else { return }
    processes[index].advance(profile: plan.profile, end: end)
    clocks.set(index, at: key(of: processes[index].clock.next))
  }

  /// A record is born in a process: its key and size are drawn, unless they were recorded.
  private mutating func bear(in index: Int, _ plan: ProducerPlan, size recordedSize: Int64?, recorded: UInt32) {
    let turn = processes[index].turn
    processes[index].turn &+= 1
    let key = plan.keys.draw(from: &processes[index].keys, turn: turn, recorded: recorded)
    let drawn = recordedSize ?? plan.size.draw(from: &processes[index].sizes)
    let data = plan.library?.compressed(drawn) ?? drawn
    let size = min(max(data, 1), plan.largestData) + plan.keyBytes
    trajectory.fold(UInt64(key) << 32 ^ UInt64(size))
    producers[Int(processes[index].producer)].offered += 1
    inFlight += 1
    admit(PendingRecord(birth: now, key: key, size: Int32(size), next: -1), to: index, plan)
  }

  /// Finds room for a record in the process's buffer, or does what its overflow rule says.
  private mutating func admit(_ record: PendingRecord, to index: Int, _ plan: ProducerPlan) {
    if !hasRoom(for: record, in: index, plan), !makeRoom(for: record, in: index, plan) { return }
    gather(record, in: index, plan)
  }

  /// Whether a record fits the bytes and, for the Agent, the queue of requests.
  @inline(__always)
  private func hasRoom(for record: PendingRecord, in index: Int, _ plan: ProducerPlan) -> Bool {
    processes[index].held + Int64(record.size) <= plan.buffer
      && (processes[index].open >= 0 || processes[index].requests < plan.maxRequests)
  }

  /// What the overflow rule says of a record that does not fit. Returns whether it does now.
  private mutating func makeRoom(for record: PendingRecord, in index: Int, _ plan: ProducerPlan) -> Bool {
    let producer = Int(processes[index].producer)
    switch plan.spec.retry.overflow {
    case .block where Int64(record.size) > plan.buffer: drop(\.dropped, of: producer)
    case .block:
      processes[index].blocked = record
      // The clock of a recorded producer is its trace's, which goes on.
      if plan.trace == nil { clocks.set(index, at: .max) }
    case .dropNewest: drop(\.dropped, of: producer)
    case .divert: drop(\.diverted, of: producer)
    case .dropOldest:
      while processes[index].held + Int64(record.size) > plan.buffer, dropOldest(of: index) {}
      if processes[index].held + Int64(record.size) <= plan.buffer { return true }
      drop(\.dropped, of: producer)
    }
    return false
  }

  private mutating func drop(_ reason: WritableKeyPath<Producer, Int64>, of producer: Int) {
    noteFirstLoss(of: producer, 1)
    producers[producer][keyPath: reason] += 1
    inFlight -= 1
  }

  /// Gives up the record that waits longest: of the requests that wait for another try, else of the one being filled.
  private mutating func dropOldest(of index: Int) -> Bool {
    guard processes[index].library < 0 else { return dropOldestOfLibrary(index) }
    let request = processes[index].waitingHead >= 0 ? processes[index].waitingHead : processes[index].open
    guard request >= 0, requests[request].head >= 0 else { return false }
    let oldest = requests[request].head
    let record = records[oldest]
    requests[request].head = record.next
    requests[request].count -= 1
    requests[request].bytes -= Int64(record.size)
    abandon(oldest, of: index, \.dropped)
    if requests[request].count == 0 { discard(request, of: index) }
    return true
  }

  /// Frees a request that has no records left and is not on the wire.
  private mutating func discard(_ request: Int32, of index: Int) {
    if processes[index].open == request { processes[index].open = -1 } else { unlink(request, from: index) }
    retire(request)
  }

  /// Puts a record into the request being filled, and sends it when it is full.
  private mutating func gather(_ record: PendingRecord, in index: Int, _ plan: ProducerPlan) {
    let producer = Int(processes[index].producer), size = Int64(record.size)
    processes[index].held += size
    producers[producer].peakHeld = max(producers[producer].peakHeld, processes[index].held)
    if let library = plan.library { return handToLibrary(record, in: index, plan, library) }
    if processes[index].open >= 0, requests[processes[index].open].bytes + size > plan.maxBytes { sendOpen(of: index) }
    append(record, in: index)
    let open = processes[index].open
    if requests[open].count >= plan.maxRecords {
      sendOpen(of: index)
    } else if requests[open].count == 1 {
      schedule(RunEvent(.linger, Int(open), generation: requests[open].generation), at: now + plan.linger)
    }
  }

  private mutating func append(_ record: PendingRecord, in index: Int) {
    if processes[index].open < 0 {
      processes[index].open = requests.add(process: Int32(index))
      processes[index].requests += 1
    }
    let open = processes[index].open
    let slot = records.add(record)
    if requests[open].head < 0 { requests[open].head = slot } else { records[requests[open].tail].next = slot }
    requests[open].tail = slot
    requests[open].count += 1
    requests[open].bytes += Int64(record.size)
  }

  private mutating func sendOpen(of index: Int) {
    let open = processes[index].open
    processes[index].open = -1
    requests[open].generation &+= 1
    send(open)
  }

  /// The request has gathered long enough.
  mutating func linger(_ request: Int32, generation: UInt32) {
    guard requests[request].generation & 0xff_ffff == generation else { return }
    sendOpen(of: Int(requests[request].process))
  }

  /// A blocked source hands its record over as soon as there is room, and goes on.
  mutating func unblock(_ index: Int) {
    guard let record = processes[index].blocked else { return }
    let plan = producers[Int(processes[index].producer)].plan
    guard hasRoom(for: record, in: index, plan) else { return }
    processes[index].blocked = nil
    gather(record, in: index, plan)
    guard plan.trace == nil else { return }
    processes[index].resume(at: now, profile: plan.profile, end: end)
    clocks.set(index, at: key(of: processes[index].clock.next))
  }
}

/// Recorded events: when, which key, how large; each stands for `scale` records.
extension Run {
  private mutating func setTraceClock(of producer: Int) {
    clocks.set(producers[producer].plan.firstProcess, at: key(of: producers[producer].nextTraceInstant(from: start)))
  }

  private mutating func handOverRecorded(of producer: Int) {
    guard let trace = producers[producer].plan.trace else { return }
    let event = producers[producer].traceNext
    producers[producer].advanceTrace()
    let first = producers[producer].plan.firstProcess
    let scaled = trace.scale * producers[producer].plan.profile.factor(at: now)
    let copies = Int(scaled) + (processes[first].arrivals.chance(scaled - scaled.rounded(.down)) ? 1 : 0)
    for _ in 0..<copies {
      if trace.spread == .zero {
        handOverCopy(event, producer: producer)
      } else {
        let late = Interval(nanoseconds: Int64(processes[first].phases.below(UInt64(trace.spread.nanoseconds))))
        schedule(RunEvent(.traceCopy, event, generation: UInt32(producer)), at: now + late, .arrival)
      }
    }
    setTraceClock(of: producer)
  }

  /// One record of a recorded event; processes take turns.
  mutating func handOverCopy(_ event: Int, producer: Int) {
    guard let trace = producers[producer].plan.trace else { return }
    let plan = producers[producer].plan
    let index = plan.firstProcess + Int(producers[producer].offered % Int64(plan.spec.processes))
    guard processes[index].blocked == nil else {
      producers[producer].offered += 1
      inFlight += 1
      return drop(\.dropped, of: producer)
    }
    let size: Int64? = plan.spec.size == .trace ? trace.bytes[event] : nil
    bear(in: index, plan, size: size, recorded: trace.keys.isEmpty ? 0 : UInt32(trace.keys[event]))
  }
}

extension Producer {
  /// When the next recorded event happens; `.never` behind the last.
  func nextTraceInstant(from start: Instant) -> Instant {
    guard let trace = plan.trace, traceNext < trace.offsets.count, let last = trace.offsets.last else { return .never }
    let gap = max(1, last / Int64(max(1, trace.offsets.count - 1)))
    return start + Interval(nanoseconds: (last + gap) * traceRound + trace.offsets[traceNext])
  }

  mutating func advanceTrace() {
    traceNext += 1
    guard let trace = plan.trace, trace.repeats, traceNext == trace.offsets.count else { return }
    (traceNext, traceRound) = (0, traceRound + 1)
  }
}

extension Process {
  @inline(__always)
  mutating func advance(profile: RateProfile, end: Instant) {
    clock.advance(profile: profile, end: end, arrivals: &arrivals, phases: &phases)
  }

  mutating func resume(at now: Instant, profile: RateProfile, end: Instant) {
    clock.resume(at: now, profile: profile, end: end, arrivals: &arrivals, phases: &phases)
  }
}
