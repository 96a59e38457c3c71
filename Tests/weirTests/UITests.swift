import Foundation
import Testing

@Suite(
  .serialized,
  .enabled("NO BROWSER PLAYED WITH THE PAGE: python3 with venv, or PyPI, is not there") { await Pictures.isThere() })
struct `The page of weir ui` {
  @Test(
    "is played with in a browser: dragged, typed, run, compared, broken, imported, kept, reloaded, by keyboard, narrow, dark"
  )
  func played() async throws {
    let environment = try #require(await Pictures.folder()), python = try #require(await Pictures.checker())
    let script = Tool.package.appendingPathComponent("scripts/ui.py").path
    let seen = try await Tool(path: python).run(
      [script, "--weir", Tool.built.path], environment: ["WEIR_PICTURES": environment])
    // Without a browser the script says so and ends with 0.
    #expect(seen.status == 0, "\(seen)\n\(seen.stdout.suffix(3_000))")
    print(seen.stdout)
  }
}

@Suite struct `The verb ui` {
  /// Listens at a port, starts the page there, and prints how that ends.
  private static let twice = """
    import socket, subprocess, sys
    with socket.create_server(("127.0.0.1", 0)) as taken:
      seen = subprocess.run([sys.argv[1], "ui", "--port", str(taken.getsockname()[1])], stderr=subprocess.PIPE, text=True)
    print(seen.returncode, seen.stderr)
    """

  @Test("begins with a file that is there, and says how it ends otherwise") func files() async throws {
    let missing = try await Tool.built.run(["ui", "nowhere.yaml"])
    #expect(missing.status == 66 && missing.stderr == "weir: cannot read nowhere.yaml: no such file\n", "\(missing)")
    let folder = try await Tool.built.run(["ui", "scenarios"])
    #expect(folder.status == 66 && folder.stderr.contains("is a directory"), "\(folder)")
    let port = try await Tool.built.run(["ui", "--port", "70000"])
    #expect(port.status == 64 && port.stderr.contains("--port: expected 0 to 65535, found 70000"), "\(port)")
    let taken = try await Tool(path: "/usr/bin/env").run(["python3", "-c", Self.twice, Tool.built.path])
    #expect(
      taken.stdout.contains(
        /^1 weir: 127\.0\.0\.1:\d+: expected a port that is free, found one at which another program listens; choose .+--port/
      ),
      "\(taken)\n\(taken.stdout)")
    let help = try await Tool.built.run(["ui", "--help"])
    #expect(help.status == 0 && help.stdout.contains("weir ui scenarios/flagship.yaml"), "\(help)")
  }
}
