import Experiment
import Foundation
import KinesisCore
import Models
import Pricing
import Scenario
import Simulation
import Testing
import Units

@testable import Planning

/// JSON as tasks travel in.
private enum Wire {
  static func bytes(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(value)
  }

  static func again<Value: Codable>(_ value: Value) throws -> Value {
    try JSONDecoder().decode(Value.self, from: bytes(value))
  }
}

@Suite("Tasks that travel")
struct TaskTests {
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let scenarios: [String] = {
    let folder = package.appendingPathComponent("scenarios")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted().map { folder.appendingPathComponent($0).path }
  }()

  @Test("every shipped scenario's experiment is the same after it has travelled as JSON", arguments: scenarios)
  func experiments(_ path: String) throws {
    let experiment = try ScenarioFile.load(path: path).experiment
    let spec = TaskSpec(id: TaskID(design: "d", replication: 3), experiment: experiment, version: "v")
    let bytes = try Wire.bytes(spec), again = try JSONDecoder().decode(TaskSpec.self, from: bytes)
    #expect(try Wire.bytes(again) == bytes)
    let other = again.experiment
    #expect(again.id == spec.id && other.seed == experiment.seed && other.horizon == experiment.horizon)
    #expect(other.limits == experiment.limits && other.prices == experiment.prices)
    #expect(other.streams == experiment.streams && other.events == experiment.events)
    #expect(other.objectives == experiment.objectives && other.neighbours == experiment.neighbours)
    #expect(other.serviceTimes == experiment.serviceTimes && other.outputs == experiment.outputs)
  }

  @Test("a limit that was set and one that was replaced travel; a limit that nobody knows does not")
  func limits() throws {
    let keys = Limit.Key.allCases
    var limits = LimitsProfile.current.renamed("mine")
    limits[keys[3]] += 1
    limits.replace(keys[7], with: limits[keys[7]], source: "a ticket")
    #expect(try Wire.again(limits) == limits)
    let text = String(decoding: try Wire.bytes(limits), as: UTF8.self).replacing(keys[3].name, with: "no.such.limit")
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(LimitsProfile.self, from: Data(text.utf8)) }
  }

  @Test("a task that has travelled runs to the trajectory of one that has not, and its result travels too")
  func trajectory() async throws {
    let path = Self.package.appendingPathComponent("scenarios/split-hot-shard.yaml").path
    var experiment = try ScenarioFile.load(path: path).experiment
    experiment.horizon.duration = .seconds(90)
    experiment.horizon.warmup = .seconds(10)
    experiment.events = []
    let spec = TaskSpec(id: TaskID(design: "d", replication: 1), experiment: experiment, version: "v")
    let (one, other) = (try await run(spec), try await run(try Wire.again(spec)))
    #expect(one == other && one.outcomes[0].tally.counts["accepted"].map { $0 > 0 } == true)
    let next = TaskSpec(id: TaskID(design: "d", replication: 2), experiment: experiment, version: "v")
    #expect(try await run(next).outcomes[0].trajectoryHash != one.outcomes[0].trajectoryHash)
    let again = try Wire.again(one)
    #expect(again == one)
    #expect(try Wire.bytes(again) == Wire.bytes(one))
    await #expect(throws: TaskSpec.OtherVersion(version: "v")) { try await spec.run(version: "w") { false } }
    #expect(try await spec.run(version: "v") { true } == nil)
  }

  private func run(_ spec: TaskSpec) async throws -> TaskResult {
    try #require(try await spec.run(version: "v") { false })
  }
}

@Suite("Results that are merged")
struct TaskResultTests {
  private static func draws(_ seed: UInt64) -> RandomStream {
    RandomStream(seed: seed, replication: 0, purpose: .design, entity: "tasks")
  }

  /// An outcome in which everything that can be in one is drawn.
  private static func outcome(_ id: TaskID, _ draws: inout RandomStream) -> TaskOutcome {
    var tally = TaskTally()
    for name in ["a", "b", "c", "d"] where draws.below(3) > 0 {
      tally.count(Int128(draws.next()) << 50, name)
      tally.add(Money(picodollars: Int128(draws.next()) << 50), to: name)
      tally.add(Instant(nanoseconds: Int64(draws.next() >> 1)), to: name)
      var times = LatencyHistogram(), sizes = SizeHistogram()
      for _ in 0..<draws.below(40) {
        times.record(
          Interval(nanoseconds: Int64(draws.next() >> (10 + draws.below(50)))), count: Int64(1 + draws.below(9)))
        sizes.record(Bytes(Int64(draws.next() >> (24 + draws.below(40)))))
      }
      tally.add(times, to: name)
      tally.add(sizes, to: name)
    }
    let values = [draws.uniform(), 1 / (draws.uniform() + 1e-300), nil, -0.1 - 0.2, .leastNonzeroMagnitude]
    return TaskOutcome(
      id: id, isComplete: true, isPassing: draws.below(2) == 0, trajectoryHash: draws.next(),
      figures: values.enumerated().map { .init(path: "figure \($0.offset)", value: $0.element) }, tally: tally)
  }

