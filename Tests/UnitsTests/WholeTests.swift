import Testing
import Units

@Suite("Whole numbers that do not trap")
struct WholeTests {
  @Test("a double becomes the nearest whole number that fits, cut towards zero, and nothing when it is no number")
  func doubles() {
    #expect(Int64(clamping: 2.9) == 2 && Int64(clamping: -2.9) == -2)
    #expect(Int64(clamping: 1e300) == .max && Int64(clamping: -.infinity) == .min && Int64(clamping: .nan) == 0)
    #expect(Int64(clamping: 0x1p63) == .max && Int64(clamping: -0x1p63) == .min)
    #expect(Int(clamping: 1e19) == .max && Int(clamping: 7.5) == 7 && UInt64(clamping: -1.0) == 0)
    #expect(Int128(clamping: 1e30) == Int128(1e30) && Int128(clamping: 1e300) == .max && Int128(clamping: .nan) == 0)
  }

  @Test("sums, differences and products stop at the end that they pass")
  func clamped() {
    #expect(Int64.max.plusClamped(1) == .max && Int64.min.plusClamped(-1) == .min && Int64(2).plusClamped(3) == 5)
    #expect(Int64.min.minusClamped(1) == .min && Int64.max.minusClamped(-1) == .max)
    #expect(Int64.max.timesClamped(2) == .max && Int64.max.timesClamped(-2) == .min && Int64(-3).timesClamped(4) == -12)
  }

  @Test("a product over a divisor is made in 256 bits and made whole once")
  func quotients() {
    let big: Int128 = 1 << 100
    #expect(big.times(big, over: big, .dropped) == big && big.times(big, over: 1, .dropped) == .max)
    #expect((-big).times(big, over: 1, .nearest) == .min)
    #expect(Int128(7).times(1, over: 2, .nearest) == 4 && Int128(7).times(1, over: 2, .dropped) == 3)
    #expect(Int128(-7).times(1, over: 2, .nearest) == -4 && Int128(-7).times(1, over: 2, .dropped) == -3)
    #expect(Int128.max.times(3, over: 3, .nearest) == .max && Int128(0).times(0, over: 5, .nearest) == 0)
  }

  @Test("times, sizes and money stay at what they can hold")
  func quantities() {
    #expect(Instant.never + .days(1) == .never && Interval.days(.max) == Interval(nanoseconds: .max))
    #expect(Interval.days(366) * 10_000 == Interval(nanoseconds: .max))
    #expect(Bytes(.max) + Bytes(1) == Bytes(.max) && Bytes.mebibytes(10) * .max == Bytes(.max))
    #expect(Int64.max.roundedUp(to: 1_024) == .max && Int64(1_025).roundedUp(to: 1_024) == 2_048)
    let dear = Money(picodollars: .max)
    #expect(dear + dear == dear && dear.times(.max, per: 1) == dear && dear.roundedToCents <= dear)
  }

  @Test("a petabyte-second a second for a year is priced to the picodollar, though its product passes 128 bits")
  func money() {
    // 10⁹ records of 10 MiB a second, kept for a year: 3.3 × 10³¹ byte-seconds at $0.023 a GB-month.
    let stored: Int128 = 1_000_000_000 * 10_485_760 * 31_536_000 * 31_536_000
    let month: Int128 = (1 << 30) * 2_628_000
    let bill = Money(usd: "0.023")?.times(stored * 1_000, per: month)
    #expect(bill?.inDollars.rounded() == (Double(stored) * 1_000 / Double(month) * 0.023).rounded())
  }
}
