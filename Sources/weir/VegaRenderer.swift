internal import Foundation
internal import Reporting

extension VegaRenderer {
  /// The one that is set up, which complains on stderr; nil where none is.
  init?() { self.init { Log.line("weir: \($0)") } }

  /// Says what to do where nothing is set up, in a line; nothing where no renderer is wanted.
  static func tellMissing() {
    if let advice { Log.line("weir: \(advice)") }
  }
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
