/// Takes apart what one record holds.
enum RecordSplitter {
  /// JSON objects one behind the other, with or without white space between them; nil where there is anything else. What
  /// an object holds is not looked at. O(bytes).
  static func objects(in bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
    var objects: [ArraySlice<UInt8>] = [], start = bytes.startIndex, depth = 0
    var isText = false, isEscaped = false
    for place in bytes.indices {
      let byte = bytes[place]
      guard !isText else {
        (isText, isEscaped) = (isEscaped || byte != UInt8(ascii: "\""), !isEscaped && byte == UInt8(ascii: "\\"))
        continue
      }
      switch byte {
      case UInt8(ascii: "{"):
        if depth == 0 { start = place }
        depth += 1
      case UInt8(ascii: "}"):
        depth -= 1
        guard depth >= 0 else { return nil }
        if depth == 0 { objects.append(bytes[start...place]) }
      case UInt8(ascii: "\"") where depth > 0: isText = true
      case 0x20, 0x0a, 0x0d, 0x09: break
      default: guard depth > 0 else { return nil }
      }
    }
    return depth == 0 && !objects.isEmpty ? objects : nil
  }

  /// The pieces between delimiters; one behind the last delimiter is there when it is not empty.
  static func pieces(of bytes: ArraySlice<UInt8>, between delimiter: [UInt8]) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = [], start = bytes.startIndex, place = bytes.startIndex
    while place + delimiter.count <= bytes.endIndex {
      guard bytes[place...].starts(with: delimiter) else {
        place += 1
        continue
      }
      pieces.append(bytes[start..<place])
      place += delimiter.count
      start = place
    }
    return start < bytes.endIndex ? pieces + [bytes[start...]] : pieces
  }
}
