import Experiment
import KinesisCore
import Limits
import Simulation
import Testing
import Units

@testable import Models

/// Readers of one shard, by what reads.
enum Contender: String, CaseIterable {
  case mappings, deliveryStreams, loops, libraries

  /// `count` of them on a stream of one shard, each calling once a second, under the measured service times.
  func experiment(_ count: Int, rate: Double, size: Int = 1_000, seconds: Int64 = 1_800) -> Experiment {
    var experiment = Fixture.experiment(
      seconds: seconds, shards: 1,
      producers: [Fixture.producer(rate: rate, size: size, batching: .putRecords(linger: .milliseconds(500)))])
    experiment.consumers = (0..<count).compactMap { number in
      switch self {
      case .deliveryStreams: nil
      case .mappings:
        ConsumerSpec(
          name: "m\(number)", stream: 0, application: .mapping(FunctionSpec(batchSize: 10_000)), reading: .polling,
          pollInterval: .seconds(1))
      case .loops: Fixture.consumer("l\(number)", .sdkPolling)
      case .libraries: Fixture.consumer("k\(number)", .kclPolling)
      }
    }
    if self == .deliveryStreams { experiment.firehoses = (0..<count).map { Fixture.firehose("f\($0)") } }
    return experiment
  }

  /// The calls of each reader and those that were refused.
  static func calls(_ result: RunResult) -> [(made: Int64, refused: Int64)] {
    result.consumers.map { ($0.calls, $0.throttledCalls) }
      + result.firehoses.compactMap { firehose in firehose.reading.map { ($0.calls, $0.throttledCalls) } }
  }
}

@Suite("Readers that contend for a shard")
struct ContentionTests {
  static let counts = [6, 12, 20, 30]

  /// The age of each consumer's oldest unread record at each second, in readers by minutes: the worst of each minute.
  private func worstMinutes(_ experiment: Experiment) -> (result: RunResult, minutes: [Interval]) {
    var world = World(PreparedExperiment(experiment), replication: 0)
    var worst: [Interval] = [], minute: [Interval] = [], second = experiment.horizon.start + .seconds(1)
    while !world.advance(limit: 50) {
      guard world.now >= second else { continue }
      second = world.now + .seconds(1)
      let ages = world.applications.ages(world.endpoint, at: world.now)
      minute = minute.isEmpty ? ages : zip(minute, ages).map(max)
      if (second - experiment.horizon.start).nanoseconds / 60_000_000_000 > worst.count / max(1, ages.count) {
        (worst, minute) = (worst + minute, [])
      }
    }
    return (world.finish(isComplete: true), worst)
  }

  private func expectShared(_ result: RunResult, seconds: Double, _ what: String) {
    let calls = Contender.calls(result)
    let (made, refused) = calls.reduce((0, 0)) { ($0.0 + Double($1.made), $0.1 + Double($1.refused)) }
    #expect(abs(refused - (made - 5 * seconds)) <= 0.02 * refused + 5, "\(what): \(refused) of \(made)")
    let most = calls.map { Double($0.refused) }.max() ?? 0
    #expect(most <= 2 * refused / Double(calls.count), "\(what): \(calls.map(\.refused))")
  }

  @Test(
    "attempts beyond five a second are refused, all readers bear a share, and at 20 mappings nobody is a minute behind",
    arguments: counts)
  func mappings(count: Int) {
    let (result, minutes) = worstMinutes(Contender.mappings.experiment(count, rate: 10))
    expectShared(result, seconds: 1_800, "\(count) mappings")
    let late = minutes.filter { $0 >= .minutes(1) }.count
    #expect(count > 20 || late == 0, "\(late) of \(minutes.count)")
    #expect(Double(late) <= 0.05 * Double(minutes.count), "\(late) of \(minutes.count)")
  }

  @Test("delivery streams share the same way: none holds what it reads back by a minute at 20", arguments: counts)
  func deliveryStreams(count: Int) {
    var experiment = Contender.deliveryStreams.experiment(count, rate: 10)
    experiment.serviceTimes = .measured2026
    for number in experiment.firehoses.indices { experiment.firehoses[number].configuration.buffer.interval = .zero }
    let result = Fixture.result(of: experiment)
    expectShared(result, seconds: 1_800, "\(count) delivery streams")
    let latest = result.firehoses.map(\.freshness.max).max() ?? .zero
    #expect(latest < .minutes(1) || count > 20, "\(latest)")
  }

  @Test("loops of an SDK and applications of the KCL share, too", arguments: [Contender.loops, .libraries], [6, 12])
  func clients(contender: Contender, count: Int) {
    var experiment = contender.experiment(count, rate: 10)
    for number in experiment.consumers.indices { experiment.consumers[number].pollInterval = .seconds(1) }
    let (result, minutes) = worstMinutes(experiment)
    expectShared(result, seconds: 1_800, "\(count) \(contender)")
    #expect(minutes.allSatisfy { $0 < .minutes(1) })
  }

  @Test(
    "readers that ask for 60 to 90 % of a shard's 2 MiB/s share what is refused and keep up",
    arguments: [Contender.mappings, .deliveryStreams, .loops, .libraries], [0.6, 0.8, 0.9])
  func bytes(contender: Contender, share: Double) {
    // Four readers: each second's records are read four times; 1,024 bytes with the key.
    let rate = share * Double(2 << 20) / 4 / 1_024
    let result = Fixture.result(of: contender.experiment(4, rate: rate))
    let calls = Contender.calls(result), refused = calls.map { Double($0.refused) }
    #expect((refused.max() ?? 0) <= 2 * refused.reduce(0, +) / 4 + 20, "\(calls)")
    for consumer in result.consumers { #expect(consumer.iteratorAgeLast < .minutes(1), "\(consumer.iteratorAgeLast)") }
    for firehose in result.firehoses {
      #expect(Double(firehose.reading?.backlog ?? .max) < rate * 60, "\(String(describing: firehose.reading))")
    }
  }

  @Test("four KCL applications that ask for 81 % of the bytes every three seconds keep up")
  func fourApplications() {
    var experiment = Contender.libraries.experiment(4, rate: 1_600, size: 1_024)
    experiment.streams[0].shards = 4
    for number in experiment.consumers.indices { experiment.consumers[number].pollInterval = .seconds(3) }
    for consumer in Fixture.result(of: experiment).consumers {
      #expect(consumer.iteratorAgeLast < .seconds(45), "\(consumer.name): \(consumer.iteratorAgeLast)")
      #expect(consumer.throttledCalls > 0)
    }
  }

  @Test("five pollers a second fit, however long: none is ever early")
  func fiveFit() {
    let result = Fixture.result(of: Contender.mappings.experiment(5, rate: 10))
    #expect(Contender.calls(result).allSatisfy { $0.refused == 0 && $0.made <= 1_801 && $0.made > 1_740 })
  }

  @Test("without any wandering one of six is refused for ever: what was assumed is what shares")
  func lockstep() {
    var experiment = Contender.mappings.experiment(6, rate: 10)
    (experiment.limits[.reader.latePermille], experiment.limits[.reader.spreadPermille]) = (0, 0)
    let refused = Contender.calls(Fixture.result(of: experiment)).map(\.refused).sorted()
    #expect(refused.last ?? 0 > 1_700 && refused.dropLast().allSatisfy { $0 == 0 })
  }
}
