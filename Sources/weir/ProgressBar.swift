internal import Experiment
internal import Models
internal import Reporting
internal import Synchronization
internal import Units

/// A bar on stderr, only where a person is watching: virtual time, events a second, time left.
final class ProgressBar: Sendable {
  private struct State {
    var simulated: [Int64]
    var events: [Int64]
    var drawnAt: ContinuousClock.Instant
  }

  private static let width = 28
  private static let pause = Duration.milliseconds(100)

  private let state: Mutex<State>
  private let total: Int64
  private let started = ContinuousClock.now
  private let isShown = Log.isTerminal

  /// A bar for so many jobs of a duration.
  convenience init(jobs: Int, duration: Interval) {
    self.init(durations: Array(repeating: duration, count: jobs))
  }

  /// A bar for jobs of these durations.
  init(durations: [Interval]) {
    total = durations.reduce(0) { $0 + $1.nanoseconds }
    let zeros = Array(repeating: Int64(0), count: durations.count)
    state = Mutex(State(simulated: zeros, events: zeros, drawnAt: .now))
  }

  /// Takes in how far a job has come, and draws at most ten times a second.
  func report(_ progress: Replications.Progress) {
    guard isShown else { return }
    let now = ContinuousClock.now
    let line: String? = state.withLock { state in
      state.simulated[progress.job] = progress.simulated.nanoseconds
      state.events[progress.job] = progress.events
      guard now - state.drawnAt >= Self.pause else { return nil }
      state.drawnAt = now
      return text(done: state.simulated.reduce(0, +), events: state.events.reduce(0, +), after: now - started)
    }
    if let line { Log.raw("\r\u{1B}[2K" + line) }
  }

  /// Removes the bar.
  func clear() { if isShown { Log.raw("\r\u{1B}[2K") } }

  private func text(done: Int64, events: Int64, after elapsed: Duration) -> String {
    let share = Double(done) / Double(max(1, total)), seconds = max(elapsed / .seconds(1), 1e-3)
    let filled = min(Self.width, Int(clamping: share * Double(Self.width)))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
    let left =
      share > 0 ? Figures.duration(Interval.seconds(Int64(clamping: (seconds / share - seconds).rounded(.up)))) : "–"
    return "\(bar) \(Figures.percent(share))  \(Figures.duration(Interval.seconds(done / 1_000_000_000))) simulated  "
      + "\(Figures.count(Int64(clamping: Double(events) / seconds))) events/s  \(left) left"
  }
}
