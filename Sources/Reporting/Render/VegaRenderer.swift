public import Foundation

/// Draws by the renderer's Python package, in an environment that the set-up made: `make pictures`, or `make install`.
public struct VegaRenderer: Renderer {
  /// Names another environment; empty for none at all.
  private static let variable = "WEIR_PICTURES"

  private let environment: URL
  private let complain: @Sendable (String) -> Void

  /// The one that is set up; nil where none is. What goes wrong in drawing is told to `complain` in a line.
  public init?(complain: @escaping @Sendable (String) -> Void) {
    let named = ProcessInfo.processInfo.environment[Self.variable]
    let places = named.map { $0.isEmpty ? [] : [URL(filePath: $0)] } ?? Self.usual
    guard let found = places.first(where: { FileManager.default.isExecutableFile(atPath: Self.python(in: $0).path) })
    else { return nil }
    (environment, self.complain) = (found, complain)
  }

  /// What to do where nothing is set up, in a line; nil where no renderer is wanted.
  public static var advice: String? {
    guard ProcessInfo.processInfo.environment[variable] != "" else { return nil }
    return "of the pictures only the worst minute is drawn. For all of them: `make pictures` in weir's sources, or "
      + "`python3 -m venv DIR && DIR/bin/pip install \(Drawing.package)` and \(variable)=DIR"
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

  /// Draws what lies in the directory.
  public func draw(in directory: String) -> Bool { run([directory]) }

  /// Makes it where whoever set the environment up did not.
  public var script: String? {
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
    complain("pictures were not drawn: \(reason)")
    return false
  }
}

/// This program's own file.
public enum Program {
  /// Where it lies, wherever it was called from.
  public static var directory: URL {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: own).resolvingSymlinksInPath().deletingLastPathComponent()
  }
}
