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
  /// How it is turned.
  public let shape: Shape
  /// What must change with it, so that what is written stays a scenario.
  private let company: [Company]
  /// What it counts; nil for a value that is written.
  private let copies: Copies?

  /// What goes with some values of a control, or with all of them.
  struct Company: Sendable, Hashable {
    /// The values; nil for all.
    var values: [String]?
    var settings: [Setting]
  }

  /// Something that is there several times under numbered names: `pricing`, `pricing-2`, `pricing-3`.
  struct Copies: Sendable, Hashable {
    /// The most of one kind.
    static let most = 20

    /// The path of the first of them, and how many there are.
    var path: String, count: Int
    /// What is written of the first, on one line.
    var text: String

    /// What makes as many of it as a value says; nothing for what is no number of them.
    func settings(for value: String) -> [Setting] {
      guard let wanted = Int(value), (1...Self.most).contains(wanted) else { return [] }
      // What is put in comes first of all, what is taken away goes from the end.
      let numbers = wanted > count ? Array((count + 1)...wanted) : Array((wanted + 1)..<(count + 1))
      let text = wanted > count ? text : "null"
      return numbers.reversed().map { Setting(path: "\(path)-\($0)", value: text, place: Setting.form) }
    }
  }

  init(
    _ path: String, _ group: String, _ label: String, _ value: String, isWritten: Bool, _ shape: Shape,
    with company: [Company], copies: Copies? = nil
  ) {
    (self.path, self.group, self.label, self.value) = (path, group, label, value)
    (self.isWritten, self.shape, self.company, self.copies) = (isWritten, shape, company, copies)
  }

  /// The settings that give it a value, in the order in which they must be laid over the scenario.
  public func settings(for value: String) -> [Setting] {
    if let copies { return copies.settings(for: value) }
    return company.filter { $0.values?.contains(value) ?? true }.flatMap(\.settings) + [
      Setting(path: path, value: value)
    ]
  }
}
