internal import KinesisCore
public import Units

/// Looking closely at a stretch of a run. Runs that nobody looks at do not notice.
extension Run {
  /// Records a stretch of a replication, which is simulated from its beginning to the stretch's end.
  ///
  /// The stretch is `from` ..< `until`, widened to whole seconds of the run, kept within the run and cut at its beginning
  /// to `Recording.mostSeconds` and `Recording.mostCells`. The trajectory is that of the same replication looked at by nobody. Nil when
  /// `isInterrupted` turns true first, or when the stretch lies outside the run.
  public static func recording(
    of prepared: PreparedExperiment, replication: Int, from: Instant, until: Instant, isInterrupted: () -> Bool
  ) -> Recording? {
    var run = Run(prepared, replication: replication)
    guard var lens = run.makeLens(from: from, until: until) else { return nil }
    if lens.from == run.start { lens.begin(run.producers) }
    run.lens = lens
    var isOver = false
    while !isOver, run.now <= lens.until {
      guard !isInterrupted() else { return nil }
      isOver = run.advance(limit: 2_000)
    }
    if isOver, run.secondBegan < min(run.end, lens.until) { run.recordRest(until: run.end) }
    lens = run.lens ?? lens
    lens.nameKeys(run.producers, run.account.streams)
    return lens.recording
  }

  private func makeLens(from: Instant, until: Instant) -> Lens? {
    let second = Interval.seconds(1).nanoseconds
    let most = min(
      Recording.mostSeconds, max(1, Recording.mostCells / max(1, meters.reduce(0) { $0 + $1.shards.count })))
    let last = min((until - start).nanoseconds + second - 1, (end - start).nanoseconds + second - 1) / second
    let first = max((from - start).nanoseconds / second, last - Int64(most), 0)
    guard last > first else { return nil }
    let streams = meters.map {
      Recording.StreamTrack(name: $0.name, recordsLimit: $0.rates.records, bytesLimit: $0.rates.bytes)
    }
    let recording = Recording(
      from: start + .seconds(first), streams: streams,
      producers: producers.map { .init(name: $0.plan.spec.name) },
      consumers: consumers.map { .init(name: $0.spec.name) })
    return Lens(from: start + .seconds(first), until: start + .seconds(last), recording: recording)
  }

  /// A second ends at `instant`; its meters are not closed yet.
  mutating func look(until instant: Instant) {
    guard var lens else { return }
    self.lens = nil  // so that its arrays are not copied
    if secondBegan >= lens.from, secondBegan < lens.until {
      lens.add(meters)
      lens.add(producers, ages: consumers.indices.map { age(of: $0, at: instant) })
    } else if instant == lens.from {
      lens.begin(producers)
    }
    self.lens = lens
  }
}
