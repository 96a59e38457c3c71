import Testing
import Units

@Suite("Dates")
struct CivilTimeTests {
  /// Seconds since the epoch after `date -u -d TEXT +%s`.
  static let known: [(text: String, seconds: Int64)] = [
    ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00Z", 951_825_600), ("2024-12-31T23:59:59Z", 1_735_689_599),
    ("2026-03-06T20:00:00Z", 1_772_827_200), ("2100-03-01T00:00:00Z", 4_107_542_400),
  ]

  @Test("a date is the seconds that `date` gives for it, both ways", arguments: known)
  func dates(_ example: (text: String, seconds: Int64)) {
    let instant = Instant(seconds: example.seconds)
    #expect(CivilTime.instant(example.text) == instant)
    #expect(CivilTime.text(instant) == example.text)
  }

  @Test("every day from 1970 to 2261 reads back as itself")
  func everyDay() {
    for day in 0..<106_600 as Range<Int64> {
      let instant = Instant(seconds: day * 86_400 + day % 86_400)
      #expect(CivilTime.instant(CivilTime.text(instant)) == instant)
    }
  }

  @Test("an offset is taken off; milliseconds are shown when there are some")
  func details() {
    #expect(CivilTime.instant("2026-03-06T21:00:00+01:00") == CivilTime.instant("2026-03-06T20:00:00Z"))
    #expect(CivilTime.text(Instant(nanoseconds: 1_050_000_000)) == "1970-01-01T00:00:01.050Z")
  }

  @Test("1970-01-01 was a Thursday, 2026-11-21 is a Saturday")
  func weekday() throws {
    #expect(CivilTime.weekday(.epoch) == 3)
    #expect(CivilTime.weekday(try #require(CivilTime.instant("2026-11-21T08:00:00Z"))) == 5)
  }

  @Test(
    "what is no date is refused",
    arguments: [
      "", "2026-03-06", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-03-06T24:00:00Z", "1969-12-31T23:59:59Z",
      "2026-03-06T20:00:00", "2026-03-06T20:00:00+1:00", "2026-03-0aT20:00:00Z",
    ])
  func refused(_ text: String) { #expect(CivilTime.instant(text) == nil) }
}
