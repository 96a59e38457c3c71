/// Base64 (RFC 4648 §4) over bytes, padding required.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  /// By character its six bits; 64 for what is none.
  private static let sextets: [UInt8] = {
    var table = [UInt8](repeating: 64, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }()

  /// Appends bytes in base64.
  static func encode(_ bytes: some RandomAccessCollection<UInt8>, into text: inout [UInt8]) {
    let alphabet = alphabet
    text.reserveCapacity(text.count + (bytes.count + 2) / 3 * 4)
    var place = bytes.startIndex, left = bytes.count
    while left > 0 {
      let first = bytes[place], second = left > 1 ? bytes[bytes.index(place, offsetBy: 1)] : 0
      let third = left > 2 ? bytes[bytes.index(place, offsetBy: 2)] : 0
      text.append(alphabet[Int(first >> 2)])
      text.append(alphabet[Int((first & 3) << 4 | second >> 4)])
      text.append(left > 1 ? alphabet[Int((second & 15) << 2 | third >> 6)] : UInt8(ascii: "="))
      text.append(left > 2 ? alphabet[Int(third & 63)] : UInt8(ascii: "="))
      place = bytes.index(place, offsetBy: min(3, left))
      left -= 3
    }
  }

  /// Appends what a text in base64 says; false, and then `bytes` may have grown, when it is none.
  static func decode(_ text: some RandomAccessCollection<UInt8>, into bytes: inout [UInt8]) -> Bool {
    guard text.count % 4 == 0 else { return false }
    guard let last = text.last else { return true }
    let pads =
      last != UInt8(ascii: "=") ? 0 : text[text.index(text.endIndex, offsetBy: -2)] == UInt8(ascii: "=") ? 2 : 1
    let sextets = sextets
    var word: UInt32 = 0, held = 0
    for character in text.dropLast(pads) {
      let sextet = sextets[Int(character)]
      guard sextet < 64 else { return false }
      (word, held) = (word << 6 | UInt32(sextet), held + 6)
      guard held >= 8 else { continue }
      held -= 8
      bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(held)))
    }
    return word & (1 << UInt32(held) - 1) == 0
  }
}
