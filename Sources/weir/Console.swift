internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Synchronization

/// stderr: progress, logs and errors; stdout stays the report.
enum Log {
  /// Writes a line to stderr.
  static func line(_ text: String) { raw(text + "\n") }

  /// Writes without ending the line. When stderr cannot take it there is nowhere left to say so.
  static func raw(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  /// Whether a person is watching stderr.
  static var isTerminal: Bool { isatty(FileHandle.standardError.fileDescriptor) == 1 }

  /// Writes files; what cannot be written ends the tool with 1 and a sentence.
  static func reporting<Answer>(_ write: () throws(OutputFile.WriteError) -> Answer) throws -> Answer {
    do throws(OutputFile.WriteError) {
      return try write()
    } catch {
      line("weir: \(error)")
      throw ExitStatus.failure
    }
  }
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

/// Ctrl-C: the first one asks the run to stop and write what it has, the second ends the process.
enum Interrupt {
  private static let flag = Atomic<Bool>(false)

  /// Begins to listen.
  static func listen() {
    signal(SIGINT) { number in
      Interrupt.flag.store(true, ordering: .relaxed)
      signal(number, SIG_DFL)
    }
  }

  /// Whether Ctrl-C was pressed.
  static var isRaised: Bool { flag.load(ordering: .relaxed) }
}
