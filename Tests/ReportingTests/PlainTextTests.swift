import Reporting
import Testing

@Suite struct `Text for people` {
  @Test("shows what would steer a terminal, and leaves all else") func visible() {
    #expect(PlainText.visible("a\u{1B}[31mb\u{7}\r\u{9B}2J\u{202E}c") == "a\\u{1b}[31mb\\u{7}\\u{d}\\u{9b}2J\\u{202e}c")
    let plain = "tab\tline\nÂ – × 日本 🎉 …"
    #expect(PlainText.visible(plain) == plain)
  }
}
