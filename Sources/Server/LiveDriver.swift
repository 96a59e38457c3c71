public import KinesisCore
public import Units

/// Runs a machine under the real clock: stamps each input, writes it down, steps, performs the effects, sets one alarm.
///
/// The machine is the same value that simulations drive; nothing is decided here. A journal of it, replayed on the virtual
/// clock, gives equal effects.
public actor LiveDriver<M: Machine> where M.Input: Codable {
  /// Carries an effect out. Called in order, on the driver.
  public typealias Performer = @Sendable (M.Effect) -> Void

  private var machine: M
  private var record: Journal<M.Input>
  private let perform: Performer
  private let clock = ContinuousClock()
  private let anchor: (instant: Instant, tick: ContinuousClock.Instant)
  private var alarm: (at: Instant, task: Task<Void, Never>)?
  private var isStopped = false

  /// The driver was stopped; nothing was stepped.
  public struct Stopped: Error, Sendable, Hashable {}

  /// A driver for a machine that stands at `start`, which is now; from here on only the monotonic clock is asked.
  ///
  /// At most `journalLimit` inputs are taken.
  public init(_ machine: M, startingAt start: Instant, journalLimit: Int, perform: @escaping Performer) {
    self.machine = machine
    self.perform = perform
    record = Journal(limit: journalLimit)
    anchor = (start, clock.now)
  }

  /// Takes an input and returns its effects, those of the time that passed before it first. They were performed.
  ///
  /// Written down before it is stepped: what was answered can be replayed. Throws `Stopped` or `Journal.Full`, and then
  /// nothing changed.
  @discardableResult
  public func send(_ input: M.Input) throws -> [M.Effect] {
    guard !isStopped else { throw Stopped() }
    let now = self.now
    try record.append(input, at: now)
    var effects: [M.Effect] = []
    machine.step(input, at: now, into: &effects)
    finish(effects)
    return effects
  }

  /// Ends it: the alarm is off and nothing is taken any more. Time has passed up to the instant returned, which replays the
  /// journal to equal effects.
  public func stop() -> (journal: Journal<M.Input>, machine: M, at: Instant) {
    isStopped = true
    alarm?.task.cancel()
    alarm = nil
    let now = self.now
    var effects: [M.Effect] = []
    machine.wake(at: now, into: &effects)
    effects.forEach(perform)
    return (record, machine, now)
  }

  private var now: Instant {
    let passed = clock.now - anchor.tick
    let (seconds, attoseconds) = passed.components
    return anchor.instant + Interval(nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  private func finish(_ effects: [M.Effect]) {
    effects.forEach(perform)
    setAlarm()
  }

  /// One alarm, for the machine's deadline as it stands now.
  private func setAlarm() {
    guard alarm?.at != machine.deadline else { return }
    alarm?.task.cancel()
    alarm = machine.deadline.map { due in (due, Task { await self.ring(at: due) }) }
  }

  private func ring(at due: Instant) async {
    let left = (due - now).nanoseconds
    if left > 0 { try? await clock.sleep(for: .nanoseconds(left)) }
    guard !Task.isCancelled, !isStopped, alarm?.at == due else { return }
    alarm = nil
    var effects: [M.Effect] = []
    machine.wake(at: now, into: &effects)
    finish(effects)
  }
}
