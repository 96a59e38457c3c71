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
      """)

  @Option(name: .shortAndLong, help: "clickstream, iot or seasonal.") var template = Template.clickstream
  @Option(name: .shortAndLong, help: "The file to write, a new one, or - for stdout; by default <template>.yaml.")
  var output: String?

  func run() throws {
    let path = output ?? "\(template.rawValue).yaml"
    guard path != "-" else { return try Output.write(template.text) }
    guard !FileManager.default.fileExists(atPath: path) else {
      Log.line("weir: \(path) exists already; choose another with --output")
      throw ExitStatus.failure
    }
    try Log.reporting { () throws(OutputFile.WriteError) in try OutputFile.write(template.text, to: path) }
    try Output.write("Wrote \(path). Next: weir validate \(path), then weir run \(path) --out out")
  }
}

extension Template: ExpressibleByArgument {}

struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the JSON Schema of scenario files.",
    discussion: """
      EXAMPLE
        weir schema > scenario.schema.json
      """)

  func run() throws { try Output.write(ScenarioSchema.json) }
}

struct Limits: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the service limits that weir obeys, with sources.",
    discussion: """
      EXAMPLE
        weir limits --format md
      """)

  @Option(help: "What stdout gets: text, json or md.") var format = Format.text

  func run() throws {
    let table = LimitsTable(.current)
    switch format {
    case .text: try Output.write(table.text)
    case .json: try Output.write(table.json)
    case .md: try Output.write(table.markdown)
    }
  }
}

struct Prices: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the prices that bills are made of, with sources.",
    discussion: """
      A copy of the JSON, changed, is a price file: name it in a scenario's `prices`.

      EXAMPLE
        weir prices --format json
      """)

  @Option(help: "What stdout gets: text, json or md.") var format = Format.text

  func run() throws {
    let table = PriceTable(.current)
    switch format {
    case .text: try Output.write(table.text)
    case .json: try Output.write(table.json)
    case .md: try Output.write(table.markdown)
    }
  }
}
