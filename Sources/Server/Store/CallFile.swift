internal import KinesisCore
internal import Units

/// Files of calls: a head that says what the calls were done with, then frames: length, CRC-32, bytes.
enum CallFile: String {
  /// What made a service what it is.
  case log = "WEIRCALLS"
  /// Every call and its answer.
  case journal = "WEIRJOURN"

  private static let version: UInt8 = 1

  /// The head of a file.
  static func head(_ kind: CallFile, _ terms: DataDirectory.Terms, _ start: Instant) -> [UInt8] {
    var writer = WireWriter(.cbor)
    writer.object { writer in
      writer.member("start", start.nanoseconds)
      writer.member("account", terms.place.account)
      writer.member("region", terms.place.region)
      writer.member("clock", terms.isVirtual ? "virtual" : "real")
      writer.member("limits") { writer in
        for key in Limit.Key.allCases { writer.member(key.name, terms.limits[key]) }
      }
    }
    var bytes = Array(kind.rawValue.utf8) + [version]
    append(writer.bytes, to: &bytes)
    return bytes
  }

  /// The members of a file's head, and where its frames begin.
  static func readHead(
    _ kind: CallFile, _ bytes: [UInt8], at path: String
  ) throws(DataDirectoryError) -> (head: WireInput, end: Int) {
    let magic = Array(kind.rawValue.utf8)
    guard bytes.starts(with: magic), bytes.count > magic.count else {
      throw DataDirectoryError("\(path): no \(kind == .log ? "log" : "journal") of weir serve.")
    }
    guard bytes[magic.count] <= version else {
      throw DataDirectoryError(
        "\(path): of a newer weir (format \(bytes[magic.count]), this one knows \(version)). Use that one.")
    }
    let first = magic.count + 1
    guard case .whole(let body, let end) = nextFrame(bytes, from: first), let head = CBORReader.read(body) else {
      throw DataDirectoryError("\(path): damaged at byte \(first).")
    }
    return (WireInput(head), end)
  }

  // MARK: Frames

  enum Next {
    case whole([UInt8], end: Int)
    /// The bytes end before the frame does.
    case torn
    case damaged
  }

  static func append(_ body: [UInt8], to bytes: inout [UInt8]) {
    bytes.append(UInt32(body.count), width: 4)
    bytes.append(CRC32.of(body[...]), width: 4)
    bytes += body
  }

  static func nextFrame(_ bytes: [UInt8], from place: Int) -> Next {
    guard place + 8 <= bytes.count else { return .torn }
    func word(_ place: Int) -> UInt32 { bytes[place..<place + 4].word() }
    let end = place + 8 + Int(word(place))
    guard end <= bytes.count else { return .torn }
    guard CRC32.of(bytes[place + 8..<end]) == word(place + 4) else { return end == bytes.count ? .torn : .damaged }
    return .whole(Array(bytes[place + 8..<end]), end: end)
  }

  /// Hands over the frames from a place on. Returns where the whole ones end: one that is torn does not count.
  static func forEachFrame(
    _ bytes: [UInt8], from start: Int, at path: String, _ take: ([UInt8], Int) throws(DataDirectoryError) -> Void
  ) throws(DataDirectoryError) -> Int {
    var place = start
    while place < bytes.count {
      switch nextFrame(bytes, from: place) {
      case .torn: return place
      case .damaged: throw DataDirectoryError("\(path): damaged at byte \(place), with calls behind it.")
      case .whole(let body, let end):
        try take(body, place)
        place = end
      }
    }
    return place
  }
}
