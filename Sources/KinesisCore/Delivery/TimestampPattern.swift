internal import Units

/// The patterns of Java's DateTimeFormatter that prefixes use: numbers of the date and time, and quoted text.
enum TimestampPattern {
  /// Whether every letter of a pattern is known: y, u, M, d, D, H, h, m, s, S; others only in quotes.
  static func isKnown(_ pattern: String) -> Bool { pieces(pattern).allSatisfy { $0 != .unknown } }

  /// Writes an instant, whose offset is already in it; unknown letters write nothing.
  static func render(_ pattern: String, _ instant: Instant) -> String {
    let time = CivilParts(instant)
    return pieces(pattern).map { piece in
      switch piece {
      case .text(let text): text
      case .field(let letter, let width): time.text(letter, width)
      case .unknown: ""
      }
    }.joined()
  }

  private enum Piece: Hashable {
    case text(String)
    case field(Character, width: Int)
    case unknown
  }

  private static func pieces(_ pattern: String) -> [Piece] {
    var pieces: [Piece] = []
    var rest = pattern[...]
    while let first = rest.first {
      if first == "'" {
        pieces.append(quoted(&rest))
      } else if first.isLetter, first.isASCII {
        let run = rest.prefix { $0 == first }
        pieces.append("yuMdDHhmsS".contains(first) && run.count <= 9 ? .field(first, width: run.count) : .unknown)
        rest = rest.dropFirst(run.count)
      } else {
        pieces.append("{}[]#".contains(first) ? .unknown : .text(String(first)))
        rest.removeFirst()
      }
    }
    return pieces
  }

  /// `'text'`; two quotes stand for one.
  private static func quoted(_ rest: inout Substring) -> Piece {
    rest.removeFirst()
    guard let end = rest.firstIndex(of: "'") else {
      rest = ""
      return .unknown
    }
    let text = rest[..<end]
    rest = rest[rest.index(after: end)...]
    return .text(text.isEmpty ? "'" : String(text))
  }
}

/// A date and a time of day, as numbers.
private struct CivilParts {
  private let year: Int64, month: Int64, day: Int64, dayOfYear: Int64
  private let ofDay: Int64, nanoseconds: Int64

  init(_ instant: Instant) {
    let numbers = CivilTime.text(instant).split { !$0.isNumber }.compactMap { Int64($0) }
    (year, month, day) = (numbers[0], numbers[1], numbers[2])
    let january = CivilTime.instant("\(numbers[0])-01-01T00:00:00Z") ?? .epoch
    dayOfYear = (instant - january).nanoseconds / 86_400_000_000_000 + 1
    ofDay = instant.seconds % 86_400
    nanoseconds = instant.nanoseconds % 1_000_000_000
  }

  func text(_ letter: Character, _ width: Int) -> String {
    switch letter {
    case "y", "u": width == 2 ? padded(year % 100, 2) : padded(year, width)
    case "M": padded(month, width)
    case "d": padded(day, width)
    case "D": padded(dayOfYear, width)
    case "H": padded(ofDay / 3_600, width)
    case "h": padded((ofDay / 3_600 + 11) % 12 + 1, width)
    case "m": padded(ofDay / 60 % 60, width)
    case "s": padded(ofDay % 60, width)
    default: String(padded(nanoseconds, 9).prefix(width))
    }
  }

  private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
