import Foundation
import Testing

@testable import Scenario

@Suite struct `A command line` {
  static let hostile = [
    "", " ", "a b", "it's", "\"", "$HOME", "`id`", "$(id)", "a\nb", "\n", "\t\u{1B}[2J'\\", "1\u{1}1", "é ✓", "*", "~",
    "#",
    "!!", "a;b", "&", "|", "<", "\\", "\\n", "{a,b}", "[x]", "a=b", "-", "--", "-x", "--out=1",
  ]

  /// The words a shell makes of a line.
  private func words(_ line: ShellLine) throws -> [String] {
    let (shell, output) = (Process(), Pipe())
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    shell.arguments = ["-c", "show() { printf '%s\\0' \"$@\"; }; show \(line)"]
    shell.standardOutput = output
    try shell.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    shell.waitUntilExit()
    return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  @Test("is read back by a shell word for word, whatever its words hold, and stays one line") func roundTrip() throws {
    let line = ShellLine("tool", "verb", of: Self.hostile).with("--set", each: Self.hostile)
      .with("--metrics", all: Self.hostile)
    #expect(try words(line) == line.words)
    #expect(!line.description.unicodeScalars.contains { $0.value < 32 })
  }

  @Test("is plain where nothing needs quotes") func plain() {
    let line = ShellLine("weir", "run", of: ["a/b.yaml"]).with("--seed", "3").with("--at", nil)
      .with([Setting(path: "streams.clicks.shards", value: "16")]).with("--update", isSet: false)
    #expect("\(line)" == "weir run a/b.yaml --seed 3 --set streams.clicks.shards=16")
    #expect("\(ShellLine("x", of: ["it's"]))" == "x 'it'\\''s'")
  }

  @Test("keeps what begins with a dash from being read as an option") func dashes() {
    let line = ShellLine("weir", "run", of: ["-x.yaml"]).with("--slo", "-late").with("--seed", "3")
    #expect(line.words == ["weir", "run", "--slo=-late", "--seed", "3", "--", "-x.yaml"])
  }
}
