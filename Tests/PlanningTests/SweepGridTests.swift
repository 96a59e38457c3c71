import Scenario
import Testing

@testable import Planning

@Suite("Sweep grids")
struct SweepGridTests {
  static func values(_ argument: String) -> [String]? { try? SweepParameter(argument: argument).values }

  @Test(
    "a range is exact, both ends included when a step meets them",
    arguments: [
      ("a=4..16:4", ["4", "8", "12", "16"]), ("a=1..3", ["1", "2", "3"]), ("a=1..6:2", ["1", "3", "5"]),
      ("a=0.1..0.3:0.1", ["0.1", "0.2", "0.3"]), ("a=-1..1", ["-1", "0", "1"]),
      ("a=0.5..2:0.5", ["0.5", "1", "1.5", "2"]),
      ("a=64MiB..128MiB:32MiB", ["64MiB", "96MiB", "128MiB"]), ("a=7..7", ["7"]),
    ])
  func ranges(argument: String, values: [String]) { #expect(Self.values(argument) == values) }

  @Test("a list keeps what stands between brackets together") func lists() {
    #expect(Self.values("a=1,x, [2, 3]") == ["1", "x", "[2, 3]"])
    #expect(Self.values("a=v1..beta") == ["v1..beta"], "text with dots is no range")
  }

  @Test(
    "what is no parameter is refused with what was found",
    arguments: [
      ("shards", "expected path=from..to:step or path=a,b,c"), ("a=", "expected path="), ("a=8..4", "an empty range"),
      ("a=1..4:0", "expected a range"), ("a=1..4:-1", "expected a range"), ("a=1s..4ms:1s", "expected a range"),
      ("a=0..1000000000", "more than 10000 values"), ("a=1,,2", "a value is missing"),
      ("a=1,2,1", "a value is given twice"),
    ])
  func refusals(argument: String, message: String) {
    do throws(Diagnostic) {
      Issue.record("\(try SweepParameter(argument: argument))")
    } catch { #expect(error.description.hasPrefix("-P") && error.description.contains(message), "\(error)") }
  }

  @Test("a grid has every combination once, the last parameter fastest") func grid() throws {
    let grid = try SweepGrid(arguments: ["a=1,2", "b=x,y,z"])
    let points = (0..<grid.count).map { grid.settings(at: $0).map(\.value).joined() }
    #expect(points == ["1x", "1y", "1z", "2x", "2y", "2z"])
    #expect(grid.settings(at: 4).map(\.path) == ["a", "b"])
  }

  @Test("everything that is wrong with parameters is told at once") func allAtOnce() {
    do throws(ScenarioFailure) {
      Issue.record("\(try SweepGrid(arguments: ["a=9..1", "b=1..300", "b=1..300", "nonsense"]))")
    } catch {
      let lines = error.description.split(separator: "\n")
      #expect(lines.count == 4 && error.exitCode == 65, "\(error)")
      #expect(lines.contains { $0.contains("-P b: the parameter is given twice") })
      #expect(lines.contains { $0.contains("more than 10000 combinations") })
    }
  }
}
