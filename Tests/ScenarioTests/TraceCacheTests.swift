import Experiment
import Foundation
import Scenario
import Testing

@Suite("Files of a template")
struct TraceCacheTests {
  @Test("a trace is read once, not once a design; one with a fault is told by each")
  func once() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-cache-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = """
      schema: weir/v1
      name: traced
      clock: {duration: 60s}
      streams: {s: {mode: provisioned, shards: 1}}
      producers: {p: {to: s, rate: {curve: trace, file: t.csv}, record: {size: 100B}}}
      """
    try Data(text.utf8).write(to: folder.appendingPathComponent("s.yaml"))
    let trace = folder.appendingPathComponent("t.csv")
    try Data("t_s,count\n0,10\n30,20\n".utf8).write(to: trace)
    let template = try ScenarioFile.template(path: folder.appendingPathComponent("s.yaml").path)
    let first = try template.load(settings: [], seed: nil)
    try FileManager.default.removeItem(at: trace)
    let second = try template.load(settings: [], seed: 2)
    #expect(first.experiment.producers[0].rate == second.experiment.producers[0].rate)
    #expect(second.inputs.count == first.inputs.count)
    try Data("t_s,count\n0,x\n".utf8).write(to: trace)
    let faulty = try ScenarioFile.template(path: folder.appendingPathComponent("s.yaml").path)
    for _ in 0..<2 { #expect(throws: ScenarioFailure.self) { try faulty.load(settings: [], seed: nil) } }
  }
}
