public import ArgumentParser
public import Experiment
public import Scenario

extension Setting: ExpressibleByArgument {}

/// What is laid over a scenario.
struct SettingOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Overrides a value, such as streams.clicks.shards=16; null takes a key away.", valueName: "path=value"))
  private var overrides: [Setting] = []

  @Option(
    help: ArgumentHelp(
      "record simulates every record by itself; adaptive is faster and combines records where their order changes nothing; short for --set clock.resolution=",
      valueName: "record|adaptive"))
  private var resolution: Resolution?

  /// All that is laid over, in order.
  var settings: [Setting] {
    overrides + (resolution.map { [Setting(path: "clock.resolution", value: $0.rawValue)] } ?? [])
  }
}

extension Resolution: ExpressibleByArgument {}

/// What makes one run of a scenario another than the next.
struct ScenarioOptions: ParsableArguments {
  @Option(help: "The seed, instead of the scenario's.") var seed: UInt64?
  @OptionGroup var over: SettingOptions

  var settings: [Setting] { over.settings }
  /// Whether nothing was said.
  var isEmpty: Bool { seed == nil && settings.isEmpty }
}
