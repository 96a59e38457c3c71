internal import Foundation
internal import Scenario

// What the page's scripts send, as JSON.

/// A scenario's text, and what is to be changed in it.
struct ScenarioAsk: Decodable {
  /// A value of the form.
  struct Edit: Decodable {
    var path: String
    var value: String
  }
  /// Which folder paths in it are relative to.
  var base: String
  var text: String
  var edits: [Edit]?
}

/// Designs to be simulated on the same chance.
struct RunAsk: Decodable {
  struct Design: Decodable {
    var name: String
    var base: String
    var text: String
  }
  /// One, or two.
  var designs: [Design]
  var replications: Int
  /// Whether many records may be taken at a time.
  var isAdaptive: Bool
}

/// Files that were dropped on the page.
struct ImportAsk: Decodable {
  struct File: Decodable {
    var name: String
    var text: String
    /// Whether its reader says that it holds keys, as with --keys.
    var isKeys: Bool?
  }
  var files: [File]
  var shards: Int?
  var burst: Double?
  /// How long the burst lasts, such as `2s`.
  var burstFor: String?
  /// What stands for bins that are missing.
  var missing: String?
}

/// A mistake in what was asked, with the status that says so.
struct AskFault: Error {
  let status: Int, sentence: String
  /// What is wrong with a scenario, where that is what is wrong.
  var diagnostics: [Diagnostic] = []
  /// The file whose lines the page has before it; nil where what is wrong stands elsewhere.
  var file: String?
  /// The run that is in the way.
  var running: Int?

  init(_ status: Int, _ sentence: String) { (self.status, self.sentence) = (status, sentence) }
}

extension PageCall {
  /// The body as what it should be.
  func read<Ask: Decodable>(_ ask: Ask.Type) throws(AskFault) -> Ask {
    do {
      return try JSONDecoder().decode(ask, from: Data(body))
    } catch {
      throw AskFault(400, "The request is not the JSON that was expected.")
    }
  }
}
