internal import Foundation
public import KinesisCore

/// A journal as text: one JSON object a line, keys sorted, so that equal journals are equal bytes.
public enum JournalLines {
  /// A line that is not an entry.
  public struct Damage: Error, Sendable, Hashable {
    /// Which, from 1.
    public let line: Int
  }

  /// An entry as a line, without its line feed.
  public static func encode<Input>(_ entry: Journal<Input>.Entry) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(entry), as: UTF8.self)
  }

  /// The entries of a text, empty lines left out; throws `Damage` at the first line that is none.
  public static func decode<Input>(_ text: String, as input: Input.Type) throws(Damage) -> [Journal<Input>.Entry] {
    var entries: [Journal<Input>.Entry] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() where !line.isEmpty
    {
      guard let entry = try? JSONDecoder().decode(Journal<Input>.Entry.self, from: Data(line.utf8)) else {
        throw Damage(line: index + 1)
      }
      entries.append(entry)
    }
    return entries
  }
}
