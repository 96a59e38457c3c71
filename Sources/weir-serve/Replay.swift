internal import ArgumentParser
internal import Foundation
internal import Server
internal import Units

/// `weir replay`: a journal of `weir serve --journal`, done again on the virtual clock.
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Does a journal of weir serve again, and says whether every answer is the same.",
    discussion: """
      EXAMPLE
        weir serve --journal calls.journal &
        weir replay calls.journal --trace clicks.csv --stream clicks
        weir trace clicks.csv

      Ends with 0 when all answers are those that were given, else with 1.
      """)

  @Argument(help: "A journal.")
  var file: String

  @Option(help: "Writes the records that were stored as events that `weir trace` reads: t_s,key,bytes.")
  var trace: String?

  @Option(help: "The data stream whose records --trace writes; needed when there are several.")
  var stream: String?

  func run() throws {
    let replay: JournalReplay
    do {
      replay = try JournalReplay(path: file)
    } catch {
      FileHandle.standardError.write(Data("weir: \(error)\n".utf8))
      throw ExitCode(66)
    }
    var puts: [JournalReplay.Put] = []
    let outcome = replay.run { if trace != nil { puts.append($0) } }
    let seconds = Double(outcome.span.nanoseconds) / 1e9
    print(
      "\(outcome.calls) calls over \(seconds) s, \(outcome.answers) answers compared, \(outcome.differences.count) differ"
    )
    if !outcome.isWhole { print("The journal was not closed in good order: its last calls may be missing.") }
    for difference in outcome.differences.prefix(10) { print(difference) }
    if let trace { try write(puts, to: trace) }
    guard outcome.differences.isEmpty else { throw ExitCode(1) }
  }

  private func write(_ puts: [JournalReplay.Put], to path: String) throws {
    let names = Set(puts.map(\.stream)).sorted()
    guard let name = stream ?? (names.count < 2 ? names.first : nil) else {
      throw ValidationError("--stream: expected one of \(names.joined(separator: ", "))")
    }
    guard names.contains(name) else { throw ValidationError("--stream: nothing was stored in \(name)") }
    var text = "t_s,key,bytes\n"
    for put in puts where put.stream == name {
      let key = put.key.addingPercentEncoding(withAllowedCharacters: Self.plain) ?? ""
      text += "\(Self.seconds(put.after)),\(key),\(put.bytes)\n"
    }
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    print("\(path): the records of \(name). weir trace \(path)")
  }

  /// Others would need quotes; so that keys stay apart they are written as percents.
  private static let plain = CharacterSet(
    charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:/+=@")

  /// To the microsecond.
  private static func seconds(_ interval: Interval) -> String {
    let micros = interval.nanoseconds / 1_000
    return "\(micros / 1_000_000).\(String(1_000_000 + micros % 1_000_000).dropFirst())"
  }
}
