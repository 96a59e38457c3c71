/// One value of a scenario as somebody turns it who does not write YAML: what it is called, where it stands, and what it may become.
public struct Control: Sendable, Hashable {
  /// How it is turned.
  public enum Shape: Sendable, Hashable {
    /// A slider through these values, ascending, as YAML has them.
    case slider([String])
    /// One of these words.
    case choice([String])
  }

  /// The value's path, as in `--set`.
  public let path: String
  /// What it is of, such as `Stream clicks`.
  public let group: String
  /// What it is called, such as `Shards`.
  public let label: String
  /// The value as YAML has it; what holds by itself where nothing is written.
  public let value: String
  /// Whether the value is written down.
  public let isWritten: Bool
  /// Where it is written; nil when it is not, or in a file that the scenario extends.
  public let place: Place?
  /// How it is turned.
  public let shape: Shape
  /// What must change with it, so that what is written stays a scenario.
  private let company: [Company]

  /// What goes with some values of a control, or with all of them.
  struct Company: Sendable, Hashable {
    /// The values; nil for all.
    var values: [String]?
    var settings: [Setting]
  }

  init(
    _ path: String, _ group: String, _ label: String, _ value: String, isWritten: Bool, place: Place?, _ shape: Shape,
    with company: [Company]
  ) {
    (self.path, self.group, self.label, self.value) = (path, group, label, value)
    (self.isWritten, self.place, self.shape, self.company) = (isWritten, place, shape, company)
  }

  /// The settings that give it a value, in the order in which they must be laid over the scenario.
  public func settings(for value: String) -> [Setting] {
    company.filter { $0.values?.contains(value) ?? true }.flatMap(\.settings) + [Setting(path: path, value: value)]
  }
}
