import Testing
import Units

@testable import Server

@Suite struct `A certificate of weir serve's own` {
  private static func names(_ host: String) -> String {
    let line = OwnCertificate(host: host).settings.split(separator: "\n").first { $0.hasPrefix("subjectAltName") }
    return String(line?.dropFirst("subjectAltName = ".count) ?? "")
  }

  @Test(
    "is for the usual names, and for the one that is listened at: an address or, even of hexadecimal letters, a name",
    arguments: [
      ("127.0.0.1", ""), ("::1", ""), ("localhost", ""), ("db", ", DNS:db"), ("cafe", ", DNS:cafe"),
      ("10.1.2.3", ", IP:10.1.2.3"), ("fe80::1", ", IP:fe80::1"), ("1.2.3", ", DNS:1.2.3"), ("a.b", ", DNS:a.b"),
    ])
  func names(_ host: String, _ own: String) {
    #expect(Self.names(host) == "DNS:localhost, IP:127.0.0.1, IP:::1" + own)
  }

  @Test("fits while it is valid, is for the same names, and is not about to end") func fits() {
    let mine = OwnCertificate(host: "127.0.0.1"), now = Instant(seconds: 1_800_000_000)
    func fits(_ settings: String, from: Int64, days: Int64) -> Bool {
      mine.fits(settings: settings, from: now + .seconds(from), to: now + .hours(24 * days), at: now)
    }
    #expect(fits(mine.settings, from: -1, days: 31) && !fits(mine.settings, from: -1, days: 29))
    #expect(!fits(mine.settings, from: 1, days: 825) && !fits(mine.settings, from: -1, days: -1))
    #expect(!fits(OwnCertificate(host: "db").settings, from: -1, days: 825))
  }
}
