import Foundation

/// A notebook as JSON: what its cells say and what came of them.
struct ExecutedNotebook {
  let cells: [[String: Any]]

  init(_ data: Data) throws {
    let document = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    cells = document?["cells"] as? [[String: Any]] ?? []
  }

  /// Each cell's name, kind and text.
  var sources: [String] {
    cells.map { cell in
      let lines = cell["source"] as? [String] ?? [cell["source"] as? String ?? ""]
      return "\(cell["id"] ?? "") \(cell["cell_type"] ?? "")\n" + lines.joined()
    }
  }

  /// What came of a cell, without pictures, whose fonts are the machine's: the same text for equal outputs.
  func outputs(_ cell: [String: Any]) throws -> String {
    let outputs = (cell["outputs"] as? [[String: Any]] ?? []).map { output in
      var output = output
      output["metadata"] = nil
      if var parts = output["data"] as? [String: Any] {
        parts["image/png"] = nil
        output["data"] = parts
      }
      return output
    }
    return String(
      decoding: try JSONSerialization.data(
        withJSONObject: outputs, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]),
      as: UTF8.self)
  }

  /// The cells that hold code.
  var code: [[String: Any]] { cells.filter { $0["cell_type"] as? String == "code" } }

  /// All that came of the cell of that name.
  func output(of id: String) throws -> String {
    try cells.first { $0["id"] as? String == id }.map(outputs) ?? ""
  }
}

/// Python with what notebooks need, in a directory of its own: made once for all tests of a process.
final class Jupyter: Sendable {
  /// What came of making it.
  enum Readiness {
    case ready(Jupyter)
    case missing(String)
  }

  /// In CI a notebook must be executed: there what is missing is a failure and no reason to skip.
  static let isRequired = ProcessInfo.processInfo.environment["CI"].map { !["", "0", "false"].contains($0) } ?? false

  private static let readiness = Task { await make() }

  /// Whether tests of notebooks are to run; makes the environment.
  static func isThere() async -> Bool {
    switch await readiness.value {
    case .ready: true
    case .missing: isRequired
    }
  }

  /// The environment, or why there is none.
  static func environment() async -> Readiness { await readiness.value }

  private let folder: Folder

  private init(_ folder: Folder) { self.folder = folder }

  private static func make() async -> Readiness {
    do {
      let folder = try Folder()
      let needs = Tool.package.appendingPathComponent("notebooks-export/split-hot-shard/requirements.txt").path
      let line = "python3 -m venv env && env/bin/pip install -q --no-compile --disable-pip-version-check -r '\(needs)'"
      let outcome = try await Tool(path: "/bin/sh").run(["-c", line], in: folder.url)
      return outcome.status == 0 ? .ready(Jupyter(folder)) : .missing("\(outcome)\(outcome.stdout.suffix(1_000))")
    } catch {
      return .missing("\(error)")
    }
  }

  /// Executes a notebook in its own directory and reads what became of it.
  func execute(_ name: String, in directory: URL) async throws -> (outcome: Tool.Outcome, notebook: ExecutedNotebook) {
    let outcome = try await convert(
      name, ["--to", "notebook", "--execute", "--inplace", "--ExecutePreprocessor.record_timing=False"], in: directory)
    return (outcome, try ExecutedNotebook(Data(contentsOf: directory.appendingPathComponent(name))))
  }

  /// nbconvert, without a network: whatever asks for one fails.
  func convert(_ name: String, _ words: [String], in directory: URL) async throws -> Tool.Outcome {
    let offline = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].map { ($0, "http://127.0.0.1:9") }
    let state = folder.file("state").path
    let environment = Dictionary(uniqueKeysWithValues: offline).merging([
      "JUPYTER_CONFIG_DIR": state, "JUPYTER_DATA_DIR": state, "JUPYTER_RUNTIME_DIR": state, "IPYTHONDIR": state,
      "PYTHONHASHSEED": "random",
    ]) { $1 }
    return try await Tool(path: folder.file("env/bin/jupyter").path).run(
      ["nbconvert"] + words + [name], in: directory, environment: environment)
  }

  /// Removes it.
  func remove() { try? FileManager.default.removeItem(at: folder.url) }
}
