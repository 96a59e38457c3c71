import Foundation
import Testing

/// Python with boto3, the AWS CLI of PyPI and moto, in a directory of its own: made once for all tests of a process.
final class Clients: Sendable {
  static let scripts = Tool.package.appendingPathComponent("Tests/weirTests/Clients")
  private static let readiness = Task { await make() }

  /// Whether the tests are to run. In CI they have to: there what is missing is a failure and no reason to skip.
  static func areThere() async -> Bool {
    if case .success = await readiness.value { true } else { Jupyter.isRequired }
  }

  private struct Missing: Error { let text: String }

  private let folder: Folder

  private init(_ folder: Folder) { self.folder = folder }

  private static func make() async -> Result<Clients, Missing> {
    do {
      let folder = try Folder()
      let needs = scripts.appendingPathComponent("requirements.txt").path
      let line = "python3 -m venv env && env/bin/pip install -q --no-compile --disable-pip-version-check -r '\(needs)'"
      let outcome = try await Tool(path: "/bin/sh").run(["-c", line], in: folder.url)
      guard outcome.status == 0 else { return .failure(Missing(text: "\(outcome)\(outcome.stdout.suffix(1_000))")) }
      return .success(Clients(folder))
    } catch {
      return .failure(Missing(text: "\(error)"))
    }
  }

  /// The clients, or nothing, and then a failure says why.
  static func ready() async -> Clients? {
    switch await readiness.value {
    case .success(let clients): return clients
    case .failure(let reason):
      Issue.record("no boto3: \(reason.text)")
      return nil
    }
  }

  var bin: String { folder.file("env/bin").path }

  /// Runs a script; it ends with 0 when all that it asserts holds.
  func run(_ script: String, _ arguments: [String]) async throws -> Tool.Outcome {
    let path = Self.scripts.appendingPathComponent(script).path
    let tool = script.hasSuffix(".sh") ? Tool(path: "/bin/bash") : Tool(path: bin + "/python")
    let environment = [
      "PYTHONDONTWRITEBYTECODE": "1", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    ]
    return try await tool.run([path] + arguments, environment: environment)
  }
}
