internal import Foundation
internal import Reporting

/// Draws by the renderer's Python package, in an environment that the set-up made: `make pictures`, or `make install`.
struct VegaRenderer: Renderer {
  /// Names another environment; empty for none at all.
  static let variable = "WEIR_PICTURES"

  private let environment: URL

  /// The one that is set up; nil where none is.
  init?() {
    let named = ProcessInfo.processInfo.environment[Self.variable]
    let places = named.map { $0.isEmpty ? [] : [URL(filePath: $0)] } ?? Self.usual
    guard let found = places.first(where: { FileManager.default.isExecutableFile(atPath: Self.python(in: $0).path) })
    else { return nil }
    environment = found
  }

  /// In the package's build directory, and where `make install` puts it.
  private static var usual: [URL] {
    let binary = Program.directory
    return [
      binary.appending(path: "../../pictures").standardized,
      binary.appending(path: "../share/weir/pictures").standardized,
    ]
  }

  private static func python(in environment: URL) -> URL { environment.appending(path: "bin/python") }

  func draw(in directory: String) -> Bool { run([directory]) }

  /// Makes it where whoever set the environment up did not.
  var script: String? {
    let file = environment.appending(path: "vega.js")
    if !FileManager.default.fileExists(atPath: file.path) { _ = run(["--script", file.path]) }
    return try? String(contentsOf: file, encoding: .utf8)
  }

  private func run(_ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = Self.python(in: environment)
    // -I: nothing of the reader's directories or variables changes what runs.
    process.arguments = ["-I", "-c", Drawing.program] + arguments
    (process.standardInput, process.standardOutput) = (FileHandle.nullDevice, FileHandle.nullDevice)
    let complaint = Pipe()
    process.standardError = complaint
    do { try process.run() } catch { return false }
    let said = (try? complaint.fileHandleForReading.readToEnd()) ?? nil
    process.waitUntilExit()
    guard process.terminationStatus != 0 else { return true }
    let lines = String(decoding: said ?? Data(), as: UTF8.self).split(separator: "\n")
    let reason = lines.last { $0.contains("Error") } ?? lines.last ?? "no reason was given"
    Log.line("weir: pictures were not drawn: \(reason)")
    return false
  }
}

/// This program's own file.
enum Program {
  /// Where it lies, wherever it was called from.
  static var directory: URL {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: own).resolvingSymlinksInPath().deletingLastPathComponent()
  }
}

extension VegaRenderer {
  /// Says what to do where nothing is set up, in a line; nothing where no renderer is wanted.
  static func tellMissing() {
    if ProcessInfo.processInfo.environment[variable] != "" { Log.line(missing) }
  }

  private static let missing =
    "weir: of the pictures only the worst minute is drawn. For all of them: `make pictures` in weir's sources, or "
    + "`python3 -m venv DIR && DIR/bin/pip install \(Drawing.package)` and \(variable)=DIR"
}

/// The reader's browser.
enum Browser {
  /// Shows a file of a directory; says where it is when no browser can be started.
  static func open(_ file: String, in directory: String) {
    let address = URL(filePath: directory).appending(path: file).standardizedFileURL.absoluteString
    for opener in ["xdg-open", "open"] {
      guard let path = find(opener) else { continue }
      let process = Process()
      process.executableURL = URL(filePath: path)
      process.arguments = [address]
      (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
      if (try? process.run()) != nil { return }
    }
    Log.line("weir: no browser was found; the page is \(address)")
  }

  private static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
