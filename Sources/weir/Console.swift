internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Synchronization

/// stderr: progress, logs and errors; stdout stays the report.
enum Log {
  /// Writes a line to stderr; what would steer the terminal is shown, not sent.
  static func line(_ text: String) { raw(PlainText.visible(text) + "\n") }

  /// Writes what steers the terminal, without ending the line. When stderr cannot take it there is nowhere left to say so.
  static func raw(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  /// Whether a person is watching stderr.
  static var isTerminal: Bool { isatty(FileHandle.standardError.fileDescriptor) == 1 }

  /// How many characters go into a line of the terminal that stderr is; 80 where that is not known.
  static var columns: Int {
    var size = winsize()
    guard unsafe ioctl(FileHandle.standardError.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }

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
  /// Writes the whole text; ends with a line feed; what would steer a terminal is shown, not sent. A disk that is full ends the tool with 1.
  static func write(_ text: String) throws {
    try write(bytes: Data(PlainText.visible(text.hasSuffix("\n") ? text : text + "\n").utf8))
  }

  /// Writes a page that a browser opens: what is an author's in it was made visible when it was made, and its scripts stay as they are.
  static func writePage(_ page: String) throws { try write(bytes: Data(page.utf8)) }

  private static func write(bytes: Data) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: bytes)
    } catch {
      Log.line("weir: cannot write to stdout: \(OutputFile.reason(error))")
      throw ExitStatus.failure
    }
  }
}

/// Ctrl-C, a terminal that is closed, a request to end. Work that heeds it stops and writes what it has, and a second one ends
/// the process; anything else ends at once, with a line and the exit code of the table.
enum Interrupt {
  private static let flag = Atomic<Bool>(false), isHeeded = Atomic<Bool>(false)

  /// Begins to listen, once for every verb. A hangup that somebody has told the process to ignore, as nohup does, stays ignored.
  static func listen() {
    for number in [SIGINT, SIGTERM, SIGHUP] where number != SIGHUP || !isIgnored(number) {
      signal(number) { _ in
        guard Interrupt.isHeeded.load(ordering: .relaxed) else { Interrupt.end() }
        Interrupt.flag.store(true, ordering: .relaxed)
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
      }
    }
  }

  /// From here on somebody asks `isRaised`, stops and writes what there is.
  static func heed() { isHeeded.store(true, ordering: .relaxed) }

  /// Whether the process was asked to end.
  static var isRaised: Bool { flag.load(ordering: .relaxed) }

  /// Ends a process that has nothing to write, by what a signal handler may call.
  private static func end() -> Never {
    let line: StaticString = "weir: interrupted\n"
    _ = unsafe write(2, line.utf8Start, line.utf8CodeUnitCount)
    _exit(130)
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: UInt.self) == 1
  }
}
