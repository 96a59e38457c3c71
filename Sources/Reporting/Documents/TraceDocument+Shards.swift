internal import KinesisCore
internal import Models
internal import Planning
internal import Scenario

// What each shard had, where CloudWatch counted by shard.
extension TraceDocument {
  /// The most shards of the table: the hottest.
  private static let mostShards = 20

  /// The shards, the hottest first, and what they say about keys.
  var byShard: Part? {
    guard let found = profile.byShard else {
      guard let shards = profile.shards, !profile.input.shards.isEmpty else { return nil }
      let told =
        "\(Figures.count(shards, of: "shard")) told and \(Figures.count(profile.input.shards.count)) counted: what each had is not used; "
        + "--shards-from list-shards.json tells which are open"
      return Part(title: "Shards", sentences: [told])
    }
    let hasThrottles = found.shards.contains { $0.throttled != nil }
    var section = Part(title: "Shards")
    section.rows = [["Shard", "Records", "Of the hash keys"] + (hasThrottles ? ["Throttles"] : [])]
    let sorted = found.shards.enumerated().sorted { ($1.element.share, $0.offset) < ($0.element.share, $1.offset) }
    for (_, shard) in sorted.prefix(Self.mostShards) {
      section.rows.append(
        [shard.name, Figures.percent(shard.share), Figures.percent(shard.range.share)]
          + (hasThrottles ? [Figures.percent(shard.throttled ?? 0)] : []))
    }
    let hottest = found.hottest
    section.sentences = [
      "the hottest shard is \(hottest.name): \(Figures.percent(hottest.share)) of the records on "
        + "\(Figures.percent(hottest.range.share)) of the hash keys, \(Figures.factor(hottest.share / hottest.range.share)) its even share"
    ]
    if sorted.count > Self.mostShards {
      section.sentences.append("and \(Figures.count(sorted.count - Self.mostShards)) more shards with less")
    }
    section.sentences.append(law(found))
    return section
  }

  private func law(_ found: ShardProfile) -> String {
    guard found.alikeKeys.isFinite, found.exponent > 0 else {
      return "the shards are no more uneven than many keys alike make them"
    }
    let (least, most) = (found.interval.lowerBound, found.interval.upperBound)
    let used =
      profile.keys == nil
      ? "; the scenario's keys put on each shard what it had" : "; the sample of keys goes before it"
    return
      "as uneven as \(Figures.number(found.alikeKeys)) keys alike: Zipf s = \(Figures.fixed(found.exponent, decimals: 2)) "
      + "(95 %: \(Figures.fixed(least, decimals: 2)) to \(Figures.fixed(most, decimals: 2))) over "
      + "\(Figures.count(found.scenario.names.count, of: "key")), by the shards alone\(used)"
  }
}
