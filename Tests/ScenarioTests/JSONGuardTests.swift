import Testing

@testable import Scenario

@Suite struct JSONGuardTests {
  @Test(
    "what is JSON is JSON",
    arguments: [
      "{}", "[]", " {\"a\": [1, -0.5, 1e-05, true, false, null, \"x\\u00e9\\\"\"], \"b\": {\"c\": []}}\n", "\"a\"", "0",
      "\u{FEFF}{}",
    ])
  func sound(_ text: String) { #expect(JSONGuard.flaw(in: text) == nil) }

  @Test(
    "what only YAML takes is none, and its place is told",
    arguments: [
      ("{\"a\": 1, # note\n}", 1, 10), ("{'a': 1}", 1, 2), ("{\"a\": 1,}", 1, 9), ("[1,\n 2,]", 2, 4),
      ("{\"a\" 1}", 1, 6),
      ("a: 1", 1, 1), ("{\"a\": 017}", 1, 7), ("{\"a\": .5}", 1, 7), ("{\"a\": [", 1, 8), ("{} {}", 1, 4), ("", 1, 1),
      ("{\"é\": yes}", 1, 7), ("[\"a\nb\"]", 1, 2), ("[1}", 1, 3), ("{\"a\": \"\\x\"}", 1, 7),
    ])
  func flawed(_ text: String, _ line: Int, _ column: Int) {
    let flaw = JSONGuard.flaw(in: text)
    #expect(flaw?.line == line && flaw?.column == column, "\(String(describing: flaw))")
  }
}
