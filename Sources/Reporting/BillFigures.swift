internal import Models
internal import Pricing
internal import Units

/// A bill as JSON, CSV, Markdown and a sentence.
struct BillFigures {
  private let bill: Bill

  init(_ bill: Bill) { self.bill = bill }

  /// The contract's `cost`: the period, the total, every line with its source, and what has no price.
  var json: JSONValue {
    [
      "period": .string(bill.period.rawValue), "prices": .string(bill.book),
      "total_usd": .number(bill.total.roundedToCents.inDollars), "complete": .bool(bill.unpriced.isEmpty),
      "lines": .array(bill.lines.map(json)),
      "unpriced": .array(
        bill.unpriced.map { use in
          ["item": .string(use.item.rawValue), "scope": .string(use.scope), "reason": .string(use.reason)]
        }),
    ]
  }

  private func json(_ line: Bill.Line) -> JSONValue {
    [
      "item": .string(line.item.rawValue), "scope": .string(line.scope),
      "quantity": .number(line.units(in: bill.period)), "unit": .string(line.unit.rawValue),
      "unit_price_usd": .number(line.price.inDollars), "usd": .number(line.amount.inDollars),
      "source": .string(line.source), "confidence": .string(line.confidence.rawValue),
    ]
  }

  /// cost.csv.
  var csv: String {
    var table = CSVTable([
      "period", "scope", "item", "quantity", "unit", "unit_price_usd", "usd", "source", "confidence",
    ])
    for line in bill.lines {
      table.append([
        bill.period.rawValue, line.scope, line.item.rawValue, CSVTable.cell(line.units(in: bill.period)),
        line.unit.rawValue, line.price.description, line.amount.description, line.source, line.confidence.rawValue,
      ])
    }
    for use in bill.unpriced {
      table.append([bill.period.rawValue, use.scope, use.item.rawValue, "", "", "", "", use.reason, "unknown"])
    }
    return table.text
  }

  /// The largest lines first, the total last.
  var markdown: String {
    var table = MarkdownTable([
      ("For", .left), ("Item", .left), ("Quantity", .right), ("Unit", .left), ("Price", .right), ("Amount", .right),
      ("Source", .left),
    ])
    let order = bill.lines.indices.sorted { (bill.lines[$1].amount, $0) < (bill.lines[$0].amount, $1) }
    for line in order.map({ bill.lines[$0] }) { table.append(cells(line)) }
    table.append(["**Total**", "", "", "", "", "**\(Self.dollars(bill.total))**", ""])
    return table.text
      + bill.unpriced.map { use in
        "\nWithout a price, and not in the total: \(Markdown.code(use.item.rawValue)) of \(use.scope); \(use.reason).\n"
      }.joined()
  }

  private func cells(_ line: Bill.Line) -> [String] {
    let sureness = line.confidence == .documented ? "" : " (\(line.confidence.rawValue))"
    return [
      Markdown.code(line.scope), Markdown.code(line.item.rawValue), Figures.number(line.units(in: bill.period)),
      line.unit.rawValue, "$\(line.price)", Self.dollars(line.amount), line.source + sureness,
    ]
  }

  /// The total and its largest part, in a line.
  var sentence: String {
    let largest = bill.lines.max { $0.amount < $1.amount }
    let share = largest.map { line in
      ", most of it \(line.item.rawValue) of \(line.scope) (\(Self.dollars(line.amount)))"
    }
    let gap =
      bill.unpriced.isEmpty ? "" : "; \(Figures.count(bill.unpriced.count, of: "item")) without a price left out"
    return "  cost: \(Self.dollars(bill.total)) for \(bill.period.words)\(share ?? "")\(gap)"
  }

  /// `$1,684.03`, to the cent.
  static func dollars(_ amount: Money) -> String { "$" + Figures.fixed(amount.roundedToCents.inDollars, decimals: 2) }
}

extension RunMarkdown {
  /// What it costs, line by line.
  var cost: String? {
    let bill = run.bill
    guard !bill.lines.isEmpty || !bill.unpriced.isEmpty else { return nil }
    return """
      ## Cost

      For \(bill.period.words), prices `\(bill.book)`, region \(run.experiment.region). The bill takes what happened in the \
      simulated time\(bill.period == .none ? "" : " to go on until the period is over"). Left out: data \
      transfer, jq hours, requests to S3 but PUTs, and free tiers.

      \(BillFigures(bill).markdown)
      """
  }
}
