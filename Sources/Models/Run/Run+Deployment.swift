internal import KinesisCore
internal import Simulation
internal import Units

/// Consumers stop, start again, are deployed late, and lose workers.
extension Run {
  /// Whether the scenario starts a consumer before it ever stops it: it is deployed then.
  func isDeployedLate(_ consumer: Int) -> Bool {
    let touching = experiment.events.filter {
      if case .startConsumer(consumer) = $0.action { return true }
      if case .stopConsumer(consumer) = $0.action { return true }
      return false
    }
    guard let first = touching.min(by: { $0.at < $1.at }), case .startConsumer = first.action else { return false }
    return true
  }

  /// A consumer begins: at the oldest records kept, or behind the newest (facts §2.3).
  mutating func deploy(_ consumer: Int) {
    consumers[consumer].isStopped = false
    consumers[consumer].isDeployed = true
    consumers[consumer].runsSince = now
    startFlink(consumer)
    let stream = consumers[consumer].spec.stream
    for shard in account.streams[stream].shards.map(\.id) {
      switch consumers[consumer].spec.start {
      case .trimHorizon: begin(consumer, atHorizonOf: shard)
      case .latest: begin(consumer, behind: shard)
      }
    }
  }

  /// Shards whose parents still hold records are taken up when those are read to their end.
  private mutating func begin(_ consumer: Int, atHorizonOf shard: ShardID) {
    let stream = consumers[consumer].spec.stream, log = account.streams[stream].shards[shard.index].log
    let parents = account.streams[stream].shards[shard.index].parents
    guard parents.allSatisfy({ account.streams[stream].shards[$0.index].log.runCount == 0 }) || parents.isEmpty else {
      return
    }
    startNew(addReader(of: consumer, shard, from: log.trimHorizon))
  }

  private mutating func begin(_ consumer: Int, behind shard: ShardID) {
    let stream = consumers[consumer].spec.stream
    let tip = account.tip(of: shard, in: stream)
    let isMapping = consumers[consumer].spec.function != nil
    consumers[consumer].skipped += isMapping ? tip : users(from: 0, to: tip, in: shard, of: stream)
    let reader = addReader(of: consumer, shard, from: tip)
    if account.streams[stream].shards[shard.index].isOpen {
      startNew(reader)
    } else {
      (readers[reader].isDrained, readers[reader].isFinished) = (true, true)
    }
  }

  /// A reader begins at once, at a phase of its own.
  mutating func startNew(_ reader: Int) {
    let consumer = readers[reader].consumer
    lease(reader, to: leastLoaded(of: consumer))
    let period = consumers[consumer].spec.pollInterval.nanoseconds
    let phase = Int64(readers[reader].phases.below(UInt64(max(1, period))))
    start(reader, at: now + Interval(nanoseconds: phase))
  }

  // MARK: Stopping

  mutating func stopConsumer(_ consumer: Int) {
    consumers[consumer].isStopped = true
    if let since = consumers[consumer].runsSince { consumers[consumer].ran.append((since, now)) }
    consumers[consumer].runsSince = nil
    hangUp(consumer)
    notes.add(.consumerStopped, consumers[consumer].spec.name, "all workers stop", at: now)
  }

  /// Ends all subscriptions.
  mutating func hangUp(_ consumer: Int) {
    for reader in consumers[consumer].readers where reader >= 0 { hangUp(reader: Int(reader)) }
  }

  private mutating func hangUp(reader: Int) {
    guard readers[reader].subscription >= 0 else { return }
    account.streams[readers[reader].stream].unsubscribe(
      consumers[readers[reader].consumer].fanOut, readers[reader].subscription)
    readers[reader].subscription = -1
  }

  mutating func startConsumer(_ consumer: Int) {
    guard consumers[consumer].isDeployed else {
      let place = consumers[consumer].spec.start == .latest ? "behind the newest records" : "at the oldest records kept"
      notes.add(.consumerStarted, consumers[consumer].spec.name, "deployed, \(place)", at: now)
      return deploy(consumer)
    }
    guard consumers[consumer].isStopped else { return }
    consumers[consumer].isStopped = false
    consumers[consumer].runsSince = now
    notes.add(.consumerStarted, consumers[consumer].spec.name, "all workers start where they stopped", at: now)
    goOnAll(consumer)
  }

