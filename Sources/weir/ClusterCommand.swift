internal import ArgumentParser
internal import Foundation
internal import Reporting

/// `weir-cluster`, which runs tasks on engines: a program of its own, in Python, so that weir needs neither.
enum ClusterCommand {
  /// Options of a verb that are about where its tasks run, and whether a value follows.
  private static let own = ["--tasks": true, "--on": true, "--chunk": true, "--submit": false]

  /// The words of a command line without these options.
  static func withoutTasks(_ words: some Sequence<String>) -> [String] {
    var rest: [String] = [], isValue = false, isBehind = false
    for word in words {
      if isValue {
        isValue = false
      } else if isBehind || !own.keys.contains(where: { word == $0 || word.hasPrefix($0 + "=") }) {
        rest.append(word)
        isBehind = isBehind || word == "--"
      } else {
        isValue = own[word] ?? false
      }
    }
    return rest
  }

  /// A command line with options before whatever stands behind `--`.
  static func adding(_ options: [String], to words: [String]) -> [String] {
    let end = words.firstIndex(of: "--") ?? words.endIndex
    return words[..<end] + options + words[end...]
  }

  /// Whether `--on` may name it.
  static func isEngine(_ engine: String) -> Bool {
    let place = /dask:\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})/
    guard let port = engine.wholeMatch(of: place)?.output.2 else { return ["dask", "slurm"].contains(engine) }
    return (1...65_535).contains(Int(port) ?? 0)
  }

  /// Becomes weir-cluster: from here on signals and the exit status are its own.
  static func become(on engine: String, tasks: String, submit: Bool, chunk: Int?) throws {
    let program = try Self.program()
    try check(program)
    let options =
      ["--on", engine, "--tasks", tasks] + (submit ? ["--submit"] : []) + (chunk.map { ["--chunk", "\($0)"] } ?? [])
    let words = [program] + options + ["--", binary] + withoutTasks(CommandLine.arguments.dropFirst())
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    // Threads of a pool hold signals back, and a program inherits that from the thread which starts it.
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
    _ = unsafe execv(program, arguments)
    Log.line("weir: cannot start \(program): error \(errno)")
    throw ExitStatus.failure
  }

  /// How weir and weir-cluster agree about directories of tasks; both know the same number.
  private static let agreement = "protocol 2"

  /// Ends the tool when a program is a weir-cluster of another time.
  private static func check(_ program: String) throws {
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["--version"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      Log.line("weir: cannot start \(program): \(OutputFile.reason(error))")
      throw ExitStatus.failure
    }
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0, said.hasSuffix(", \(agreement)\n") else {
      Log.line(
        "weir: \(program) is not the weir-cluster of this weir (\(agreement)); in weir's source tree: "
          + "pip install --upgrade './cluster[dask]', or `make cluster`.")
      throw ExitStatus.failure
    }
  }

  /// This binary.
  private static var binary: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  /// In this order: where WEIR_CLUSTER says and nowhere else, on the path, where `make cluster` puts it in the tree that this binary
  /// was built in. Ends the tool where there is none.
  private static func program() throws -> String {
    let environment = ProcessInfo.processInfo.environment, name = "weir-cluster"
    if let named = environment["WEIR_CLUSTER"], !named.isEmpty {
      guard FileManager.default.isExecutableFile(atPath: named), !RunFolder.isDirectory(named) else {
        Log.line("weir: WEIR_CLUSTER names \(named), which is no program that is there.")
        throw ExitStatus.failure
      }
      return named
    }
    let onPath = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    var folder = URL(fileURLWithPath: binary).resolvingSymlinksInPath().deletingLastPathComponent()
    var beside: [String] = []
    while folder.path != "/" {
      beside.append(folder.appendingPathComponent("cluster/bin/\(name)").path)
      folder.deleteLastPathComponent()
    }
    guard let found = (onPath + beside).first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
      Log.line(
        "weir: weir-cluster is not there, which runs tasks on engines. It is a Python package in weir's source tree: "
          + "pip install './cluster[dask]', or `make cluster`.")
      throw ExitStatus.failure
    }
    return found
  }
}
