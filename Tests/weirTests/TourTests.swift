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

  /// AWS's command line of version 2, as Debian has it; version 1 is of PyPI, in the clients' environment.
  private static let second = ["/usr/bin/aws", "/usr/local/bin/aws"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test(
    "works as typed on what AWS's command line prints, of a CloudWatch on loopback",
    .enabled(if: Tool.release != nil),
    .enabled("NO AWS CLI WAS RUN: python3 with venv, or PyPI, is not there") { await Clients.areThere() },
    arguments: [1, 2])
  func commandLine(_ version: Int) async throws {
    guard let tool = Tool.release, let clients = await Clients.ready() else { return }
    guard let aws = version == 1 ? clients.bin + "/aws" : Self.second else {
      // As loudly as a skipped test can: no failure, for Debian is not everywhere.
      FileHandle.standardError.write(Data("NO AWS CLI OF VERSION 2 WAS RUN: apt-get install awscli\n".utf8))
      return
    }
    let script = Tool.package.appendingPathComponent("scripts/tour.py").path
    let outcome = try await Tool(path: clients.bin + "/python").run([script, "--weir", tool.path, "--aws", aws])
    #expect(outcome.status == 0 && outcome.stdout.hasSuffix("done\n"), "\(outcome)\(outcome.stdout)")
    #expect(outcome.stdout.hasPrefix("aws-cli/\(version)."), "\(outcome.stdout.prefix(60))")
  }
}
