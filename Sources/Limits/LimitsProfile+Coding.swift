/// A profile travels as its name and the limits that differ from the built-in ones: both ends have the same version of weir.
extension LimitsProfile: Codable {
  private enum CodingKeys: CodingKey { case name, changes }

  private struct Change: Codable {
    var limit: String
    var value: Int64
    /// Where the figure is from, when it was replaced; nil when only the figure is another.
    var source: String?
  }

  /// Writes the name and what differs from `current`.
  public func encode(to encoder: any Encoder) throws {
    let changes = zip(limits, LimitsProfile.current.limits).compactMap { limit, known -> Change? in
      guard limit != known else { return nil }
      let isReplaced = (limit.source, limit.confidence) != (known.source, known.confidence)
      return Change(limit: limit.name, value: limit.value, source: isReplaced ? limit.source : nil)
    }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(changes, forKey: .changes)
  }

  /// Reads what `encode` wrote; throws when there is no such limit.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self = LimitsProfile.current.renamed(try container.decode(String.self, forKey: .name))
    for change in try container.decode([Change].self, forKey: .changes) {
      guard let key = Limit.Key.allCases.first(where: { $0.name == change.limit }) else {
        throw DecodingError.dataCorruptedError(
          forKey: .changes, in: container, debugDescription: "there is no limit \(change.limit)")
      }
      if let source = change.source { replace(key, with: change.value, source: source) }
      self[key] = change.value
    }
  }
}
