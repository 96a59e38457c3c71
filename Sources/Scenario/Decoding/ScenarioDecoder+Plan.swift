extension ScenarioDecoder {
  /// Checks the shape of `plan` and says that this release does not plan: a run does not depend on it.
  func checkPlan(_ field: Field) {
    guard var fields = field.map() else { return }
    _ = fields.take("objective")?.choice(["min_cost", "min_shards", "least_regret"], what: "objective")
    for item in fields.take("search")?.list(atMost: 1_000) ?? [] { checkSearch(item) }
    if let uncertainty = fields.take("uncertainty")?.map() {
      for entry in uncertainty.entries {
        checkInterval(Field(node: entry.value, path: uncertainty.path(of: entry.key), sink: sink))
      }
    }
    _ = fields.take("samples")?.integer(1...1_000_000, expecting: "a number of samples")
    _ = fields.take("headroom")?.number(0...4, expecting: "a headroom such as 0.25")
    fields.finish()
    field.warn("this release does not plan: plan has no effect on a run")
  }

  private func checkSearch(_ item: Field) {
    guard var fields = item.map(expecting: "a map with param") else { return }
    _ = fields.require("param", expecting: "a path such as streams.clicks.shards")?.string()
    let range = fields.take("range")
    let values = fields.take("values")
    if let items = range?.list(atMost: 3, expecting: "[from, to] or [from, to, step]") {
      if items.count < 2 { range?.fail(expected: "[from, to] or [from, to, step]") }
      for bound in items { _ = bound.anyNumber(expecting: "a number") }
    }
    if let items = values?.list(atMost: 10_000), items.isEmpty { values?.fail(expected: "at least one value") }
    fields.finish()
  }

  private func checkInterval(_ field: Field) {
    guard var fields = field.map(expecting: "a map with low, mid and high") else { return }
    let ends = ["low", "mid", "high"].map { key in
      fields.require(key, expecting: "a number")?.anyNumber(expecting: "a number")
    }
    _ = fields.take("confidence")?.number(0...1, expecting: "a confidence such as 0.9")
    fields.finish()
    if let low = ends[0], let mid = ends[1], let high = ends[2], !(low <= mid && mid <= high) {
      field.refuse("low \(plain(low)), mid \(plain(mid)) and high \(plain(high)) are not in order")
    }
  }
}
