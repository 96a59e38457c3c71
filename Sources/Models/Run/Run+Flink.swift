internal import KinesisCore
internal import Simulation
internal import Units

/// Flink applications: a queue with a rate, the autoscaler's minutes, standing still while the parallelism changes.
extension Run {
  mutating func startFlink(_ consumer: Int) {
    guard let spec = consumers[consumer].spec.flink else { return }
    consumers[consumer].flink = FlinkJob(spec, limits: experiment.limits, at: now)
    schedule(RunEvent(.flinkMinute, consumer), at: now + .minutes(1), .control)
  }

  /// A batch is worked on until `instant`.
  mutating func beginFlinkBatch(of consumer: Int) {
    consumers[consumer].flink?.count(until: now)
    consumers[consumer].flink?.busyFrom = now
  }

  mutating func endFlinkBatch(of consumer: Int) {
    consumers[consumer].flink?.count(until: now)
    consumers[consumer].flink?.busyFrom = nil
  }

  /// Windows take what was handed over.
  mutating func takeIntoWindows(_ run: RecordRun, of consumer: Int, _ reader: Int) {
    if consumers[consumer].flink?.sessions != nil { return takeIntoSessions(run, of: consumer, reader) }
    guard let formed = consumers[consumer].flink?.windows?.take(run.count, arrived: run.arrival, at: now) else {
      return
    }
    consumers[consumer].flink?.result.windowLatency.record(formed - run.arrival, count: run.count)
  }

  private mutating func takeIntoSessions(_ run: RecordRun, of consumer: Int, _ reader: Int) {
    guard var job = consumers[consumer].flink, var sessions = job.sessions else { return }
    // The job gives its sessions away while they change: they are not copied.
    consumers[consumer].flink?.sessions = nil
    job.sessions = nil
    let (stream, shard) = (readers[reader].stream, readers[reader].shard)
    for position in run.first..<run.first + run.count {
      let key = keyTrails[stream].hash(of: position, in: shard)
      sessions.take(key, arrived: run.arrival, at: now, into: &job.result.windowLatency)
    }
    job.sessions = sessions
    consumers[consumer].flink = job
  }

  /// A minute has ended: the autoscaler looks.
  mutating func closeFlinkMinute(of consumer: Int) {
    guard var job = consumers[consumer].flink else { return }
    job.count(until: now)
    let wanted =
      job.isRescaling || consumers[consumer].isStopped
      ? nil : job.scaler?.close(busy: job.busyThisMinute, parallelism: job.result.parallelism)
    job.busyThisMinute = .zero
    consumers[consumer].flink = job
    if let wanted { rescale(consumer, to: wanted) }
    schedule(RunEvent(.flinkMinute, consumer), at: now + .minutes(1), .control)
  }

  /// The application is stopped with a snapshot and starts again with another parallelism: nothing is read twice.
  private mutating func rescale(_ consumer: Int, to parallelism: Int) {
    guard var job = consumers[consumer].flink else { return }
    let before = job.result.parallelism, outage = Interval.seconds(experiment.limits[.flinkRescale])
    if parallelism > before { job.result.scaledUp += 1 } else { job.result.scaledDown += 1 }
    job.result.parallelism = parallelism
    job.result.parallelismPeak = max(job.result.parallelismPeak, parallelism)
    job.result.outage = job.result.outage + outage
    job.isRescaling = true
    consumers[consumer].flink = job
    hangUp(consumer)
    notes.add(
      .applicationRescaled, consumers[consumer].spec.name,
      "parallelism \(before) → \(parallelism), standing still for \(outage)", at: now)
    schedule(RunEvent(.flinkResume, consumer), at: now + outage, .control)
  }

  /// It runs again.
  mutating func resumeFlink(_ consumer: Int) {
    consumers[consumer].flink?.isRescaling = false
    consumers[consumer].flink?.scaler?.reset()
    guard !consumers[consumer].isStopped else { return }
    goOnAll(consumer)
  }
}
