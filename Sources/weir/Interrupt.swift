internal import Foundation
internal import Synchronization

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
