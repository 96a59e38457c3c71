internal import KinesisCore
public import Pricing
internal import Units

extension PriceBook {
  /// The built-in prices with those of a file, named on a command line, in their place. Throws every error at once.
  public static func read(path: String) throws(ScenarioFailure) -> PriceBook {
    let sink = Sink(), place = Place(file: "--prices")
    let decoder = ScenarioDecoder(sink: sink, traces: TraceStore(sink: sink), base: "")
    let node = ConfigNode(place: place, content: .scalar(.init(text: path, isQuoted: true)))
    let book = decoder.prices(Field(node: node, path: "", sink: sink))
    guard sink.isClean else { throw sink.failure(main: path) }
    return book
  }
}

/// Prices and limits of the user's own, as `weir prices --format json` and `weir limits --format json` print them.
extension ScenarioDecoder {
  /// The most prices of a file.
  private static let maximumPrices = 10_000

  /// The built-in prices, or those with a file's prices in their place.
  func prices(_ field: Field?) -> PriceBook {
    guard let field, field.text != "builtin" else { return .current }
    guard let root = traces.tree(field, base: base), var fields = document(root, schema: "weir.prices/v1") else {
      return .current
    }
    let name = fields.take("name")?.string(expecting: "a name such as contract-2026")
    let items = fields.require("prices", expecting: "a list of prices")?.list(atMost: Self.maximumPrices) ?? []
    fields.finish()
    let prices = items.compactMap(price)
    refuseTwins(items, prices.count == items.count ? prices.map { "\($0.item.rawValue) in \($0.region)" } : [], "price")
    return PriceBook.current.overridden(by: PriceBook(name: name ?? field.text ?? "", prices: prices))
  }

  private func document(_ root: ConfigNode, schema: String) -> Fields? {
    guard var fields = Field(node: root, path: "", sink: sink).map(expecting: "a map with schema \(schema)") else {
      return nil
    }
    if let field = fields.require("schema", expecting: schema), field.text != schema { field.fail(expected: schema) }
    return fields
  }

  private func price(_ item: Field) -> Price? {
    guard var fields = item.map(expecting: "a map with item, region, unit and tiers") else { return nil }
    let item = fields.require("item", expecting: "an item such as kinesis.shard_hour").flatMap(priced)
    let region = fields.require("region", expecting: "an AWS region")?.string(expecting: "an AWS region")
    let unit = fields.require("unit", expecting: "what the price is for, such as hour").flatMap {
      billingUnit($0, item)
    }
    let tiers = fields.require("tiers", expecting: "a list of {above, usd}").flatMap(self.tiers)
    let source = fields.require("source", expecting: "where the price is from")?.string()
    let sure = fields.take("confidence")?.choice(["documented", "observed", "assumed"], what: "confidence")
    fields.finish()
    guard let item, let region, let unit, let tiers, let source else { return nil }
    return Price(
      item: item, region: region, unit: unit, tiers: tiers, source: source,
      confidence: sure.flatMap(Price.Confidence.init) ?? .documented)
  }

  private func priced(_ field: Field) -> PriceItem? {
    guard let name = field.string(expecting: "an item such as kinesis.shard_hour") else { return nil }
    if let item = PriceItem(rawValue: name) { return item }
    let near = sink.nearest(name, among: PriceItem.allCases.map(\.rawValue))
    field.refuse("there is no item \(ConfigNode.quoted(name))", remedy: near ?? "`weir prices` lists them")
    return nil
  }

  private func billingUnit(_ field: Field, _ item: PriceItem?) -> BillingUnit? {
    guard let unit = field.choice(BillingUnit.allCases.map(\.rawValue), what: "unit").flatMap(BillingUnit.init) else {
      return nil
    }
    let usual = PriceBook.current.prices.first { $0.item == item }?.unit
    guard let item, let usual, usual != unit else { return unit }
    field.refuse("\(item.rawValue) is priced by the \(usual.rawValue)")
    return nil
  }

  private func tiers(_ field: Field) -> [Price.Tier]? {
    guard let items = field.list(atMost: 100, expecting: "a list of {above, usd}") else { return nil }
    let tiers = items.compactMap(tier)
    guard tiers.count == items.count else { return nil }
    guard tiers.first?.above == 0, zip(tiers, tiers.dropFirst()).allSatisfy({ $0.above < $1.above }) else {
      field.refuse("tiers must begin above 0 and ascend")
      return nil
    }
    return tiers
  }

