import Testing
import Units

@testable import Reporting

@Suite struct FiguresTests {
  @Test(arguments: [
    (0, "0"), (999, "999"), (1_204, "1,204"), (-1_234_567, "-1,234,567"), (Int64.min, "-9,223,372,036,854,775,808"),
  ])
  func `counts have thousands separators`(_ number: Int64, _ text: String) {
    #expect(Figures.count(number) == text)
  }

  @Test(arguments: [
    (0.0231, "2.31 %"), (0.61, "61 %"), (0, "0 %"), (0.000031, "0.0031 %"), (1, "100 %"), (0.99996, "99.996 %"),
    (2.4, "240 %"), (0.0999, "9.99 %"), (12.345, "1,235 %"), (0.123, "12.3 %"), (-0.0231, "-2.31 %"),
  ])
  func `percents keep the digits that matter`(_ share: Double, _ text: String) {
    #expect(Figures.percent(share) == text)
  }

  @Test func `a share that is not all is never 100 percent and one that is not nothing never 0`() {
    #expect(Figures.percent(0.9999999) != "100 %")
    #expect(Figures.percent(1e-9) != "0 %")
  }

  @Test func `nothing measured is a dash`() {
    #expect(
      [Figures.percent(nil), Figures.percent(.nan), Figures.number(.infinity), Figures.factor(nil)] == [
        "–", "–", "–", "–",
      ])
  }

  @Test(arguments: [
    (Interval.hours(2), "2 h"), (.seconds(2_232), "37 min 12 s"), (.milliseconds(310), "310 ms"), (.zero, "0 ms"),
    (.seconds(59), "59 s"), (.milliseconds(1_500), "1.5 s"), (.seconds(90_061), "1 d 1 h"),
    (.microseconds(7_310), "7.31 ms"),
    (.seconds(3_599), "59 min 59 s"), (.days(365), "365 d"),
  ])
  func `durations are in their two largest units`(_ time: Interval, _ text: String) {
    #expect(Figures.duration(time) == text)
  }

  @Test(arguments: [
    (Int64(512), "512 B"), (1_536, "1.5 KiB"), (0, "0 B"), (1 << 20, "1 MiB"), (21_797_000_000, "20.3 GiB"),
  ])
  func `sizes are in binary units`(_ bytes: Int64, _ text: String) {
    #expect(Figures.size(Bytes(bytes)) == text)
  }

  @Test(arguments: [
    (7.306, "7.31"), (314.2, "314"), (12_345.6, "12,346"), (0.00123, "0.00123"), (0, "0"), (23.45, "23.5"),
  ])
  func `numbers have three significant digits`(_ value: Double, _ text: String) {
    #expect(Figures.number(value) == text)
  }
}

@Suite struct SparklineTests {
  private func text(_ values: [Double], _ columns: Int = 72, _ gathering: Sparkline.Gathering = .sum) -> String {
    Sparkline(values, columns: columns, gathering: gathering).text
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
    let line = Sparkline(values, columns: 72, gathering: .sum)
    #expect(line.valuesPerColumn == 3 && line.columns.count == 49)
    #expect(line.columns.reduce(0, +) == values.reduce(0, +))
    #expect(Sparkline(values, columns: 72, gathering: .max).peak == 144)
    #expect(Sparkline(values, columns: 1, gathering: .sum).text == "█")
  }

  @Test func `values that are no counts are zero`() { #expect(text([.nan, -3, .infinity, 1]) == "▁▁▁█") }
}
