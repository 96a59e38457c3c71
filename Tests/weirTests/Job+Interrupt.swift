import Foundation

extension Job {
  /// Presses Ctrl-C as soon as the process is under way.
  func interruptOnceUnderWay(within seconds: Double = 60) async throws {
    try await underWay(within: seconds)
    kill(process.processIdentifier, SIGINT)
  }

  /// Waits until the process catches SIGINT and has used half a second of processor time, as /proc tells.
  func underWay(within seconds: Double) async throws {
    let deadline = Date() + seconds
    while process.isRunning, !isUnderWay, Date() < deadline { try await Task.sleep(for: .milliseconds(10)) }
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
