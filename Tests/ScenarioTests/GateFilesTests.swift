import Foundation
import Scenario
import Testing

@Suite struct GateFilesTests {
  /// A directory with files, gone at the end of the test.
  final class Directory {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("weir-gate-\(UUID().uuidString)")
    deinit { try? FileManager.default.removeItem(at: url) }

    init(_ files: [String: String]) throws {
      for (name, text) in files {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
    }

    var path: String { url.path }
  }

  @Test func `scenarios are found in the byte order of their paths, whatever lies beside them`() throws {
    let directory = try Directory([
      "b.yml": Sample.base, "a/z.yaml": Sample.base, "a.yaml": Sample.base, ".hidden.yaml": Sample.base,
      "baselines/x.yaml": Sample.base, "baselines/a/z.json": "{}", "notes.md": "",
      "limits.yaml": "schema: weir.limits/v1",
      "base.yaml": "streams: {}", "child.yaml": "extends: base.yaml\nname: child", "ci.yaml": "on: push",
      "typo.yaml": Sample.base.replacing("schema:", with: "shema:"), "broken.yaml": "a: [",
    ])
    let folder = try ScenarioFolder(path: directory.path + "/")
    #expect(folder.scenarios.map(\.stem) == ["a", "a/z", "b", "broken", "child", "typo"])
    #expect(folder.scenarios[1].path == directory.path + "/a/z.yaml")
    #expect(folder.baseline(of: folder.scenarios[1]) == directory.path + "/baselines/a/z.json")
    #expect(folder.baselineStems == ["a/z"])
    let reasons = folder.skipped.map { String($0.path.dropFirst(directory.path.count + 1)) + ": " + $0.reason }
    #expect(
      reasons == [
        "base.yaml: no schema of its own: tested with the scenarios that extend it",
        "ci.yaml: no scenario: it has no schema: weir/v1", "limits.yaml: its schema is weir.limits/v1",
      ])
  }

  @Test func `two files of one name would share a baseline`() throws {
    let directory = try Directory(["a.yaml": Sample.base, "a.yml": Sample.base])
    let failure = #expect(throws: ScenarioFailure.self) { try ScenarioFolder(path: directory.path) }
    #expect(failure?.exitCode == 65 && failure?.description.contains("same baseline") == true)
  }

  @Test func `a directory that is not there is a missing input`() {
    let failure = #expect(throws: ScenarioFailure.self) { try ScenarioFolder(path: "/nowhere/at/all") }
    #expect(failure?.exitCode == 66)
  }

  static let baseline = """
    {
      "expects": {"loss": "fail"},
      "figures": {
        "records.lost": {"half_width": 0, "mean": 0, "values": [0, 1e-05]},
        "x": {"values": [null, 3]}
      },
      "fingerprint": "abc",
      "level": 0.95,
      "scenario": "sample",
      "schema": "weir.baseline/v1",
      "seed": 18446744073709551615,
      "trajectory_hashes": ["00000000000000ff", "ffffffffffffffff"],
      "version": "0.1.0"
    }
    """

  @Test func `a baseline is read with its places`() throws {
    let directory = try Directory(["b.json": Self.baseline])
    let baseline = try #require(try Baseline.load(path: directory.path + "/b.json"))
    #expect(baseline.seed == .max && baseline.hashes == [255, .max] && baseline.expected.map(\.id) == ["loss"])
    #expect(baseline.figures.map(\.values) == [[0, 1e-5], [nil, 3]] && baseline.figures[1].place.line == 5)
    #expect(try Baseline.load(path: directory.path + "/none.json") == nil)
  }

  static let flaws: [(old: String, new: String, says: String)] = [
    ("\"seed\"", "\"sed\"", "12:3 sed: unknown key \"sed\"; did you mean \"seed\"?".replacing("12", with: "11")),
    ("baseline/v1", "baseline/v9", "10:13 schema: expected weir.baseline/v1"),
    ("[null, 3]", "[3]", "5:21 figures.x.values: 1 values for 2 runs"),
    ("\"fail\"", "\"pass\"", "2:23 expects.loss: expected one of fail"),
    ("00000000000000ff", "ff", "12:24 trajectory_hashes: expected a trajectory hash"),
    ("1e-05", "\"much\"", "4:64 figures.records.lost.values[1]: expected a number"),
    ("{\n", "[\n", "not valid JSON"),
  ]

  @Test(arguments: flaws) func `a baseline that is wrong says where`(_ flaw: (old: String, new: String, says: String))
    throws
  {
    let text = Self.baseline
    let range = try #require(text.range(of: flaw.old))
    let directory = try Directory(["b.json": text.replacingCharacters(in: range, with: flaw.new)])
    let failure = #expect(throws: ScenarioFailure.self) { try Baseline.load(path: directory.path + "/b.json") }
    #expect(
      failure?.exitCode == 65 && failure?.description.contains(flaw.says) == true, "\(failure?.description ?? "")")
  }
}
