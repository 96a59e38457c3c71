import Testing

@testable import Planning

@Suite struct RegretTableTests {
  private func design(_ name: String, _ index: Int, _ outcomes: [(Bool, Double)]) -> (
    candidate: Int, choices: [Candidate.Choice], outcomes: [RegretTable.Outcome]
  ) {
    (
      index, [Candidate.Choice(path: "x", value: name)],
      outcomes.map { RegretTable.Outcome(isHolding: $0.0, cost: $0.1) }
    )
  }

  /// Two worlds by hand. In the first all hold and A is the cheapest with 100; in the second A breaks, B is the cheapest
  /// with 160 and C the dearest with 210. A regrets (210 − 160) + (160 − 110) = 100 there.
  private var table: [(candidate: Int, choices: [Candidate.Choice], outcomes: [RegretTable.Outcome])] {
    [
      design("A", 0, [(true, 100), (false, 110)]), design("B", 1, [(true, 150), (true, 160)]),
      design("C", 2, [(true, 200), (true, 210)]),
    ]
  }

  @Test func `two worlds come out as by hand`() {
    let table = RegretTable(self.table, worlds: 2, share: 0.95)
    #expect(table.rows.map { $0.choices[0].value } == ["B", "C", "A"] && table.eligible == 2)
    #expect(table.rows.map(\.mean) == [25, 75, 50] && table.rows.map(\.worst) == [50, 100, 100])
    #expect(table.rows.map(\.held) == [2, 2, 1] && table.rows.map(\.cost) == [155, 205, 105])
  }

  @Test func `who is content with half of the worlds may choose all three`() {
    let table = RegretTable(self.table, worlds: 2, share: 0.5)
    #expect(table.eligible == 3 && table.rows.map { $0.choices[0].value } == ["B", "A", "C"])
  }

  @Test func `a world in which nothing holds is nobody's fault, and nobody holds in it`() {
    let table = RegretTable(
      [design("A", 0, [(true, 10), (false, 10)]), design("B", 1, [(true, 20), (false, 20)])], worlds: 2, share: 0.9)
    #expect(table.hopeless == 1 && table.eligible == 0 && table.rows.map(\.mean) == [0, 5])
  }

  @Test func `breaking is never better than the dearest design that holds`() {
    for cheap in stride(from: 1.0, through: 300, by: 37) {
      let table = RegretTable(
        [design("broken", 0, [(false, cheap)]), design("best", 1, [(true, 100)]), design("dear", 2, [(true, 180)])],
        worlds: 1, share: 1)
      let mean = { (name: String) in table.rows.first { $0.choices[0].value == name }?.mean ?? 0 }
      #expect(mean("broken") >= mean("dear") && mean("best") == 0)
    }
  }
}
