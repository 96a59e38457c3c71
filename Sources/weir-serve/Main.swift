internal import ArgumentParser
internal import Foundation

/// What `weir serve` and `weir replay` become.
@main
struct Main: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir", abstract: "The live engine.", subcommands: [Serve.self, Replay.self],
    defaultSubcommand: Serve.self)

  /// Runs a verb. What a command line holds is shown, where it would steer the terminal.
  static func main() async {
    do {
      var command = try await asyncParseAsRoot(nil)
      if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
    } catch {
      let code = exitCode(for: error), message = fullMessage(for: error)
      if code == .success {
        print(message)
      } else if !message.isEmpty {
        FileHandle.standardError.write(Data((visible(message) + "\n").utf8))
      }
      Foundation.exit(code.rawValue)
    }
  }

  /// A text with control characters but tabs and line feeds shown as escapes such as `\\u{1b}`.
  private static func visible(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      let isControl = scalar.value < 32 || (127...159).contains(scalar.value)
      return isControl && scalar != "\t" && scalar != "\n" ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }.joined()
  }
}
