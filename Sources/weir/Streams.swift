internal import Foundation
internal import Reporting

/// stderr: progress, logs and errors; stdout stays the report.
enum Log {
  /// Writes a line to stderr.
  static func line(_ text: String) { raw(text + "\n") }

  /// Writes without ending the line. When stderr cannot take it there is nowhere left to say so.
  static func raw(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  /// Whether a person is watching stderr.
  static var isTerminal: Bool { isatty(FileHandle.standardError.fileDescriptor) == 1 }
}

/// stdout.
enum Output {
  /// Writes the whole text; ends with a line feed. A disk that is full ends the tool with 1.
  static func write(_ text: String) throws {
    let bytes = Data((text.hasSuffix("\n") ? text : text + "\n").utf8)
    do {
      try FileHandle.standardOutput.write(contentsOf: bytes)
    } catch {
      Log.line("weir: cannot write to stdout: \(OutputFile.reason(error))")
      throw ExitStatus.failure
    }
  }
}
