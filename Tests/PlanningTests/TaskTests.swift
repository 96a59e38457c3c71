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
    let bytes = try Wire.bytes(TaskDesign(name: "d", experiment: experiment))
    let again = try JSONDecoder().decode(TaskDesign.self, from: bytes)
    #expect(try Wire.bytes(again) == bytes)
    let other = again.experiment
    #expect(again.name == "d" && other.seed == experiment.seed && other.horizon == experiment.horizon)
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
    let design = TaskDesign(name: "d", experiment: experiment)
    let (one, other) = (await run(design, [0, 1]), await run(try Wire.again(design), [1, 0]))
    #expect(one.map(\.replication) == [0, 1] && one == other.reversed())
    #expect(
      one[0].trajectoryHash != one[1].trajectoryHash
        && one.allSatisfy {
          $0.fits(figures: Figure.all(of: experiment).count, objectives: experiment.objectives.count)
        })
    #expect(try Wire.again(one) == one)
    #expect(try Wire.bytes(try Wire.again(one)) == Wire.bytes(one))
  }

  @Test("what was interrupted has no outcome") func interrupted() async throws {
    let path = Self.package.appendingPathComponent("scenarios/split-hot-shard.yaml").path
    let design = TaskDesign(name: "d", experiment: try ScenarioFile.load(path: path).experiment)
    #expect(await run(design, [0, 1], isInterrupted: true).isEmpty)
  }

  /// What replications of a design come to, in their order.
  private func run(_ design: TaskDesign, _ replications: [Int], isInterrupted: Bool = false) async -> [TaskOutcome] {
    var outcomes: [Int: TaskOutcome] = [:]
    await TaskDesign.run(
      replications.map { Replications.Job(experiment: 0, replication: $0) }, of: [design], workers: 2,
      isInterrupted: { isInterrupted }, report: { _ in }, keep: { outcomes[$0] = $1 })
    return replications.indices.compactMap { outcomes[$0] }
  }
}
