internal import Units

extension ScenarioDecoder {
  /// The most values a dimension of a search may have.
  private static let maximumValues = 10_000

  /// The section `plan`: what to choose and what is uncertain.
  func planSpec(_ field: Field) -> PlanSpec {
    var plan = PlanSpec()
    guard var fields = field.map() else { return plan }
    let goals = PlanSpec.Goal.allCases.map(\.rawValue)
    plan.goal = fields.take("objective")?.choice(goals, what: "objective").flatMap(PlanSpec.Goal.init) ?? .minCost
    plan.search = dimensions(fields.take("search")?.list(atMost: 1_000) ?? [])
    if let uncertainty = fields.take("uncertainty")?.map() {
      plan.uncertainties = uncertainty.entries.compactMap { entry in
        let field = Field(node: entry.value, path: uncertainty.path(of: entry.key), sink: sink)
        return self.uncertainty(entry.key, field)
      }
    }
    plan.samples = fields.take("samples")?.integer(1...1_000_000, expecting: "a number of samples") ?? 64
    plan.headroom = fields.take("headroom")?.number(0...4, expecting: "a headroom such as 0.25") ?? 0.25
    fields.finish()
    return plan
  }

  private func dimensions(_ items: [Field]) -> [PlanSpec.Dimension] {
    var places: [String: Place] = [:]
    return items.compactMap { item in
      guard let dimension = dimension(item) else { return nil }
      if let first = places.updateValue(places[dimension.path] ?? item.place, forKey: dimension.path) {
        item.refuse(
          "\(dimension.path) is searched twice, first in \(first.seen(from: item.place))",
          remedy: "name its values once")
      }
      return dimension
    }
  }

  private func dimension(_ item: Field) -> PlanSpec.Dimension? {
    guard var fields = item.map(expecting: "a map with param") else { return nil }
    let path = fields.require("param", expecting: "a path such as streams.clicks.shards")?.string()
    let range = fields.take("range"), values = fields.take("values")
    if (range == nil) == (values == nil) { fields.refuse("expected either range or values") }
    let chosen = range.flatMap(steps) ?? values.flatMap(texts)
    fields.finish()
    guard let path, let chosen else { return nil }
    refuseTwins(chosen, values)
    checkSubject(path, item)
    return PlanSpec.Dimension(path: path, values: chosen, place: item.place)
  }

  /// A value that is given twice would be simulated twice and be its own runner-up.
  private func refuseTwins(_ chosen: [String], _ values: Field?) {
    if let values, let twice = Setting.twin(of: chosen) {
      values.refuse("the value \(twice) is given twice", remedy: "remove one")
    }
  }

  /// What says nothing of a design, or what judges it or measures it, cannot be chosen, nor be uncertain.
  private func checkSubject(_ path: String, _ field: Field) {
    let judges = ["clock", "slo", "prices", "limits"]
    if let flaw = Setting.flaw(inDesign: path) {
      field.refuse(flaw.message, remedy: flaw.remedy)
    } else if judges.contains(Setting.subject(of: path)) {
      field.refuse(
        "\(ConfigNode.quoted(path)) is no part of a design: it is what designs are judged by",
        remedy: "name a value of the design")
    }
  }

  /// `[from, to]` in steps of 1, or `[from, to, step]`, both ends included when a step meets them.
  private func steps(_ range: Field) -> [String]? {
    let expected = "[from, to] or [from, to, step], ascending"
    guard let items = range.list(atMost: 3, expecting: expected) else { return nil }
    let bounds = items.compactMap { $0.anyNumber(expecting: "a number") }
    guard bounds.count == items.count else { return nil }
    let step = bounds.count == 3 ? bounds[2] : 1
    guard bounds.count >= 2, bounds[0] <= bounds[1], step > 0 else {
      range.fail(expected: expected)
      return nil
    }
    let count = ((bounds[1] - bounds[0]) / step + 1e-9).rounded(.down) + 1
    guard count <= Double(Self.maximumValues) else {
      range.refuse("more than \(Self.maximumValues) values", remedy: "give a larger step")
      return nil
    }
    // Nine digits behind the point: 0.1 three times is 0.3, not 0.30000000000000004.
    return (0..<Int(clamping: count)).map { plain(((bounds[0] + Double($0) * step) * 1e9).rounded() / 1e9) }
  }

  private func texts(_ values: Field) -> [String]? {
    guard let items = values.list(atMost: Self.maximumValues) else { return nil }
    if items.isEmpty { values.fail(expected: "at least one value") }
    return items.isEmpty ? nil : items.map(\.node.flowText)
  }

  private func uncertainty(_ path: String, _ field: Field) -> PlanSpec.Uncertainty? {
    guard var fields = field.map(expecting: "a map with low, mid and high") else { return nil }
    let ends = ["low", "mid", "high"].map { key in
      fields.require(key, expecting: "a number")?.anyNumber(expecting: "a number")
    }
    let confidence = fields.take("confidence")
    checkSubject(path, field)
    let level = confidence.map { $0.number(0...1, expecting: "a confidence such as 0.9") } ?? 0.9
    fields.finish()
    if let level, level <= 0 || level >= 1 { confidence?.fail(expected: "a confidence between 0 and 1, such as 0.9") }
    guard let low = ends[0], let mid = ends[1], let high = ends[2], let level else { return nil }
    if !(low <= mid && mid <= high) {
      field.refuse("low \(plain(low)), mid \(plain(mid)) and high \(plain(high)) are not in order")
    }
    return PlanSpec.Uncertainty(path: path, low: low, mid: mid, high: high, confidence: level, place: field.place)
  }

  /// The section `variants`: names, and for each a map from paths to values.
  func variantList(_ field: Field) -> [Variant] {
    guard let fields = field.map(expecting: "a map of names to changes") else { return [] }
    guard fields.entries.count <= Self.maximumParts else {
      field.refuse("more than \(Self.maximumParts) variants")
      return []
    }
    return fields.entries.compactMap { entry in
      let field = Field(node: entry.value, path: fields.path(of: entry.key), sink: sink)
      guard let changes = field.map(expecting: "a map of paths to values, such as streams.clicks.shards: 8") else {
        return nil
      }
      return Variant(name: entry.key, settings: changes.entries.map(Self.setting))
    }
  }

  private static func setting(_ change: ConfigNode.Entry) -> Setting {
    Setting(path: change.key, value: change.value.flowText, place: change.value.place)
  }
}
