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

  /// Becomes weir-cluster: from here on signals and the exit status are its own.
  static func become(on engine: String, tasks: String, submit: Bool, chunk: Int?) throws {
    guard let program = program() else {
      Log.line(
        "weir: weir-cluster is not there, which runs tasks on engines. It is a Python package in weir's source tree: "
          + "pip install './cluster[dask]', or `make cluster`.")
      throw ExitStatus.failure
    }
    let options =
      ["--on", engine, "--tasks", tasks] + (submit ? ["--submit"] : []) + (chunk.map { ["--chunk", "\($0)"] } ?? [])
    let words = [program] + options + ["--", binary] + withoutTasks(CommandLine.arguments.dropFirst())
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    _ = unsafe execv(program, arguments)
    Log.line("weir: cannot start \(program): error \(errno)")
    throw ExitStatus.failure
  }

  /// This binary.
  private static var binary: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  /// In this order: where WEIR_CLUSTER says, on the path, where `make cluster` puts it in the tree that this binary was built in.
  private static func program() -> String? {
    let environment = ProcessInfo.processInfo.environment, name = "weir-cluster"
    let onPath = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    var folder = URL(fileURLWithPath: binary).resolvingSymlinksInPath().deletingLastPathComponent()
    var beside: [String] = []
    while folder.path != "/" {
      beside.append(folder.appendingPathComponent("cluster/bin/\(name)").path)
      folder.deleteLastPathComponent()
    }
    return ([environment["WEIR_CLUSTER"]].compactMap(\.self) + onPath + beside)
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
