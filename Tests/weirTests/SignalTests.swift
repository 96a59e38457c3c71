import Foundation
import Testing

@Suite struct `Signals` {
  private func end(_ words: [String], by number: Int32) async throws -> Tool.Outcome {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    let job = try Job(Tool.built, words, in: folder.url)
    await job.interruptOnceUnderWay(by: number)
    return await job.outcome()
  }

  static let plain = [
    ["coverage", "--intervals", "1000000", "--customers", "1000000"], ["run", "s.yaml", "--check"] + Sample.endless,
  ]

  @Test("a verb that has nothing to write ends with 130 and a line", arguments: plain, [SIGINT, SIGTERM, SIGHUP])
  func nothing(_ words: [String], _ number: Int32) async throws {
    let outcome = try await end(words, by: number)
    #expect(outcome.status == 130 && !outcome.isCrash, "\(outcome)")
    #expect(outcome.stderr == "weir: interrupted\n" && outcome.stdout == "", "\(outcome)")
  }

  @Test("explain and export say how much was simulated") func part() async throws {
    let explained = try await end(["explain", "s.yaml"] + Sample.endless, by: SIGTERM)
    #expect(explained.status == 130 && explained.stdout == "", "\(explained)")
    #expect(explained.stderr.hasPrefix("INTERRUPTED: ") && explained.stderr.contains(" of 60 d were simulated; "))
    let exported = try await end(["export", "s.yaml", "--out", "o"] + Sample.endless, by: SIGTERM)
    #expect(exported.status == 130 && exported.stdout.hasPrefix("Notebook: "), "\(exported)")
    #expect(exported.stderr.hasPrefix("INTERRUPTED: ") && exported.stderr.contains(" of 60 d were simulated; "))
  }

  @Test("what had broken by then is named") func broken() async throws {
    let outcome = try await end(
      ["explain", "s.yaml", "--set", "producers.web.rate=9000"] + Sample.endless, by: SIGTERM)
    #expect(outcome.status == 130 && outcome.stderr.contains("broken by then: loss"), "\(outcome)")
  }
}
