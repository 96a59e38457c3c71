internal import ArgumentParser
internal import Foundation
internal import Scenario

/// The words behind `weir` on a command line, and what they may have meant.
struct CommandWords {
  /// A first word that is no verb.
  struct StrangeVerb: Error {
    let word: String, remedy: String
  }

  /// The words as the argument parser gets them: a negative number is the value of the option before it, as nothing else begins
  /// with a dash and a digit.
  let all: [String]

  init(_ words: some Sequence<String>) {
    var joined: [String] = [], isBehind = false
    for word in words {
      if !isBehind, Self.isNegative(word), let last = joined.last, last.hasPrefix("--"), !last.contains("=") {
        joined[joined.count - 1] = "\(last)=\(word)"
      } else {
        joined.append(word)
      }
      isBehind = isBehind || word == "--"
    }
    all = joined
  }

  private static func isNegative(_ word: String) -> Bool {
    let rest = word.utf8.dropFirst()
    return word.hasPrefix("-") && rest.first.map { (48...57).contains($0) || $0 == 46 } ?? false
  }

  // MARK: Verbs

  /// What other tools call a verb of weir's.
  private static let otherVerbs = [
    "simulate": "run", "sim": "run", "start": "run", "check": "validate", "lint": "validate", "price": "prices",
    "bill": "cost", "diff": "compare", "gate": "test", "optimize": "plan", "optimise": "plan", "new": "init",
    "import": "trace", "notebook": "export", "server": "serve",
  ]

  /// A verb that is none; the argument parser takes it for a stray word.
  var strangeVerb: StrangeVerb? {
    let word = all.first == "help" ? all.dropFirst().first : all.first
    let verbs = Weir.configuration.subcommands.map { $0._commandName } + ["help"]
    guard let word, !word.hasPrefix("-"), !verbs.contains(word) else { return nil }
    let other = Self.otherVerbs[word.lowercased()].map { "did you mean \"\($0)\"?" }
    return StrangeVerb(
      word: word, remedy: other ?? Nearest.remedy(word, among: verbs, within: 2) ?? "`weir --help` lists them")
  }

  // MARK: Messages

  /// The exit code of an error.
  func code(of error: any Error) -> ExitCode { error is StrangeVerb ? .validationFailure : Weir.exitCode(for: error) }

  /// What is printed of an error: the argument parser's words, but for a strange verb, and for an option that is none, which comes
  /// before all that is missing.
  func message(for error: any Error) -> String {
    if let flaw = error as? StrangeVerb { return "Error: there is no verb \"\(flaw.word)\"; \(flaw.remedy)" }
    let message = Weir.fullMessage(for: error)
    guard Weir.exitCode(for: error) == .validationFailure, let strange = strangeOption else { return message }
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    guard let usage = lines.firstIndex(where: { $0.hasPrefix("Usage:") }) else { return message }
    return ([strange] + lines[usage...].map(String.init)).joined(separator: "\n")
  }

  /// What other tools call options of weir's.
  private static let otherOptions: [String: [String]] = [
    "-o": ["--out", "--output"], "--output": ["--out"], "--json": ["--format json"], "--md": ["--format md"],
    "--markdown": ["--format md"], "--html": ["--format html"], "-n": ["--replications"], "--runs": ["--replications"],
    "-j": ["--workers"], "--jobs": ["--workers"], "--threads": ["--workers"], "--param": ["-P"], "-f": ["--format"],
    "-s": ["--seed"], "--force": ["--overwrite"], "--outdir": ["--out"], "--out-dir": ["--out"],
    "--output-dir": ["--out"],
    "--dir": ["--out"],
  ]

  /// The first option that the verb has not, in the argument parser's words; nil when it has all.
  private var strangeOption: String? {
    let verb = all.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
    guard let names = ToolFacts.optionNames(of: verb) else { return nil }
    let words = all.dropFirst(verb == nil ? 0 : 1).prefix { $0 != "--" }
    let options = words.filter { $0.hasPrefix("-") && $0.count > 1 && !Self.isNegative($0) }
    let asked = options.map { String($0.prefix { $0 != "=" }) }
    guard let strange = asked.first(where: { !names.contains($0) }) else { return nil }
    let known = Self.otherOptions[strange]?.first { names.contains(String($0.prefix { $0 != " " })) }
    // Dashes are no letters that somebody could mistype.
    let near = Nearest.name(String(strange.drop { $0 == "-" }), among: names.map { String($0.drop { $0 == "-" }) })
    let meant = known ?? near.flatMap { near in names.first { $0.drop { $0 == "-" } == near } }
    return "Error: Unknown option '\(strange)'" + (meant.map { ". Did you mean '\($0)'?" } ?? "")
  }
}

/// What the argument parser knows of the verbs.
private enum ToolFacts {
  private struct Tool: Decodable {
    var command: Command
  }
  private struct Command: Decodable {
    var commandName: String
    var subcommands: [Command]?
    var arguments: [Argument]?
  }
  private struct Argument: Decodable {
    var names: [Name]?
  }
  private struct Name: Decodable {
    var kind: String
    var name: String

    var word: String { (kind == "long" ? "--" : "-") + name }
  }

  /// The options of a verb, or of the tool itself, with their dashes; nil for a verb that hands its words on, and where nothing can be
  /// told.
  static func optionNames(of verb: String?) -> [String]? {
    let own = ["--help", "-h", "--version"]
    guard let verb else { return own + ["--generate-completion-script"] }
    guard !["serve", "replay", "ui"].contains(verb),
      let tool = try? JSONDecoder().decode(Tool.self, from: Data(Weir._dumpHelp().utf8)),
      let command = tool.command.subcommands?.first(where: { $0.commandName == verb })
    else { return nil }
    return (command.arguments ?? []).flatMap { $0.names ?? [] }.map(\.word) + own
  }
}
