internal import Experiment
internal import Foundation
internal import Models
internal import Units

/// What a distribution is of, and therefore how its values are written.
enum Dimension {
  /// Bytes: `900B`, `6KiB` or a bare number.
  case size
  /// Nanoseconds: `5ms`, never a bare number.
  case time

  var example: String { self == .size ? "900B" : "5ms" }
  var noun: String { self == .size ? "a size" : "a duration" }
}

extension ScenarioDecoder {
  /// Far above any record, far below what 64 bits count.
  private static let largestSize = Bytes(1 << 40)
  private static let kinds = [
    "constant", "uniform", "exponential", "lognormal", "gamma", "empirical", "mixture",
  ]

  /// A value or a map with `dist`.
  func distribution(_ field: Field, of dimension: Dimension) -> Distribution? {
    if field.isScalar { return value(field, dimension).map(Distribution.constant) }
    let expected = "\(dimension.noun) such as \(dimension.example) or a map with dist"
    guard var fields = field.map(expecting: expected) else { return nil }
    let result = distribution(&fields, dimension)
    fields.finish()
    return result
  }

  private func distribution(_ fields: inout Fields, _ dimension: Dimension) -> Distribution? {
    guard let kindField = fields.require("dist", expecting: "one of \(Self.kinds.joined(separator: ", "))"),
      let kind = kindField.choice(Self.kinds, what: "dist")
    else {
      for entry in fields.entries { _ = fields.take(entry.key) }
      return nil
    }
    let result = parameters(kind, &fields, dimension)
    let all = [
      "value", "low", "high", "mean", "median", "p99", "sigma", "cv", "shape", "scale", "values", "weights", "parts",
    ]
    fields.inapplicable(all, to: "dist \(kind)")
    return result
  }

  private func parameters(_ kind: String, _ fields: inout Fields, _ dimension: Dimension) -> Distribution? {
    switch kind {
    case "constant": positive("value", &fields, dimension, orZero: true).map(Distribution.constant)
    case "uniform": uniform(&fields, dimension)
    case "exponential": positive("mean", &fields, dimension).map { .exponential(mean: $0) }
    case "lognormal": lognormal(&fields, dimension)
    case "gamma": gamma(&fields, dimension)
    case "empirical": empirical(&fields, dimension)
    default: mixture(&fields, dimension)
    }
  }

  /// One value in base units.
  private func value(_ field: Field, _ dimension: Dimension) -> Double? {
    switch dimension {
    case .time: return field.duration(.zero ... .longest).map { Double($0.nanoseconds) }
    case .size:
      if let text = field.text, Numeral(text) != nil {
        return field.number(0...Double(Self.largestSize.count), expecting: "a size such as \(dimension.example)")
      }
      guard let size = field.anySize(expecting: "a size such as \(dimension.example)") else { return nil }
      if size <= Self.largestSize { return Double(size.count) }
      field.fail(expected: "a size of at most \(Self.largestSize)")
      return nil
    }
  }

  private func positive(
    _ key: String, _ fields: inout Fields, _ dimension: Dimension, orZero: Bool = false
  ) -> Double? {
    let expected = "\(dimension.noun) such as \(dimension.example)"
    guard let field = fields.require(key, expecting: expected), let value = value(field, dimension) else { return nil }
    if value > 0 || orZero { return value }
    field.fail(expected: "\(dimension.noun) above zero")
    return nil
  }

  private func uniform(_ fields: inout Fields, _ dimension: Dimension) -> Distribution? {
    let low = positive("low", &fields, dimension, orZero: true)
    let high = positive("high", &fields, dimension, orZero: true)
    guard let low, let high else { return nil }
    if low <= high { return .uniform(low: low, high: high) }
    contradict("low", "is above", "high", fields)
    return nil
  }

  private func lognormal(_ fields: inout Fields, _ dimension: Dimension) -> Distribution? {
    if fields.entries.contains(where: { $0.key == "mean" }) {
      guard let mean = positive("mean", &fields, dimension), let cv = ratio("cv", &fields) else { return nil }
      let variance = log(1 + cv * cv)
      return .lognormal(mu: rounded(log(mean) - variance / 2), sigma: rounded(variance.squareRoot()))
    }
    guard let median = positive("median", &fields, dimension) else { return nil }
    if fields.entries.contains(where: { $0.key == "sigma" }) {
      let sigma = fields.take("sigma")?.number(0...10, expecting: "a sigma such as 0.8")
      return sigma.map { .lognormal(mu: rounded(log(median)), sigma: $0) }
    }
    guard let p99 = positive("p99", &fields, dimension) else { return nil }
    guard p99 >= median else {
      contradict("p99", "is below", "median", fields)
      return nil
    }
    return .lognormal(mu: rounded(log(median)), sigma: rounded(log(p99 / median) / 2.3263478740408408))
  }

