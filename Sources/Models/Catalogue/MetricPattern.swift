/// Names figures by their paths in run.json: one of them, all under one, or all that fit where `*` stands for any text.
public struct MetricPattern: Sendable, Hashable, CustomStringConvertible {
  /// As it was given.
  public let text: String

  /// A pattern; every text is one.
  public init(_ text: String) { self.text = text }

  /// As it was given.
  public var description: String { text }

  /// Whether a path is this one, lies under it, or fits its stars. O(length of both).
  public func covers(_ path: String) -> Bool {
    path == text || path.hasPrefix(text + ".") || fits(path)
  }

  private func fits(_ path: String) -> Bool {
    let parts = text.split(separator: "*", omittingEmptySubsequences: false)
    guard let first = parts.first, let last = parts.last, parts.count > 1, path.hasPrefix(first),
      path.count >= first.count + last.count, path.hasSuffix(last)
    else { return false }
    var rest = path.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }
}

extension [MetricPattern] {
  /// Whether one of them covers a path; an empty list takes everything.
  public func takes(_ path: String) -> Bool { isEmpty || contains { $0.covers(path) } }
}
