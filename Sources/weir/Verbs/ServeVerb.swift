internal import ArgumentParser
internal import Foundation
internal import Reporting

/// `weir serve`: becomes `weir-serve`. So the simulator is built without a network.
struct ServeVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Starts a Kinesis endpoint for real AWS clients; `weir serve --help` has its options.")

  @Argument(parsing: .captureForPassthrough, help: "What weir-serve takes.")
  var options: [String] = []

  func run() throws { try Sibling.engine.become(["serve"] + options) }
}

/// `weir replay`: a journal of the live engine, done again by it.
struct ReplayVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Does a journal of `weir serve --journal` again; `weir replay --help` has its options.")

  @Argument(parsing: .captureForPassthrough, help: "What weir-serve takes.")
  var options: [String] = []

  func run() throws { try Sibling.engine.become(["replay"] + options) }
}

/// `weir ui`: becomes `weir-ui`, for the same reason.
struct UIVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ui",
    abstract: "Opens a page to play with a scenario: sliders, pictures, costs; `weir ui --help` has its options.")

  @Argument(parsing: .captureForPassthrough, help: "What weir-ui takes.")
  var options: [String] = []

  func run() throws { try Sibling.page.become(options) }
}

/// A program of its own that lies beside this one, and is reached as a verb of it.
private struct Sibling {
  let name: String, target: String

  static let engine = Sibling(name: "weir-serve", target: "serve"), page = Sibling(name: "weir-ui", target: "ui")

  /// This process becomes it.
  func become(_ options: [String]) throws {
    let binary = Program.directory.appendingPathComponent(name).path
    guard FileManager.default.isExecutableFile(atPath: binary) else {
      Log.line(
        "weir: \(binary) is not there. Build it: swift build -c release --product \(name), or `make \(target)`.")
      throw ExitStatus.failure
    }
    // From here on this process is that program: signals and the exit status are its own.
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe ([binary] + options).map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    _ = unsafe execv(binary, arguments)
    Log.line("weir: cannot start \(binary): error \(errno)")
    throw ExitStatus.failure
  }
}
