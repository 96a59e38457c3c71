public import Pricing
internal import Units

/// `weir prices`: every price with its unit, tiers, source and confidence.
public struct PriceTable: Exhibit {
  private let book: PriceBook

  /// The table of a book.
  public init(_ book: PriceBook) { self.book = book }

  /// Columns under a line with the book's name.
  public var document: Document {
    let table = Table(
      [
        "Item", "Region", .number("US dollars"), "Unit", "Confidence",
        "Source",
      ], rows.map { row in [.code(row[0])] + row.dropFirst().map { Prose($0) } })
    let columns = Table(
      Array(repeating: "", count: 5), rows.map { ($0.prefix(4) + ["\($0[4]) [\($0[5])]"]).map { Prose($0) } })
    return Document(blocks: [
      .terminal(["prices \(book.name), US dollars"] + columns.lines(under: nil) + without),
      .page([.paragraph("Prices `\(book.name)`."), .table(table)] + without.map { .paragraph(.plain($0)) }),
    ])
  }

  /// `weir.prices/v1`: what a scenario's `prices` takes.
  public var value: JSONValue {
    let prices = book.prices.map { price -> JSONValue in
      JSONValue([
        "item": price.item.rawValue, "region": price.region, "unit": price.unit.rawValue,
        "tiers": price.tiers.map { JSONValue(["above": $0.above, "usd": $0.price.description]) },
        "source": price.source, "confidence": price.confidence.rawValue,
      ])
    }
    return JSONValue(["schema": "weir.prices/v1", "name": book.name, "prices": prices])
  }

  private var rows: [[String]] {
    book.prices.map { price in
      let tiers = price.tiers.map { $0.above == 0 ? "\($0.price)" : "\($0.price) above \(Figures.count($0.above))" }
      return [
        price.item.rawValue, price.region, tiers.joined(separator: ", "), price.unit.rawValue,
        price.confidence.rawValue, price.source,
      ]
    }
  }

  /// Items nobody published a price of.
  private var without: [String] {
    let items = PriceItem.allCases.filter { item in !book.prices.contains { $0.item == item } }
    return items.map { "without a price: \($0.rawValue), \(book.reason(for: $0, in: ""))" }
  }
}
