internal import Units

/// The patterns of Java's DateTimeFormatter that prefixes use: the date and time in numbers and in English, offsets from UTC, and
/// quoted text. Not known: zones by name (z, V, O, v), and weeks (Y, w, W, e, c, F), which go by the formatter's locale.
enum TimestampPattern {
  /// Whether every letter of a pattern is known and is there as often as Java allows; others only in quotes.
  static func isKnown(_ pattern: String) -> Bool { pieces(pattern).allSatisfy { $0 != .unknown } }

  /// How often a letter may stand in a row (java.time.format.DateTimeFormatterBuilder, JDK 17).
  private static let lengths: [Character: ClosedRange<Int>] = [
    "G": 1...5, "y": 1...19, "u": 1...19, "D": 1...3, "M": 1...5, "L": 1...5, "d": 1...2, "Q": 1...5, "q": 1...5,
    "E": 1...5, "a": 1...1, "h": 1...2, "K": 1...2, "k": 1...2, "H": 1...2, "m": 1...2, "s": 1...2, "S": 1...9,
    "A": 1...19, "n": 1...19, "N": 1...19, "X": 1...5, "x": 1...5, "Z": 1...5,
  ]

  /// Writes an instant, whose offset is already in it; unknown letters write nothing.
  static func render(_ pattern: String, _ instant: Instant, offset: Interval = .zero) -> String {
    let time = CivilParts(instant, offset)
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
        pieces.append(lengths[first]?.contains(run.count) == true ? .field(first, width: run.count) : .unknown)
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
  private let year: Int64, month: Int64, day: Int64, dayOfYear: Int64, dayOfWeek: Int64
  private let ofDay: Int64, nanoseconds: Int64, offset: Int64

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  /// 1970-01-01 was a Thursday.
  private static let days = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
  private static let quarters = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"]

  init(_ instant: Instant, _ offset: Interval) {
    let numbers = CivilTime.text(instant).split { !$0.isNumber }.compactMap { Int64($0) }
    (year, month, day) = (numbers[0], numbers[1], numbers[2])
    let january = CivilTime.instant("\(numbers[0])-01-01T00:00:00Z") ?? .epoch
    dayOfYear = (instant - january).nanoseconds / 86_400_000_000_000 + 1
    dayOfWeek = instant.seconds / 86_400 % 7
    ofDay = instant.seconds % 86_400
    nanoseconds = instant.nanoseconds % 1_000_000_000
    self.offset = offset.nanoseconds / 60_000_000_000
  }

  func text(_ letter: Character, _ width: Int) -> String {
    switch letter {
    case "y", "u": width == 2 ? padded(year % 100, 2) : padded(year, width)
    case "M", "L", "Q", "q", "E", "G", "a": word(letter, width)
    case "d": padded(day, width)
    case "D": padded(dayOfYear, width)
    case "H": padded(ofDay / 3_600, width)
    case "k": padded((ofDay / 3_600 + 23) % 24 + 1, width)
    case "K": padded(ofDay / 3_600 % 12, width)
    case "h": padded((ofDay / 3_600 + 11) % 12 + 1, width)
    case "m": padded(ofDay / 60 % 60, width)
    case "s": padded(ofDay % 60, width)
    case "A": padded(ofDay * 1_000 + nanoseconds / 1_000_000, width)
    case "n": padded(nanoseconds, width)
    case "N": padded(ofDay * 1_000_000_000 + nanoseconds, width)
    case "X", "x", "Z": offsetText(letter, width)
    default: String(padded(nanoseconds, 9).prefix(width))
    }
  }

  private func word(_ letter: Character, _ width: Int) -> String {
    let quarter = (month - 1) / 3
    switch letter {
    case "M", "L":
      return width < 3 ? padded(month, width) : cut(Self.months[Int(month - 1)], width)
    case "Q", "q":
      guard width > 2 else { return padded(quarter + 1, width) }
      return width == 3 ? "Q\(quarter + 1)" : width == 4 ? Self.quarters[Int(quarter)] : "\(quarter + 1)"
    case "E": return cut(Self.days[Int(dayOfWeek)], max(3, width))
    case "G": return width == 4 ? "Anno Domini" : width == 5 ? "A" : "AD"
    default: return ofDay < 43_200 ? "AM" : "PM"
    }
  }

  /// Three letters a short name, four the whole one, five its first letter.
  private func cut(_ name: String, _ width: Int) -> String {
    width == 3 ? String(name.prefix(3)) : width == 4 ? name : String(name.prefix(1))
  }

  /// X has Z for none; Z is +HHMM, four of it GMT+HH:MM.
  private func offsetText(_ letter: Character, _ width: Int) -> String {
    if offset == 0, letter == "X" || (letter == "Z" && width == 5) { return "Z" }
    let sign = offset < 0 ? "-" : "+", hours = padded(abs(offset) / 60, 2), minutes = padded(abs(offset) % 60, 2)
    if letter == "Z" {
      return width == 4
        ? (offset == 0 ? "GMT" : "GMT\(sign)\(hours):\(minutes)") : sign + hours + (width == 5 ? ":" : "") + minutes
    }
    if width == 1 { return sign + hours + (minutes == "00" ? "" : minutes) }
    return sign + hours + (width == 2 || width == 4 ? "" : ":") + minutes
  }

  private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
