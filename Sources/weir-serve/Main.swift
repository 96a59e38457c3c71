internal import ArgumentParser

/// What `weir serve` and `weir replay` become.
@main
struct Main: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir", abstract: "The live engine.", subcommands: [Serve.self, Replay.self],
    defaultSubcommand: Serve.self)
}
