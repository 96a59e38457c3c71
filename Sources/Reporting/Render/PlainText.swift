/// Text for terminals and files that people open: whatever a name, a description or a file's contents hold, nothing in it moves a
/// cursor, changes a colour or turns the direction of writing.
public enum PlainText {
  /// The text with control characters but tabs and line feeds shown as escapes such as `\\u{1b}`. O(bytes); text without any
  /// is returned as it is.
  public static func visible(_ text: String) -> String {
    guard text.utf8.contains(where: isSuspect) else { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      if isControl(scalar) {
        shown += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }

  /// Whether a control character may begin with this byte: C0 and DEL themselves, C1 behind C2, directions behind E2 (and D8 for
  /// the Arabic letter mark).
  private static func isSuspect(_ byte: UInt8) -> Bool {
    (byte < 32 && byte != 9 && byte != 10) || byte == 127 || byte == 0xC2 || byte == 0xE2 || byte == 0xD8
  }

  /// C0 but tab and line feed, DEL, C1, and what turns the direction of writing (Unicode Bidi_Control).
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 9, 10: false
    case 0..<32, 127...159: true
    case 0x61C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
