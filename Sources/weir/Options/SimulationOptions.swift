public import ArgumentParser
internal import Experiment
public import Models
internal import Planning
internal import Pricing
internal import Reporting
internal import Scenario

/// How many simulations run at once.
struct WorkersOption: ParsableArguments {
  @Option(name: .customLong("workers"), help: "Simulations run at once; results do not depend on it.") var count = 1

  func validate() throws { try Usage.check([((1...256).contains(count), "--workers takes 1 to 256.")]) }
}

/// Which figures are of interest.
struct MetricsOption: ParsableArguments {
  @Option(
    name: .customLong("metrics"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Figures by their paths in run.json, or all under a path; * stands for any text.", valueName: "path"))
  var patterns: [MetricPattern] = []

  /// The figures of scenarios that were named, or what is told unasked; a path that leads nowhere ends the tool with 64.
  func figures(of scenarios: [LoadedScenario], for audience: Figure.Audience) throws -> [Figure] {
    do throws(FigureSelection.Failure) {
      let catalogues = scenarios.map { Figure.all(of: $0.experiment) }
      let chosen = try FigureSelection.choose(patterns, among: catalogues, for: audience)
      // Of what was not asked for by name, only what one of them can measure.
      return patterns.isEmpty
        ? chosen.filter { figure in scenarios.contains { figure.isMeasurable(in: $0.experiment) } } : chosen
    } catch {
      Log.line(error.description)
      throw ExitCode.validationFailure
    }
  }
}

extension MetricPattern: ExpressibleByArgument {
  /// Every argument is a pattern; whether it covers anything, the scenario tells.
  public init?(argument: String) { self.init(argument) }
}

/// Prices of the user's own.
struct PricesOption: ParsableArguments {
  @Option(
    name: .customLong("prices"),
    help: ArgumentHelp(
      "Prices to take instead of the built-in ones: a changed copy of `weir prices --format json`.", valueName: "file"),
    completion: .file())
  var file: String?

  /// The built-in prices with the file's in their place; nil without a file. What is wrong with it ends the tool.
  func book() throws -> PriceBook? {
    guard let file else { return nil }
    return try Log.refusing { () throws(ScenarioFailure) in try PriceBook.read(path: file) }
  }
}

/// What a command line must keep to.
enum Usage {
  /// Ends the tool with 64 and all that is wrong, unless every rule holds.
  static func check(_ rules: [(holds: Bool, otherwise: String)]) throws {
    let wrong = rules.filter { !$0.holds }.map(\.otherwise)
    if !wrong.isEmpty { throw ValidationError(wrong.joined(separator: "\n")) }
  }
}
