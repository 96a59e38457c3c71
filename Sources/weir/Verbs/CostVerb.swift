internal import ArgumentParser
internal import Experiment
internal import Planning
internal import Pricing
internal import Reporting
internal import Scenario

struct CostVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost",
    abstract: "What a scenario costs by arithmetic: its bill, and all three modes side by side.",
    usage: "weir cost [<options>] <file>",
    discussion: """
      The averages of its producers go on until the period is over. weir run meters what happens instead.

      EXAMPLE
        weir cost scenarios/flagship.yaml
        weir cost scenarios/flagship.yaml --month 30d --set streams.clicks.shards=16 --format md
      """.flowing)

  @Argument(help: "The scenario, YAML in the form weir/v1.", completion: .file()) var file: String
  @OptionGroup var over: SettingOptions
  @Option(help: "730h as AWS's calculator, or 30d as its pricing pages; by default the scenario's cost_extrapolate.")
  var month: Month?
  @Option(help: "Room above the peak in shards that are needed, as a share of it; by default the plan's, or 0.25.")
  var headroom: Double?
  @OptionGroup var output: FormatOption

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
    try Usage.check([((0...4).contains(headroom ?? 0), "--headroom takes a share from 0 to 4.")])
  }

  func run() throws {
    let loaded = try LoadedScenario.read(file, settings: over.settings)
    let figures = CostDocument(
      ScenarioBill(loaded.experiment, period: month?.period, headroom: headroom ?? loaded.plan.headroom))
    try output.print(figures)
  }
}
