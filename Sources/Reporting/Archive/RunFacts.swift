internal import Foundation

/// What a notebook must know of a run before it is read: which parts there are, and who it was. Read from run.json.
struct RunFacts: Decodable {
  struct Records: Decodable {
    var offered: Int64
  }
  struct Stream: Decodable {
    enum CodingKeys: String, CodingKey {
      case incoming = "incoming_records"
      case first = "first_attempts"
      case throttled = "throttled_attempts"
      case mode
    }
    var incoming: Int64, first: Int64, throttled: Int64, mode: String
  }
  struct Firehose: Decodable {
    var objects: Int64
  }
  struct Objective: Decodable {
    var id: String, passed: Bool, severity: String
  }
  struct Cost: Decodable {
    struct Line: Decodable {
      var item: String
    }
    var lines: [Line]
  }
  enum CodingKeys: String, CodingKey {
    case schema, scenario, seed, version, fingerprint, complete, passed, records, streams, firehoses, cost
    case objectives = "slo"
    case simulated = "simulated_s"
  }

  var schema: String, scenario: String, seed: UInt64, version: String, fingerprint: String
  var complete: Bool, passed: Bool, simulated: Double
  var records: Records
  var streams: [String: Stream], firehoses: [String: Firehose], objectives: [Objective], cost: Cost

  /// Reads a run.json; nil when it is none of this version's.
  init?(json: String) {
    guard let facts = try? JSONDecoder().decode(RunFacts.self, from: Data(json.utf8)), facts.schema == "weir.run/v1",
      facts.isNamedSoundly
    else { return nil }
    self = facts
  }

  /// The scenario's name becomes that of a directory: only what a scenario may be called.
  private var isNamedSoundly: Bool {
    (1...63).contains(scenario.utf8.count)
      && scenario.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
  }

  /// The streams by name, in the order of the names' bytes.
  var streamNames: [String] { streams.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  /// What the verdict was, in a sentence.
  var verdict: String {
    guard complete else { return "**INTERRUPTED**: the figures are those of the part that ran." }
    let outcome = passed ? "**PASS**" : "**FAIL**"
    guard !objectives.isEmpty else { return "\(outcome): the scenario has no objectives." }
    let held = objectives.count { $0.passed }
    let broken = objectives.filter { !$0.passed }.map { "\(Markdown.code($0.id)) (\($0.severity))" }
    let rest = broken.isEmpty ? "" : "; broken: \(broken.joined(separator: ", "))"
    return "\(outcome): \(held) of \(Figures.count(objectives.count, of: "objective")) held\(rest)."
  }
}
