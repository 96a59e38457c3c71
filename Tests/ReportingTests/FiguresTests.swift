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

  @Test func `dollars are told to the cent, the sign before them`() {
    #expect([1_684.034, 0, -0.2, 1e6].map(Figures.dollars) == ["$1,684.03", "$0.00", "-$0.20", "$1,000,000.00"])
    #expect(Figures.dollars(Money(picodollars: 5_000_000_000)) == "$0.01")
  }

  @Test func `a YAML scalar is a number, a truth or a text, quotes left off`() {
    let values = ["8", "-0.5", ".5", "true", "\"8\"", "on_demand_standard", "nan", ""].map(JSONValue.scalar)
    #expect(
      values == [
        .count(8), .number(-0.5), .number(0.5), .bool(true), .string("8"), .string("on_demand_standard"),
        .string("nan"), .string(""),
      ])
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
