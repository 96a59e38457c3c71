import Foundation
import Testing

@Suite struct `Ctrl-C` {
  /// Starts a run that would not end, and interrupts it when it has computed for a while.
  private func interrupted(_ folder: Folder, errors: FileHandle? = nil) async throws -> Job {
    try folder.write("s.yaml", Sample.small)
    let arguments = ["run", "s.yaml", "--out", "out"] + Sample.endless
    let job = try Job(Tool.built, arguments, in: folder.url, errors: errors)
    await job.interruptOnceUnderWay()
    return job
  }

  @Test("ends a run with 130; its report is there and says that it is a part") func aPart() async throws {
    let folder = try Folder()
    let job = try await interrupted(folder)
    let outcome = await job.outcome()
    #expect(outcome.status == 130 && !outcome.isCrash, "\(outcome)")
    #expect(outcome.stderr == "" && outcome.said.allSatisfy { !$0.contains("░") }, "no bar where nobody watches")
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
    let job = try await interrupted(folder, errors: terminal.end)
    let outcome = await job.outcome()
    let shown = try await terminal.shown(until: "\u{1B}[2K")
    #expect(outcome.status == 130, "\(outcome)")
    #expect(shown.contains("░") && shown.contains("events/s"), "\(shown.suffix(400).debugDescription)")
    #expect(shown.hasSuffix("\u{1B}[2K"), "\(shown.suffix(400).debugDescription)")
    #expect(!outcome.stdout.contains("\u{1B}") && !outcome.stdout.contains("░"))
  }
}
