internal import ArgumentParser
internal import Foundation
internal import Logging
internal import NIOCore
internal import Page
internal import Reporting
internal import Scenario

/// What `weir ui` becomes.
@main
struct Main: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ui",
    abstract: "A page on this machine to play with a scenario: sliders beside its YAML, runs, pictures, costs.",
    discussion: """
      EXAMPLE
        weir ui scenarios/flagship.yaml
        weir ui --open

      Prints one line with its address, whose token lets in nobody else, and goes on until Ctrl-C. It changes no file: what you have made
      you download. docs/ui.md says more.
      """)

  @Argument(help: "The scenario to begin with; a template unless told.") var file: String?
  @Option(help: "The port; 0 for any that is free.") var port = 0
  @Flag(help: "Shows the page in a browser.") var open = false

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port: expected 0 to 65535, found \(port)") }
  }

  func run() async throws {
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var log = Logger(label: "weir-ui")
    log.logLevel = .warning
    let scenario = try scenario()
    let folder = FileManager.default.temporaryDirectory.appending(path: "weir-ui-\(Token.make())")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    let said = log
    // What a connection ends with is nobody's business.
    log.logLevel = .critical
    let renderer = VegaRenderer { said.warning("\($0)") }
    let token = Token.make()
    let site = Site(
      text: scenario.text, file: scenario.file, token: token, script: renderer?.script, advice: VegaRenderer.advice,
      folder: folder.path, workers: max(1, ProcessInfo.processInfo.activeProcessorCount))
    do {
      try await Carrier(site, port: port, log: log).serve { [open] port in
        let address = "http://127.0.0.1:\(port)/\(token)/"
        try? FileHandle.standardOutput.write(contentsOf: Data("weir ui listens at \(address)\n".utf8))
        if open { Browser.show(address) }
      }
    } catch {
      Self.say(Self.words(error, port))
      throw ExitCode(1)
    }
  }

  /// Why nobody can be answered: where, what was expected, what was found, and what to do.
  private static func words(_ error: any Error, _ port: Int) -> String {
    let remedy = "choose another one with --port, or 0 for any that is free"
    switch (error as? IOError)?.errnoCode {
    case EADDRINUSE:
      return "127.0.0.1:\(port): expected a port that is free, found one at which another program listens; \(remedy)"
    case EACCES:
      return "127.0.0.1:\(port): expected a port that you may listen at, found one that the system keeps; \(remedy)"
    default: return "127.0.0.1:\(port): cannot listen: \(error)"
    }
  }

  /// A line on stderr.
  private static func say(_ words: String) {
    try? FileHandle.standardError.write(contentsOf: Data("weir: \(words)\n".utf8))
  }

  /// The file's text, or a template's, with what its paths are relative to.
  private func scenario() throws -> (text: String, file: String) {
    guard let file else { return (Template.clickstream.text, "scenario.yaml") }
    do {
      let bytes = try InputFile.read(file, limit: InputFile.scenarioLimit)
      return (String(decoding: bytes, as: UTF8.self), file)
    } catch {
      Self.say("cannot read \(file): \(error.reason)")
      if case .missing = error { throw ExitCode(66) }
      throw ExitCode(65)
    }
  }
}

/// What nobody else can guess.
enum Token {
  /// 128 bits of the system's chance.
  static func make() -> String {
    var chance = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let text = String(chance.next(), radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
  }
}

/// The reader's browser.
enum Browser {
  /// Shows an address, where there is a browser.
  static func show(_ address: String) {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    for opener in ["xdg-open", "open"] {
      let found = path.split(separator: ":").map { "\($0)/\(opener)" }
      guard let program = found.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else { continue }
      let process = Process()
      process.executableURL = URL(filePath: program)
      process.arguments = [address]
      (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
      if (try? process.run()) != nil { return }
    }
  }
}
