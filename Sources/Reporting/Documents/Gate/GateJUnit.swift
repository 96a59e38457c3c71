internal import Experiment
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
    let report = words.report
    let faults = report.faults.map { Case.error($0.place.file, $0.message, [$0.description]) }
    let suites =
      report.lines.map { ($0.entry.path, cases($0)) } + (faults.isEmpty ? [] : [(report.directory, faults)])
    let counts = Case.counts(suites.flatMap(\.1))
    return #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n<testsuites name=\"weir test\"\(counts) time=\"0\">\n"
      + suites.map(Case.suite).joined() + "</testsuites>\n"
  }

  private func cases(_ line: GateReport.Line) -> [Case] {
    switch line.outcome {
    case .unreached: return [.skipped("run", "interrupted")]
    case .skipped(let failure):
      return [.skipped("read", failure.diagnostics.map(\.description).joined(separator: "; "))]
    case .refused(let failure):
      return [.error("read", failure.diagnostics.first?.message ?? "", failure.diagnostics.map(\.description))]
    case .judged(let found): return found.objectives.map { objective($0, found) } + [baseline(found)]
    }
  }

  private func objective(_ objective: GateObjective, _ found: GateCase) -> Case {
    let name = "slo \(objective.verdict.objective.id)", breach = GateWords.breach(objective, of: found)
    switch objective.standing {
    case .held, .mended, .warned: return Case(name: name)
    case .known: return .skipped(name, "known to fail: " + breach)
    case .broken:
      guard words.verdict(of: .judged(found)) == .failed else { return Case(name: name) }
      return .failure(name, "slo", breach, GateWords.commands(found, objective))
    }
  }

  private func baseline(_ found: GateCase) -> Case {
    if case .absent = found.standing { return .skipped("baseline", "no baseline") }
    let worse = GateWords.moved(found).filter(\.verdict.isRegression)
    guard !worse.isEmpty, words.report.purpose == .judge else { return Case(name: "baseline") }
    let lines = worse.map { "\($0.verdict.rawValue) \($0.path): \(GateWords.movement($0, of: found))" }
    let method = GateWords.method(of: found).map { ["compared \($0)"] } ?? []
    return .failure(
      "baseline", "baseline", words.comparison(of: found), lines + method + GateWords.commands(found, nil))
  }
}

/// A case and its XML.
private struct Case {
  let name: String
  /// What stands in it: `skipped`, `failure` or `error`; nothing when it passed.
  var tag: String?
  /// The same in XML.
  var inner = ""

  static func skipped(_ name: String, _ reason: String) -> Case {
    Case(name: name, tag: "skipped", inner: "<skipped message=\"\(XMLText.escaped(reason))\"/>")
  }
  static func error(_ name: String, _ message: String, _ lines: [String]) -> Case {
    Case(name: name, tag: "error", inner: element("error", "input", message, lines))
  }
  static func failure(_ name: String, _ type: String, _ message: String, _ lines: [String]) -> Case {
    Case(name: name, tag: "failure", inner: element("failure", type, message, lines))
  }

  private static func element(_ tag: String, _ type: String, _ message: String, _ lines: [String]) -> String {
    "<\(tag) type=\"\(type)\" message=\"\(XMLText.escaped(message))\">"
      + "\(XMLText.escaped(lines.joined(separator: "\n")))</\(tag)>"
  }

  /// What both levels may have; only a suite may say what it skipped.
  static func counts(_ cases: [Case]) -> String {
    let (failures, errors) = (cases.count { $0.tag == "failure" }, cases.count { $0.tag == "error" })
    return " tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\""
  }

  static func suite(_ name: String, _ cases: [Case]) -> String {
    let name = XMLText.escaped(name), skipped = cases.count { $0.tag == "skipped" }
    let inner = cases.map { one in
      let head = "    <testcase classname=\"\(name)\" name=\"\(XMLText.escaped(one.name))\" time=\"0\""
      return one.tag == nil ? head + "/>\n" : "\(head)>\(one.inner)</testcase>\n"
    }
    return "  <testsuite name=\"\(name)\"\(counts(cases)) skipped=\"\(skipped)\" time=\"0\">\n"
      + inner.joined() + "  </testsuite>\n"
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