  private func tier(_ item: Field) -> Price.Tier? {
    guard var fields = item.map(expecting: "a map with above and usd") else { return nil }
    let above = fields.take("above").map { $0.integer(0...1_000_000_000_000, expecting: "units a month") } ?? 0
    let expected = "US dollars such as \"0.014\", at most 12 digits behind the point"
    let field = fields.require("usd", expecting: expected)
    fields.finish()
    let money = field?.text.flatMap { Money(usd: $0) }
    if let field, money == nil { field.fail(expected: expected) }
    guard let above, let money else { return nil }
    return Price.Tier(above: Int128(above), price: money)
  }

  /// The built-in limits, or those with a file's values in their place.
  ///
  /// A value may lie between a tenth and ten times the built-in one: beyond that the rules have not been tried. How long
  /// something takes that AWS gives no length for may be up to an hour.
  func limits(_ field: Field?) -> LimitsProfile {
    guard let field, field.text != "builtin" else { return .current }
    guard let root = traces.tree(field, base: base), var fields = document(root, schema: "weir.limits/v1") else {
      return .current
    }
    let name = fields.take("profile")?.string(expecting: "a name such as my-account")
    let items = fields.require("limits", expecting: "a list of limits")?.list(atMost: 1_000) ?? []
    fields.finish()
    var profile = LimitsProfile.current.renamed(name ?? field.text ?? "")
    for item in items { limit(item, into: &profile) }
    refuseTwins(
      items, items.map { $0.node["name"].map { Field(node: $0, path: "", sink: sink).text ?? "" } ?? "" }, "limit")
    checkOrder(profile, field)
    return profile
  }

  /// Refuses what is given more than once: nobody could say which one counts.
  private func refuseTwins(_ items: [Field], _ names: [String], _ what: String) {
    var places: [String: Place] = [:]
    for (item, name) in zip(items, names) where !name.isEmpty {
      if let first = places[name] {
        item.refuse(
          "the \(what) \(name) is given twice, first in \(first.seen(from: item.place))", remedy: "remove one")
      } else {
        places[name] = item.place
      }
    }
  }

  /// Limits that bound each other, from the least to the most.
  private static let ordered: [[Limit.Key]] = [
    [.channel.freshnessMinimum, .channel.freshnessDefault, .channel.freshnessMaximum],
    [.stream.retentionMinimum, .stream.retentionMaximum], [.put.recordBytesDefault, .put.recordBytesMaximum],
    [.kpl.aggregateBytesMinimum, .kpl.aggregateBytesDefault, .kpl.aggregateBytesMaximum],
    [.kpl.timeToLiveMinimum, .kpl.timeToLive], [.video.fragmentMinimum, .video.fragmentMaximum],
    [.firehose.conversionSizeMinimum, .firehose.conversionSizeDefault], [.lambda.retryFirst, .lambda.retryMost],
    [.agent.backOff, .agent.backOffCap], [.flink.scaleDownShare, .flink.scaleUpShare],
  ]

  /// Durations, in seconds, that nobody publishes and some report to be long.
  private static let unpublished: [Limit.Key] = [
    .flink.rescale, .stream.reshardStepDuration, .stream.createDuration, .onDemand.modeChangeDuration,
    .onDemand.splitDelay, .fanOut.createDuration, .queue.createDuration, .queue.updateDuration, .queue.deleteDuration,
  ]

  private func checkOrder(_ profile: LimitsProfile, _ field: Field) {
    for keys in Self.ordered {
      for (low, high) in zip(keys, keys.dropFirst()) where profile[low] > profile[high] {
        field.refuse("\(low.name) \(profile[low]) is above \(high.name) \(profile[high])", remedy: "change both")
      }
    }
  }

  private func limit(_ item: Field, into profile: inout LimitsProfile) {
    guard var fields = item.map(expecting: "a map with name and value") else { return }
    let field = fields.require("name", expecting: "a limit such as shard.write.records_per_s")
    let value = fields.require("value", expecting: "a whole number")
    let source = fields.take("source")?.string()
    for key in ["unit", "meaning", "confidence"] { _ = fields.take(key) }
    fields.finish()
    guard let field, let name = field.string() else { return }
    guard let key = Limit.Key.allCases.first(where: { $0.name == name }) else {
      let near = sink.nearest(name, among: Limit.Key.allCases.map(\.name))
      return field.refuse("there is no limit \(ConfigNode.quoted(name))", remedy: near ?? "`weir limits` lists them")
    }
    let usual = LimitsProfile.current[key]
    let most = max(max(1, usual) * 10, Self.unpublished.contains(key) ? 3_600 : 0)
    let range = Self.alternatives(to: key) ?? Int(max(min(usual, 1), usual / 10))...Int(most)
    guard let value = value?.integer(range, expecting: "a whole number") else { return }
    profile.replace(key, with: Int64(value), source: source ?? "the scenario's own limits")
  }
}
