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

  @OptionGroup private var bill: BillOptions

  /// All that is laid over, in order.
  var settings: [Setting] {
    overrides + (resolution.map { [Setting(path: "clock.resolution", value: $0.rawValue)] } ?? []) + bill.settings
  }
}

/// What bills are made with, instead of the scenario's.
struct BillOptions: ParsableArguments {
  @OptionGroup private var prices: PricesOption
  @Option(help: "The AWS region, instead of the scenario's: its prices and its quotas.") private var region: String?

  var settings: [Setting] { Setting.bill(prices: prices.file, region: region) }
}

extension Resolution: ExpressibleByArgument {}

/// What makes one run of a scenario another than the next.
struct ScenarioOptions: ParsableArguments {
  @Option(help: "The seed, instead of the scenario's.", transform: Seed.read) var seed: UInt64?
  @OptionGroup var over: SettingOptions

  var settings: [Setting] { over.settings }
  /// Whether nothing was said.
  var isEmpty: Bool { seed == nil && settings.isEmpty }
}

/// A seed on a command line.
enum Seed {
  /// Reads it as a scenario's `seed` is read; throws what it takes.
  static func read(_ text: String) throws -> UInt64 {
    guard let seed = Setting.seed(text) else {
      throw ValidationError("expected a whole number from 0 to \(UInt64.max)")
    }
    return seed
  }
}
