internal import Foundation

/// stderr: progress, logs and errors; stdout stays the report.
enum Log {
  /// Writes a line to stderr.
  static func line(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

  /// Writes without ending the line.
  static func raw(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// Whether a person is watching stderr.
  static var isTerminal: Bool { isatty(FileHandle.standardError.fileDescriptor) == 1 }
}

/// stdout.
enum Output {
  /// Writes the whole text; ends with a line feed.
  static func write(_ text: String) {
    FileHandle.standardOutput.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
  }
}