  private func gamma(_ fields: inout Fields, _ dimension: Dimension) -> Distribution? {
    if fields.entries.contains(where: { $0.key == "shape" }) {
      let shape = fields.take("shape")?.number(1e-3...1e9, expecting: "a shape such as 4")
      guard let scale = positive("scale", &fields, dimension), let shape else { return nil }
      return .gamma(shape: shape, scale: scale)
    }
    guard let mean = positive("mean", &fields, dimension), let cv = ratio("cv", &fields) else { return nil }
    return .gamma(shape: 1 / (cv * cv), scale: mean * cv * cv)
  }

  private func ratio(_ key: String, _ fields: inout Fields) -> Double? {
    fields.require(key, expecting: "a coefficient of variation such as 0.5")?
      .number(1e-3...30, expecting: "a coefficient of variation such as 0.5")
  }

  private func empirical(_ fields: inout Fields, _ dimension: Dimension) -> Distribution? {
    guard let field = fields.require("values", expecting: "a list of values"), let items = field.list(atMost: 100_000)
    else { return nil }
    let values = items.compactMap { value($0, dimension) }
    guard !items.isEmpty else {
      field.fail(expected: "at least one value")
      return nil
    }
    guard let weightField = fields.take("weights") else {
      return .empirical(values: values, weights: [Double](repeating: 1, count: values.count))
    }
    guard let weightItems = weightField.list(atMost: 100_000) else { return nil }
    let weights = weightItems.compactMap { $0.number(0...1e12, expecting: "a weight such as 3") }
    guard weightItems.count == items.count else {
      weightField.refuse(
        "\(weightItems.count) weights for \(items.count) values (\(field.place.seen(from: weightField.place)))")
      return nil
    }
    guard weights.contains(where: { $0 > 0 }) else {
      weightField.refuse("the weights must not all be zero")
      return nil
    }
    return .empirical(values: values, weights: weights)
  }

  private func mixture(_ fields: inout Fields, _ dimension: Dimension) -> Distribution? {
    guard let field = fields.require("parts", expecting: "a list of distributions with weights"),
      let items = field.list(atMost: 1_000)
    else { return nil }
    var (parts, weights): ([Distribution], [Double]) = ([], [])
    for item in items {
      guard var part = item.map(expecting: "a map with weight and dist") else { continue }
      let weight = part.require("weight", expecting: "a weight such as 0.2")?
        .number(0...1e12, expecting: "a weight such as 0.2")
      let inner = distribution(&part, dimension)
      part.finish()
      if let weight, let inner {
        parts.append(inner)
        weights.append(weight)
      }
    }
    guard parts.count == items.count else { return nil }
    if weights.contains(where: { $0 > 0 }) { return .mixture(parts: parts, weights: weights) }
    field.refuse("expected at least one part of a weight above zero")
    return nil
  }

  /// Reports two values of one map that exclude each other, at the first, with the place of the second.
  func contradict(_ key: String, _ relation: String, _ other: String, _ fields: Fields) {
    guard let a = fields.entries.first(where: { $0.key == key }),
      let b = fields.entries.first(where: { $0.key == other })
    else { return }
    let end = "\(other) \(b.value.summary) (\(b.value.place.seen(from: a.value.place)))"
    let message = "\(key) \(a.value.summary) \(relation) \(end)"
    sink.report(Diagnostic(place: a.value.place, path: fields.path(of: key), message: message))
  }
}

/// `x` to 12 significant digits, so that machines whose logarithms differ in the last bit agree.
func rounded(_ x: Double) -> Double {
  guard x != 0, x.isFinite else { return x }
  var scale = 1e11
  while abs(x) * scale >= 1e12, scale > 1e-6 { scale /= 10 }
  while abs(x) * scale < 1e11, scale < 1e22 { scale *= 10 }
  return (x * scale).rounded() / scale
}
