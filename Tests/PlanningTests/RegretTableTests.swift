import Testing

@testable import Planning

@Suite struct RegretTableTests {
  private typealias Design = (candidate: Int, choices: [Candidate.Choice], outcomes: [RegretTable.Outcome?])

  /// Costs in every world; `missing` where it breaks.
  private func design(_ name: String, _ index: Int, _ outcomes: [(cost: Double, missing: Double?)?]) -> Design {
    (
      index, [Candidate.Choice(path: "x", value: name)],
      outcomes.map {
        $0.map { RegretTable.Outcome(isHolding: $0.missing == nil, cost: $0.cost, missing: $0.missing ?? 0) }
      }
    )
  }

  /// Two worlds by hand. In the first all hold and A is the cheapest with 100; in the second A lacks 50 and scores
  /// 110 + 2 · 50 = 210, B is the cheapest with 160.
  private var table: [Design] {
    [
      design("A", 0, [(100, nil), (110, 50)]), design("B", 1, [(150, nil), (160, nil)]),
      design("C", 2, [(200, nil), (210, nil)]),
    ]
  }

  private func names(_ table: RegretTable) -> [String] { table.rows.map { $0.choices[0].value } }

  @Test func `two worlds come out as by hand`() {
    let table = RegretTable(self.table, worlds: 2, share: 0.95)
    #expect(names(table) == ["B", "C", "A"] && table.eligible == 2)
    #expect(table.rows.map(\.mean) == [25, 75, 25] && table.rows.map(\.worst) == [50, 100, 50])
    #expect(table.rows.map(\.held) == [2, 2, 1] && table.rows.map(\.cost) == [155, 205, 105])
  }

  @Test func `who is content with half of the worlds may choose all three`() {
    let table = RegretTable(self.table, worlds: 2, share: 0.5)
    #expect(table.eligible == 3 && names(table) == ["A", "B", "C"])
  }

  @Test func `a world in which nothing holds counts for nobody's choice, and nobody holds in it`() {
    let table = RegretTable(
      [design("A", 0, [(10, nil), (10, 5)]), design("B", 1, [(20, nil), (20, 5)])], worlds: 2, share: 0.9)
    #expect(table.hopeless == 1 && table.eligible == 0 && table.rows.map(\.mean) == [0, 10])
  }

  @Test func `a further design never changes the order of those that are there`() {
    var state: UInt64 = 7
    func next(_ most: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % most
    }
    for _ in 0..<300 {
      let worlds = 1 + next(5)
      let designs = (0...(2 + next(4))).map { index in
        design(
          "\(index)", index, (0..<worlds).map { _ in (Double(1 + next(99)), next(3) == 0 ? Double(next(50)) : nil) })
      }
      for share in [0.5, 1] {
        let all = RegretTable(designs, worlds: worlds, share: share)
        let fewer = RegretTable(Array(designs.dropLast()), worlds: worlds, share: share)
        let last = designs[designs.count - 1].candidate
        #expect(
          all.rows.prefix(all.eligible).map(\.candidate).filter { $0 != last }
            == fewer.rows.prefix(fewer.eligible).map(\.candidate))
      }
    }
  }

  @Test func `a design that was not simulated everywhere is never chosen`() {
    let table = RegretTable(
      [design("A", 0, [(10, nil), nil]), design("B", 1, [(20, nil), (20, nil)])], worlds: 2, share: 0.5)
    #expect(names(table) == ["B", "A"] && table.eligible == 1 && table.rows[1].simulated == 1)
  }
}
