public import Pricing
internal import Units

/// `weir prices`: every price with its unit, tiers, source and confidence.
public struct PriceTable: Sendable {
  private let book: PriceBook

  /// The table of a book.
  public init(_ book: PriceBook) { self.book = book }

  /// Columns for a terminal, under a line with the book's name.
  public var text: String {
    let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ") + "  " + row[4]
        + " [\(row[5])]"
    }
    return (["prices \(book.name), US dollars"] + lines + without).joined(separator: "\n") + "\n"
  }

  /// A table for GitHub.
  public var markdown: String {
    var table = MarkdownTable([
      ("Item", .left), ("Region", .left), ("US dollars", .right), ("Unit", .left), ("Confidence", .left),
      ("Source", .left),
    ])
    for row in rows { table.append([Markdown.code(row[0])] + row.dropFirst()) }
    return "Prices `\(book.name)`.\n\n" + table.text + without.map { "\n\(Markdown.prose($0))\n" }.joined()
  }

  /// `weir.prices/v1`: what a scenario's `prices` takes.
  public var json: String {
    let prices = book.prices.map { price in
      JSONValue.object([
        "item": .string(price.item.rawValue), "region": .string(price.region), "unit": .string(price.unit.rawValue),
        "tiers": .array(price.tiers.map { ["above": .count($0.above), "usd": .string($0.price.description)] }),
        "source": .string(price.source), "confidence": .string(price.confidence.rawValue),
      ])
    }
    return JSONValue.object(["schema": "weir.prices/v1", "name": .string(book.name), "prices": .array(prices)]).text
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
