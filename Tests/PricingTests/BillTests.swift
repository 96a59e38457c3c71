import Pricing
import Testing
import Units

@Suite("Bills")
struct BillTests {
  @Test("money reads and prints every digit, and refuses what is no amount")
  func money() {
    for text in ["0", "0.014", "0.0000166667", "1684.03", "123456789012345.000000000001"] {
      #expect(Money(usd: text)?.description == text)
    }
    for text in ["", "-1", "1.", ".5", "1e3", "0.0000000000001", "1,000", "1.2.3"] { #expect(Money(usd: text) == nil) }
    #expect(Money(picodollars: -14_000).description == "-0.000000014")
  }

  @Test("an amount is rounded once, half away from zero")
  func rounding() {
    #expect(Money(picodollars: 1).times(1, per: 2) == Money(picodollars: 1))
    #expect(Money(picodollars: 1).times(1, per: 3) == .zero)
    #expect(Money(picodollars: 5_000_000_000).roundedToCents == Money(picodollars: 10_000_000_000))
    #expect(Money(picodollars: 4_999_999_999).roundedToCents == .zero)
  }

  @Test("a use goes on as it was until the period is over, exactly")
  func scaling() {
    var usage = Usage(over: .hours(24))
    usage.add(.putPayloadUnit, scope: Scope(.stream, "s"), 1_000_000_007)
    #expect(usage.scaled(to: .none).lines == usage.lines)
    #expect(usage.scaled(to: .month730h).lines[0].quantity == 1_000_000_007 * 730 / 24)
    #expect(usage.scaled(to: .year).lines[0].quantity == 1_000_000_007 * 365)
    var large = Usage(over: .days(7))
    large.add(.longTermRetention, scope: Scope(.stream, "s"), Int128(1) << 100)
    #expect(large.scaled(to: .year).lines[0].quantity == (Int128(1) << 100) * 365 / 7)
  }

  @Test("what nobody priced is named with a reason and is not in the total")
  func unpriced() {
    var usage = Usage(over: .hours(730))
    usage.add(.shardHour, scope: Scope(.stream, "s"), 3_600_000_000_000)
    usage.add(.deliveryChannel, scope: Scope(.channel, "c"), 1 << 30)
    let bill = Bill(usage, for: .month730h, book: .current, region: "us-east-1")
    #expect(bill.total == Money(usd: "0.015"))
    #expect(bill.unpriced.map(\.scope) == [Scope(.channel, "c")])
    #expect(bill.unpriced[0].reason.contains("no source"))
    #expect(bill.isPartial(nil) && bill.isPartial(Scope(.channel, "c")) && !bill.isPartial(Scope(.stream, "s")))
    let frankfurt = Bill(usage, for: .month730h, book: .current, region: "eu-central-1")
    #expect(frankfurt.lines.isEmpty && frankfurt.unpriced[0].reason.contains("known: us-east-1"))
  }

  @Test("a user's price replaces the book's, and fills its gaps")
  func override() {
    let own = Price(
      item: .shardHour, region: "eu-central-1", unit: .hour, tiers: [.init(above: 0, price: Money(picodollars: 7))],
      source: "contract", confidence: .documented)
    var cheap = own
    cheap.region = "us-east-1"
    let book = PriceBook.current.overridden(by: PriceBook(name: "mine", prices: [own, cheap]))
    #expect(book.price(of: .shardHour, in: "eu-central-1") == own)
    #expect(book.price(of: .shardHour, in: "us-east-1") == cheap)
    #expect(book.prices.count == PriceBook.current.prices.count + 1)
  }

  @Test("every price has a source, and no item is priced twice in a region")
  func book() {
    let prices = PriceBook.current.prices
    #expect(
      prices.allSatisfy {
        $0.source.contains("20") && !$0.source.contains("§") && $0.tiers.allSatisfy { $0.price > .zero }
      })
    #expect(Set(prices.map { "\($0.item.rawValue) \($0.region)" }).count == prices.count)
    let here = Set(prices.filter { $0.region == "us-east-1" }.map(\.item))
    #expect(PriceItem.allCases.filter { !here.contains($0) } == [.deliveryChannel, .queueData, .sqlHour])
  }
}
