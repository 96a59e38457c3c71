public import ArgumentParser
internal import Foundation
internal import KinesisCore
internal import Pricing
internal import Reporting
public import Scenario

struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a commented scenario to start from.",
    discussion: """
      EXAMPLE
        weir init -t iot -o meters.yaml
      """.flowing)

  @Option(name: .shortAndLong, help: "clickstream, iot or seasonal.") var template = Template.clickstream
  @Option(
    name: .shortAndLong, help: "The file to write, a new one, or - for stdout; by default <template>.yaml.",
    completion: .file())
  var output: String?

  func run() throws {
    let path = output ?? "\(template.rawValue).yaml"
    guard path != "-" else { return try Output.write(template.text) }
    guard !FileManager.default.fileExists(atPath: path) else {
      Log.line("weir: \(path) exists already; choose another with --output")
      throw ExitStatus.failure
    }
    try Log.reporting { () throws(OutputFile.WriteError) in try OutputFile.write(template.text, to: path) }
    let (check, run) = (ShellLine("weir", "validate", of: [path]), ShellLine("weir", "run", of: [path]))
    try Output.write("Wrote \(path). Next: \(check) && \(run.with("--out", "out"))")
  }
}

extension Template: ExpressibleByArgument {}

struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the JSON Schema of scenario files.",
    discussion: """
      EXAMPLE
        weir schema > scenario.schema.json
      """.flowing)

  func run() throws { try Output.write(ScenarioSchema.json) }
}

struct Limits: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the service limits that weir obeys, with sources.",
    discussion: """
      EXAMPLE
        weir limits --format md
      """.flowing)

  @OptionGroup var output: FormatOption

  func run() throws {
    let table = LimitsTable(.current)
    try output.print(table)
  }
}

struct Metrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints every metric of a run: path, unit, meaning, and whether lower is better.",
    discussion: """
      Paths are those of run.json, with NAME for each thing's name. What has a better direction can be named with
      --metrics; what has an objective, in a scenario's slo.

      EXAMPLE
        weir metrics --format md
      """.flowing)

  @OptionGroup var output: FormatOption

  func run() throws {
    try output.print(MetricsTable())
  }
}

struct Prices: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the prices that bills are made of, with sources.",
    discussion: """
      A copy of the JSON, changed, is a price file: name it in a scenario's `prices`.

      EXAMPLE
        weir prices --format json
      """.flowing)

  @OptionGroup var output: FormatOption

  func run() throws {
    let table = PriceTable(.current)
    try output.print(table)
  }
}
