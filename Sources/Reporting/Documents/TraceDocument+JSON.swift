internal import Experiment
internal import KinesisCore
internal import Models
internal import Planning
internal import Scenario
internal import Simulation
internal import Units

// `weir.trace/v1`.
extension TraceDocument {
  /// The document: keys sorted, what is unknown null, statistics to six digits.
  public var value: JSONValue {
    JSONValue([
      "schema": "weir.trace/v1", "files": profile.input.files,
      "warnings": profile.input.warnings.map(\.description), "shards": profile.shards, "traffic": traffic,
      "burstiness": profile.burstiness.map(Self.burstiness), "hidden_bursts": profile.hidden.map(Self.hidden),
      "by_shard": profile.byShard.map(Self.byShard), "sizes": profile.sizes.map(Self.sizes),
      "keys": profile.keys.map { Self.keys($0, of: profile) },
      "scenario": scenario?.yaml, "burst_fit": fit.map(Self.fit),
      "trend": profile.trend.map(Self.trend),
      "seasons": .named(profile.seasons.map { ($0.period.rawValue, Self.season($0)) }),
    ])
  }

  private static func byShard(_ found: ShardProfile) -> JSONValue {
    let shards = found.shards.map { shard -> JSONValue in
      JSONValue([
        "shard": shard.name, "share": figure(shard.share), "hash_share": figure(shard.range.share),
        "throttled_share": figure(shard.throttled),
      ])
    }
    return JSONValue([
      "hottest": found.hottest.name, "zipf_s": found.exponent, "zipf_s_least": found.interval.lowerBound,
      "zipf_s_most": found.interval.upperBound,
      "alike_keys": found.alikeKeys.isFinite ? figure(found.alikeKeys) : nil, "shards": shards,
    ])
  }

  private static func figure(_ value: Double?) -> Double? { value.map(Figures.significant) }

  private var traffic: JSONValue? {
    guard let traffic = profile.input.traffic, let volume = profile.volume else { return nil }
    return JSONValue([
      "start": traffic.start.map(CivilTime.text), "width_s": traffic.width.inSeconds, "bins": traffic.bins,
      "metrics": traffic.series.map(\.metric.rawValue), "records": volume.records, "bytes": volume.bytes,
      "mean_records_per_s": Self.figure(volume.mean), "peak_records_per_s": Self.figure(volume.peak),
      "peak_t_s": volume.busiest.inSeconds, "throttled_records": volume.throttled,
      "throttled_bins": volume.throttledBins,
    ])
  }

  private static func burstiness(_ one: TrafficProfile.Burstiness) -> JSONValue {
    JSONValue([
      "width_s": one.width.inSeconds, "peak_to_mean": figure(one.peakToMean),
      "index_of_dispersion": figure(one.dispersion), "unknown": one.unknown?.rawValue,
    ])
  }

  private static func trend(_ trend: TrafficTrend) -> JSONValue {
    JSONValue([
      "start_records_per_s": figure(trend.start), "end_records_per_s": figure(trend.end),
      "factor": figure(trend.factor),
      "again_factor": figure(trend.again), "whole_days": trend.isOfDays,
    ])
  }

  private static func season(_ season: TrafficProfile.Season) -> JSONValue {
    JSONValue([
      "periods": season.periods, "strength": figure(season.strength), "autocorrelation": figure(season.autocorrelation),
    ])
  }

  private static func hidden(_ hidden: HiddenBursts) -> JSONValue {
    let excess = hidden.excess.map { one -> JSONValue in
      JSONValue([
        "factor": one.factor, "shard_seconds_rate": figure(one.shardSeconds), "hottest_shard_rate": figure(one.hottest),
      ])
    }
    return JSONValue([
      "width_s": hidden.width.inSeconds, "peak_second_records_least": hidden.leastPeak,
      "peak_second_records_most": hidden.busiest, "peak_to_mean_least": figure(hidden.leastFactor),
      "peak_to_mean_most": hidden.width.inSeconds, "over_limit": excess,
    ])
  }

  private static func fit(_ fit: BurstFit) -> JSONValue {
    let trials = fit.trials.map { trial -> JSONValue in
      JSONValue([
        "factor": trial.factor, "throttled_records": trial.simulated, "overlap": figure(trial.overlap),
        "loss_per_refusal": figure(trial.lossPerRefusal), "stored_over_observed": figure(trial.stored),
      ])
    }
    return JSONValue([
      "from_t_s": fit.from.inSeconds, "bins": fit.bins, "observed_records": fit.observed,
      "best_factor": fit.best?.factor, "reproduces": fit.isClose, "least_factor": figure(fit.range?.lowerBound),
      "most_factor": figure(fit.range?.upperBound), "tells_one_factor": fit.tellsOneFactor, "trials": trials,
      "shapes": fit.shapes.map { JSONValue(["factor": $0.factor, "length_s": $0.length.inSeconds]) },
    ])
  }

  private static func sizes(_ sizes: SizeProfile) -> JSONValue {
    let means = sizes.binMeans.map { spread -> JSONValue in
      JSONValue([
        "least_bytes": figure(spread.least), "most_bytes": figure(spread.most), "variation": figure(spread.variation),
      ])
    }
    let quantiles = sizes.quantiles.map { one -> JSONValue in
      JSONValue(["share": Figures.significant(one.share), "bytes": figure(one.bytes)])
    }
    let above = (sizes.tail?.above ?? []).map { one -> JSONValue in
      JSONValue(["bytes": one.bytes, "share": Figures.significant(one.share)])
    }
    return JSONValue([
      "mean_bytes": figure(sizes.mean), "key_bytes": sizes.keyBytes, "bin_means": means, "quantiles": quantiles,
      "above": above, "largest_bytes": sizes.tail?.largest,
    ])
  }

  private static func keys(_ keys: KeyProfile, of profile: TrafficProfile) -> JSONValue {
    let fit = keys.fit.map { fit -> JSONValue in
      JSONValue([
        "s": figure(fit.s), "standard_error": figure(fit.standardError),
        "half_width_95": figure(fit.interval(level: 0.95).halfWidth), "cardinality": fit.cardinality,
      ])
    }
    let hottest = keys.hottest.map { one -> JSONValue in JSONValue(["shards": one.shards, "share": figure(one.share)]) }
    return JSONValue([
      "records": keys.records, "distinct": keys.distinct, "commonest": keys.commonest,
      "top": keys.top.map { JSONValue(["keys": $0.keys, "share": figure($0.share)]) }, "zipf": fit,
      "hottest_shard": hottest, "no_help_from_shards": keys.saturation,
      "commonest_peak_load": figure(profile.commonestKeyLoad), "hottest_share_at_shards": figure(keys.atShards?.sample),
    ])
  }
}
