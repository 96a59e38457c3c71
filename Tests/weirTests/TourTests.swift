import Foundation
import Testing

/// README.md's tour, word by word.
@Suite struct `The tour of the README` {
  /// A block of commands, and what the page shows of their output.
  private struct Step {
    var commands: [String]
    var shown: [String] = []
  }

  /// The steps of the section: its `sh` blocks, each with the `text` block behind it.
  private static func steps() throws -> [Step] {
    let page = try String(contentsOf: Tool.package.appendingPathComponent("README.md"), encoding: .utf8)
    let section = page.components(separatedBy: "\n## ").first { $0.hasPrefix("Ten minutes") } ?? ""
    let parts = section.components(separatedBy: "```")
    return stride(from: 1, to: parts.count, by: 2).reduce(into: []) { steps, position in
      let lines = parts[position].replacing(" \\\n", with: " ").split(separator: "\n").map(String.init)
      if lines.first == "sh" { steps.append(Step(commands: Array(lines.dropFirst()))) }
      if lines.first == "text", !steps.isEmpty { steps[steps.count - 1].shown += lines.dropFirst() }
    }
  }

  @Test("works as typed, from the export to the gate, and shows what it says", .enabled(if: Tool.release != nil))
  func tour() async throws {
    let tool = try #require(Tool.release), folder = try Folder()
    let scenarios = Tool.package.appendingPathComponent("scenarios")
    try FileManager.default.createSymbolicLink(at: folder.file("scenarios"), withDestinationURL: scenarios)
    let steps = try Self.steps()
    #expect(steps.count >= 7)
    for step in steps {
      var output = ""
      for command in step.commands {
        let outcome = try await tool.shell(command, in: folder.url)
        let isBroken = command.hasPrefix("weir run")
        #expect(outcome.status == (isBroken ? 10 : 0) && outcome.stderr == "", "\(outcome)")
        output += outcome.stdout
      }
      #expect(step.shown.filter { !output.contains($0) } == [], "\(step.commands)")
    }
  }
}
