internal import Experiment
internal import Models
public import Planning
internal import Scenario
internal import Simulation
internal import Units

/// `weir trace`: what recorded traffic says, and the scenario it makes.
public struct TraceDocument: Exhibit {
  let profile: TrafficProfile
  let scenario: TraceScenario?
  let fit: BurstFit?

  /// The figures of a profile, with the burst that explains its throttles and its scenario, if it makes them.
  public init(_ profile: TrafficProfile, fit: BurstFit?, scenario: TraceScenario?) {
    (self.profile, self.fit, self.scenario) = (profile, fit, scenario)
  }

  /// The scenario at its end.
  public var document: Document {
    let yaml = scenario.map { scenario in
      let lines = scenario.yaml.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).dropLast()
      return [
        Document.Block.terminal(["SCENARIO"] + lines), .page([.heading(2, "Scenario"), .code("yaml", Array(lines))]),
      ]
    }
    return Document(blocks: said + (yaml ?? []))
  }

  /// For a terminal, without the scenario.
  public var summary: String { Document(blocks: said).text }

  private var said: [Document.Block] {
    let parts = [traffic, bursts, hidden, explanation, byShard, keys, advice].compactMap(\.self)
    return [.page([.heading(1, "What the traffic says")])] + parts.flatMap(\.blocks)
  }

  /// A picture, a table and sentences under a title.
  struct Part {
    let title: String
    var picture: Chart?
    /// The first row is the header.
    var rows: [[String]] = []
    var sentences: [String] = []

    var blocks: [Document.Block] {
      let table = rows.first.map { header in
        Table(header[0], numbers: Array(header.dropFirst()), rows.dropFirst().map { $0.map(Prose.plain) })
      }
      return [
        .heading(2, Prose(text: title.uppercased(), markdown: title)),
        .stack(
          [.charts([picture].compactMap(\.self))] + (table.map { [.table($0)] } ?? []) + [
            .list(sentences.map(Prose.plain))
          ]),
      ]
    }
  }

  // MARK: Traffic and sizes

  private var traffic: Part? {
    guard let volume = profile.volume, let traffic = profile.input.traffic else {
      return profile.sizes.map { Part(title: "Sizes", sentences: sizes($0)) }
    }
    var section = Part(title: "Traffic")
    let from = traffic.start.map { " from \(Self.time($0))" } ?? ""
    section.sentences.append(
      "\(Figures.count(traffic.bins, of: "bin")) of \(Figures.duration(traffic.width))\(from): "
        + "\(Figures.count(Int64(clamping: volume.records), of: "record")), \(Figures.number(volume.mean)) a second on average, "
        + "\(Figures.number(volume.peak)) in the busiest bin (\(Self.moment(volume.busiest, traffic)))")
    if let throttled = volume.throttled, let bins = volume.throttledBins {
      section.sentences.append(
        "throttled: \(Figures.count(Int64(clamping: throttled), of: "record")) in \(Figures.count(bins)) of "
          + Figures.count(traffic.bins, of: "bin"))
    }
    section.sentences += profile.sizes.map(sizes) ?? []
    section.picture = picture(traffic)
    return section
  }

  private func picture(_ traffic: ObservedMetrics) -> Chart? {
    let refused = traffic[.writeExceeded] ?? traffic[.putRecordsThrottled]
    let rows = [("records", traffic[.incomingRecords]), ("throttled", refused)].compactMap { name, sums -> Chart.Row? in
      guard let sums, sums.contains(where: { $0 > 0 }) else { return nil }
      let series = Series(sums, columns: 60, gathering: .sum)
      let width = Figures.duration(traffic.width * Int64(series.valuesPerColumn))
      return Chart.Row(
        name: name, marks: series.strip, caption: "at most \(Figures.count(Int64(clamping: series.peak))) in \(width)")
    }
    return rows.isEmpty ? nil : Chart(rows: rows)
  }

  private func sizes(_ sizes: SizeProfile) -> [String] {
    let key = Figures.count(sizes.keyBytes, of: "byte") + (sizes.knowsKeys ? "" : " (assumed)")
    var lines = ["a record: \(Self.bytes(sizes.mean)) of data on average, a key of \(key)"]
    if let spread = sizes.binMeans {
      lines.append(
        "the bins' mean records: \(Self.bytes(spread.least)) to \(Self.bytes(spread.most)), "
          + "standard deviation \(Figures.percent(spread.variation)) of their mean; single records vary more than that")
    }
    if !sizes.quantiles.isEmpty {
      let shown = [9, 17, 19].map { sizes.quantiles[$0] }
      lines.append(
        "single records: "
          + shown.map { "\(Figures.percent($0.share)) up to \(Self.bytes($0.bytes))" }.joined(separator: ", ")
          + (sizes.tail.map(Self.tail) ?? ""))
    }
    return lines
  }

  /// What of the records is large.
  private static func tail(_ tail: SizeProfile.Tail) -> String {
    let above = tail.above.filter { $0.share > 0 }
      .map { "\(Figures.percent($0.share)) above \(bytes($0.bytes))" }
    return (above.isEmpty ? "" : "; " + above.joined(separator: ", ")) + "; the largest \(bytes(tail.largest))"
  }

  // MARK: Bursts and seasons

  private var bursts: Part? {
    guard !profile.burstiness.isEmpty else { return nil }
    var section = Part(title: "Bursts and seasons")
    section.rows = [["Averaged over", "Peak / average", "Burstiness (1 = random)"]]
    for one in profile.burstiness {
      section.rows.append([
        Figures.duration(one.width),
        one.peakToMean.map(Figures.number) ?? Self.words(one.unknown),
        one.dispersion.map(Figures.number) ?? Figures.nothing,
      ])
    }
    section.sentences = (profile.trend.map(trend) ?? []) + profile.seasons.map(season)
    return section
  }

  private static func words(_ unknown: TrafficProfile.Burstiness.Unknown?) -> String {
    switch unknown {
    case .finerThanTheData: "not in the data, its bins are wider"
    case .notAMultiple: "unknown, no multiple of the bins"
    case .tooShort, nil: "unknown, too short"
    }
  }

  /// Traffic that grows, and what to plan for if it goes on.
  private func trend(_ trend: TrafficTrend) -> [String] {
    let rates = "from \(Figures.number(trend.start)) to \(Figures.number(trend.end)) records a second"
    let doubt = trend.isOfDays ? "" : "; in less than three days a season may look like a trend"
    let told = "trend: \(rates), \(Figures.factor(trend.factor)), along a straight line\(doubt)"
    guard trend.factor > 1 else { return [told] }
    return [
      told,
      "if it goes on for as long again, its end is \(Figures.factor(trend.again)) this end: plan for that with "
        + "--set producers.traffic.rate.scale=\(Figures.shortest((trend.again * 100).rounded() / 100) ?? "1")",
    ]
  }

  private func season(_ season: TrafficProfile.Season) -> String {
    let name = season.period == .day ? "day" : "week"
    guard season.periods >= 2 else {
      return
        "pattern of a \(name): two whole \(name)s are needed to tell, there \(season.periods == 1 ? "is 1" : "are \(Figures.count(season.periods))")"
    }
    guard let strength = season.strength else { return "pattern of a \(name): unknown, the bins do not make hours" }
    let correlation = season.autocorrelation.map { Figures.fixed($0, decimals: 2) } ?? Figures.nothing
    return
      "pattern of a \(name): the hour explains \(Figures.percent(strength)) of the variation; hours one \(name) apart are alike "
      + "(correlation \(correlation))"
  }

  // MARK: What bins hide

  private var hidden: Part? {
    guard let hidden = profile.hidden else { return nil }
    let width = Figures.duration(hidden.width)
    var section = Part(title: "What averages over \(width) hide")
    section.sentences = [
      "the busiest bin has \(Figures.count(Int64(clamping: hidden.busiest), of: "record")): its busiest second had "
        + "\(Figures.count(Int64(clamping: hidden.leastPeak))) if they came at random (\(Figures.factor(hidden.leastFactor)) its mean), "
        + "all \(Figures.count(Int64(clamping: hidden.busiest))) if they came in one burst (\(Figures.factor(hidden.width.inSeconds)))"
    ]
    if fit == nil, scenario?.isBurstStated != true {
      section.sentences.append(
        "if you know the burst, state it: --burst 3 means seconds of three times their minute's mean")
    }
    if !hidden.excess.isEmpty {
      section.rows = [["If there are bursts of", "Seconds over a shard's limit", "Of the hottest shard"]]
      for one in hidden.excess {
        section.rows.append([
          Figures.factor(one.factor), Figures.percent(one.shardSeconds), Figures.percent(one.hottest),
        ])
      }
    }
    return section
  }

  /// Which burst explains the throttles.
  private var explanation: Part? {
    guard let fit, let traffic = profile.input.traffic else { return nil }
    var section = Part(title: "Which burst explains the throttles")
    section.rows = [["Burst factor", "Throttled, simulated", "Observed", "In the same bins"]]
    for trial in fit.trials {
      section.rows.append([
        Figures.factor(trial.factor), Figures.count(Int64(clamping: trial.simulated)),
        Figures.count(Int64(clamping: fit.observed)),
        Figures.percent(trial.overlap),
      ])
    }
    let place = "in \(Figures.count(fit.bins, of: "bin")) from \(Self.moment(fit.from, traffic))"
    guard let best = fit.best else {
      section.sentences = ["no burst of these explains the throttles \(place): look at keys, sizes and shards"]
      return section
    }
    let factor = Figures.shortest(best.factor) ?? ""
    section.sentences = [
      fit.isClose
        ? "--burst \(factor) comes closest \(place) and reproduces them" + Self.doubt(fit)
        : "--burst \(factor) comes closest \(place) and does not reproduce them: look at keys, sizes and shards",
      "each burst lasts as long as its factor allows; all run with the shards, keys and retries of the scenario",
    ]
    if best.lossPerRefusal >= 0.001 {
      section.sentences.append(
        "with it \(Figures.percent(best.lossPerRefusal)) of the throttled attempts end in a record that is given up: producers sent more "
          + "than CloudWatch counted, and the scenario has that higher rate")
    }
    if !fit.shapes.isEmpty {
      let options = fit.shapes.map { "--burst \(Figures.shortest($0.factor) ?? "") --burst-for \($0.length)" }
      section.sentences.append(
        "so do \(options.joined(separator: " and ")): these bins cannot tell them apart, and shorter bursts need more shards; "
          + "plan for each, or look at one minute of a producer's log")
    }
    return section
  }

  /// The factors that one cannot be told from, where they are more than a tenth apart from it.
  private static func doubt(_ fit: BurstFit) -> String {
    guard let range = fit.range, !fit.tellsOneFactor else { return "" }
    let (least, most) = (Figures.factor(range.lowerBound), Figures.factor(range.upperBound))
    return ", but any from \(least) to \(most) does as well: these bins cannot tell them apart, and more of them would"
  }

  // MARK: Keys

  private var keys: Part? {
    guard let keys = profile.keys else { return nil }
    var section = Part(title: "Keys")
    let top = keys.top.dropFirst().filter { $0.keys < keys.distinct }
      .map { "the top \($0.keys) \(Figures.percent($0.share))" }
    section.sentences = [
      "\(Figures.count(keys.records, of: "record")) of \(Figures.count(keys.distinct, of: "key")): the commonest, "
        + ([Self.quoted(keys.commonest) + " \(Figures.percent(keys.top[0].share))"] + top).joined(separator: ", "),
      fit(keys),
    ]
    section.rows = [["Shards", "Hottest shard's share", "If keys were even"]]
    for one in keys.hottest {
      section.rows.append([
        Figures.count(one.shards), Figures.percent(one.share), Figures.percent(1 / Double(one.shards)),
      ])
    }
    let alone = "the commonest key alone is \(Figures.percent(keys.top[0].share)) of the records"
    section.sentences.append(
      keys.saturation.map {
        "beyond \(Figures.count($0, of: "shard")) more of them do not help the hottest one: \(alone)"
      } ?? "up to 1,024 shards, more of them help the hottest one: \(alone)")
    section.sentences += relief(keys)
    return section
  }

  private func fit(_ keys: KeyProfile) -> String {
    guard let fit = keys.fit else {
      return "too few for a fit: it takes \(ZipfFit.fewest.records) records of \(ZipfFit.fewest.keys) keys"
    }
    if case .uniform(let count) = keys.law, count == keys.distinct {
      return "all \(Figures.count(count, of: "key")) are alike: what differs is chance"
    }
    let interval = fit.interval(level: 0.95)
    return "Zipf s = \(Figures.fixed(fit.s, decimals: 3)) ± \(Figures.number(interval.halfWidth)) (95 %) over about "
      + "\(Figures.count(fit.cardinality, of: "key")), seen or not"
      + (keys.isZipf ? "" : "; it fits badly, so the scenario takes \(keys.lawWords)")
  }

  private func relief(_ keys: KeyProfile) -> [String] {
    var lines: [String] = []
    if let volume = profile.volume, let traffic = profile.input.traffic, let load = profile.commonestKeyLoad {
      let rate = volume.peak * keys.top[0].share
      lines.append(
        "in the busiest bin (\(Self.moment(volume.busiest, traffic))) that key has \(Figures.number(rate)) records a second, "
          + "\(Figures.percent(load)) of what a shard takes; no number of shards splits a key")
    }
    if let at = keys.atShards, let shards = profile.shards {
      lines.append(
        "at \(Figures.count(shards, of: "shard")) the hottest has \(Figures.percent(at.sample)) of your keys' records and "
          + "\(Figures.percent(at.synthetic)) of the scenario's\(Self.named(keys))")
    }
    return lines
  }

  /// Which of the scenario's keys are those of the sample.
  private static func named(_ keys: KeyProfile) -> String {
    let names = keys.scenario.names.count
    return names == keys.distinct
      ? ", which are the same"
      : names == 0
        ? ", whose keys have other names" : ", of which the \(Figures.count(names)) commonest have their own names"
  }

  // MARK: What to do next

  private var advice: Part? {
    var lines: [String] = []
    if profile.volume != nil, profile.shards == nil, profile.byShard == nil {
      lines.append("tell the stream's shards with --shards N: the comparison with what was observed needs them")
    }
    if profile.volume != nil, profile.keys == nil {
      lines.append(
        profile.byShard == nil
          ? "no keys were given: they are assumed to be even, each shard taking what its part of the ring is, which real ones never do; "
            + "see --keys"
          : "no keys were given: only they tell whether a hot shard has one hot key (a split does not help) or many (it does); see --keys"
      )
    }
    if profile.volume == nil { lines.append("no counts over time were given: there is no scenario to write") }
    return lines.isEmpty ? nil : Part(title: "What is missing", sentences: lines)
  }

  // MARK: Small pieces

  private static func bytes(_ size: Double) -> String { Figures.size(Bytes(Int64(clamping: size.rounded()))) }

  private static func quoted(_ key: String) -> String {
    "\"" + String(key.prefix(40).map { $0.isNewline ? " " : $0 }) + (key.count > 40 ? "…" : "") + "\""
  }

  private static func time(_ instant: Instant) -> String {
    CivilTime.text(instant).replacing("T", with: " ").replacing("Z", with: " UTC")
  }

  private static func moment(_ offset: Interval, _ traffic: ObservedMetrics) -> String {
    traffic.start.map { time($0 + offset) } ?? "\(Figures.duration(offset)) in"
  }
}
