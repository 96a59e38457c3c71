import Foundation
import Testing

@Suite(
  .enabled(
    if: Tool.release != nil, "not a release build: weir was not held against the independent model; try `make test`"),
  .enabled("WEIR WAS NOT HELD AGAINST THE INDEPENDENT MODEL: python3 with venv, or PyPI, is not there") {
    Tool.release == nil ? false : await IndependentModel.isThere()
  })
struct `The independent model of docs/validation` {
  @Test("agrees with weir on producers, a reshard, contending readers and fan-out") func agreement() async throws {
    guard let model = try await IndependentModel.ready() else { return }
    let outcome = try await model.check(["--weir", #require(Tool.release).path, "--short"])
    #expect(outcome.status == 0, "\(outcome)\n\(outcome.stdout)")
  }

  @Test("disagrees when its buckets are half as deep again: it would notice") func power() async throws {
    guard let model = try await IndependentModel.ready() else { return }
    let outcome = try await model.check(["--weir", #require(Tool.release).path, "--short", "--plant", "depth"])
    #expect(outcome.status == 1, "the fault was not found: \(outcome)\n\(outcome.stdout)")
  }
}

/// Python with numpy and scipy, and the check: the machine's own when it has both, else an environment for these tests.
private struct IndependentModel {
  private static let home = Tool.package.appendingPathComponent("docs/validation")
  private static let readiness = Task { await make() }

  let python: Tool
  /// Where the environment lies; it is removed with it.
  let folder: Folder?

  /// Whether the tests are to run. In CI they have to: there what is missing is a failure and no reason to skip.
  static func isThere() async -> Bool {
    if case .success = await readiness.value { true } else { Jupyter.isRequired }
  }

  /// The model, or nothing, and then a failure says why.
  static func ready() async throws -> IndependentModel? {
    switch await readiness.value {
    case .success(let model): return model
    case .failure(let reason):
      Issue.record("no Python with numpy and scipy: \(reason.text)")
      return nil
    }
  }

  private struct Missing: Error { let text: String }

  private static func make() async -> Result<IndependentModel, Missing> {
    do {
      let shell = Tool(path: "/bin/sh")
      let own = try await shell.run(["-c", "python3 -c 'import numpy, scipy.special' && command -v python3"])
      if own.status == 0 {
        let path = own.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
        return .success(IndependentModel(python: Tool(path: path), folder: nil))
      }
      let folder = try Folder()
      let needs = home.appendingPathComponent("requirements.txt").path
      let line = "python3 -m venv env && env/bin/pip install -q --no-compile --disable-pip-version-check -r '\(needs)'"
      let outcome = try await shell.run(["-c", line], in: folder.url)
      guard outcome.status == 0 else { return .failure(Missing(text: "\(outcome)\(outcome.stdout.suffix(1_000))")) }
      return .success(IndependentModel(python: Tool(path: folder.file("env/bin/python").path), folder: folder))
    } catch {
      return .failure(Missing(text: "\(error)"))
    }
  }

  func check(_ arguments: [String]) async throws -> Tool.Outcome {
    let script = Self.home.appendingPathComponent("check.py").path
    let environment = ["PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"]
    return try await python.run([script] + arguments, environment: environment)
  }
}
