internal import Experiment
internal import Models
internal import Pricing
internal import Units

/// A bill as JSON, CSV, a table and a sentence.
struct BillParts {
  private let bill: Bill

  init(_ bill: Bill) { self.bill = bill }

  /// The contract's `cost`: the period, the total, every line with its source, and what has no price.
  var json: JSONValue {
    JSONValue([
      "period": bill.period.rawValue, "prices": bill.book, "total_usd": bill.total.roundedToCents.inDollars,
      "complete": bill.unpriced.isEmpty, "lines": bill.lines.map(json),
      "unpriced": bill.unpriced.map { use in
        JSONValue(["item": use.item.rawValue, "scope": use.scope.description, "reason": use.reason])
      },
    ])
  }

  private func json(_ line: Bill.Line) -> JSONValue {
    JSONValue([
      "item": line.item.rawValue, "scope": line.scope.description, "quantity": line.units(in: bill.period),
      "unit": line.unit.rawValue, "unit_price_usd": line.price.inDollars, "usd": line.amount.inDollars,
      "source": line.source, "confidence": line.confidence.rawValue,
    ])
  }

  /// cost.csv.
  var csv: String {
    var table = CSVTable([
      "period", "scope", "item", "quantity", "unit", "unit_price_usd", "usd", "source", "confidence",
    ])
    for line in bill.lines {
      table.append([
        bill.period.rawValue, line.scope.description, line.item.rawValue, CSVTable.cell(line.units(in: bill.period)),
        line.unit.rawValue, line.price.description, line.amount.description, line.source, line.confidence.rawValue,
      ])
    }
    for use in bill.unpriced {
      table.append([
        bill.period.rawValue, use.scope.description, use.item.rawValue, "", "", "", "", use.reason, "unknown",
      ])
    }
    return table.text
  }

  /// The lines, the largest first.
  var byAmount: [Bill.Line] {
    bill.lines.indices.sorted { (bill.lines[$1].amount, $0) < (bill.lines[$0].amount, $1) }.map { bill.lines[$0] }
  }

  /// The largest lines first, the total last, then what has no price.
  var blocks: [Document.Block] {
    let columns: [Table.Column] = [
      "For", "Item", .number("Quantity"), "Unit", .number("Price"), .number("Amount"), "Source",
    ]
    let total: [Prose] = ["**Total**", "", "", "", "", "**\(Figures.dollars(bill.total))**", ""]
    return [.table(Table(columns, byAmount.map(cells) + [total]))]
      + bill.unpriced.map { use in
        .paragraph(
          "Without a price, and not in the total: \(Markdown.code(use.item.rawValue)) of \(use.scope); \(use.reason).")
      }
  }

  private func cells(_ line: Bill.Line) -> [Prose] {
    let sureness = line.confidence == .documented ? "" : " (\(line.confidence.rawValue))"
    return [
      .code(line.scope.description), .code(line.item.rawValue), .number(line.units(in: bill.period)),
      Prose(line.unit.rawValue),
      "$\(line.price)", Prose(Figures.dollars(line.amount)), Prose(line.source + sureness),
    ]
  }

  /// What each part of the design costs, the dearest first.
  private var byScope: [(scope: Scope, amount: Money)] {
    var scopes: [Scope] = []
    for line in bill.lines where !scopes.contains(line.scope) { scopes.append(line.scope) }
    let sums = scopes.map { (scope: $0, amount: bill.total(of: $0)) }
    return sums.indices.sorted { (sums[$1].amount, $0) < (sums[$0].amount, $1) }.map { sums[$0] }
  }

  /// The most parts that are named in a sentence.
  private static let mostParts = 3

  private func parts(_ words: (Scope, Money) -> String) -> String {
    let all = byScope, more = all.count - Self.mostParts
    return all.prefix(Self.mostParts).map { words($0.scope, $0.amount) }.joined(separator: ", ")
      + (more > 0 ? ", and \(Figures.count(more, of: "more part"))" : "")
  }

  /// What the dearest parts of the design take of the total, as a sentence of Markdown behind another; empty where there is one part.
  var shares: String {
    guard byScope.count > 1, bill.total > .zero else { return "" }
    let words = parts { scope, amount in
      "\(Figures.dollars(amount)) for \(Markdown.code(scope.description)) (\(Figures.percent(amount.inDollars / bill.total.inDollars)))"
    }
    return " The total of \(Figures.dollars(bill.total)) is \(words)."
  }

  /// The total and its largest parts, in a line.
  var sentence: String {
    let parts = bill.lines.isEmpty ? "" : ": " + parts { "\($0) \(Figures.dollars($1))" }
    let gap = missing(of: nil).map { "; left out: \($0)" } ?? ""
    return "  cost: \(Figures.dollars(bill.total)) for \(bill.period.words)\(parts)\(gap)"
  }

  /// What of a scope (nil for all) has no price, where, and what to do about it; nil when all has one.
  func missing(of scope: Scope?) -> String? {
    let items = bill.unpricedItems(of: scope).map { $0.rawValue }
    guard !items.isEmpty else { return nil }
    let more = items.count > 3 ? " and \(items.count - 3) more" : ""
    return
      "\(bill.region) has no known price for \(items.prefix(3).joined(separator: ", "))\(more); give it in a price file"
  }
}

extension RunResult {
  /// Why a budget was not measured: what it is for has no price; nil when that is not why.
  func gap(of objective: Objective) -> String? {
    guard case .monthlyCost(let scope) = objective.metric else { return nil }
    return BillParts(bill).missing(of: scope)
  }
}
