/// What `weir run --out` left in a directory, as far as it says how to run it again.
public struct RunFolder: Sendable, Hashable {
  /// The directory, as its user named it.
  public let path: String
  /// The scenario file, as it was named to `weir run`.
  public let scenario: String
  /// What was laid over it.
  public let settings: [Setting]
  /// The seed of the run.
  public let seed: UInt64
  /// What the run depended on.
  public let fingerprint: String

  /// The most a report or a run.json may hold.
  private static let limit = 16 << 20

  /// Reads run.json and the command line in report.md. Throws what is missing or wrong.
  public init(path: String) throws(ScenarioFailure) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let sink = Sink(), document = self.path + "/run.json", report = self.path + "/report.md"
    guard let text = Self.text(document, sink), let root = YAMLSource.tree(text, file: document, sink: sink),
      let page = Self.text(report, sink)
    else { throw sink.failure(main: document) }
    let value = { (key: String) in root[key].flatMap { Field(node: $0, path: key, sink: sink).text } }
    guard value("schema") == "weir.run/v1", let fingerprint = value("fingerprint"),
      let seed = value("seed").flatMap({ UInt64($0) })
    else {
      throw Self.failure(document, "expected a weir.run/v1 document with a seed and a fingerprint")
    }
    let line = page.split(separator: "\n").first { $0.hasPrefix("weir run ") }
    guard let line, let command = Command(line) else {
      throw Self.failure(report, "expected the command line of the run in it")
    }
    (self.seed, self.fingerprint) = (seed, fingerprint)
    (scenario, settings) = (command.file, command.settings)
  }

  private static func text(_ path: String, _ sink: Sink) -> String? {
    do throws(InputFile.Flaw) {
      return SourceText.decode(try InputFile.read(path, limit: limit), file: path, sink: sink)
    } catch {
      let remedy = "name a scenario file, or a directory that `weir run --out` wrote"
      sink.report(error, Diagnostic(place: Place(file: path), path: "", message: error.reason, remedy: remedy))
      return nil
    }
  }

  private static func failure(_ path: String, _ message: String) -> ScenarioFailure {
    .invalid([
      Diagnostic(place: Place(file: path), path: "", message: message, remedy: "explain the scenario file itself")
    ])
  }

  /// The line `weir run FILE --seed 1 --set a=b`, in which nothing is quoted.
  private struct Command {
    let file: String
    let settings: [Setting]

    init?(_ line: Substring) {
      let parts = line.dropFirst("weir run ".count).split(separator: " --", omittingEmptySubsequences: false)
      guard let file = parts.first, !file.isEmpty else { return nil }
      self.file = String(file)
      settings = parts.dropFirst().filter { $0.hasPrefix("set ") }.compactMap {
        Setting(argument: String($0.dropFirst("set ".count)))
      }
    }
  }
}
