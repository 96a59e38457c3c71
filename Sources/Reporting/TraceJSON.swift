internal import Models
internal import Planning
internal import Scenario
internal import Simulation
internal import Units

// `weir.trace/v1`.
extension TraceFigures {
  /// The document: keys sorted, what is unknown null, statistics to six digits.
  public var json: String {
    let traffic = profile.input.traffic
    var members: [String: JSONValue] = [
      "schema": "weir.trace/v1", "files": .array(profile.input.files.map { .string($0) }),
      "warnings": .array(profile.input.warnings.map { .string($0.description) }),
      "shards": profile.shards.map { .count($0) } ?? .null,
      "traffic": traffic.flatMap(Self.traffic(profile)) ?? .null,
      "burstiness": .array(profile.burstiness.map(Self.burstiness)),
      "hidden_bursts": profile.hidden.map(Self.hidden) ?? .null, "sizes": profile.sizes.map(Self.sizes) ?? .null,
      "keys": profile.keys.map { Self.keys($0, of: profile) } ?? .null, "scenario": .optional(scenarioText),
    ]
    members["burst_fit"] = fit.map(Self.fit) ?? .null
    members["seasons"] = .object(
      Dictionary(uniqueKeysWithValues: profile.seasons.map { ($0.period.rawValue, Self.season($0)) }))
    return JSONValue.object(members).text
  }

  private static func figure(_ value: Double?) -> JSONValue { .optional(value.map(Figures.significant)) }

  private static func traffic(_ profile: TrafficProfile) -> (ObservedMetrics) -> JSONValue? {
    { traffic in
      profile.volume.map { volume in
        [
          "start": .optional(traffic.start.map(CivilTime.text)), "width_s": .number(traffic.width.inSeconds),
          "bins": .count(traffic.bins), "metrics": .array(traffic.series.map { .string($0.metric.rawValue) }),
          "records": .number(volume.records), "bytes": .optional(volume.bytes),
          "mean_records_per_s": figure(volume.mean), "peak_records_per_s": figure(volume.peak),
          "peak_t_s": .number(volume.busiest.inSeconds), "throttled_records": .optional(volume.throttled),
          "throttled_bins": volume.throttledBins.map { .count($0) } ?? .null,
        ]
      }
    }
  }

  private static func burstiness(_ one: TrafficProfile.Burstiness) -> JSONValue {
    [
      "width_s": .number(one.width.inSeconds), "peak_to_mean": figure(one.peakToMean),
      "index_of_dispersion": figure(one.dispersion), "unknown": .optional(one.unknown?.rawValue),
    ]
  }

  private static func season(_ season: TrafficProfile.Season) -> JSONValue {
    [
      "periods": .count(season.periods), "strength": figure(season.strength),
      "autocorrelation": figure(season.autocorrelation),
    ]
  }

  private static func hidden(_ hidden: HiddenBursts) -> JSONValue {
    let excess = hidden.excess.map { one -> JSONValue in
      [
        "factor": .number(one.factor), "shard_seconds_rate": figure(one.shardSeconds),
        "hottest_shard_rate": figure(one.hottest),
      ]
    }
    return [
      "width_s": .number(hidden.width.inSeconds), "peak_second_records_least": .number(hidden.leastPeak),
      "peak_second_records_most": .number(hidden.busiest), "peak_to_mean_least": figure(hidden.leastFactor),
      "peak_to_mean_most": .number(hidden.width.inSeconds), "over_limit": .array(excess),
    ]
  }

  private static func fit(_ fit: BurstFit) -> JSONValue {
    let trials = fit.trials.map { trial -> JSONValue in
      [
        "factor": .number(trial.factor), "throttled_records": .number(trial.simulated),
        "overlap": figure(trial.overlap),
      ]
    }
    return [
      "from_t_s": .number(fit.from.inSeconds), "bins": .count(fit.bins), "observed_records": .number(fit.observed),
      "best_factor": .optional(fit.best?.factor), "reproduces": .bool(fit.isClose), "trials": .array(trials),
      "shapes": .array(fit.shapes.map { ["factor": .number($0.factor), "length_s": .number($0.length.inSeconds)] }),
    ]
  }

  private static func sizes(_ sizes: SizeProfile) -> JSONValue {
    let means = sizes.binMeans.map { spread -> JSONValue in
      [
        "least_bytes": figure(spread.least), "most_bytes": figure(spread.most), "variation": figure(spread.variation),
      ]
    }
    let quantiles = sizes.quantiles.map { one -> JSONValue in
      ["share": .number(Figures.significant(one.share)), "bytes": figure(one.bytes)]
    }
    return [
      "mean_bytes": figure(sizes.mean), "key_bytes": .count(sizes.keyBytes), "bin_means": means ?? .null,
      "quantiles": .array(quantiles),
    ]
  }

  private static func keys(_ keys: KeyProfile, of profile: TrafficProfile) -> JSONValue {
    let fit = keys.fit.map { fit -> JSONValue in
      [
        "s": figure(fit.s), "standard_error": figure(fit.standardError),
        "half_width_95": figure(fit.interval(level: 0.95).halfWidth), "cardinality": .count(fit.cardinality),
      ]
    }
    let hottest = keys.hottest.map { one -> JSONValue in ["shards": .count(one.shards), "share": figure(one.share)] }
    return [
      "records": .count(keys.records), "distinct": .count(keys.distinct), "commonest": .string(keys.commonest),
      "top": .array(keys.top.map { ["keys": .count($0.keys), "share": figure($0.share)] }), "zipf": fit ?? .null,
      "hottest_shard": .array(hottest), "no_help_from_shards": keys.saturation.map { .count($0) } ?? .null,
      "commonest_peak_load": figure(profile.commonestKeyLoad), "hottest_share_at_shards": figure(keys.atShards?.sample),
    ]
  }
}
