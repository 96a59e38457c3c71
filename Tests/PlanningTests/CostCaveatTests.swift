import Foundation
import Planning
import Pricing
import Scenario
import Testing

/// `weir cost` beside `weir run`, on everything that is shipped: the runs are those of the committed reports, which another test
/// holds to what a run says today.
@Suite("The closed form beside runs")
struct CostCaveatTests {
  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let scenarios: [String] = {
    let folder = package.appendingPathComponent("scenarios").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }()

  private struct Line: Hashable {
    var scope: String, item: String
  }

  /// The quantities of a report's bill; three digits of each.
  private static func run(_ name: String) throws -> [Line: Double] {
    let report = package.appendingPathComponent("reports/\(name)/report.md")
    let text = String(decoding: try Data(contentsOf: report), as: UTF8.self)
    var lines: [Line: Double] = [:]
    for row in text.split(separator: "\n") where row.hasPrefix("| ") {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 7, cells[1].hasPrefix("`"),
        PriceItem(rawValue: String(cells[1].dropFirst().dropLast())) != nil,
        let quantity = Double(cells[2].replacingOccurrences(of: ",", with: ""))
      else { continue }
      let scope = cells[0].trimmingCharacters(in: CharacterSet(charactersIn: "`"))
      lines[Line(scope: scope, item: String(cells[1].dropFirst().dropLast())), default: 0] += quantity
    }
    return lines
  }

  @Test("each line is within 2 % of the run's, or a caveat says which way it is off", arguments: scenarios)
  func lines(_ name: String) throws {
    let loaded = try ScenarioFile.load(path: Self.package.appendingPathComponent("scenarios/\(name).yaml").path)
    let cost = ScenarioBill(loaded.experiment, headroom: 0.25), run = try Self.run(name)
    var closed: [Line: Double] = [:]
    for line in cost.own.lines {
      closed[Line(scope: line.scope.description, item: line.item.rawValue), default: 0] += line.units(
        in: cost.own.period)
    }
    #expect(!run.isEmpty || closed.isEmpty, "the report has a bill")
    for key in Set(run.keys).union(closed.keys) {
      let (was, said) = (run[key] ?? 0, closed[key] ?? 0)
      // Reports have three digits: half of one in a hundred more.
      guard (said - was).magnitude > 0.025 * was else { continue }
      let isTooMuch = said > was
      let isExplained = cost.caveats.contains { caveat in
        guard let item = PriceItem(rawValue: key.item) else { return false }
        return caveat.scopes.contains {
          $0.description == key.scope && caveat.explains(item, of: $0, isTooMuch: isTooMuch)
        }
      }
      #expect(isExplained, "\(key.scope) \(key.item): \(was) in the run, \(said) in closed form")
    }
  }

  @Test("there are scenarios with and without caveats on their lines") func both() throws {
    let caveats = try ["five-pollers", "hot-key"].map { name in
      let loaded = try ScenarioFile.load(path: Self.package.appendingPathComponent("scenarios/\(name).yaml").path)
      return ScenarioBill(loaded.experiment, headroom: 0.25).caveats.filter(\.isOfLines)
    }
    #expect(caveats[0].isEmpty && !caveats[1].isEmpty && caveats[1].contains { $0.bias == .tooMuch })
  }
}
