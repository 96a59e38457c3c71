import Scenario
import Testing

@testable import Reporting

@Suite struct ChartTests {
  private func text(_ values: [Double], _ columns: Int = 72) -> String {
    Series(values, columns: columns, gathering: .sum).strip.signs
  }

  @Test func `nothing is empty and all zeros lie flat`() {
    #expect(text([]).isEmpty)
    #expect(text([0, 0, 0]) == "▁▁▁")
  }

  @Test func `one value is full and whatever is not zero is seen`() {
    #expect(text([5]) == "█")
    #expect(text([1, 0, 1_000_000]) == "▂▁█")
  }

  @Test func `eight levels have eight bars`() { #expect(text([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█") }

  @Test func `more values than columns are gathered in equal parts and none is lost`() {
    let values = (0..<145).map(Double.init)
    let series = Series(values, columns: 72, gathering: .sum)
    #expect(series.valuesPerColumn == 3 && series.columns.count == 49)
    #expect(series.columns.reduce(0, +) == values.reduce(0, +))
    #expect(Series(values, columns: 72, gathering: .max).peak == 144)
    #expect(text(values, 1) == "█")
  }

  @Test func `values that are no counts are zero`() { #expect(text([.nan, -3, .infinity, 1]) == "▁▁▁█") }

  @Test func `names stand before the marks, an axis below their ends, and the footer last`() {
    let chart = Chart(
      title: "load", names: .right,
      rows: [
        .init(name: "a", marks: .shades([0, nil, 1, 4], peak: 4), caption: "busy"),
        .init(name: "bcd", marks: .verdicts([true, false, nil, true])),
      ], axis: ("0", "9"), footer: ["", "end"])
    #expect(chart.lines == ["load", "  a  · ░█  busy", "bcd  ✓✗ ✓", "     0  9", "", "end"])
  }
}

@Suite struct DocumentTests {
  private static let table = Table(
    ["Name", .number("Size"), .unit(""), "Note"],
    [[.code("a|b"), "7", "KiB", ""], ["c", .count(1_200), "B", "long"]])

  @Test func `columns are as wide as their widest cell, a unit is near its number, nothing follows the last`() {
    #expect(Self.table.lines(under: nil) == ["a|b      7 KiB", "c    1,200 B    long"])
    #expect(Self.table.lines(under: ["Name", "Size", "", "Note"])[0] == "Name   Size      Note")
  }

  @Test func `Markdown has a rule under the header, and no cell can end its row`() {
    #expect(
      Self.table.markdown == """
        | Name | Size |  | Note |
        | :--- | ---: | :--- | :--- |
        | `a\\|b` | 7 | KiB |  |
        | c | 1,200 | B | long |

        """)
  }

  private static let document = Document(blocks: [
    .page([.heading(1, "Title")]), .stack([.quote("so"), .terminal(["  it is"])]),
    .heading(2, Prose(text: "PART", markdown: "Part")), .rows(Table("x", numbers: [], [["1"]])), .filled(table),
    .heading(2, Prose(text: "", markdown: "Notes")), .notes(["*mind*"]), .filled(Table("x", numbers: [], [])),
    .command(ShellLine("weir", "x"), under: "Again"),
  ])

  @Test func `a terminal has what is under a title indented, and blank lines between parts`() {
    #expect(
      Self.document.text == """
        so
          it is

        PART
          1

          Name   Size      Note
          a|b       7 KiB
          c     1,200 B    long

        note: *mind*

        """)
  }

  @Test func `a page has titles, one blank line between parts, and the command to paste`() {
    let page = Self.document.markdown
    #expect(page.hasPrefix("# Title\n\n> so\n\n## Part\n\n| x |\n| :--- |\n| 1 |\n\n| Name |"))
    #expect(page.hasSuffix("## Notes\n\n- *mind*\n\n## Again\n\n```sh\nweir x\n```\n"))
  }
}
