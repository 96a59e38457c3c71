internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Scenario

struct Weir: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir",
    abstract: "Capacity planning for Amazon Kinesis: simulates your traffic against the service's own limits.",
    discussion: """
      EXAMPLE
        weir init -t clickstream -o clicks.yaml
        weir run clicks.yaml --out out

      EXIT CODES
        0   success
        1   an internal error, or a file cannot be written
        10  an objective was not met
        11  a figure became worse than its baseline
        12  no design meets the objectives
        64  a wrong command line
        65  errors in a scenario, or in another input
        66  a file is missing
        75  tasks are to be run first (--tasks)
        130 interrupted
      """.flowing,
    version: Version.current,
    subcommands: [
      Init.self,
      Validate.self,
      RunScenario.self,
      EstimateVerb.self,
      CostVerb.self,
      PlanVerb.self,
      CompareVerb.self,
      SweepVerb.self,
      TestVerb.self,
      TaskVerb.self,
      MergeVerb.self,
      ExplainVerb.self,
      TraceVerb.self,
      ExportVerb.self,
      UIVerb.self,
      ServeVerb.self,
      ReplayVerb.self,
      Schema.self,
      Limits.self,
      Metrics.self,
      Prices.self,
      CoverageVerb.self,
    ])
}

/// Where the tool begins.
@main
enum Start {
  static func main() async {
    Interrupt.listen()
    let words = CommandWords(CommandLine.arguments.dropFirst())
    do {
      if let flaw = words.strangeVerb { throw flaw }
      var command = try await Weir.asyncParseAsRoot(words.all)
      if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
    } catch {
      let code = words.code(of: error), message = words.message(for: error)
      // Help and completions are the parser's own words and go out as they are.
      if code == .success { try? Output.writePage(message + "\n") } else if !message.isEmpty { Log.line(message) }
      exit(code.rawValue)
    }
  }
}

/// The exit codes that others build on.
enum ExitStatus {
  static let failure = ExitCode(1)
  static let objectiveFailed = ExitCode(10)
  static let noPlan = ExitCode(12)
  static let badScenario = ExitCode(65)
  static let inputMissing = ExitCode(66)
  static let tasksOpen = ExitCode(75)
  static let interrupted = ExitCode(130)
}
