internal import ArgumentParser
internal import Reporting
internal import Scenario

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks scenarios and prints every error at once, each with its place.",
    discussion: """
      EXAMPLE
        weir validate scenarios/flagship.yaml scenarios/hot-key.yaml
      """.flowing)

  @Argument(help: "Scenario files.", completion: .file()) var files: [String]
  @OptionGroup var output: TextOrJSONOption

  func validate() throws {
    guard !files.isEmpty else { throw ValidationError("Name at least one scenario file.") }
  }

  func run() throws {
    var code: Int32 = 0
    var rows: [JSONValue] = []
    for file in files {
      let (diagnostics, exitCode) = check(file)
      code = code == 0 ? exitCode : min(code, exitCode == 0 ? code : exitCode)
      rows.append(json(file, diagnostics, isValid: exitCode == 0))
      if output.isText { try show(file, diagnostics, isValid: exitCode == 0) }
    }
    if !output.isText {
      try Output.write(JSONValue.object(["files": .array(rows), "schema": "weir.validate/v1"]).text)
    }
    if code != 0 { throw ExitCode(code) }
  }

  private func check(_ file: String) -> ([Diagnostic], Int32) {
    do {
      return (try ScenarioFile.load(path: file).warnings, 0)
    } catch {
      return (error.diagnostics, error.exitCode)
    }
  }

  private func show(_ file: String, _ diagnostics: [Diagnostic], isValid: Bool) throws {
    for diagnostic in diagnostics { Log.line(diagnostic.description) }
    if isValid { try Output.write("\(file): valid") }
  }

  private func json(_ file: String, _ diagnostics: [Diagnostic], isValid: Bool) -> JSONValue {
    let rows = diagnostics.map { diagnostic in
      JSONValue.object([
        "column": .integer(Int128(diagnostic.place.column)), "file": .string(diagnostic.place.file),
        "line": .integer(Int128(diagnostic.place.line)), "message": .string(diagnostic.message),
        "path": .string(diagnostic.path), "severity": .string(diagnostic.severity.rawValue),
        "found": diagnostic.found.map { .string($0) } ?? .null,
        "remedy": diagnostic.remedy.map { .string($0) } ?? .null,
      ])
    }
    return .object(["diagnostics": .array(rows), "file": .string(file), "valid": .bool(isValid)])
  }
}
