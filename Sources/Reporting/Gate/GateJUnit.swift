internal import Models
public import Planning
internal import Scenario

/// `weir test --junit`: what Jenkins, GitHub and GitLab read. A suite for each scenario; a case for reading it, for each
/// objective, and for the comparison with its baseline.
///
/// The form is Jenkins' `jenkins-junit.xsd`. Times are zero: how long a machine took is no result.
public struct GateJUnit: Sendable {
  private let words: GateWords

  /// The document of a report.
  public init(_ report: GateReport) { words = GateWords(report: report) }

  /// The document, with a newline at its end.
  public var text: String {
    let suites = words.report.lines.map(suite) + directory
    let tags = suites.map(\.text).joined()
    let head = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
    let all = suites.reduce(into: Suite.Counts()) { $0.add($1.counts) }
    return head + "<testsuites name=\"weir test\"\(all.attributes) time=\"0\">\n\(tags)</testsuites>\n"
  }

  /// What is wrong with the directory as a whole.
  private var directory: [Suite] {
    let faults = words.report.faults
    guard !faults.isEmpty else { return [] }
    let cases = faults.map { Suite.Case(name: $0.place.file, outcome: .error($0.message, [$0.description])) }
    return [Suite(name: words.report.directory, cases: cases)]
  }

  private func suite(_ line: GateReport.Line) -> Suite {
    switch line.outcome {
    case .unreached:
      return Suite(name: line.entry.path, cases: [Suite.Case(name: "run", outcome: .skipped("interrupted"))])
    case .skipped(let failure):
      let reason = failure.diagnostics.map(\.description).joined(separator: "; ")
      return Suite(name: line.entry.path, cases: [Suite.Case(name: "read", outcome: .skipped(reason))])
    case .refused(let failure):
      let message = failure.diagnostics.first?.message ?? ""
      let outcome = Suite.Outcome.error(message, failure.diagnostics.map(\.description))
      return Suite(name: line.entry.path, cases: [Suite.Case(name: "read", outcome: outcome)])
    case .judged(let found):
      return Suite(name: line.entry.path, cases: found.objectives.map { objective($0, found) } + [baseline(found)])
    }
  }

  private func objective(_ objective: GateObjective, _ found: GateCase) -> Suite.Case {
    let name = "slo \(objective.verdict.objective.id)"
    switch objective.standing {
    case .held, .mended, .warned: return Suite.Case(name: name, outcome: .passed)
    case .known:
      return Suite.Case(name: name, outcome: .skipped("known to fail: " + GateWords.breach(objective, of: found)))
    case .broken:
      guard words.verdict(of: .judged(found)) == .failed else { return Suite.Case(name: name, outcome: .passed) }
      let breach = GateWords.breach(objective, of: found)
      return Suite.Case(name: name, outcome: .failed(breach, GateWords.commands(found, objective)))
    }
  }

  private func baseline(_ found: GateCase) -> Suite.Case {
    if case .absent = found.standing { return Suite.Case(name: "baseline", outcome: .skipped("no baseline")) }
    let worse = GateWords.moved(found).filter(\.verdict.isRegression)
    guard !worse.isEmpty, words.report.purpose == .judge else { return Suite.Case(name: "baseline", outcome: .passed) }
    let lines = worse.map { "\($0.verdict.rawValue) \($0.path): \(GateWords.movement($0, of: found))" }
    let method = GateWords.method(of: found).map { ["compared \($0)"] } ?? []
    let message = words.comparison(of: found)
    return Suite.Case(name: "baseline", outcome: .regressed(message, lines + method + GateWords.commands(found, nil)))
  }
}

/// A suite and its XML.
private struct Suite {
  enum Outcome {
    case passed
    case skipped(String)
    case failed(String, [String])
    case regressed(String, [String])
    case error(String, [String])
  }
  struct Case {
    var name: String
    var outcome: Outcome
  }
  struct Counts {
    var tests = 0, failures = 0, errors = 0, skipped = 0

    mutating func add(_ other: Counts) {
      tests += other.tests
      failures += other.failures
      errors += other.errors
      skipped += other.skipped
    }

    /// What both levels may have; only a suite may say what it skipped.
    var attributes: String { " tests=\"\(tests)\" failures=\"\(failures)\" errors=\"\(errors)\"" }
  }

  let name: String
  let cases: [Case]

  var counts: Counts {
    cases.reduce(into: Counts(tests: cases.count)) { counts, one in
      switch one.outcome {
      case .passed: break
      case .skipped: counts.skipped += 1
      case .failed, .regressed: counts.failures += 1
      case .error: counts.errors += 1
      }
    }
  }

  var text: String {
    let inner = cases.map { "    " + tag($0) + "\n" }.joined()
    let skipped = " skipped=\"\(counts.skipped)\" time=\"0\""
    return "  <testsuite name=\"\(XMLText.escaped(name))\"\(counts.attributes)\(skipped)>\n\(inner)  </testsuite>\n"
  }

  private func tag(_ one: Case) -> String {
    let head = "<testcase classname=\"\(XMLText.escaped(name))\" name=\"\(XMLText.escaped(one.name))\" time=\"0\""
    switch one.outcome {
    case .passed: return head + "/>"
    case .skipped(let reason): return head + "><skipped message=\"\(XMLText.escaped(reason))\"/></testcase>"
    case .failed(let message, let lines): return head + ">\(body("failure", "slo", message, lines))</testcase>"
    case .regressed(let message, let lines):
      return head + ">\(body("failure", "baseline", message, lines))</testcase>"
    case .error(let message, let lines): return head + ">\(body("error", "input", message, lines))</testcase>"
    }
  }

  private func body(_ tag: String, _ type: String, _ message: String, _ lines: [String]) -> String {
    "<\(tag) type=\"\(type)\" message=\"\(XMLText.escaped(message))\">"
      + "\(XMLText.escaped(lines.joined(separator: "\n")))</\(tag)>"
  }
}

/// Pieces of XML.
enum XMLText {
  /// Text as XML 1.0 takes it, in attributes and between tags; characters it cannot hold become `?`.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n": result += "&#10;"
      case "\t": result += "&#9;"
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
