internal import Experiment
internal import Models
internal import Units

extension ScenarioDecoder {
  private static let maximumKeys = 100_000_000
  private static let laws = ["uniform", "zipf", "hotset", "listed", "single", "round_robin_ehk", "trace"]

  func keys(_ field: Field) -> KeySpec? {
    guard var fields = field.map() else { return nil }
    let kind = fields.require("dist", expecting: "one of \(Self.laws.joined(separator: ", "))")?
      .choice(Self.laws, what: "dist")
    let salt = fields.take("salt")
    let ways = salt?.integer(1...10_000, expecting: "a number of ways to salt a key") ?? 1
    let law = kind.flatMap { self.law($0, &fields) }
    let parameters = ["cardinality", "s", "hot_fraction", "hot_share", "file", "rest"]
    if let kind {
      fields.inapplicable(parameters, to: "dist \(kind)")
    } else {
      parameters.forEach { _ = fields.take($0) }
    }
    fields.finish()
    if let salt, ways > 1, kind == "round_robin_ehk" {
      salt.refuse("explicit hash keys take no salt", remedy: "remove it")
    }
    if let salt, let count = law?.cardinality,
      count.multipliedReportingOverflow(by: ways).partialValue > Self.maximumKeys
    {
      salt.refuse("\(count) keys salted \(ways) ways are more than \(Self.maximumKeys)")
    }
    return law.map { KeySpec($0, salt: ways) }
  }

  private func law(_ kind: String, _ fields: inout Fields) -> KeySpec.Law? {
    switch kind {
    case "uniform": return cardinality(&fields).map { .uniform(cardinality: $0) }
    case "zipf":
      let s = fields.require("s", expecting: "an exponent such as 0.99")?
        .number(0...10, expecting: "an exponent such as 0.99")
      guard let count = cardinality(&fields), let s else { return nil }
      return .zipf(cardinality: count, s: s)
    case "hotset": return hotSet(&fields)
    case "listed": return listed(&fields)
    case "single": return .single
    case "round_robin_ehk": return .roundRobinExplicit
    default: return .trace
    }
  }

  /// Keys by name from a file, and how many others there are.
  private func listed(_ fields: inout Fields) -> KeySpec.Law? {
    let others = fields.take("rest"),
      rest = others.map { $0.integer(0...Self.maximumKeys, expecting: "a number of keys") } ?? 0
    let exponent = fields.take("s")
    let s = exponent.map { $0.number(0...10, expecting: "an exponent such as 0.99") } ?? 0
    guard let field = fields.require("file", expecting: "the path of a CSV file of share,key"),
      let keys = traces.listedKeys(field, base: base), let rest, let s
    else { return nil }
    let sum = keys.reduce(0) { $0 + $1.share }
    if sum > 1 + 1e-6 {
      field.refuse("the shares of the keys sum to \(plain(rounded(sum))), which is more than 1")
      return nil
    }
    if sum < 1 - 1e-6, rest == 0 {
      field.refuse(
        "the shares of the keys sum to \(plain(rounded(sum)))",
        remedy: "tell how many other keys share the rest: rest: 1000")
      return nil
    }
    return .listed(names: keys.map(\.name), shares: keys.map(\.share), rest: rest, s: s)
  }

  private func cardinality(_ fields: inout Fields) -> Int? {
    guard let field = fields.take("cardinality") else { return 1_000_000 }
    return field.integer(1...Self.maximumKeys, expecting: "a number of keys")
  }

  private func hotSet(_ fields: inout Fields) -> KeySpec.Law? {
    let count = cardinality(&fields)
    let fractionField = fields.require("hot_fraction", expecting: "the share of keys that are hot, such as 0.01")
    let fraction = fractionField?.number(0...1, expecting: "the share of keys that are hot, such as 0.01")
    let share = fields.require("hot_share", expecting: "their share of the records, such as 0.3")?
      .number(0...1, expecting: "their share of the records, such as 0.3")
    guard let count, let fraction, let share else { return nil }
    let hot = max(1, Int(clamping: (Double(count) * fraction).rounded()))
    if hot >= count, share < 1 {
      fractionField?.refuse(
        "all \(count) keys are hot: none is left for the other \(plain(rounded(1 - share))) of the records")
      return nil
    }
    return .hotSet(cardinality: count, hot: hot, hotShare: share)
  }
}

extension KeySpec.Law {
  /// How many keys it draws from, when that is a number.
  fileprivate var cardinality: Int? {
    switch self {
    case .uniform(let count), .zipf(let count, _), .hotSet(let count, _, _): count
    case .listed(let names, _, let rest, _): names.count + rest
    case .single: 1
    case .roundRobinExplicit, .trace: nil
    }
  }
}
