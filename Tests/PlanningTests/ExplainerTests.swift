import Experiment
import KinesisCore
import Models
import Planning
import Simulation
import Testing
import Units

@Suite struct ExplainerTests {
  /// Two shards; one key asks for more than its shard has, from the 20th second on thrice as much.
  static func experiment(_ objectives: [Objective] = [], rate: Double = 1_100) -> Experiment {
    var experiment = Experiment(
      name: "hot", horizon: Horizon(duration: .seconds(60), reportBin: .seconds(1)),
      streams: [StreamSpec(name: "clicks", shards: 2)],
      producers: [
        ProducerSpec(
          name: "web", stream: 0, processes: 1, rate: .constant(RecordsPerSecond(rate)), arrivals: .poisson,
          size: .drawn(.constant(200)), keyBytes: 24, keys: KeySpec(.hotSet(cardinality: 50, hot: 1, hotShare: 0.5)),
          batching: .putRecords(linger: .milliseconds(50)), retry: RetrySpec())
      ],
      events: [ScheduledEvent(at: .seconds(20), length: .seconds(10), action: .setRateFactor(producer: 0, factor: 2))],
      objectives: objectives)
    experiment.serviceTimes = ServiceTimes(put: .constant(0), getRecords: .constant(0), fanOut: .constant(0))
    return experiment
  }

  static func objective(_ id: String, _ severity: Objective.Severity = .fail, window: Interval? = nil) -> Objective {
    Objective(
      id: id, expression: id, metric: .putThrottleRate(stream: 0), statistic: .rate, comparison: .less, threshold: 0.01,
      window: window, severity: severity)
  }

  private func explain(_ experiment: Experiment, _ question: ExplainQuestion = .whatWentWrong) async throws
    -> Explanation
  {
    let explainer = Explainer(PreparedExperiment(experiment), replication: 0, window: .seconds(12))
    return try await explainer.answer(question, isInterrupted: { false }) { _ in }
  }

  private func offset(_ explanation: Explanation) throws -> Double {
    let focus = try #require(explanation.focus)
    return (focus - explanation.result.experiment.horizon.start).inSeconds
  }

  @Test func `the first breach of an objective that fails comes first`() async throws {
    let explanation = try await explain(
      Self.experiment([Self.objective("soft", .warn), Self.objective("hard", window: .seconds(10))]))
    guard case .breach(let verdict) = explanation.reason else { return #expect(Bool(false), "\(explanation.reason)") }
    #expect(verdict.objective.id == "hard")
    // What broke the window of 20 to 30 s is one of its seconds, not its end.
    #expect((20..<30).contains(try offset(explanation)))
    #expect(explanation.before.contains { $0.kind == .rateChanged })
    #expect(explanation.after.contains { $0.kind == .throttleEnded })
  }

  @Test func `without a breach the worst second with refusals is shown, with the shard and the key`() async throws {
    let explanation = try await explain(Self.experiment())
    guard case .refusals(0) = explanation.reason else {
      return #expect(Bool(false), "\(explanation.reason)")
    }
    #expect((20..<30).contains(try offset(explanation)))
    let first = try #require(explanation.shown.first), recording = try #require(explanation.recording)
    let refused = recording.streams[0].shards[first.shard].seconds.map(\.refused)
    let hottest = explanation.result.streams[0].shards.max { $0.throttled < $1.throttled }
    #expect(first.shard == hottest?.id.index && refused.max() ?? 0 > 0)
    let position = Int((try #require(explanation.focus) - recording.from).inSeconds)
    #expect(refused[position] == refused.max(), "the second in the middle is the worst")
    #expect(recording.streams[0].shards[first.shard].keys.first?.key == "key-0")
    #expect(recording.seconds == 13)
  }

  @Test func `nothing went wrong is an answer`() async throws {
    let explanation = try await explain(Self.experiment(rate: 100))
    guard case .nothing = explanation.reason else { return #expect(Bool(false), "\(explanation.reason)") }
    #expect(explanation.focus == nil && explanation.recording == nil && explanation.shown.isEmpty)
  }

  @Test func `an objective that is asked for may have held`() async throws {
    let explanation = try await explain(Self.experiment([Self.objective("o")], rate: 100), .objective("o"))
    guard case .held = explanation.reason else { return #expect(Bool(false), "\(explanation.reason)") }
    await #expect(throws: Explainer.Failure.noSuchObjective("p", known: ["o"])) {
      _ = try await explain(Self.experiment([Self.objective("o")]), .objective("p"))
    }
  }

  @Test func `an instant is shown whatever happened, inside the run only`() async throws {
    let experiment = Self.experiment(rate: 100), start = experiment.horizon.start
    let explanation = try await explain(experiment, .moment(start + .seconds(30)))
    #expect(try offset(explanation) == 30 && explanation.shown.count == 2)
    let outside = start + .seconds(60)
    await #expect(throws: Explainer.Failure.outside(outside)) {
      _ = try await explain(experiment, .moment(outside))
    }
  }

  @Test func `who interrupts gets no explanation`() async throws {
    let explainer = Explainer(PreparedExperiment(Self.experiment()), replication: 0, window: .seconds(12))
    let failure = await #expect(throws: Explainer.Failure.self) {
      _ = try await explainer.answer(.whatWentWrong, isInterrupted: { true }) { _ in }
    }
    guard case .interrupted(_, let broken)? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(broken == [])
  }

  private static func reader(_ name: String, every interval: Interval = .seconds(1)) -> ConsumerSpec {
    ConsumerSpec(name: name, stream: 0, application: .plainLoop, reading: .polling, pollInterval: interval)
  }

  @Test func `reads that are refused, lag that grows and records that expire unread are told, the worst first`()
    async throws
  {
    var experiment = Self.experiment(rate: 50)
    experiment.consumers = (0..<2).map { Self.reader("r\($0)", every: .milliseconds(300)) }
    guard case .readRefusals(let note) = try await explain(experiment).reason else {
      return #expect(Bool(false), "no refused reads")
    }
    #expect(note.kind == .readThrottled)
    experiment.consumers = [Self.reader("late")]
    experiment.events.append(ScheduledEvent(at: .seconds(20), action: .stopConsumer(0)))
    guard case .fellBehind(0) = try await explain(experiment).reason else {
      return #expect(Bool(false), "nobody fell behind")
    }
    experiment.streams[0].retention = .seconds(10)
    experiment.horizon.duration = .seconds(180)
    let expired = try await explain(experiment)
    guard case .expired(0) = expired.reason else { return #expect(Bool(false), "\(expired.reason)") }
    #expect(expired.result.consumers[0].expired > 1_000)
  }
}