  private static func outcomes(_ draws: inout RandomStream) -> [TaskOutcome] {
    ["x", "y", "z"].flatMap { design in
      (0..<5).map { outcome(TaskID(design: design, replication: $0), &draws) }
    }
  }

  /// Merges two of the parts, in either order, until one is left.
  private static func merged(_ parts: [TaskResult], _ draws: inout RandomStream) throws -> TaskResult {
    var parts = parts
    while parts.count > 1 {
      var one = parts.remove(at: Int(draws.below(UInt64(parts.count))))
      try one.merge(parts.remove(at: Int(draws.below(UInt64(parts.count)))))
      parts.append(one)
    }
    return parts[0]
  }

  @Test("whatever the parts, their order and how often a task was run, the bytes are equal", arguments: 1...20)
  func orderFree(seed: UInt64) throws {
    var draws = Self.draws(seed)
    let outcomes = Self.outcomes(&draws)
    let inOrder = try outcomes.reduce(into: TaskResult()) { try $0.merge(TaskResult($1)) }
    let bytes = try Wire.bytes(inOrder)
    // Some tasks were run twice, and one of the two travelled.
    let twice = try outcomes.filter { _ in draws.below(3) == 0 }.map { try Wire.again(TaskResult($0)) }
    for _ in 0..<3 {
      let merged = try Self.merged(outcomes.map { TaskResult($0) } + twice, &draws)
      #expect(try Wire.bytes(merged) == bytes, "seed \(seed)")
      for design in ["x", "y", "z", "none"] {
        #expect(try Wire.bytes(merged.tally(of: design)) == Wire.bytes(inOrder.tally(of: design)), "seed \(seed)")
      }
    }
  }

  @Test("adding tallies is associative, knows no order, and has an empty one that changes nothing", arguments: 1...50)
  func tallies(seed: UInt64) throws {
    var draws = Self.draws(seed)
    let (a, b, c) = (0..<3).map { Self.outcome(TaskID(design: "x", replication: $0), &draws).tally }.triple
    let sum = { (one: TaskTally, other: TaskTally) in
      var sum = one
      sum.add(other)
      return sum
    }
    let left = try Wire.bytes(sum(sum(a, b), c))
    #expect(try Wire.bytes(sum(a, sum(b, c))) == left, "seed \(seed)")
    #expect(try Wire.bytes(sum(sum(c, a), b)) == left, "seed \(seed)")
    #expect(try Wire.bytes(sum(a, TaskTally())) == Wire.bytes(a) && Wire.bytes(sum(TaskTally(), a)) == Wire.bytes(a))
    // What was added up here and there is what was counted at once.
    let (one, other) = (a.times["a"], b.times["a"])
    if let one, let other { #expect(sum(a, b).times["a"]?.count == one.count + other.count) }
    #expect(try Wire.again(sum(a, b)) == sum(a, b), "seed \(seed)")
  }

  @Test("one task with two outcomes is refused by name, and nothing changes")
  func conflict() throws {
    var draws = Self.draws(1)
    let outcomes = Self.outcomes(&draws)
    var result = try outcomes.reduce(into: TaskResult()) { try $0.merge(TaskResult($1)) }
    let before = result
    var other = outcomes[4]
    other.trajectoryHash ^= 1
    #expect(throws: TaskResult.Conflict(id: other.id)) { try result.merge(TaskResult(other)) }
    #expect(result == before)
  }

  @Test("numbers at the edges of their types travel exactly")
  func edges() throws {
    var tally = TaskTally()
    tally.count(.max, "most")
    tally.count(.min, "least")
    tally.add(Money(picodollars: .min), to: "least")
    tally.add(Instant(nanoseconds: .max), to: "last")
    #expect(try Wire.again(tally) == tally)
    #expect(try Wire.again(tally).counts["least"] == .min)
  }
}

extension [TaskTally] {
  fileprivate var triple: (TaskTally, TaskTally, TaskTally) { (self[0], self[1], self[2]) }
}
