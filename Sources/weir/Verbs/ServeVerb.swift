internal import ArgumentParser
internal import Foundation

/// `weir serve`: becomes `weir-serve`. So the simulator is built without a network.
struct ServeVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Starts a Kinesis endpoint for real AWS clients; `weir serve --help` has its options.")

  @Argument(parsing: .captureForPassthrough, help: "What weir-serve takes.")
  var options: [String] = []

  func run() throws { try LiveEngine.become(["serve"] + options) }
}

/// `weir replay`: a journal of the live engine, done again by it.
struct ReplayVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Does a journal of `weir serve --journal` again; `weir replay --help` has its options.")

  @Argument(parsing: .captureForPassthrough, help: "What weir-serve takes.")
  var options: [String] = []

  func run() throws { try LiveEngine.become(["replay"] + options) }
}

/// `weir-serve`, which lies beside this binary.
private enum LiveEngine {
  /// This process becomes it.
  static func become(_ options: [String]) throws {
    let binary = Self.binary
    guard FileManager.default.isExecutableFile(atPath: binary) else {
      Log.line("weir: \(binary) is not there. Build it: swift build -c release --product weir-serve, or `make serve`.")
      throw ExitStatus.failure
    }
    // From here on this process is the server: signals and the exit status are its own.
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe ([binary] + options).map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    _ = unsafe execv(binary, arguments)
    Log.line("weir: cannot start \(binary): error \(errno)")
    throw ExitStatus.failure
  }

  private static var binary: String { Program.directory.appendingPathComponent("weir-serve").path }
}