  /// Every reader goes on where it stands.
  mutating func goOnAll(_ consumer: Int) {
    for slot in consumers[consumer].readers where slot >= 0 {
      let reader = Int(slot)
      guard !readers[reader].isFinished, readers[reader].worker >= 0, !readers[reader].isOrphan else { continue }
      process(reader)
      if !readers[reader].isDrained { start(reader, at: now) } else { goOn(reader) }
    }
  }

  // MARK: Crashing

  /// Workers vanish: what they held is forgotten, their leases expire, others take them from the last checkpoint.
  mutating func crashWorkers(_ count: Int, of consumer: Int) {
    let alive = consumers[consumer].workers.indices.filter { consumers[consumer].workers[$0].isAlive }
    let lost = alive.suffix(count)
    notes.add(
      .workersCrashed, consumers[consumer].spec.name, "\(lost.count) of \(alive.count) workers vanish", at: now)
    for worker in lost {
      consumers[consumer].workers[worker].isAlive = false
      consumers[consumer].workers[worker].running = 0
      consumers[consumer].workers[worker].waiting = []
    }
    for slot in consumers[consumer].readers where slot >= 0 {
      let reader = Int(slot)
      guard !readers[reader].isFinished, lost.contains(readers[reader].worker) else { continue }
      failOver(reader)
    }
  }

  /// Another reader stands for the shard from the last checkpoint on; events of the one before find it gone.
  private mutating func failOver(_ reader: Int) {
    let consumer = readers[reader].consumer
    hangUp(reader: reader)
    let old = readers[reader]
    readers[reader].isGone = true
    readers[reader].isActive = false
    consumers[consumer].workers[old.worker].leases -= 1
    readers.append(old.afterCrash)
    let heir = readers.count - 1
    consumers[consumer].readers[old.shard.index] = Int32(heir)
    readers[heir].leaseExpiresAt =
      old.isOrphan ? old.leaseExpiresAt : now + .seconds(experiment.limits[.kclFailover])
    takeOver(heir)
  }

  /// A worker that is alive takes the lease at its first scan after it has expired; none may be left.
  private mutating func takeOver(_ reader: Int) {
    let consumer = readers[reader].consumer
    guard consumers[consumer].workers.contains(where: \.isAlive) else { return }
    let (worker, instant) = taker(of: consumer, after: max(now, readers[reader].leaseExpiresAt))
    readers[reader].isOrphan = false
    lease(reader, to: worker)
    schedule(RunEvent(.lease, reader), at: instant)
  }

  /// Workers are back, without leases: they take those nobody holds, and new ones.
  mutating func restoreWorkers(_ count: Int, of consumer: Int) {
    let lost = consumers[consumer].workers.indices.filter { !consumers[consumer].workers[$0].isAlive }.prefix(count)
    for worker in lost { consumers[consumer].workers[worker].isAlive = true }
    notes.add(.workersBack, consumers[consumer].spec.name, "\(lost.count) workers are back", at: now)
    for slot in consumers[consumer].readers where slot >= 0 && readers[Int(slot)].isOrphan { takeOver(Int(slot)) }
  }

  // MARK: Leases

  /// Which worker takes a new lease, and when: the first to look among those with fewer than their share. Flink looks for
  /// shards on its own; a mapping and a plain loop are assumed to know at once.
  func taker(of consumer: Int, after instant: Instant) -> (worker: Int, at: Instant) {
    guard consumers[consumer].hasLeases else { return (leastLoaded(of: consumer), nextLook(of: consumer, at: instant)) }
    let workers = consumers[consumer].workers
    let alive = workers.indices.filter { workers[$0].isAlive }
    let leases = alive.reduce(1) { $0 + workers[$1].leases }
    let share = (leases + alive.count - 1) / max(1, alive.count)
    let takers = alive.filter { workers[$0].leases < share }
    let scans = takers.map { ($0, workers[$0].nextScan(after: instant, from: start)) }
    return scans.min { ($0.1, $0.0) < ($1.1, $1.0) } ?? (0, instant)
  }

  private func nextLook(of consumer: Int, at instant: Instant) -> Instant {
    guard consumers[consumer].spec.flink != nil else { return instant }
    let period = Interval.seconds(experiment.limits[.flinkShardDiscovery]).nanoseconds
    return start + Interval(nanoseconds: ((instant - start).nanoseconds / period + 1) * period)
  }
}
