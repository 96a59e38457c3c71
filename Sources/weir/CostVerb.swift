internal import ArgumentParser
internal import Planning
internal import Pricing
internal import Reporting
internal import Scenario

struct CostVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost",
    abstract: "What a scenario costs by arithmetic: its bill, and all three modes side by side.",
    discussion: """
      The averages of its producers go on until the period is over. weir run meters what happens instead.

      EXAMPLE
        weir cost scenarios/flagship.yaml
        weir cost scenarios/flagship.yaml --month 30d --set streams.clicks.shards=16 --format md
      """)

  @Argument(help: "The scenario, YAML in the form weir/v1.") var file: String
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Overrides a value, such as streams.clicks.shards=16.", valueName: "path=value"))
  var settings: [Setting] = []
  @Option(help: "730h as AWS's calculator, or 30d as its pricing pages; by default the scenario's cost_extrapolate.")
  var month: Month?
  @Option(help: "Room above the peak in shards that are needed, as a share of it; by default the plan's, or 0.25.")
  var headroom: Double?
  @Option(help: "What stdout gets: text, json or md.") var format = Format.text

  /// How long a month is.
  enum Month: String, CaseIterable, ExpressibleByArgument {
    case hours730 = "730h"
    case days30 = "30d"

    var period: BillingPeriod {
      switch self {
      case .hours730: .month730h
      case .days30: .month30d
      }
    }
  }

  func validate() throws {
    guard (0...4).contains(headroom ?? 0) else { throw ValidationError("--headroom takes a share from 0 to 4.") }
  }

  func run() throws {
    let loaded = try ScenarioInput.load(file, settings: settings)
    let figures = CostFigures(
      ScenarioBill(loaded.experiment, period: month?.period, headroom: headroom ?? loaded.plan.headroom))
    switch format {
    case .text: try Output.write(figures.text)
    case .json: try Output.write(figures.json)
    case .md: try Output.write(figures.markdown)
    }
  }
}
