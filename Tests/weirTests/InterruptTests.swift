import Foundation
import Testing

@Suite struct `Ctrl-C` {
  /// Long enough for a machine that is busy with everything else.
  private static let patience = 60.0

  /// Starts a run that would not end, and waits until it listens and has computed for a while.
  private func started(_ folder: Folder, errors: FileHandle? = nil) async throws -> Job {
    try folder.write("s.yaml", Sample.small)
    let arguments = ["run", "s.yaml", "--out", "out"] + Sample.endless
    let job = try Job(Tool.debug, arguments, in: folder.url, errors: errors)
    let deadline = Date() + Self.patience
    while !isUnderWay(job.process.processIdentifier), job.process.isRunning, Date() < deadline {
      try await Task.sleep(for: .milliseconds(10))
    }
    return job
  }

  /// Whether a process catches SIGINT and has used half a second of processor time, as /proc tells.
  private func isUnderWay(_ process: Int32) -> Bool {
    let caught = fact("status", of: process).split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
    let fields = fact("stat", of: process).split(separator: ")").last?.split(separator: " ") ?? []
    let mask = caught.flatMap { UInt64($0.dropFirst(8), radix: 16) } ?? 0
    let ticks = fields.count > 11 ? Int(fields[11]) ?? 0 : 0
    return mask & 1 << (UInt64(SIGINT) - 1) != 0 && ticks >= 50
  }

  private func fact(_ name: String, of process: Int32) -> String {
    (try? String(contentsOfFile: "/proc/\(process)/\(name)", encoding: .utf8)) ?? ""
  }

  @Test("ends a run with 130; its report is there and says that it is a part") func interrupted() async throws {
    let folder = try Folder()
    let job = try await started(folder)
    kill(job.process.processIdentifier, SIGINT)
    let outcome = try await job.outcome(within: Self.patience)
    #expect(outcome.status == 130 && !outcome.isCrash, "\(outcome)")
    #expect(outcome.stderr == "", "no progress where nobody watches")
    let files = try folder.contents("out")
    let json = try JSONSerialization.jsonObject(with: files["run.json"] ?? Data()) as? [String: Any]
    #expect(json?["complete"] as? Bool == false)
    let simulated = json?["simulated_s"] as? Double ?? 0
    #expect(simulated > 0 && simulated < 60 * 86_400)
    let records = json?["records"] as? [String: Int] ?? [:]
    #expect(records["offered"] == ["accepted", "lost", "in_flight"].reduce(0) { $0 + (records[$1] ?? -1) })
    let report = String(decoding: files["report.md"] ?? Data(), as: UTF8.self)
    #expect(report.lowercased().contains("interrupted"), "\(report.prefix(400))")
  }

  @Test("leaves the bar of a terminal cleared, and stdout without a trace of it") func terminal() async throws {
    let folder = try Folder(), terminal = try Terminal()
    let job = try await started(folder, errors: terminal.end)
    kill(job.process.processIdentifier, SIGINT)
    let outcome = try await job.outcome(within: Self.patience)
    let shown = try await terminal.shown(until: "\u{1B}[2K", within: Self.patience)
    #expect(outcome.status == 130, "\(outcome)")
    #expect(shown.contains("░") && shown.contains("events/s"), "\(shown.suffix(400).debugDescription)")
    #expect(shown.hasSuffix("\u{1B}[2K"), "\(shown.suffix(400).debugDescription)")
    #expect(!outcome.stdout.contains("\u{1B}") && !outcome.stdout.contains("░"))
  }
}
