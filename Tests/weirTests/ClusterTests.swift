import Foundation
import Testing

/// The page's first block of commands, and an environment in which they were run.
private enum Page {
  /// Whether Python and PyPI are there; where a CI says that notebooks must be executed, so must this.
  static let isThere = Task { () async -> Bool in
    guard Tool.release != nil, let folder = try? Folder() else { return false }
    let line = "python3 -m venv env && env/bin/pip download -q --no-deps --disable-pip-version-check -d d distributed"
    let outcome = try? await Tool(path: "/bin/sh").run(["-c", line], in: folder.url)
    return outcome?.status == 0 || Jupyter.isRequired
  }

  static func lines() throws -> [String] {
    let page = try String(contentsOf: Tool.package.appendingPathComponent("docs/cluster.md"), encoding: .utf8)
    let block = try #require(page.components(separatedBy: "```sh\n").dropFirst().first)
    return block.components(separatedBy: "```")[0].split(separator: "\n").map(String.init)
  }

  /// A directory with copies of what the commands name.
  static func folder() throws -> Folder {
    let folder = try Folder()
    for name in ["cluster", "scenarios"] {
      try FileManager.default.copyItem(at: Tool.package.appendingPathComponent(name), to: folder.file(name))
    }
    return folder
  }
}

@Suite(
  .enabled(if: Tool.release != nil, "not a release build: no cluster was tried; try `make test`"),
  .enabled("NO CLUSTER WAS TRIED: python3 with venv, or PyPI, is not there") { await Page.isThere.value })
struct `The cluster` {
  @Test("the five lines of docs/cluster.md work as typed, and so does what is tested of weir-cluster") func page()
    async throws
  {
    let tool = try #require(Tool.release), folder = try Page.folder(), lines = try Page.lines()
    #expect(lines.count == 5)
    let tour = try await tool.shell(lines.joined(separator: " && "), in: folder.url)
    #expect(tour.status == 0 && tour.stderr == "", "\(tour)")
    for line in lines.dropFirst(2) {
      let plain = try await tool.shell(line.replacing(" --on dask", with: ""), in: folder.url)
      #expect(plain.status == 0 && tour.stdout.contains(plain.stdout), "\(plain)")
    }
    let python = folder.file(".venv/bin/python").path
    let tests = try await Tool(path: python).run(
      ["-m", "unittest", "discover", "-s", "tests", "-t", "."], in: folder.file("cluster"),
      environment: ["WEIR": tool.path])
    #expect(tests.status == 0, "\(tests)")
  }
}
