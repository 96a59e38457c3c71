public import Scenario

/// A design among those a plan chooses from: a value for every dimension that means something in it.
public struct Candidate: Sendable, Hashable {
  /// A dimension's value.
  public struct Choice: Sendable, Hashable {
    /// The dimension's path, such as `streams.clicks.shards`.
    public var path: String
    /// The value as YAML has it.
    public var value: String

    /// A choice.
    public init(path: String, value: String) { (self.path, self.value) = (path, value) }
  }

  /// In the order of the search.
  public let choices: [Choice]
  /// What lays the choices over the file; also takes away what would contradict them.
  public let settings: [Setting]

  /// The choices on one line: `streams.clicks.shards=8 producers.web.keys.salt=4`.
  public var name: String {
    choices.isEmpty ? "as it stands" : choices.map { "\($0.path)=\($0.value)" }.joined(separator: " ")
  }

  /// Its choices but for one dimension.
  func choices(without path: String) -> [Choice] { choices.filter { $0.path != path } }
}
