/// Text that is neither a table that weir reads nor a list of keys, and what to do about it.
struct ForeignText {
  /// What it is.
  let message: String
  /// What to do.
  let remedy: String?

  static let keysRemedy = "if these are partition keys, name the file with --keys"

  static let separators = [
    (text: ";", name: "semicolons"), (text: "\t", name: "tabs"), (text: "|", name: "bars"),
  ]
  /// Values of JSON that are no keys.
  private static let words = ["true", "false", "null"]
  /// So many lines are looked at.
  private static let fewLines = 100

  /// What is wrong with a text, by the cells of its first row, which are `names`; nil when nothing is. `rows` is behind that row.
  init?(_ names: [String], _ rows: CSVRows, isQuoted: Bool) {
    if let flaw = ForeignText(printed: names[0], alone: names.count == 1 && rows.isAtEnd) {
      self = flaw
    } else if let separator = Self.separators.first(where: { names[0].contains($0.text) }) {
      message = "cells are parted by \(separator.name), not by commas"
      remedy = "export with commas; \(Self.keysRemedy)"
    } else if names[0].hasPrefix("#") {
      message = "a comment"
      remedy = "take such lines out; \(Self.keysRemedy)"
    } else if names.count == 1, rows.isAtEnd, isQuoted {
      message = "one value alone, neither counts nor keys"
      remedy = nil
    } else if names.count == 1, Double(names[0]) != nil, Self.areNumbers(rows) {
      message = "numbers, one a line: counts need a header and a time, such as t_s,count"
      remedy = Self.keysRemedy
    } else {
      return nil
    }
  }

  /// What is wrong with a text by its first cell, whatever it is said to be: one value alone, or what AWS's command line prints for people.
  init?(printed first: String, alone isAlone: Bool) {
    if isAlone, Double(first) != nil || Self.words.contains(first) {
      (message, remedy) = ("one value alone, neither counts nor keys", nil)
    } else if first.count > 4, first.allSatisfy({ $0 == "-" }) || Self.members.contains(where: first.hasPrefix) {
      message = "what AWS's command line prints as a table or as YAML"
      remedy = "ask for --output json"
    } else {
      return nil
    }
  }

  /// What answers of AWS begin with in YAML.
  private static let members = ["MetricDataResults:", "Messages:", "Datapoints:", "Label:", "Records:", "Shards:"]

  private static func areNumbers(_ rest: CSVRows) -> Bool {
    var (rows, cells) = (rest, [Range<Int>]())
    for _ in 0..<fewLines where rows.next(into: &cells) {
      guard cells.count == 1, cells[0].isEmpty || Double(rows.text(cells[0])) != nil else { return false }
    }
    return true
  }
}

/// Bytes of JSON as tools leave them.
enum JSONTexts {
  /// UTF-16 as PowerShell's `>` writes it, in UTF-8; anything else as it is.
  static func narrowed(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 2, bytes.count % 2 == 0,
      let isLittle = [[0xFF, 0xFE]: true, [0xFE, 0xFF]: false][bytes[..<2]]
    else { return bytes }
    let units = stride(from: 2, to: bytes.count, by: 2).map { index -> UInt16 in
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      return isLittle ? second << 8 | first : first << 8 | second
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  /// Several documents one after the other, as appending answers to a file makes them, as one list; a single one as it is.
  static func listed(_ bytes: [UInt8]) -> [UInt8] {
    var (ends, depth, isText, isEscaped): ([Int], Int, Bool, Bool) = ([], 0, false, false)
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\") where isText: isEscaped = true
      case UInt8(ascii: "\""): isText.toggle()
      case _ where isText: break
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { ends.append(index + 1) }
      default: break
      }
      if depth < 0 { return bytes }
    }
    guard ends.count > 1, depth == 0 else { return bytes }
    var result = [UInt8(ascii: "[")], start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    for end in ends {
      result += bytes[start..<end] + [end == ends[ends.count - 1] ? UInt8(ascii: "]") : UInt8(ascii: ",")]
      start = end
    }
    return result + bytes[start...]
  }
}
