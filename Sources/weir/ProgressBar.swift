internal import Experiment
internal import Foundation
internal import Models
internal import Planning
internal import Reporting
internal import Synchronization
internal import Units

/// Tells on stderr how far work has come: a bar where a person is watching, a line a minute where nobody is.
///
/// Work that will take more than ten minutes is announced once, as soon as its pace is known.
final class Ticker: Sendable {
  /// How far it is.
  struct Standing {
    /// The part that is done, 0 to 1; nil while nobody can tell.
    var share: Double?
    /// What else a bar says, most important first; what does not fit is left out.
    var words: [String]
    /// Put before what is estimated: `about `.
    var hedge = ""
  }
  private struct State {
    var drawnAt: ContinuousClock.Instant
    var toldAt: ContinuousClock.Instant
    var isAnnounced = false
  }

  /// The shortest and the longest bar, in characters.
  private static let bar = 8...28
  /// Between two bars, and between two lines.
  private static let pause = Duration.milliseconds(100), silence = Duration.seconds(60)
  /// What is worth an announcement, and how long the pace is watched before.
  private static let long = Duration.seconds(600), watched = Duration.seconds(3)

  private let started = ContinuousClock.now
  private let isShown = Log.isTerminal
  private let state: Mutex<State>

  init() { state = Mutex(State(drawnAt: started, toldAt: started)) }

  /// Draws or writes what is due, at most ten times a second.
  func tell(_ standing: () -> Standing) {
    let now = ContinuousClock.now
    state.withLock { state in
      guard now - state.drawnAt >= Self.pause else { return }
      state.drawnAt = now
      let standing = standing(), left = Self.left(standing.share, after: now - started)
      if !state.isAnnounced, now - started >= Self.watched, let left, now - started + left > Self.long {
        state.isAnnounced = true
        clear()
        Log.line("weir: at this pace it takes about \(Self.words(now - started + left))")
      }
      if isShown { return Log.raw("\r\u{1B}[2K" + Self.line(standing, left, width: Log.columns - 1)) }
      guard now - state.toldAt >= Self.silence else { return }
      state.toldAt = now
      Log.line("weir: " + Self.parts(standing, left).joined(separator: ", "))
    }
  }

  /// Removes the bar.
  func clear() { if isShown { Log.raw("\r\u{1B}[2K") } }

  private static func left(_ share: Double?, after elapsed: Duration) -> Duration? {
    guard let share, share > 0 else { return nil }
    return .seconds((elapsed / .seconds(1)) * (1 / min(1, share) - 1))
  }

  private static func words(_ time: Duration) -> String {
    Figures.duration(.seconds(Int64(clamping: (time / .seconds(1)).rounded(.up))))
  }

  /// What is said, most important first.
  private static func parts(_ standing: Standing, _ left: Duration?) -> [String] {
    let share = standing.share.map { standing.hedge + "\(Int(clamping: ($0 * 100).rounded(.down))) %" }
    return [share, left.map { standing.hedge + "\(words($0)) left" }].compactMap(\.self) + standing.words
  }

  /// The bar and as much beside it as goes into so many characters.
  static func line(_ standing: Standing, _ left: Duration?, width: Int) -> String {
    var parts = parts(standing, left)
    func rest() -> Int { width - parts.reduce(0) { $0 + $1.count + 2 } + 1 }
    while parts.count > 1, rest() < bar.lowerBound { parts.removeLast() }
    let length = min(bar.upperBound, rest()), words = parts.joined(separator: "  ")
    guard length >= bar.lowerBound else { return String(words.prefix(max(0, width))) }
    let filled = min(length, Int(clamping: (standing.share ?? 0) * Double(length)))
    return String(repeating: "█", count: filled) + String(repeating: "░", count: length - filled) + " " + words
  }
}

/// Progress of simulations: the share of virtual time, time left, events a second.
final class ProgressBar: Sendable {
  private struct State {
    var simulated: [Int64]
    var events: [Int64]
  }

  private let state: Mutex<State>
  private let total: Int64
  private let started = ContinuousClock.now
  private let ticker = Ticker()

  /// A bar for so many jobs of a duration.
  convenience init(jobs: Int, duration: Interval) {
    self.init(durations: Array(repeating: duration, count: jobs))
  }

  /// A bar for jobs of these durations.
  init(durations: [Interval]) {
    total = durations.reduce(0) { $0 + $1.nanoseconds }
    let zeros = Array(repeating: Int64(0), count: durations.count)
    state = Mutex(State(simulated: zeros, events: zeros))
  }

  /// Takes in how far a job has come.
  func report(_ progress: Replications.Progress) {
    state.withLock { state in
      state.simulated[progress.job] = progress.simulated.nanoseconds
      state.events[progress.job] = progress.events
    }
    ticker.tell(standing)
  }

  /// Removes the bar.
  func clear() { ticker.clear() }

  private func standing() -> Ticker.Standing {
    let (done, events) = state.withLock { ($0.simulated.reduce(0, +), $0.events.reduce(0, +)) }
    let seconds = max((ContinuousClock.now - started) / .seconds(1), 1e-3)
    return Ticker.Standing(
      share: Double(done) / Double(max(1, total)),
      words: [
        "\(Figures.duration(Interval.seconds(done / 1_000_000_000))) simulated",
        "\(Figures.count(Int64(clamping: Double(events) / seconds))) events/s",
      ])
  }
}

/// Progress of a plan: how many simulations it will take is not known before it is over, so its share is an estimate.
final class PlanBar: Sendable {
  private struct State {
    /// Simulations that had ended before those that run now, and the parts of these that are done.
    var ended = 0
    var parts: [Int: Double] = [:]
  }

  private let ticker = Ticker()
  private let state = Mutex(State())

  /// Takes in how far the plan has come.
  func report(_ progress: PlanProgress) {
    let done = state.withLock { state in
      if state.ended != progress.ended { state = State(ended: progress.ended) }
      state.parts[progress.job] = progress.part
      return Double(state.ended) + state.parts.values.reduce(0, +)
    }
    ticker.tell {
      Ticker.Standing(
        share: min(0.99, done / Double(progress.expected)),
        words: [Figures.count(progress.simulations, of: "simulation")], hedge: "about ")
    }
  }

  /// Removes the bar.
  func clear() { ticker.clear() }
}
