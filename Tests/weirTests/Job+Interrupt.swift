import Foundation

extension Job {
  /// Presses Ctrl-C as soon as the process catches it and has used half a second of processor time, as /proc tells.
  ///
  /// A thread of its own watches: tasks may wait for minutes behind other tests, and the process would compute all the while.
  func interruptOnceUnderWay(by signal: Int32 = SIGINT) async {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [self] in
        let deadline = Date() + Job.patience
        while process.isRunning, !isUnderWay, Date() < deadline { Thread.sleep(forTimeInterval: 0.02) }
        kill(process.processIdentifier, signal)
        continuation.resume()
      }
    }
  }

  private var isUnderWay: Bool {
    let caught = fact("status").split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
    let fields = fact("stat").split(separator: ")").last?.split(separator: " ") ?? []
    let mask = caught.flatMap { UInt64($0.dropFirst(8), radix: 16) } ?? 0
    let ticks = fields.count > 11 ? Int(fields[11]) ?? 0 : 0
    return mask & 1 << (UInt64(SIGINT) - 1) != 0 && ticks >= 50
  }

  private func fact(_ name: String) -> String {
    (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/\(name)", encoding: .utf8)) ?? ""
  }
}
